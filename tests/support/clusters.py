"""Clusters of dask, what can befall them, and classes that are marked on them."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.batches import ROOT, hand_in, notebook, results
from support.lacking import lacking

from benchmarks.cluster import machines as made
from d2l_autograder.batch.cluster import address
from d2l_autograder.batch.cluster.address import Certificates
from d2l_autograder.results import Result


def need_dask() -> None:
    if not importlib.util.find_spec("distributed"):
        lacking("needs dask.distributed: run make cluster")


def make_certificates(folder: Path) -> Certificates:
    """Run exactly the three commands that a refusal shows."""
    if not shutil.which("openssl"):
        lacking("needs openssl: run make system-packages")
    folder.mkdir(parents=True, exist_ok=True)
    return address.make_certificates(folder)


@contextmanager
def networks() -> Iterator[made.Networks]:
    if not made.can_make_networks():
        pytest.skip("only root can make networks: run as root, with iproute2 and util-linux")
    with made.networks() as found:
        yield found


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


def quick_class(folder: Path, count: int, seconds: float = 0.5, untouched: int = 1) -> Path:
    """Hand in so many notebooks: with one answer that is right, or wrong in several ways, untouched, or damaged."""
    answers = [QUICK.format(seconds=seconds, answer=answer) for answer in (RIGHT, *WRONG)]
    contents = [*(notebook(stable_softmax=answer) for answer in answers), *[notebook()] * untouched, "{"]
    names = {f"s{number:03}": number for number in range(count)}
    return hand_in(folder, {name: contents[number % len(contents)] + " " * number for name, number in names.items()})


def marks_in(out: Path) -> dict[str, Result]:
    """Return the results of a store by student; each student must have one, in one file."""
    found = [Result.from_json(contents.decode()) for contents in results(out).values()]
    by_student = {result.student: result for result in found}
    assert len(by_student) == len(found)
    return by_student


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, such as a nanny its worker."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
