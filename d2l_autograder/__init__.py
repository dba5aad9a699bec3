"""The trusted side of grading: it knows the answer key, and student code runs in none of its processes.

``isolation`` holds the sandbox; ``assignment``, ``submission`` and ``marking`` turn one notebook into marks, ``batch``
a class's; ``results``, ``report`` and ``gradebook`` keep what came of it; ``course`` makes an nbgrader course.
"""
