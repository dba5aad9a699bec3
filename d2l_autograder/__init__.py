"""Grade the chapter's exercises: this package reads the answer key, so no student code runs in its process.

``course`` builds an nbgrader course, and ``trial`` tries a teacher's own exercises. ``key`` and ``assignment`` hold
what was handed out. ``collect`` says who handed in what, ``submission`` reads one notebook and ``cells`` its code.
``marking`` marks one notebook in a ``sandbox``, and ``batch`` a class's, here or on a cluster. ``results``, ``report``,
``gradebook`` and ``export`` keep and show the marks, and ``similarity`` finds answers that are alike. ``command`` joins
these, ``cli`` names their options, and ``bundle`` packs all for a platform that marks by itself.
"""

import sys

if "".join(sys.argv[:1]).endswith(("-m", "d2l-grade", "d2l-grade.exe")):  # before any other import: see the module
    from d2l_autograder.command.start import end_silently_at_interrupt, leave_out_current_folder

    leave_out_current_folder()
    end_silently_at_interrupt()
