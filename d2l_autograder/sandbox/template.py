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
from pathlib import Path
from typing import Any

from d2l_autograder.sandbox import mounts, seccomp
from d2l_autograder.sandbox.settings import Limits, Setup

__all__ = ["HOLDER", "Template", "start_template", "template_for"]

HOLDER = "/usr/bin/cat"  # waits inside, as long as the worker runs
_START_SECONDS = 60.0
_PROGRAM = Path(__file__).with_name("template_program.py")
_templates: dict[bool, Template] = {}
_lock = threading.Lock()


def template_for(setup: Setup) -> Template | None:
    """Return the template of a sandbox's worker; None where there can be none, and Python starts inside.

    A template's hashes of text are those of all its workers.
    """
    if setup.hash_seed:
        return None
    template = start_template(setup)
    return template if template.is_usable else None


def start_template(setup: Setup) -> Template:
    """Start the template that a sandbox will need, and return it at once; each is started once."""
    with _lock:
        if setup.mxnet not in _templates:
            _templates[setup.mxnet] = Template(setup)
        return _templates[setup.mxnet]


class Template:
    """The program in ``template_program.py``; it ends with the grader.

    Parameters
    ----------
    setup : Setup
        Whether to import MXNet, and the environment.
    """

    def __init__(self, setup: Setup) -> None:
        self._turn = threading.Lock()
        self._is_ready = False
        self._channel: socket.socket | None = None
        if not _can_fork():
            return
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
        places = {"worker": mounts.WORKER, "packages": str(mounts.PACKAGE.parent), "library": mounts.LIBRARY}
        with suppress(OSError):
            self._channel.send(json.dumps(places | {"mxnet": setup.mxnet}).encode())

    @property
    def is_usable(self) -> bool:
        """Whether the program is ready; False where this machine cannot fork workers, and once it has failed to."""
        with self._turn:
            if self._channel is not None and not self._is_ready:
                with suppress(OSError):
                    is_there = select.select([self._channel], [], [], _START_SECONDS)[0]
                    self._is_ready = bool(is_there) and self._channel.recv(16) == b"ready"
        if not self._is_ready:
            self.give_up()
        return self._is_ready

    def give_up(self) -> None:
        """End the program; no worker is forked any more."""
        with self._turn:
            self._is_ready = False
            if self._channel is not None:
                self._channel.close()
                self._process.kill()
                self._process.wait()
            self._channel = None

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
        with self._turn, suppress(OSError):  # where the program has ended, no worker enters the sandbox
            if self._channel is not None:
                socket.send_fds(self._channel, [json.dumps(plan).encode()], fds)


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
