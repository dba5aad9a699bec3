"""One assignment of the project's own."""

import pytest
from support.courses import NAME, ROOT

from d2l_autograder.assignment import load_assignment


@pytest.fixture(scope="session")
def assignment():
    return load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")
