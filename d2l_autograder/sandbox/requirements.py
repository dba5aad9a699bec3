"""What a sandbox needs of this machine, checked before bubblewrap is started for the first time."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from packaging.version import InvalidVersion, Version

from d2l_autograder.sandbox import mounts
from d2l_autograder.sandbox.machine import Machine
from d2l_autograder.sandbox.remedies import MINIMUM
from d2l_autograder.sandbox.start_faults import Fault, explain
from d2l_helpers.errors import SandboxError

__all__ = ["require_programs", "weakness"]


def require_programs() -> None:
    """Check that this is Linux with bubblewrap and util-linux, and that these are new enough.

    Raises
    ------
    SandboxError
        If not; the message says what to install.
    """
    programs = ("bwrap", *(Path(path).name for path in mounts.PROGRAMS))
    found = tuple(shutil.which(name) for name in programs)
    missing = [name for name, path in zip(programs, found, strict=True) if not path]
    fault = _lack(Machine(), missing) or weakness(found)
    if fault:
        raise SandboxError(
            "There is no sandbox here, and student code is graded in nothing else.",
            got=fault.cause,
            expected=f"Linux 5.3 or newer with bubblewrap {MINIMUM} or newer, and util-linux",
            remedy=fault.remedy,
        )


def _lack(machine: Machine, missing: list[str]) -> Fault | None:
    if not machine.is_linux:
        return Fault("a system other than Linux", "grade on a Linux machine: a virtual machine, WSL 2 or a server")
    if machine.is_wsl1:
        return explain("not implemented", machine)
    if machine.emulator:
        return Fault(
            f"a processor ({machine.architecture}) that {machine.emulator} emulates, which has neither namespaces nor "
            "filters of system calls",
            "grade on a Linux for this computer's own processor; with Docker, without --platform",
        )
    if missing:
        install = (
            "sudo apt-get install bubblewrap util-linux (or dnf, pacman, zypper; on Alpine apk add bubblewrap setpriv)"
        )
        return Fault(f"no {' and no '.join(missing)}", install)
    return None


@cache  # asked at each sandbox's start, and the programs stay
def weakness(found: tuple[str | None, ...]) -> Fault | None:
    """Return what the programs at these paths, or the kernel, are too old for; None if they are not."""
    machine = Machine()
    version = machine.bubblewrap
    try:
        is_old = bool(version) and Version(version) < Version(MINIMUM)
    except InvalidVersion:
        is_old = False
    if is_old:
        return explain("Unknown option", machine)
    if not version:
        return Fault(f"{found[0]} --version does not print a version of bubblewrap", "install bubblewrap again")
    if machine.is_setuid and not machine.is_root:
        return explain("setuid mode", machine)
    if machine.is_foreign:
        return explain("status 159", machine)
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (OSError, AttributeError) as error:
        reason = getattr(error, "strerror", "") or "Python is built without it"
        cause = f"no pidfd_open, by which processes are watched ({reason}), on the kernel {machine.kernel}"
        container = "; in a container, a newer engine or --security-opt seccomp=unconfined" if machine.container else ""
        return Fault(cause, f"start a kernel 5.3 or newer{container}")
    return None
