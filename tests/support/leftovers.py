"""What a sandbox must not leave: processes, groups, mounts, files, descriptors."""

import os
import time
from contextlib import contextmanager
from pathlib import Path

from support.lacking import lacking

from d2l_autograder.sandbox import Sandbox
from d2l_autograder.sandbox.cgroup import leftovers
from d2l_helpers.errors import SandboxError


def need_a_sandbox():
    """Skip with the remedy where there is no sandbox, and fail on the machine that must have one."""
    try:
        with Sandbox():
            pass
    except SandboxError as error:
        lacking(str(error))


def namespace_of(pid):
    """Open a process's process namespace: while it is open, no other gets its number."""
    return os.open(f"/proc/{pid}/ns/pid", os.O_RDONLY)


def first_process(sandbox):
    """Give the number of the first process in a sandbox that runs."""
    return sandbox._jail._first_pid


def processes_in(namespace):
    """List the processes in a namespace, zombies too."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "ns" / "pid").stat().st_ino == os.fstat(namespace).st_ino:
                found.append(process.name)
        except OSError:
            continue
    return found


def groups():
    ours = f"d2l-sandbox-{os.getpid()}-"
    below = os.walk("/sys/fs/cgroup")  # unlike glob, it does not mind that another test's groups go while it looks
    found = [name for _, names, _ in below for name in names if name.startswith(ours)]
    stale = [path for folder in Path("/sys/fs/cgroup").glob("*") for path in leftovers(folder)]
    return found + stale


def mounts():
    return sorted(line.split(" ", 4)[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())


def files():
    folders = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"))
    return [path for folder in folders for path in folder.glob("d2l-hostile*")]


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def nothing_left(kept=0):
    """Compare what there is before and after; `kept` groups belong to sandboxes outside.

    Gives a list for the namespaces in which no process may be left.
    """
    before = mounts(), descriptors()
    namespaces = []
    try:
        yield namespaces
        for namespace in namespaces:
            deadline = time.monotonic() + 3
            while processes_in(namespace) and time.monotonic() < deadline:
                time.sleep(0.02)  # a dead process may wait for the system's first to take note of it
            assert processes_in(namespace) == []
    finally:
        for namespace in namespaces:
            os.close(namespace)
    assert len(groups()) <= kept
    assert files() == []
    assert mounts() == before[0]
    assert descriptors() <= before[1]
