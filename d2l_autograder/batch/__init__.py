"""Mark many submissions at a time, and store each result as soon as it is there."""
