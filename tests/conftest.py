"""What all tests share: MXNet in the mode the notebooks use, whatever the test before did to it."""

import pytest
from mxnet import npx

import d2l_helpers  # noqa: F401  (MXNet's loader)


@pytest.fixture(autouse=True)
def numpy_mode():
    npx.set_np()
