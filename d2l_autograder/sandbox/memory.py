"""How much memory the processes of a sandbox hold together, where no control group counts it.

The kernel limits each process by itself, so the grader adds up: ten times a second, as long as the sandbox lives. It
first adds up what is cheap to read and never too little. Only where that sum is over the limit, or where the kernel's
own memory has grown, it looks at each process closely. What the kernel holds for processes and no page table shows
counts at the largest size that the filter of system calls allows: queues, files without contents, areas of memory.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

__all__ = ["SandboxMemory", "Watch", "private_memory"]

_TICK, _MOMENT = 0.1, 0.02  # seconds between two counts, and before the second one that must confirm the first
_LONGEST = 2.0  # seconds of CPU time: a sandbox whose memory takes longer to count has made too many areas of memory
_SOCKET, _OPEN = 320 << 10, 64 << 10  # bytes that a socket's queue can hold; another open file, such as a pipe
_MOST_AREAS = 65_530  # of a process, where the machine's administrator has not changed it
_THREAD, _FILE = 32 << 10, 2 << 10  # bytes of the kernel's: for a thread, for a file without contents
_AREA, _INHERITED = 256, 64  # for an area of memory, and for each process that may share it by inheritance
_SUSPICIOUS = 64 << 20  # bytes by which the kernel's own memory may grow before areas of memory are counted
_NUMBERS = re.compile(rb"^(RssAnon|VmSwap|VmPTE|Threads):\s+(\d+)", re.MULTILINE)
_PRECISE = re.compile(rb"^(?:Pss_Anon|SwapPss):\s+(\d+)", re.MULTILINE)
_KERNEL = re.compile(r"^SUnreclaim:\s+(\d+)", re.MULTILINE)


class Watch:
    """A thread that ends a sandbox once its memory is over the limit.

    Parameters
    ----------
    exceeds : callable
        Whether the memory is over the limit now.
    end : callable
        Ends the sandbox.
    """

    def __init__(self, exceeds: Callable[[], bool], end: Callable[[], None]) -> None:
        self._exceeds, self._end = exceeds, end
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="d2l-sandbox-memory", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; safe to call twice."""
        self._is_over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        spent = 0.0
        while not self._is_over.wait(max(_TICK, spent)):
            before = time.thread_time()
            with suppress(OSError):  # such as one descriptor too many in the grader; the next count comes soon
                # A process that is about to start another program shares all memory with its parent, and counts twice
                if self._exceeds() and not self._is_over.wait(_MOMENT) and self._exceeds():
                    self._end()
                    return
            spent = time.thread_time() - before


