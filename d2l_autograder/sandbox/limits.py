"""How much a sandbox may use."""

from __future__ import annotations

from dataclasses import dataclass, fields

from d2l_helpers.errors import ArgumentError

__all__ = ["Limits"]

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one sandbox may use; every value is positive.

    Attributes
    ----------
    seconds : float
        For one request, such as a cell or a call, by the clock on the wall.
    total_seconds : float
        For all requests of a sandbox together; also each process's CPU time.
    start_seconds : float
        For the start. It is our time: more of it means a fault of ours.
    memory : int
        Bytes that all processes may use together, /tmp and /dev/shm included.
    address_space : int
        Bytes that one process may map; MXNet maps much more than it uses.
    processes : int
        Processes and threads at once, ours (at most 3) included.
    open_files : int
        Descriptors a process may have open.
    file : int
        Bytes of the largest file.
    tmp : int
        Bytes of all files in /tmp.
    shared_memory : int
        Bytes of all files in /dev/shm.
    frame : int
        Bytes of the longest message that is accepted.
    output : int
        Bytes of text that one request may print before it is stopped.
    """

    seconds: float = 30.0
    total_seconds: float = 300.0
    start_seconds: float = 60.0
    memory: int = 2048 * MB
    address_space: int = 6144 * MB
    processes: int = 128
    open_files: int = 256
    file: int = 32 * MB
    tmp: int = 64 * MB
    shared_memory: int = 64 * MB
    frame: int = 32 * MB
    output: int = 4 * MB

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
                raise ArgumentError(
                    "Cannot limit a sandbox so.",
                    got=f"{field.name}={value!r}",
                    expected="a positive number",
                    remedy=f"leave {field.name} out for its default, {field.default}",
                )

    def prlimit(self) -> list[str]:
        """Give the command that sets what the kernel limits for each process, to be followed by what it runs."""
        cpu = int(self.total_seconds) + 1
        return [
            "prlimit",
            f"--nproc={int(self.processes)}",
            f"--as={int(self.address_space)}",
            f"--cpu={cpu}:{cpu + 2}",
            f"--fsize={int(self.file)}",
            f"--nofile={int(self.open_files)}",
            f"--memlock={MB}",
            "--msgqueue=0",
            "--core=0",
        ]
