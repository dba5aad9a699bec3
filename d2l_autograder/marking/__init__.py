"""Mark one submission: run its cells in a sandbox, ask its functions, judge their results here.

``marking`` judges, ``sandboxed_answers`` asks, ``stopped_cells`` says which cell is to blame for a missing name,
``second_try`` asks again after all cells, and ``reference`` runs the key's solutions.
"""
