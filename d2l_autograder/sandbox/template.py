"""A Python that has imported what workers import, and forks one into each sandbox, as the grader sees it."""

from __future__ import annotations

import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from d2l_autograder.sandbox import mounts, seccomp
from d2l_autograder.sandbox.settings import Limits, Setup

__all__ = ["HOLDER", "Template", "template_for"]

HOLDER = "/usr/bin/cat"  # waits inside, as long as the worker runs
_START_SECONDS = 60.0
_PROGRAM = Path(__file__).with_name("template_program.py")
_templates: dict[bool, Template | None] = {}
_lock = threading.Lock()


def template_for(setup: Setup) -> Template | None:
    """Return the template of a sandbox's worker; None where there can be none, and Python starts inside.

    A template's hashes of text are those of all its workers.
    """
    if setup.hash_seed or not _can_fork():
        return None
    with _lock:  # each is started once
        if setup.mxnet not in _templates:
            _templates[setup.mxnet] = None
            with suppress(OSError):  # where it has a cause that the sandbox has, too, the sandbox's start names it
                _templates[setup.mxnet] = Template(setup)
    template = _templates[setup.mxnet]
    return template if template and template.is_usable else None


class Template:
    """The program in ``template_program.py``; it ends with the grader.

    Parameters
    ----------
    setup : Setup
        Whether to import MXNet, and the environment.

    Attributes
    ----------
    is_usable : bool
        False if the program did not start, or has failed since.
    """

    def __init__(self, setup: Setup) -> None:
        self._sending = threading.Lock()
        self._channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", str(_PROGRAM), str(other.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
                cwd="/",
                env=setup.variables(),
                start_new_session=True,  # an interrupt from the keyboard must reach the grader only
            )
        self.is_usable = True
        places = {"worker": mounts.WORKER, "packages": str(mounts.PACKAGE.parent), "library": mounts.LIBRARY}
        self._send(places | {"mxnet": setup.mxnet})
        if not self._is_ready():
            self.give_up()

    def _is_ready(self) -> bool:
        with suppress(OSError):
            is_there = select.select([self._channel], [], [], _START_SECONDS)[0]
            return bool(is_there) and self._channel.recv(16) == b"ready"
        return False

    def give_up(self) -> None:
        """End the program; no worker is forked any more."""
        with self._sending:
            self.is_usable = False
            self._channel.close()
            self._process.kill()
            self._process.wait()

    def fork(self, limits: Limits, user: int, fds: Sequence[int]) -> None:
        """Have a worker started in the sandbox.

        Parameters
        ----------
        limits : Limits
            The limits of the worker.
        user : int
            The worker's user, where the grader is root.
        fds : sequence of int
            The five descriptors that ``template_program.py`` documents.
        """
        plan: dict[str, Any] = {"home": mounts.HOME, "user": user, "limits": limits.of_each_process()}
        plan["filter"] = seccomp.program().hex()
        self._send(plan, fds)

    def _send(self, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
        with self._sending, suppress(OSError):  # where the program has ended, no worker enters the sandbox
            socket.send_fds(self._channel, [json.dumps(message).encode()], fds)


@cache
def _can_fork() -> bool:
    """Return whether the C library forks without MXNet's handlers, as glibc does from 2.34 on, and nothing is lent."""
    if sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "_Fork"):
        return False
    return Path(HOLDER).exists() and _is_harmless(Path(sys.executable))


def _is_harmless(interpreter: Path) -> bool:
    """Return whether no worker can change its interpreter, which it reaches by /proc/self/exe.

    Forked outside, a worker has that file from there, where it is not mounted read-only. If the grader is not root, the
    worker may do to it what the grader may.
    """
    return os.geteuid() == 0 or interpreter.stat().st_uid != os.geteuid()
