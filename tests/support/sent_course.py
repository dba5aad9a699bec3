"""A course with one assignment, as a grader sends it to the workers of a cluster."""

from __future__ import annotations

import json

from support.submitted import ASSIGNMENT

from d2l_autograder.batch.cluster.task import course_of
from d2l_autograder.batch.marker import Marker

__all__ = ["COURSE", "MARKER", "SAME_COURSE"]

MARKER = Marker({ASSIGNMENT.name: ASSIGNMENT}, b"of this test")
COURSE = ("course", course_of(MARKER), MARKER.secret)
# What `open_course` returns on a worker that would mark as this machine does
SAME_COURSE = json.dumps(
    {
        "digests": {ASSIGNMENT.name: MARKER.digest(ASSIGNMENT, b"", "")},
        "keys": {ASSIGNMENT.name: ASSIGNMENT.key.digest},
    }
)
