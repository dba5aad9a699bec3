"""A Python that has imported MXNet and forks a worker into each sandbox, as the grader sees it."""

from __future__ import annotations

import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from d2l_autograder.sandbox import mounts, seccomp
from d2l_autograder.sandbox.settings import Limits

__all__ = ["HOLDER", "Template", "template_for"]

HOLDER = "/usr/bin/cat"  # waits inside, as long as the worker runs
_START_SECONDS = 60.0
_PROGRAM = Path(__file__).with_name("template_program.py")


@cache
def template_for(variables: tuple[tuple[str, str], ...]) -> Template | None:
    """Return the template with these environment variables; None where this machine cannot have one."""
    if not (hasattr(ctypes.CDLL(None), "_Fork") and Path(HOLDER).exists() and _is_harmless(Path(sys.executable))):
        return None
    try:
        return Template(dict(variables))
    except OSError:
        return None


def _is_harmless(interpreter: Path) -> bool:
    """Return whether a worker cannot change its interpreter, which it reaches through /proc/self/exe.

    That file is not of the sandbox's read-only file system. A grader who is not root has the worker's user.
    """
    return os.geteuid() == 0 or interpreter.stat().st_uid != os.geteuid()


class Template:
    """The program in ``template_program.py``; it ends with the grader.

    Parameters
    ----------
    variables : mapping of str to str
        The whole environment of the workers.

    Raises
    ------
    OSError
        If the program does not start.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", str(_PROGRAM), str(other.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get('D2LDEBUG') else subprocess.DEVNULL,
                pass_fds=[other.fileno()],
                cwd="/",
                env=dict(variables),
                start_new_session=True,  # an interrupt from the keyboard must reach the grader only
            )
        packages = str(mounts.PACKAGE.parent)
        settings = {"worker": mounts.WORKER, "packages": packages, "library": mounts.LIBRARY}
        self._channel.send(json.dumps(settings).encode())
        if not select.select([self._channel], [], [], _START_SECONDS)[0] or self._channel.recv(16) != b"ready":
            self.end()
            raise OSError("the program did not start")

    def fork(self, limits: Limits, user: int, fds: Sequence[int]) -> None:
        """Have a worker started; `fds` are its pipes, and what ``template_program.py`` documents; raises OSError."""
        plan: dict[str, Any] = {"home": mounts.HOME, "user": user, "limits": limits.of_each_process()}
        plan["filter"] = seccomp.program().hex()
        with self._lock:
            socket.send_fds(self._channel, [json.dumps(plan).encode()], fds)

    def end(self) -> None:
        """End the program; the workers live on."""
        with suppress(OSError):
            self._channel.close()
        self._process.kill()
        self._process.wait()
