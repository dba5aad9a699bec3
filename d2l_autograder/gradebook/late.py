"""Penalties for late submissions, which the plugin of nbgrader decides that a course configures."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from d2l_helpers.errors import RecordError

__all__ = ["LatePolicy"]

_CONFIGURATION = "nbgrader_config.py"


class LatePolicy:
    """nbgrader's plugin for late submissions, as a course's ``nbgrader_config.py`` chooses and configures it.

    nbgrader is imported when the first penalty is asked for. The configuration runs as the teacher's code, so it is
    read in the course alone: nbgrader also reads the current folder's, which may be a folder that a student handed in.

    Parameters
    ----------
    course : Path or None
        The course's folder; without a course, nobody has a penalty.
    """

    def __init__(self, course: Path | None) -> None:
        self._course = course
        self._plugin: Any = None

    def penalty(self, student: str, score: float, seconds: float) -> float | None:
        """Return what a late submission loses of its score; None where the plugin sets no penalty.

        Parameters
        ----------
        student : str
            The student's id.
        score : float
            What the submission has earned, with a teacher's own marks.
        seconds : float
            How late it came.

        Raises
        ------
        RecordError
            If the configuration or the plugin fails.
        """
        if self._course is None:
            return None
        try:
            with _importable(self._course):
                self._plugin = self._plugin or _plugin_of(self._course)
                found = self._plugin.late_submission_penalty(student, score, seconds)
            if found is None:
                return None
            penalty = float(found)
            if math.isnan(penalty):
                raise ValueError("a penalty that is no number")
        except (Exception, SystemExit) as error:
            raise RecordError(
                "Cannot tell the penalty for a late submission.",
                got=f"{type(error).__name__}: {error}",
                expected=f"a plugin for late submissions that {self._course / _CONFIGURATION} configures",
                remedy="repair the plugin, and grade again: the marks are written, the penalty is not",
            ) from error
        return min(max(penalty, 0.0), score)  # nbgrader cuts a penalty to these bounds, too


def _plugin_of(course: Path) -> Any:
    from nbgrader.preprocessors import AssignLatePenalties
    from traitlets.config import Application

    application = Application(raise_config_file_errors=True)
    application.load_config_file(_CONFIGURATION, path=str(course))
    step = AssignLatePenalties(config=application.config)
    step.init_plugin()
    return step.plugin_inst


@contextmanager
def _importable(course: Path) -> Iterator[None]:
    """Allow a course's own plugin to be imported, as nbgrader does when it runs in the course."""
    sys.path.append(str(course))  # at the end: no module of the course's takes the place of a library
    try:
        yield
    finally:
        sys.path.remove(str(course))
