"""Grade the chapter's exercises: this package reads the answer key, so no student code runs in its process.

``key`` and ``assignment`` hold what was handed out. ``collect`` says who handed in what, ``submission`` reads one
notebook and ``cells`` its code. ``marking`` marks one notebook in a ``sandbox``, and ``batch`` a class's. ``results``,
``report`` and ``gradebook`` keep and show the marks. ``command`` joins these as ``d2l-grade grade``, and ``course``
builds an nbgrader course.
"""

import sys

if "".join(sys.argv[:1]).endswith(("-m", "d2l-grade", "d2l-grade.exe")):  # before any other import: see the module
    from d2l_autograder.command.start import end_silently_at_interrupt, leave_out_current_folder

    leave_out_current_folder()
    end_silently_at_interrupt()
