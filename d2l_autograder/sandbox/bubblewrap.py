"""The command line of bubblewrap: namespaces of its own, a user of its own, a few devices, a read-only file system."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Sequence
from contextlib import ExitStack, closing

from d2l_autograder.sandbox import mounts
from d2l_autograder.sandbox.requirements import require_programs
from d2l_autograder.sandbox.settings import Limits

__all__ = ["command_line", "own_user", "require_programs"]

_OWN_USERS = range(61184, 65520)  # systemd's range for users that live as long as a process
_NOBODY = 65534
_RANDOM = "/proc/sys/kernel/random"  # has the machine's boot id
_DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")
_LINKS = {"/dev/fd": "/proc/self/fd"} | {
    f"/dev/std{name}": f"/proc/self/fd/{fd}" for fd, name in enumerate(("in", "out", "err"))
}


def command_line(
    command: Sequence[str],
    limits: Limits,
    environment: dict[str, str],
    file_system: Sequence[str],
    fds: dict[str, int],
    stack: ExitStack,
) -> list[str]:
    """Write the whole command line.

    Parameters
    ----------
    command : sequence of str
        What to run inside.
    limits : Limits
        The sizes of /tmp and /dev/shm.
    environment : dict of str to str
        The whole environment of the command.
    file_system : sequence of str
        What ``mounts.arguments`` returned.
    fds : dict of str to int
        Bubblewrap's options that take a descriptor.
    stack : ExitStack
        Keeps the claim on a user until the sandbox ends.
    """
    return [
        shutil.which("bwrap") or "bwrap",
        *_namespaces(),
        *_devices(limits),
        *file_system,  # after /tmp, or it would cover an environment that lies in /tmp
        *(part for pair in environment.items() for part in ("--setenv", *pair)),
        *(part for option, fd in fds.items() for part in (option, str(fd))),
        # Without Yama, one could write into /proc/1/mem, and take from bubblewrap that it dies with the grader
        *("--chdir", mounts.HOME, "--remount-ro", "/proc", "--remount-ro", _RANDOM, "--remount-ro", "/", "--"),
        *_drop_root(stack),
        *command,
    ]


def _namespaces() -> list[str]:
    unshared = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    options = [*unshared, "--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
    if os.geteuid() != 0:
        return ["--unshare-user", *options, "--cap-drop", "ALL"]
    # Root needs no user namespace, so it can bind an interpreter below a home with mode 0700. It keeps only the
    # capabilities with which setpriv drops root.
    kept = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
    return [*options, "--cap-drop", "ALL", *(part for name in kept for part in ("--cap-add", name))]


def _drop_root(stack: ExitStack) -> list[str]:
    if os.geteuid() != 0:
        return []
    user = own_user(stack)
    options = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    return [*_by_path(["setpriv"]), f"--reuid={user}", f"--regid={user}", *options]


def own_user(stack: ExitStack) -> int:
    """Return a user id that no other sandbox has: the kernel's limit on processes counts all processes of a user.

    The claim is the name of an abstract socket, which the kernel frees when the grader dies.
    """
    for user in _OWN_USERS:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0d2l-sandbox-user-{user}")
        except OSError:
            claim.close()
            continue
        stack.enter_context(closing(claim))
        return user
    return _NOBODY


def _devices(limits: Limits) -> list[str]:
    return [
        # Not --dev: that is a tmpfs without a size; its pseudoterminals are the machine's, and the shared pages of its
        # /dev/zero are in no account
        *("--proc", "/proc", "--tmpfs", _RANDOM, "--perms", "0755", "--dir", "/dev"),
        *(part for path in _DEVICES for part in ("--dev-bind", path, path)),
        *(part for path, target in _LINKS.items() for part in ("--symlink", target, path)),
        *("--perms", "1777", "--size", str(int(limits.shared_memory)), "--tmpfs", "/dev/shm"),
        *("--perms", "1777", "--size", str(int(limits.tmp)), "--tmpfs", "/tmp"),
        *("--perms", "0777", "--dir", mounts.HOME),
    ]


def _by_path(command: Sequence[str]) -> list[str]:
    """Replace a program's name by its path inside: before the environment is set, there is no PATH to search."""
    return [next(path for path in mounts.PROGRAMS if path.endswith(f"/{command[0]}")), *command[1:]]
