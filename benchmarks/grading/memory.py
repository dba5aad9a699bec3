"""Measure the memory of a program and all its descendants together, a few times per second."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

__all__ = ["PeakMemory"]

_INTERVAL = 0.3  # seconds between two measurements
_KCMP = {"x86_64": 312, "aarch64": 272}.get(platform.machine(), -1)  # system call that compares two processes
_KCMP_VM = 1
_system_call = ctypes.CDLL(None).syscall


@dataclass
class PeakMemory:
    """The peak memory, in bytes: proportional set sizes, which divide shared pages among the processes.

    Attributes
    ----------
    everything : int
        Of a program and all its descendants together.
    program : int
        Of the program's first process.
    kernel : int
        Of the largest Jupyter kernel among the descendants.
    processes : int
        The number of processes at the peak of `everything`.
    """

    everything: int = 0
    program: int = 0
    kernel: int = 0
    processes: int = 0

    def watch_until_end(self, program: subprocess.Popen[bytes], timeout: float) -> bool:
        """Measure until a program ends, and return True; kill it after the timeout, and return False."""
        deadline = time.monotonic() + timeout
        try:
            while time.monotonic() < deadline:
                self._measure(program.pid)
                with suppress(subprocess.TimeoutExpired):
                    program.wait(_INTERVAL)
                    return True
            return False
        finally:
            program.kill()
            program.wait()

    def _measure(self, program: int) -> None:
        sizes, kernels = {}, []
        for process in _tree(program):
            with suppress(psutil.Error):  # the process may have ended by now
                if not _shares_parents_memory(process.pid):
                    sizes[process.pid] = _size(process)
                    if any("ipykernel_launcher" in part for part in process.cmdline()):
                        kernels.append(sizes[process.pid])
        if sum(sizes.values()) > self.everything:
            self.everything, self.processes = sum(sizes.values()), len(sizes)
        self.program = max(self.program, sizes.get(program, 0))
        self.kernel = max([self.kernel, *kernels])


def _tree(program: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        first = psutil.Process(program)
        return [first, *first.children(recursive=True)]
    return []


def _size(process: psutil.Process) -> int:
    """Return a process's proportional set size, or its resident set size if the kernel refuses the former."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)


def _shares_parents_memory(pid: int) -> bool:
    """Return whether a process is between vfork and exec: its memory is its parent's and must count once."""
    parent = psutil.Process(pid).ppid()
    return bool(_system_call(_KCMP, pid, parent, _KCMP_VM, 0, 0) == 0)
