"""The command ``d2l-grade grade``: where things may lie, locks and interrupts, and reports as a batch goes on."""
