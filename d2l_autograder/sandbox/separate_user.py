"""A weaker sandbox for containers in which no namespace can be made: root runs student code as a user of its own.

Docker refuses new namespaces, and bubblewrap is made of them. What is left to root there: a user who owns nothing and
whose files are closed to it, limits for each process, the same filter of system calls, no sockets at all, and Landlock
where the kernel has it. Student code still shares the container's process numbers and its memory; other processes'
command lines can be read where Landlock is missing. It is meant for containers that mark one submission and are thrown
away, and a teacher has to choose it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from d2l_autograder.sandbox import bubblewrap, mounts, seccomp
from d2l_autograder.sandbox.memory import Watch, private_memory
from d2l_autograder.sandbox.settings import MB, Limits, Setup
from d2l_autograder.sandbox.stage import remove, stage
from d2l_autograder.sandbox.usage import Meter
from d2l_helpers.errors import SandboxError

__all__ = ["UserProcess", "require_programs", "start"]

_SECONDS_TO_DIE = 10.0
_DISK = 512 * MB  # by which the free space may shrink while a sandbox runs
_LAUNCHER = Path(__file__).with_name("user_launcher.py")
_DEVICES = ["/dev/null", "/dev/random", "/dev/urandom"]
_FACTS = ["/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"]


def require_programs() -> None:
    """Check that this is root, and that there is the program by which a user's processes are ended.

    Raises
    ------
    SandboxError
        If not.
    """
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise SandboxError(
            "There is no sandbox here, and student code is graded in nothing else.",
            got=f"user {os.geteuid()}, setpriv {'found' if shutil.which('setpriv') else 'not found'}",
            expected="root and util-linux, where student code is to run as a user of its own",
            remedy="grade as root in a container of its own, or where bubblewrap works",
        )


def start(limits: Limits, setup: Setup, pipes: tuple[int, int]) -> UserProcess:
    """Start the worker as a user of its own."""
    folder = stage(setup.data)
    own = {"PYTHONPATH": mounts.python_path().replace(mounts.LIBRARY, str(folder / "library"), 1)}
    own |= {"D2L_DATA": str(folder / "data")} if setup.data else {}
    command = [sys.executable, "-P", "-s", "-B", str(folder / Path(mounts.WORKER).name), *map(str, pipes)]
    labels = [setup.data / mounts.labels_file()] if setup.data else []
    hidden = [*setup.hidden, *mounts.ours(), *labels]
    return UserProcess(command, limits, setup.variables() | own, pipes, [folder], hidden, setup.files)


class UserProcess:
    """A command that runs as a user of its own; it has the methods and attributes of `ConfinedProcess`.

    Parameters
    ----------
    command : sequence of str
        What to run, by its absolute path.
    limits : Limits
        How much each process may use, and how much memory all may use together.
    environment : dict of str to str
        The whole environment of the command, except for its home.
    keep : sequence of int
        Descriptors that the command inherits, besides /dev/null as 0, 1 and 2.
    shown : sequence of Path
        Folders that the command may read, besides the interpreter's and the system's.
    hidden : sequence of Path
        What the command's user must not be able to read: the user tries, and where one opens, nothing runs.
    files : sequence of Path, optional
        What lies beside the notebook: copied into the folder where code runs.
    """

    group = None

    def __init__(
        self,
        command: Sequence[str],
        limits: Limits,
        environment: dict[str, str],
        keep: Sequence[int],
        shown: Sequence[Path],
        hidden: Sequence[Path],
        files: Sequence[Path] = (),
    ) -> None:
        self.limits, self.meter = limits, Meter()
        self.status: int | None = None
        self.was_out_of_memory = False
        self._watch: Watch | None = None
        self._stack = ExitStack()  # keeps the claim on the user, and the home
        self._user = bubblewrap.own_user(self._stack)
        self._home = Path(tempfile.mkdtemp(prefix="d2l-home-"))
        self._stack.callback(remove, self._home)
        try:
            self._process = self._start(self._plan(command, environment, shown, hidden, files), keep)
        except BaseException:
            self._stack.close()
            raise
        self.first_pid = self._process.pid

    def _plan(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        shown: Sequence[Path],
        hidden: Sequence[Path],
        files: Sequence[Path],
    ) -> dict[str, Any]:
        """Write what the launcher is to do, and fill the home."""
        for file in files:
            shutil.copyfile(file, self._home / file.name)
            (self._home / file.name).chmod(0o444)
        os.chown(self._home, self._user, self._user)
        self._free = self._free_space()
        return {
            "user": self._user,
            "parent": os.getpid(),
            "home": str(self._home),
            "limits": self.limits.of_each_process(),
            "readable": [*mounts.readable(), *_FACTS, *map(str, shown)],
            "devices": _DEVICES,
            "hidden": [str(path) for path in hidden if path.exists()],
            "filters": [program.hex() for program in (seccomp.no_sockets(), seccomp.program())],
            "command": list(command),
            "environment": environment | {"HOME": str(self._home), "TMPDIR": str(self._home)},
        }

    def _start(self, plan: dict[str, Any], keep: Sequence[int]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(_LAUNCHER), json.dumps(plan)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=list(keep),
            env={},
            start_new_session=True,
        )

    def processes(self) -> Iterator[int]:
        """Yield the numbers of all processes of the user, wherever they have gone."""
        for entry in os.scandir("/proc"):
            with suppress(OSError):
                if entry.name.isdecimal() and entry.stat().st_uid == self._user:
                    yield int(entry.name)

    def watch_memory(self) -> None:
        """Watch the memory of all processes together, and the disk, until the end."""
        self._watch = Watch(self._exceeds, self._end_for_memory)

    def wait(self, seconds: float) -> bool:
        """Wait for the command to end by itself; return whether it did."""
        with suppress(subprocess.TimeoutExpired):
            returned = self._process.wait(seconds)
            self.status = returned if returned >= 0 else 128 - returned
        return self.status is not None

    def kill(self) -> None:
        """Have the kernel kill all processes of the user at once, which no fork outruns; do not wait for them."""
        with suppress(OSError):
            self._process.kill()
        user = [f"--reuid={self._user}", f"--regid={self._user}", "--clear-groups"]
        with suppress(OSError, subprocess.SubprocessError):
            command = ["setpriv", *user, "--no-new-privs", "sh", "-c", "kill -KILL -1"]
            subprocess.run(command, check=False, timeout=_SECONDS_TO_DIE, stderr=subprocess.DEVNULL, cwd="/")

    def end(self) -> None:
        """Kill all processes of the user, and remove their files; safe to call twice."""
        if self._watch:
            self._watch.stop()
        if self.status is None:
            self.measure()
        deadline = time.monotonic() + _SECONDS_TO_DIE
        while self._home.exists() and time.monotonic() < deadline:
            self.kill()
            self.wait(_SECONDS_TO_DIE)
            if not any(self.processes()):
                break
        self.close_stderr()
        self._stack.close()

    def measure(self) -> None:
        """Read the meter; it must happen while the processes live."""
        self.meter.measure(self.processes())

    def close_stderr(self) -> None:
        """Stop reading what the launcher prints about a start that failed."""
        if self._process.stderr:
            self._process.stderr.close()

    def fault(self, what: str) -> SandboxError:
        """Return the error for a failure that is not the student's, with what the launcher printed."""
        self.wait(0.5)
        printed = ""
        if self._process.stderr and not self._process.stderr.closed:
            os.set_blocking(self._process.stderr.fileno(), False)
            printed = (self._process.stderr.read(2000) or b"").decode(errors="replace").strip()
        return SandboxError(
            f"The sandbox has failed: {what}.",
            got=printed or f"status {self.status} and no message",
            expected="a process that runs as a user of its own, to whom what is hidden is closed",
            remedy="close the folder that is named to other users (chmod o-rwx), or open the interpreter's to them",
        )

    def _exceeds(self) -> bool:
        used = sum(map(private_memory, self.processes()))
        return used > self.limits.memory or self._free - self._free_space() > _DISK

    def _free_space(self) -> int:
        state = os.statvfs(self._home)
        return state.f_bavail * state.f_frsize

    def _end_for_memory(self) -> None:
        self.was_out_of_memory = True
        self.kill()
