"""How bubblewrap is called: apart from all others, as a user of its own, with a few devices, if it is here at all."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from d2l_autograder.sandbox import mounts
from d2l_autograder.sandbox.limits import Limits
from d2l_helpers.errors import SandboxError

__all__ = ["advice", "command_line", "require_programs"]

_OWN_USERS = range(61184, 65520)  # systemd's for users that live as long as a process
_NOBODY = 65534


def command_line(
    command: Sequence[str],
    limits: Limits,
    environment: dict[str, str],
    file_system: Sequence[str],
    fds: dict[str, int],
    stack: ExitStack,
) -> list[str]:
    """Write the whole command.

    Parameters
    ----------
    command : sequence of str
        What to run inside.
    limits : Limits
        Of which bubblewrap and prlimit get theirs.
    environment : dict of str to str
        All of the environment.
    file_system : sequence of str
        As ``mounts.arguments`` gives it.
    fds : dict of str to int
        Bubblewrap's options that take a descriptor.
    stack : ExitStack
        Keeps the claim on a user for as long as the sandbox lives.
    """
    return [
        shutil.which("bwrap") or "bwrap",
        *_namespaces(),
        *_devices(limits),
        *file_system,  # after /tmp, in which the environment may lie
        *(part for pair in environment.items() for part in ("--setenv", *pair)),
        *(part for option, fd in fds.items() for part in (option, str(fd))),
        *("--chdir", mounts.HOME, "--remount-ro", "/dev", "--remount-ro", "/", "--"),
        *_drop_root(stack),
        *_by_path(limits.prlimit()),
        *command,
    ]


def require_programs() -> None:
    """Make sure that what the sandbox is made of is installed.

    Raises
    ------
    SandboxError
        If not; it says what to install.
    """
    missing = [name for name in ("bwrap", *(Path(path).name for path in mounts.PROGRAMS)) if not shutil.which(name)]
    if missing or not hasattr(os, "pidfd_open"):
        raise SandboxError(
            "There is no sandbox here, and student code is graded in nothing else.",
            got=f"no {' and no '.join(missing)}" if missing else "a system other than Linux",
            expected="Linux 5.3 or newer with bubblewrap, and util-linux's setpriv and prlimit",
            remedy="sudo apt-get install bubblewrap util-linux (or dnf, pacman, zypper), then d2l-grade doctor",
        )


def _namespaces() -> list[str]:
    shared = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    options = [*shared, "--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
    if os.geteuid() != 0:
        return ["--unshare-user", *options, "--cap-drop", "ALL"]
    # Root can bind an interpreter that lies in a private home; what is left of its powers is what it drops them with.
    return [*options, "--cap-drop", "ALL", *_each("--cap-add", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")]


def _drop_root(stack: ExitStack) -> list[str]:
    if os.geteuid() != 0:
        return []
    user = _own_user(stack)
    options = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    return [*_by_path(["setpriv"]), f"--reuid={user}", f"--regid={user}", *options]


def _own_user(stack: ExitStack) -> int:
    """Find a user that no other sandbox has: the limit on processes counts all of a user's.

    The claim is an abstract socket's name, which is free again when we die.
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
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", str(int(limits.shared_memory)), "--tmpfs", "/dev/shm"),
        *("--perms", "1777", "--size", str(int(limits.tmp)), "--tmpfs", "/tmp"),
        *("--perms", "0777", "--dir", mounts.HOME),
    ]


def _by_path(command: Sequence[str]) -> list[str]:
    """Name a program by its path inside: there is no PATH to search before the environment is set."""
    return [next(path for path in mounts.PROGRAMS if path.endswith(f"/{command[0]}")), *command[1:]]


def _each(option: str, *values: str) -> list[str]:
    return [part for value in values for part in (option, value)]


def advice(said: str) -> str:
    """Say what to do where bubblewrap has said this."""
    if "uid map" in said or "new namespace" in said or "RTM_NEWADDR" in said:
        return (
            "allow this user to make namespaces: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu, "
            "kernel.unprivileged_userns_clone=1 on Debian, --privileged in a container; or grade as root"
        )
    return "run d2l-grade doctor, which tries each part of the sandbox by itself"
