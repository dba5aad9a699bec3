"""Three graders on one class: this one, nbgrader as it is, and ``otter run``."""
