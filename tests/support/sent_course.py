"""What a grader sends to the workers of a cluster for a course with one assignment, and what it hears of them."""

from __future__ import annotations

import json

from support.submitted import ASSIGNMENT

from d2l_autograder.batch.cluster.task import course_of
from d2l_autograder.batch.marker import Marker

__all__ = ["ABOUT", "COURSE", "MARKER", "SAME_COURSE"]

MARKER = Marker({ASSIGNMENT.name: ASSIGNMENT}, b"of this test")
COURSE = ("course", course_of(MARKER), MARKER.secret)
# What `open_course` returns on a worker that would mark as this machine does
SAME_COURSE = json.dumps(
    {
        "digests": {ASSIGNMENT.name: MARKER.digest(ASSIGNMENT, b"", "")},
        "keys": {ASSIGNMENT.name: ASSIGNMENT.key.digest},
    }
)
# What a scheduler says of a worker, besides its name
ABOUT = {"nthreads": 1, "last_seen": 1, "status": "running"}
