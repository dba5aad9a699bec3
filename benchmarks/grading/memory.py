"""The memory that a program and all that it starts hold together, looked at a few times a second."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Peaks"]

_EVERY = 0.3  # seconds between two looks
_KCMP = {"x86_64": 312, "aarch64": 272}.get(platform.machine(), -1)  # compares what two processes share
_KCMP_VM = 1
_system_call = ctypes.CDLL(None).syscall


@dataclass
class Peaks:
    """The most memory at one time, in bytes, with each shared page divided among those who share it.

    Attributes
    ----------
    everything : int
        Of a program and all processes below it.
    program : int
        Of the program's first process.
    kernel : int
        Of the largest Jupyter kernel below it.
    processes : int
        How many there were when `everything` was the most.
    """

    everything: int = 0
    program: int = 0
    kernel: int = 0
    processes: int = 0

    def as_dict(self) -> dict[str, int]:
        """Give the numbers by their names."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}

    def watch_until_end(self, program: subprocess.Popen[bytes], seconds: float) -> bool:
        """Look until a program ends; says whether it did in time, and kills it otherwise."""
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                self._look(program.pid)
                with suppress(subprocess.TimeoutExpired):
                    program.wait(_EVERY)
                    return True
            return False
        finally:
            program.kill()
            program.wait()

    def _look(self, program: int) -> None:
        held = {process: _held(process) for process in _tree(program) if not _is_being_started(process)}
        if sum(held.values()) > self.everything:
            self.everything, self.processes = sum(held.values()), len(held)
        self.program = max(self.program, held.get(program, 0))
        self.kernel = max([self.kernel, *(size for process, size in held.items() if _is_kernel(process))])


def _tree(pid: int) -> Iterator[int]:
    waiting = [pid]
    while waiting:
        yield (one := waiting.pop())
        with suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())


def _held(pid: int) -> int:
    """A process's share of what it holds; of one that does not show its pages, all of it."""
    for file, name in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/{file}").read_text(errors="replace").splitlines():
                if line.startswith(name):
                    return int(line.split()[1]) << 10
    return 0


def _is_being_started(pid: int) -> bool:
    """Whether it still has its parent's memory, as between vfork and exec: that counts once."""
    try:
        (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("PPid:")]
    except OSError:
        return False
    return bool(_system_call(_KCMP, pid, int(line.split()[1]), _KCMP_VM, 0, 0) == 0)


def _is_kernel(pid: int) -> bool:
    try:
        return b"ipykernel_launcher" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
