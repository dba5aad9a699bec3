"""A sandbox whose end is looked at: whatever ran in it, nothing of it is left."""

from contextlib import contextmanager

import pytest
from support.hostile import SMALL
from support.leftovers import first_process, namespace_of, need_a_sandbox, nothing_left

from d2l_autograder.sandbox import Limits, Sandbox


@pytest.fixture(scope="session", autouse=True)
def working():
    need_a_sandbox()


@pytest.fixture
def opened():
    """Open a sandbox by its limits, as a context."""

    @contextmanager
    def opener(inside=None, kept=0, **limits):
        with nothing_left(kept) as namespaces, Sandbox(Limits(**SMALL | limits), inside) as sandbox:
            namespaces.append(namespace_of(first_process(sandbox)))
            yield sandbox

    return opener
