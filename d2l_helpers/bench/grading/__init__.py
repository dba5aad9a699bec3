"""Three graders on one class: this one, nbgrader as it is, and ``otter run``."""

from d2l_helpers.bench.grading.report import run

__all__ = ["run"]
