"""A sandbox for student code, and what crosses its boundary.

Nothing of this package is visible inside the sandbox except ``worker.py``, which is bound as a single file.
"""

from d2l_autograder.sandbox.replies import Lost, Name, Reply, Verdict
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.session import Session
from d2l_autograder.sandbox.settings import Limits, Setup
from d2l_autograder.sandbox.usage import Usage

__all__ = ["Limits", "Lost", "Name", "Reply", "Sandbox", "Session", "Setup", "Usage", "Verdict"]
