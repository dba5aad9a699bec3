"""A sandbox of small limits, and the check that nothing of it is left."""

from contextlib import contextmanager

import pytest
from support.hostile import SMALL
from support.leftovers import first_process_of, need_a_sandbox, nothing_left

from d2l_autograder.sandbox import Limits, Sandbox
from d2l_autograder.sandbox import sandbox as sandbox_module


@pytest.fixture(scope="session")
def working():
    need_a_sandbox()


@pytest.fixture
def started_inside(monkeypatch):
    """Start Python inside each sandbox, as where it cannot be forked."""
    monkeypatch.setattr(sandbox_module, "template_for", lambda setup: None)


@pytest.fixture
def opened(working):
    """Open a sandbox by its limits, as a context."""

    @contextmanager
    def opener(setup=None, kept=0, **limits):
        with nothing_left(kept) as first_processes, Sandbox(Limits(**SMALL | limits), setup) as sandbox:
            first_processes.append(first_process_of(sandbox))
            yield sandbox

    return opener
