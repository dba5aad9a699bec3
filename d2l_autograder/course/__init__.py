"""A course of nbgrader's: what is handed out, and what is known of it when the submissions come back.

``build`` writes a course, and ``course`` reads one. ``chosen_notebooks`` says which notebooks belong to it, and
``source_notebook`` and ``variant_cells`` compose what nbgrader releases. Beside the notebook lie the ``readers_wheel``
and, of a teacher's own exercises, the ``released_source``: their ``public_part``, without ``leaks`` of the key.
``generated`` writes all of this without touching what the teacher has changed.
"""

from d2l_autograder.course.build import build_course
from d2l_autograder.course.course import Course, read_course

__all__ = ["Course", "build_course", "read_course"]
