"""Questions to which a reader commits a guess before running the cell that measures the answer."""
