"""The settings of a sandbox: what its processes may use, and what it has ready before the first cell."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from d2l_autograder.sandbox import mounts
from d2l_helpers.errors import ArgumentError
from d2l_helpers.variants import SANDBOX_VARIABLE

__all__ = ["MB", "VARIABLES", "Limits", "Setup"]

MB = 1 << 20
_MOST_SIGNALS = 256  # that wait for the processes, timers included
VARIABLES = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # marking a submission again must give the same marks
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "MXNET_STORAGE_FALLBACK_LOG_VERBOSE": "0",
    "TQDM_DISABLE": "1",
}


@dataclass(frozen=True)
class Limits:
    """What one sandbox may use, and how it is confined; every number is positive.

    Attributes
    ----------
    seconds : float
        The time of one request, such as a cell or a call: CPU time of all processes together, and wall-clock time in
        which none of them computes or waits for the CPU. Other programs of the machine do not shorten it, except that
        no request runs for longer than five times this limit on the wall clock.
    total_seconds : float
        The same for all requests of a submission together; also the CPU time of each process.
    start_seconds : float
        Wall-clock time of the start. A start that takes longer is a failure of the grader, not of the student.
    memory : int
        Bytes that all processes may use together, including /tmp and /dev/shm.
    address_space : int
        Bytes that one process may map; MXNet maps much more than it uses.
    processes : int
        Processes and threads at the same time, including the (at most 3) of the sandbox itself.
    open_files : int
        File descriptors that a process may have open.
    file : int
        Bytes of the largest file.
    tmp : int
        Bytes of all files in /tmp.
    shared_memory : int
        Bytes of all files in /dev/shm.
    frame : int
        Bytes of the longest message that is accepted.
    output : int
        Characters that one request may print before it is stopped.
    has_namespaces : bool
        False for the weaker sandbox of `separate_user`, for containers that refuse namespaces.
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
    has_namespaces: bool = True

    def __post_init__(self) -> None:
        for field in fields(self)[:-1]:
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
                raise ArgumentError(
                    "A sandbox cannot have this limit.",
                    got=f"{field.name}={value!r}",
                    expected="a positive number",
                    remedy=f"leave {field.name} out for its default, {field.default}",
                )

    def of_each_process(self) -> dict[str, tuple[int, int]]:
        """Return the kernel's limits of each process, soft and hard, by their names after ``RLIMIT_``."""
        cpu = int(self.total_seconds) + 1
        limits = {
            "NPROC": self.processes,
            "AS": self.address_space,
            "FSIZE": self.file,
            "NOFILE": self.open_files,
            "MEMLOCK": MB,
            "SIGPENDING": _MOST_SIGNALS,
            "MSGQUEUE": 0,
            "RTPRIO": 0,
            "NICE": 0,
            "CORE": 1,  # 0 would not keep a crash from starting the machine's crash handler, if there is one
        }
        return {name: (int(most), int(most)) for name, most in limits.items()} | {"CPU": (cpu, cpu + 2)}


@dataclass(frozen=True)
class Setup:
    """What a sandbox has ready before the first cell, and what it must not show.

    Attributes
    ----------
    data : Path, optional
        The folder with the dataset's decompressed files, such as ``d2l_helpers.data.cache_folder()``. All of it can
        be read inside, except the test labels, which are replaced by a stand-in.
    imports : tuple of str
        Import statements to run, such as ``"from mxnet import np"``.
    mxnet : bool
        Whether functions are called with MXNet's arrays instead of NumPy's.
    hidden : tuple of Path
        Files and folders that must stay hidden, such as the answer key, the course and the submissions. The sandbox
        refuses to start if one of them lies below anything that it shows.
    files : tuple of Path
        What lies beside the notebook, such as data: code can read it in the folder where it runs.
    hash_seed : int
        Python's seed for the hashes of text, which are the same in all sandboxes with one seed.
    student : str
        The id of the student whose variant counts, which ``d2l_helpers.mine`` takes; empty for the chapter's numbers.
    """

    data: Path | None = None
    imports: tuple[str, ...] = ()
    mxnet: bool = False
    hidden: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()
    hash_seed: int = 0
    student: str = ""

    def variables(self) -> dict[str, str]:
        """Return the whole environment of the sandbox's first process."""
        return {
            **VARIABLES,
            "PYTHONHASHSEED": str(self.hash_seed),
            "HOME": mounts.HOME,
            "USER": "student",
            "LOGNAME": "student",
            "TMPDIR": "/tmp",
            "PATH": "/usr/bin",
            "PYTHONPATH": mounts.python_path(),
        }

    def first_message(self, limits: Limits, is_confined: bool) -> dict[str, Any]:
        """Return the message that prepares the worker."""
        # The stand-in for the test labels must pass d2l_helpers' checksum
        digest = hashlib.sha256(mounts.stand_in_labels()).hexdigest()
        data = {"D2L_DATA": mounts.DATA} if self.data and is_confined and limits.has_namespaces else {}
        return {
            "imports": list(self.imports),
            "mxnet": self.mxnet,
            "variables": {SANDBOX_VARIABLE: self.student} | data,
            "checksums": {"t10k-labels": digest} if self.data and is_confined else {},
            "output": int(limits.output),
        }
