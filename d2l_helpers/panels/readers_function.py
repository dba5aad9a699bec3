"""Run the function that a reader passes to a panel, on the training thread, and describe what it raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from d2l_helpers.errors import D2LHelpersError, explain
from d2l_helpers.panels.epochs import nothing_to_show
from d2l_helpers.panels.output import captured
from d2l_helpers.panels.stopping import Stopped
from d2l_helpers.panels.training_run import TrainingRun
from d2l_helpers.panels.training_thread import Job
from d2l_helpers.training.loop import watched

__all__ = ["run_function"]

_END = object()


def run_function(
    job: Job,
    run: TrainingRun,
    function: Callable[..., Any],
    report: Callable[[Any], bool],
    write: Callable[[str], None],
) -> str:
    """Run the function with the run's settings; return what it raised, for the panel, or an empty text.

    Parameters
    ----------
    job : Job
        Its code is ended by force if it does not end by itself; then the text is empty, too.
    run : TrainingRun
        It must have an epoch when the function has ended, unless the job was cancelled.
    function : callable
        The reader's.
    report : callable
        Called with each report of `train_ch3`, and with all that the function yields; if it returns False, the function
        is to end.
    write : callable
        Called with what the function prints.
    """
    try:
        with watched(report), captured(write):
            result = job.run_readers(lambda: function(**run.settings))
            if isinstance(result, Iterator):
                _follow(job, result, report)
        if not len(run.history) and not job.cancelled:
            raise nothing_to_show("a function that ended without reporting an epoch")
    except BaseException as error:  # the reader's code may raise anything, which only the panel shows
        return "" if job.is_forced else _described(job, error)
    return ""


def _follow(job: Job, generator: Iterator[Any], report: Callable[[Any], bool]) -> None:
    """Run the reader's generator until it ends or `report` returns False; its own code may run at its end, too."""
    try:
        while (what := job.run_readers(lambda: next(generator, _END))) is not _END:
            if not report(what):
                break
    finally:
        job.run_readers(getattr(generator, "close", lambda: None))


def _described(job: Job, error: BaseException) -> str:
    """Describe what the reader's code raised; return "" if it was stopped while its error composed the message."""
    try:
        said = job.run_readers(lambda: explain(error))  # the error's `__str__` is the reader's code, too
    except Stopped:
        return ""
    return said if isinstance(error, D2LHelpersError) else f"Your function raised {said}"
