"""Ask a quiz about the whole chapter, with new questions each time."""
