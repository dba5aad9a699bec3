"""A quiz over the whole chapter, drawn anew each time."""
