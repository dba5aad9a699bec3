"""The code of a notebook's cells: IPython's syntax as Python, what a cell defines and uses, what answers need."""
