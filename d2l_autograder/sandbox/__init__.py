"""The trusted side of grading: a sandbox for student code, and what crosses its boundary.

Nothing of this package is shown inside; ``worker.py`` alone is, as a single file.
"""

from d2l_autograder.sandbox.inside import Inside
from d2l_autograder.sandbox.limits import Limits
from d2l_autograder.sandbox.replies import Reply
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.sessions import Proxy, Session
from d2l_autograder.sandbox.values import Name
from d2l_autograder.sandbox.verdicts import Lost, Usage, Verdict

__all__ = ["Inside", "Limits", "Lost", "Name", "Proxy", "Reply", "Sandbox", "Session", "Usage", "Verdict"]
