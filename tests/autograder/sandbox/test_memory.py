"""The sum of a sandbox's memory, where no control group counts it."""

import os
import threading
from bisect import bisect_left
from contextlib import contextmanager

import pytest

from d2l_autograder.sandbox import Limits, Lost, Sandbox, Verdict, cgroup
from d2l_autograder.sandbox.memory import SandboxMemory, Watch

pytestmark = pytest.mark.sandbox

MB = 1 << 20
GROWS = """
import threading, time
kept = []
def grow():
    while True:
        kept.append(bytearray(b"x" * 5_000_000))
        time.sleep(0.02)
threading.Thread(target=grow).start()
"""
FORKED = """
import os, time
kept = bytearray(b"x" * 100_000_000)
children = []
for _ in range(4):
    children.append(os.fork())
    if children[-1] == 0:
        time.sleep(60)
"""
# A program that its user may not read: the kernel hides the process's files and areas from all but root
UNREADABLE = """
import os, shutil, subprocess, sys
loader = next(path for path in ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1") if os.path.exists(path))
shutil.copy(loader, "/tmp/loader")
os.chmod("/tmp/loader", 0o111)
sleep = "print(flush=True); import time; time.sleep(60)"
child = subprocess.Popen(["/tmp/loader", sys.executable, "-c", sleep], stdout=subprocess.PIPE)
child.stdout.readline()
"""


PIPES = """
import os
kept = []
for _ in range(200):
    os.mkfifo("/tmp/d2l-hostile")
    kept.append(os.open("/tmp/d2l-hostile", os.O_RDWR))
    os.unlink("/tmp/d2l-hostile")
"""


@pytest.fixture
def ungrouped(opened, monkeypatch):
    monkeypatch.setattr(cgroup, "make", lambda limits: None)
    return opened


def test_memory_that_grows_between_two_requests_ends_the_sandbox(ungrouped):
    with ungrouped() as sandbox:
        sandbox.run("grows", GROWS)
        assert sandbox.process.wait(60)
        with pytest.raises(Lost) as lost:
            sandbox.run("next", "1")
    assert lost.value.verdict == Verdict.MEMORY
    assert lost.value.is_over


@contextmanager
def memory_of(sandbox, open_files=256):
    memory = SandboxMemory(sandbox.process.first_pid, open_files)
    try:
        yield memory
    finally:
        memory.close()


def least(memory):
    """Find the smallest limit, in MB, that is not exceeded."""
    return bisect_left(range(500), True, key=lambda most: not memory.exceeds(most * MB))


def test_memory_that_processes_share_counts_once(ungrouped):
    with ungrouped() as sandbox, memory_of(sandbox) as memory:
        sandbox.run("forked", FORKED)
        assert 100 < least(memory) < 300


def test_files_in_tmp_and_dev_shm_count(ungrouped):
    with ungrouped() as sandbox, memory_of(sandbox) as memory:
        before = least(memory)
        sandbox.run("files", "for f in ('/tmp/a', '/dev/shm/a'): open(f, 'wb').write(b'x' * 3_000_000)")
        assert before + 5 < least(memory) < before + 15


def test_pipes_without_a_name_count_each(ungrouped):
    with ungrouped() as sandbox, memory_of(sandbox) as memory:
        before = least(memory)
        sandbox.run("pipes", PIPES)
        assert before + 10 < least(memory) < before + 20


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read all of a process")
def test_a_process_that_cannot_be_looked_at_counts_with_all_files_that_it_may_open(ungrouped):
    with ungrouped() as sandbox, memory_of(sandbox, open_files=2000) as memory:
        sandbox.run("unreadable", UNREADABLE)
        assert least(memory) > 125


def test_areas_of_memory_count_once_the_kernels_own_memory_has_grown(ungrouped, monkeypatch):
    with ungrouped() as sandbox, memory_of(sandbox) as memory:
        monkeypatch.setattr("d2l_autograder.sandbox.memory._AREA", 10 * MB)  # as if there were very many
        assert not memory.exceeds(300 * MB)
        memory._kernel -= 100 * MB
        assert [memory.exceeds(300 * MB) for _ in range(3)] == [True] * 3
        assert not memory.exceeds(100_000 * MB)
        assert not memory.exceeds(300 * MB), "what was looked at closely is not looked at again"


def test_an_ended_sandbox_uses_no_memory(ungrouped):
    with ungrouped() as sandbox, memory_of(sandbox) as memory:
        sandbox.end()
        assert least(memory) <= 1  # the folders themselves


def test_a_watch_survives_a_count_that_fails():
    counts, ended = [], threading.Event()

    def count():
        counts.append(1)
        if len(counts) == 1:
            raise OSError("too many open files")
        return len(counts) >= 2

    watch = Watch(count, ended.set)
    assert ended.wait(60)
    watch.stop()
    watch.stop()
    assert len(counts) == 3


def test_one_count_over_the_limit_must_be_confirmed():
    counts, ended = iter([True, False, True, False, False]), threading.Event()
    over = threading.Event()

    def count():
        more = next(counts, None)
        if more is None:
            over.set()
        return bool(more)

    watch = Watch(count, ended.set)
    assert over.wait(60)
    watch.stop()
    assert not ended.is_set()


def test_a_process_without_a_sandbox_is_watched_too():
    with Sandbox(Limits(memory=200 * MB, seconds=60), is_confined=False) as sandbox, pytest.raises(Lost) as lost:
        sandbox.run("grows", GROWS + "time.sleep(60)")
    assert lost.value.verdict == Verdict.MEMORY
