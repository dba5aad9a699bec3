"""What a sandbox must not leave behind: processes, control groups, mounts, files, descriptors."""

import os
import select
from contextlib import contextmanager, suppress
from pathlib import Path

from support.lacking import lacking

from d2l_autograder.sandbox import Sandbox, Setup
from d2l_helpers.errors import SandboxError


def need_a_sandbox():
    """Skip with the remedy where no sandbox starts, and fail in CI."""
    try:
        for mxnet in (False, True):  # or a test would find the descriptor of a template that it has started
            with Sandbox(setup=Setup(mxnet=mxnet)):
                pass
    except SandboxError as error:
        lacking(str(error))


def first_process_of(sandbox):
    """Open the first process in a sandbox; when it has ended, the kernel has ended all others in its namespace."""
    return os.pidfd_open(sandbox.process.first_pid)


def first_processes_below(pid):
    """Open the first processes of the process namespaces that a process's descendants are in."""
    found, waiting = [], [pid]
    for one in waiting:
        with suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
            (numbers,) = [
                line.split()[1:] for line in Path(f"/proc/{one}/status").read_text().splitlines() if "NSpid" in line
            ]
            if len(numbers) > 1 and numbers[-1] == "1":
                found.append(os.pidfd_open(one))
    return found


def groups(pid=None):
    """List the control groups of a grader, by default of this process."""
    name = f"d2l-sandbox-{pid or os.getpid()}-"
    below = os.walk("/sys/fs/cgroup")  # unlike glob, it does not fail when another process removes a group meanwhile
    return [found for _, names, _ in below for found in names if found.startswith(name)]


def mounts():
    """List bubblewrap's mounts in this process's namespace."""
    places = [line.split(" ")[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [place for place in places if place.startswith(("/sandbox", "/newroot", "/oldroot", "/tmp/newroot"))]


def files():
    """List the files outside that only attacks would write."""
    folders = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"))
    return [path for folder in folders for path in folder.glob("d2l-hostile*")]


def descriptors():
    """Count this process's open descriptors."""
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def nothing_left(kept=0):
    """Check that what runs inside the ``with`` statement leaves nothing.

    Parameters
    ----------
    kept : int, optional
        How many folders of control groups belong to sandboxes that started before and still run.

    Yields
    ------
    list of int
        To be filled with what `first_process_of` returns; these processes must have ended.
    """
    before, first_processes = descriptors(), []
    try:
        yield first_processes
        for pidfd in first_processes:
            assert select.select([pidfd], [], [], 10)[0], "a sandbox still runs"
    finally:
        for pidfd in first_processes:
            os.close(pidfd)
    assert len(groups()) <= kept
    assert files() == []
    assert mounts() == []
    assert descriptors() <= before
