"""The answer key: one module a notebook, with the solutions and the wrong answers that must not pass.

It imports d2l_helpers, never the other way round, and reaches no student.
"""

import d2l_helpers  # noqa: F401  (MXNet's loader: the key's modules import MXNet)
