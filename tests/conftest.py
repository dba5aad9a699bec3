"""What all tests share: MXNet in the mode of the notebooks, one hypothesis profile, and the order of tests."""

import d2l_helpers  # noqa: F401  (before MXNet, which does not import on today's Python without it)

# isort: split
import signal

import pytest
from hypothesis import settings
from mxnet import npx

# What a test is marked to need, the slowest first
SLOWEST_FIRST = ("browser", "nightly", "nbgrader", "sandbox", "kernel", "tensorflow", "network")

# A shell without job control starts what ends in "&" with interrupts ignored, and so would be all programs under test
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("no deadline", deadline=None)  # an example takes longer when the machine is busy
settings.load_profile("no deadline")


@pytest.fixture(autouse=True)
def numpy_mode():
    """Put MXNet into NumPy's mode, whatever the test before left."""
    npx.set_np()


def pytest_collection_modifyitems(items):
    """Start with what is slow, or one worker would end alone with it."""
    items.sort(key=lambda item: next((n for n, need in enumerate(SLOWEST_FIRST) if item.get_closest_marker(need)), 99))
