"""What happens before anything else is imported: the current folder leaves Python's path, and Ctrl-C ends silently.

``python -m d2l_autograder`` puts the current folder first, and a relative or empty entry of ``PYTHONPATH`` leads there,
too: in a folder of submissions, a student's ``numpy.py`` would be imported. Until the folder has left the path, this
module imports only what Python has imported already.
"""

import os
import sys

__all__ = ["end_silently_at_interrupt", "leave_out_current_folder"]


def leave_out_current_folder() -> None:
    """Remove the current folder from ``sys.path``, unless this package itself lies there."""
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    relative = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if not os.path.isabs(part)]  # noqa: PTH117
    unwanted = [*relative, os.curdir]
    sys.path[:] = [entry for entry in sys.path if _is_one_of(entry, [own]) or not _is_one_of(entry, unwanted)]


def _is_one_of(entry: str, folders: list[str]) -> bool:
    for folder in folders:
        try:
            if os.path.samefile(entry or os.curdir, folder or os.curdir):  # noqa: PTH121
                return True
        except OSError:  # one of them does not exist
            continue
    return False


def end_silently_at_interrupt() -> None:
    """Have an interrupt end the process at once, where Python would print a traceback of an unfinished import.

    Where whoever started the process has interrupts ignored, they stay ignored.
    """
    import signal  # here: a student's signal.py may lie in the current folder

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
