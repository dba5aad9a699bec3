"""Whether a notebook is run to be kept or compared."""

from __future__ import annotations

import os

__all__ = ["RECORDING", "is_recording"]

RECORDING = "D2L_HELPERS_RECORDING"
"""The environment variable that a kernel has while its notebook is recorded or checked."""


def is_recording() -> bool:
    """Tell whether what is shown must be the same for everyone, with pictures for those who read without a kernel."""
    return bool(os.environ.get(RECORDING))
