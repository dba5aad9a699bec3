"""The trusted side of grading: a sandbox for student code, and what crosses its boundary.

Nothing of this package is shown inside; ``worker.py`` alone is, as a single file.
"""

from d2l_helpers.autograder.limits import Limits
from d2l_helpers.autograder.probes import Proxy, Session
from d2l_helpers.autograder.replies import Reply
from d2l_helpers.autograder.sandbox import Inside, Sandbox
from d2l_helpers.autograder.values import Name
from d2l_helpers.autograder.verdicts import Lost, Usage, Verdict

__all__ = ["Inside", "Limits", "Lost", "Name", "Proxy", "Reply", "Sandbox", "Session", "Usage", "Verdict"]
