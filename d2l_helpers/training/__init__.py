"""Training, evaluation, and what they leave behind: ``train_ch3`` as the book has it, compiled where possible."""
