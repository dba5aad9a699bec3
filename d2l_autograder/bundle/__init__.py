"""A grader in a zip file, for platforms that mark each submission in a container of its own.

``contents`` builds the file on the teacher's machine. ``setup.sh`` and ``run_autograder`` are the two scripts that
Gradescope starts, and ``inside`` is what they run there.
"""
