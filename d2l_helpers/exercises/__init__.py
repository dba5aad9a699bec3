"""The chapter's exercises: one module per notebook in `chapter`, and `check`, `hint` and `progress` for all of them."""
