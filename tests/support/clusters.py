"""Clusters of dask, started by dask's own commands, and what can befall them."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from support.batches import hand_in, notebook, results
from support.lacking import lacking

from d2l_autograder.batch.cluster.address import COMMANDS, Certificates
from d2l_autograder.results import Result

ROOT = Path(__file__).parents[2]
Found = TypeVar("Found")


def need_dask() -> None:
    if not importlib.util.find_spec("distributed"):
        lacking("needs dask.distributed: run make cluster")


def make_certificates(folder: Path) -> Certificates:
    """Run exactly the three commands that a refusal shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for command in COMMANDS:
        try:
            subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)
        except FileNotFoundError:
            lacking("needs openssl: run make system-packages")
    return Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


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
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def end(self) -> None:
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


def breakable_path(folder: Path, flag: Path) -> str:
    """Return a PATH with a bubblewrap that works until the flag exists."""
    folder.mkdir(parents=True)
    real = shutil.which("bwrap")
    program = folder / "bwrap"
    program.write_text(f'#!/bin/sh\n[ -e {shlex.quote(str(flag))} ] && exit 1\nexec {real} "$@"\n')
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def other_key(folder: Path) -> Path:
    """Copy the project's key, and change it so that nothing but its digest differs."""
    shutil.copytree(ROOT / "answers", folder, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "softmax_regression.py").open("a", encoding="utf-8") as file:
        file.write("# another version of the key\n")
    return folder


def other_version(folder: Path) -> Path:
    """Copy the project's packages, and change one so that nothing but the digest differs."""
    for name in ("d2l_helpers", "d2l_authoring", "d2l_autograder"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "d2l_autograder" / "digest.py").open("a", encoding="utf-8") as file:
        file.write("# another version of the grader\n")
    return folder


QUICK = """
import time
time.sleep({seconds})  # takes no CPU time of those who wait for this test

def stable_softmax(Z):
    return {answer}
"""
RIGHT = "np.exp(Z - Z.max(axis=1, keepdims=True)) / np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)"
WRONG = ("np.exp(Z)", "1 / 0", "exit(3)")


def quick_class(folder: Path, count: int, seconds: float = 0.5) -> Path:
    """Hand in so many notebooks with one answer each: right, wrong in several ways, or nothing at all."""
    answers = [QUICK.format(seconds=seconds, answer=answer) for answer in (RIGHT, *WRONG)]
    contents = [*(notebook(stable_softmax=answer) for answer in answers), notebook(), "{"]
    return hand_in(
        folder, {f"s{number:03}": contents[number % len(contents)] + " " * number for number in range(count)}
    )


def marks_in(out: Path) -> dict[str, Result]:
    """Return the results of a store by student; each student must have one, in one file."""
    found = [Result.from_json(contents.decode()) for contents in results(out).values()]
    by_student = {result.student: result for result in found}
    assert len(by_student) == len(found)
    return by_student
