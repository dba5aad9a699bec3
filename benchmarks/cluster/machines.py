"""Clusters of dask on one machine, started by dask's own commands, and networks that lie between their machines."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from d2l_autograder.batch.cluster.address import Certificates

__all__ = ["Machines", "Networks", "can_make_networks", "machines", "networks", "until"]

ROOT = Path(__file__).parents[2]
Found = TypeVar("Found")


def until(what: Callable[[], Found], seconds: float = 120) -> Found:
    """Wait until `what` returns something, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"nothing within {seconds} seconds"
        time.sleep(0.02)
    return found


class Machines:
    """A scheduler and workers, each a process of its own with its own session, as dask's commands start them.

    Parameters
    ----------
    folder : Path
        Where they write what they say.
    certificates : Certificates, optional
        Without them, they speak over the loopback address without TLS.
    """

    def __init__(self, folder: Path, certificates: Certificates | None = None) -> None:
        self.folder, self.certificates = folder, certificates
        self.address = ""
        self.processes: list[subprocess.Popen[bytes]] = []

    def start_scheduler(
        self, host: str = "127.0.0.1", port: int = 0, inside: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a scheduler, and wait until it can be reached; `inside` is what its command line begins with."""
        said = self.folder / f"scheduler-{len(self.processes)}.json"
        scheme = "tls" if self.certificates else "tcp"
        arguments = ["--host", f"{scheme}://{host}", "--port", str(port), "--no-dashboard"]
        process = self._start("scheduler", *arguments, "--scheduler-file", str(said), inside=inside)
        until(lambda: said.exists() or process.poll() is not None)
        assert process.poll() is None, self.said()
        self.address = until(lambda: _address_in(said))
        return process

    def start_worker(
        self, *arguments: str, inside: Sequence[str] = (), address: str = "", **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start a worker with one thread, unless the arguments say otherwise."""
        threads = () if "--nthreads" in arguments else ("--nthreads", "1")
        options = [*threads, "--no-dashboard", "--local-directory", str(self.folder)]
        return self._start("worker", address or self.address, *options, *arguments, inside=inside, **environment)

    def said(self) -> str:
        """Return what all of them have said."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def end(self) -> None:
        """Kill all of them, with what they have started."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, what: str, *arguments: str, inside: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        command = [*inside, sys.executable, "-m", "dask", what, *arguments, *self._tls()]
        log = self.folder / f"{what}-{len(self.processes)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, cwd=self.folder, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def _tls(self) -> list[str]:
        if not (files := self.certificates):
            return []
        return ["--tls-ca-file", str(files.authority), "--tls-cert", str(files.own), "--tls-key", str(files.key)]


@contextmanager
def machines(folder: Path, certificates: Certificates | None = None) -> Iterator[Machines]:
    """Yield machines that end with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Machines(folder, certificates)
    try:
        yield made
    finally:
        made.end()


def _address_in(file: Path) -> str:
    try:
        return str(json.loads(file.read_text())["address"])
    except (ValueError, KeyError):  # not yet written to its end
        return ""


class Networks:
    """Machines' networks on one machine: a bridge, and a network namespace for each worker. Only root can make them."""

    def __init__(self) -> None:
        number = os.getpid() % 50_000
        self.net = f"10.{100 + number // 250}.{number % 250}"
        self.name = f"d2l{number}"
        self.count = 0
        self.host = f"{self.net}.1"
        _ip(f"link add {self.name} type bridge")
        _ip(f"addr add {self.host}/24 dev {self.name}")
        _ip(f"link set {self.name} up")

    def add(self) -> tuple[str, list[str], str]:
        """Make a network; return its name, what a command line that runs in it begins with, and its address."""
        self.count += 1
        name, address = f"{self.name}-{self.count}", f"{self.net}.{self.count + 1}"
        _ip(f"netns add {name}")
        _ip(f"link add {name} type veth peer name eth0 netns {name}")
        _ip(f"link set {name} master {self.name} up")
        for command in (f"addr add {address}/24 dev eth0", "link set eth0 up", "link set lo up"):
            _ip(f"-n {name} {command}")
        # Not `ip netns exec`, which hides the control groups
        return name, ["nsenter", f"--net=/run/netns/{name}"], address

    def cut(self, name: str) -> None:
        """Let nothing through from a network and to it, as when somebody pulls the cable."""
        _ip(f"link set {name} down")

    def join(self, name: str) -> None:
        """Undo `cut`."""
        _ip(f"link set {name} up")

    def end(self) -> None:
        """Remove the bridge and all networks."""
        for number in range(1, self.count + 1):
            # By itself it would stay as long as a process of the worker's, and its name would be taken
            _ip(f"link del {self.name}-{number}")
            _ip(f"netns del {self.name}-{number}")
        _ip(f"link del {self.name}")


def can_make_networks() -> bool:
    """Return whether this user may make network namespaces, and the programs are there."""
    return os.geteuid() == 0 and all(map(shutil.which, ("ip", "nsenter", "taskset")))


@contextmanager
def networks() -> Iterator[Networks]:
    """Yield networks that end with the block."""
    made = Networks()
    try:
        yield made
    finally:
        made.end()


def _ip(arguments: str) -> None:
    subprocess.run(["ip", *arguments.split()], check=True, capture_output=True)
