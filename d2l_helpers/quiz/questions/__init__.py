"""The quiz's questions, a module for each half of the chapter."""
