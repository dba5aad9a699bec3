"""Late days for a course in nbgrader: each student has some for the whole course, and then loses a share for each day.

Copy this file beside the course's ``nbgrader_config.py``, and add there::

    c.AssignLatePenalties.plugin_class = "late_days.LateDays"
    c.LateDays.days = 5
    c.LateDays.share = 0.1

Both ``d2l-grade grade`` and ``nbgrader autograde`` then ask this plugin. Late days are used up in the order of the due
dates. When something was handed in is read from ``submitted/STUDENT/ASSIGNMENT/timestamp.txt``, as ``nbgrader collect``
and ``nbgrader zip_collect`` write it; an assignment without this file uses no late days of other assignments.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.utils import parse_utc
from traitlets import Float, Integer

__all__ = ["LateDays"]

_DAY = 86_400  # seconds


class LateDays(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader carries no types
    """Take nothing for the first late days of a course, and then a share of the score for each further day."""

    days = Integer(5, min=0, help="How many late days a student has in the whole course").tag(config=True)
    share = Float(0.1, min=0, help="The share of the score that each further day costs").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return what a submission loses.

        nbgrader does not say which assignment it asks about, so the one that is as late as this is taken.

        Parameters
        ----------
        student_id : str
            The student's id.
        score : float
            What the submission has earned.
        total_seconds_late : float
            How late it came, with the student's extension.
        """
        used = 0
        for late in self._lateness(student_id):
            if abs(late - total_seconds_late) < 1:
                break
            used += math.ceil(late / _DAY)
        days = math.ceil(total_seconds_late / _DAY)
        charged = days - max(0, min(days, self.days - used))
        return score * min(1.0, self.share * charged) or None

    def _lateness(self, student: str) -> Iterator[float]:
        """Yield by how many seconds a student's submissions came late, in the order of their due dates."""
        course = CourseDirectory(parent=self)
        with Gradebook(course.db_url) as book:
            known = [assignment for assignment in book.assignments if assignment.duedate is not None]
            for assignment in sorted(known, key=lambda each: (each.duedate, each.name)):
                folder = course.format_path(course.submitted_directory, student, assignment.name)
                stamp = Path(folder, "timestamp.txt")
                if not stamp.is_file():
                    continue
                due = assignment.duedate
                with suppress(MissingEntry):  # not marked yet: an extension is not known before
                    due = book.find_submission(assignment.name, student).duedate
                yield max(0.0, (parse_utc(stamp.read_text().strip()) - due).total_seconds())
