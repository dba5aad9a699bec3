"""Keep the results of these tests out of the user's own file; and make the machine busy."""

import os
import subprocess
import sys

import pytest

from d2l_helpers.exercises import progress


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_here", {})
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def two_busy_loops():
    """Run two programs on the CPU of this test, so that it gets a third of the time, however many CPUs there are."""
    before = os.sched_getaffinity(0)
    cpu = min(before)
    os.sched_setaffinity(0, {cpu})  # the programs inherit it
    loops = [subprocess.Popen([sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=-1) for _ in "ab"]
    try:
        for loop in loops:
            loop.stdout.readline()
        yield
    finally:
        os.sched_setaffinity(0, before)
        for loop in loops:
            loop.kill()
            loop.communicate()
