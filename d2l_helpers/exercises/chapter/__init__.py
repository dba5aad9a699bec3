"""Define the exercises of the chapter, one module per notebook; each has ``EXERCISES`` in its notebook's order."""
