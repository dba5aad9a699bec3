"""The chapter as a book: static pages of the recorded notebooks, and exhibits that need no kernel."""