class SandboxMemory:
    """The memory of all processes in one process namespace, and of the files in its /tmp and /dev/shm.

    Parameters
    ----------
    first_pid : int
        The number, outside, of the namespace's first process.
    open_files : int
        How many descriptors a process may have open.

    Raises
    ------
    OSError
        If this user may not look into the namespace, or it has ended.
    """

    def __init__(self, first_pid: int, open_files: int) -> None:
        self._open_files_of_each = open_files
        self._stack = ExitStack()
        try:
            # All of a namespace's processes are found at once, also those whose parents have ended
            self._processes, *self._folders = map(
                self._open, (f"/proc/{first_pid}/root{path}" for path in ("/proc", "/tmp", "/dev/shm"))
            )
        except OSError:
            self.close()
            raise
        self._kernel = _kernel_memory()

    def close(self) -> None:
        """Close the folders of the namespace; safe to call twice."""
        self._stack.close()

    def exceeds(self, most: int) -> bool:
        """Return whether more than this many bytes are in use."""
        shared = sum(map(_bytes_of_files, self._folders)) + self._sockets() * _SOCKET
        running = dict(self._running())
        bound = shared + sum(sum(numbers) + self._descriptors(place) * _OPEN for place, numbers in running.items())
        kernel = _kernel_memory()
        if bound <= most and kernel - self._kernel <= _SUSPICIOUS:
            return False
        if self._exceeds_exactly(most - shared, running):
            return True
        self._kernel = max(kernel, self._kernel)
        return False

    def _exceeds_exactly(self, most: int, running: dict[str, tuple[int, int]]) -> bool:
        deadline = time.thread_time() + _LONGEST
        open_files: set[tuple[object, ...]] = set()
        total = 0
        for place, (anonymous, kernel) in running.items():
            total += min(anonymous, self._private(place, anonymous)) + kernel
            total += self._areas(place) * (_AREA + _INHERITED * len(running))
            open_files.update(self._open_files(place))
            if total > most or time.thread_time() > deadline:
                return True
        return total + len(open_files) * _OPEN > most

    def _running(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """List each process with the bytes that its page tables show, and those that the kernel needs for it."""
        for name in filter(str.isdigit, _names(self._processes)):
            place, numbers = name, self._numbers(name)
            if numbers and "RssAnon" not in numbers:  # the first thread has ended: only another one shows the memory
                for thread in self._list(f"{name}/task"):
                    place, numbers = f"{name}/task/{thread}", self._numbers(f"{name}/task/{thread}")
                    if "RssAnon" in numbers:
                        break
            kernel = numbers.get("VmPTE", 0) * 1024 + numbers.get("Threads", 0) * _THREAD
            yield place, ((numbers.get("RssAnon", 0) + numbers.get("VmSwap", 0)) * 1024, kernel)

    def _numbers(self, place: str) -> dict[str, int]:
        found = _NUMBERS.findall(self._read(f"{place}/status"))
        return {name.decode(): int(number) for name, number in found}

    def _private(self, place: str, otherwise: int) -> int:
        """Return the bytes of a process's own memory, each shared page divided by its number of users."""
        with suppress(PermissionError):
            found = _PRECISE.findall(self._read(f"{place}/smaps_rollup"))
            if len(found) == 2:  # the first is missing in Linux 5.3
                return sum(map(int, found)) * 1024
        return otherwise

    def _areas(self, place: str) -> int:
        try:
            return self._read(f"{place}/maps").count(b"\n")
        except PermissionError:
            return _MOST_AREAS

    def _sockets(self) -> int:
        """Count the sockets, also those that wait to be accepted, or in a message to be received."""
        return self._read("1/net/unix").count(b"\n")

    def _descriptors(self, place: str) -> int:
        try:
            return len(self._list(f"{place}/fd"))
        except PermissionError:
            return self._open_files_of_each

    def _open_files(self, place: str) -> Iterator[tuple[object, ...]]:
        """Identify what a process has open; two processes that share something identify it alike."""
        try:
            for number in self._list(f"{place}/fd"):
                with suppress(FileNotFoundError, ProcessLookupError):
                    link = f"{place}/fd/{number}"
                    state = os.stat(link, dir_fd=self._processes)
                    is_anonymous = os.readlink(link, dir_fd=self._processes).startswith("anon_inode:")
                    yield (link,) if is_anonymous else (state.st_dev, state.st_ino)
        except PermissionError:
            yield from ((place, number) for number in range(self._open_files_of_each))

    def _open(self, path: str) -> int:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._stack.callback(os.close, fd)
        return fd

    def _list(self, place: str) -> list[str]:
        """List a folder of a process; nothing once the process has ended."""
        with suppress(FileNotFoundError, ProcessLookupError), self._opened(place) as fd:
            return _names(fd)
        return []

    def _read(self, place: str) -> bytes:
        """Read a file of a process; nothing once the process has ended."""
        with suppress(FileNotFoundError, ProcessLookupError), self._opened(place) as fd:
            return b"".join(iter(lambda: os.read(fd, 1 << 16), b""))
        return b""

    @contextmanager
    def _opened(self, place: str) -> Iterator[int]:
        fd = os.open(place, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._processes)
        try:
            yield fd
        finally:
            os.close(fd)


def private_memory(pid: int) -> int:
    """Return the bytes of a process's anonymous memory, also where it is swapped out; 0 once the process is gone."""
    with suppress(OSError):
        numbers = dict(_NUMBERS.findall(Path(f"/proc/{pid}/status").read_bytes()))
        return sum(int(numbers.get(name, 0)) * 1024 for name in (b"RssAnon", b"VmSwap"))
    return 0


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _bytes_of_files(folder: int) -> int:
    state = os.fstatvfs(folder)
    return (state.f_blocks - state.f_bfree) * state.f_frsize + (state.f_files - state.f_ffree) * _FILE


def _kernel_memory() -> int:
    """Return the bytes of the machine's memory in which the kernel keeps what it cannot drop."""
    with suppress(OSError):
        found = _KERNEL.search(Path("/proc/meminfo").read_text())
        return int(found[1]) * 1024 if found else 0
    return 0
