"""Grade the chapter's exercises: this package reads the answer key, so no student code runs in its process.

``key`` and ``assignment`` hold what was handed out; ``collect`` and ``submission`` read what was handed in;
``marking`` marks one notebook in a ``sandbox``, ``batch`` a class's. ``results``, ``report`` and ``gradebook`` keep and
show the marks; ``course`` builds an nbgrader course.
"""

import sys

if sys.argv[:1] == ["-m"]:  # before any other import: see own_path
    from d2l_autograder.own_path import leave_out_current_folder

    leave_out_current_folder()
