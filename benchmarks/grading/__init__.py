"""Measure three autograders on one class's submissions: d2l-grade, nbgrader and otter."""
