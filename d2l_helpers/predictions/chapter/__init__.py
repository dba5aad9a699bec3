"""The questions of each notebook of the chapter."""
