"""Training and evaluation: ``train_ch3`` as in the book, compiled where possible, and what a fit measures."""
