"""Ctrl-C while the command is still being imported: it ends at once, where Python would print a traceback."""

import signal

__all__ = ["end_silently"]


def end_silently() -> None:
    """Have an interrupt end the process, unless whoever started it has interrupts ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
