"""The answer key: a folder with a module for each notebook's exercises, or the module of the exercises itself.

``linear_regression.py`` lists the notebook's answers as ``ANSWERS``, what learners write: the solution of each
exercise and wrong answers to it. ``probes/linear_regression.py`` holds ``PROBES``, a dictionary with the hidden probes
of each function; ``linear_regression.py`` may hold them, too. The folder holds data: it needs no ``__init__.py``, and
may have any name and lie anywhere. A teacher's module that lists EXERCISES may list ANSWERS and PROBES as well.

``answer`` and ``sandbox_function`` define what a key lists, ``key`` opens one, and ``exercise_module`` finds the
exercises that it answers. A key imports what it needs from here.
"""

from d2l_autograder.key.answer import Answer, KeyFault, Probe, Wrong
from d2l_autograder.key.key import PROJECT, PROJECT_KEY, Key, key_to, load_key
from d2l_autograder.key.sandbox_function import runs_in_sandbox

__all__ = [
    "PROJECT",
    "PROJECT_KEY",
    "Answer",
    "Key",
    "KeyFault",
    "Probe",
    "Wrong",
    "key_to",
    "load_key",
    "runs_in_sandbox",
]
