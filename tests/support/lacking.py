"""What to do where a machine lacks what a test needs."""

import os
from typing import NoReturn

import pytest


def lacking(remedy: str) -> NoReturn:
    """Skip with the remedy; in CI, where nothing may be lacking, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(remedy)
    pytest.skip(remedy)
