"""A folder of submissions, and ``d2l-grade grade`` as a process of its own, as a teacher starts it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import nbformat
from support.key import solutions_to

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import read_notebook

ROOT = Path(__file__).parents[2]
NAME = "04_softmax_regression"
ENDLESS = """
import signal
for one in set(signal.Signals) - {9, 19}: signal.signal(one, signal.SIG_IGN)

def stable_softmax(Z):
    while True: pass
"""
Found = TypeVar("Found")


def notebook(**answers: str) -> str:
    """Write the chapter's notebook with some answers; without any, as it is handed out."""
    release = read_notebook(ROOT / "notebooks" / f"{NAME}.ipynb")
    return nbformat.writes(compose(release, {name: cell.source for name, cell in stubs(release)} | answers))


def solved(**other: str) -> str:
    return notebook(**(solutions_to(NAME) | other))


def hand_in(folder: Path, contents: Mapping[str, str]) -> Path:
    """Write a notebook for each student, and return the folder."""
    for student, content in contents.items():
        file = folder / student / f"{NAME}.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


def command(submissions: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "d2l_autograder", "grade", str(submissions), "--out", str(out), *options]


def environment(**other: str) -> dict[str, str]:
    """Return the environment of a teacher whose Python finds this checkout."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | other


def grade(submissions: Path, out: Path, *options: str, **other: object) -> subprocess.CompletedProcess[str]:
    """Grade, and check that no traceback was printed."""
    settings = {"cwd": ROOT, "env": environment(), "timeout": 300, "check": False, "capture_output": True, "text": True}
    done = subprocess.run(command(submissions, out, *options), **(settings | other))
    assert "Traceback" not in (done.stderr or "") + (done.stdout or ""), done.stderr
    return done


def start(submissions: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """Start to grade, in a session of its own as a terminal has it."""
    return subprocess.Popen(
        command(submissions, out, *options),
        cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def wait_for(what: Callable[[], Found], grader: subprocess.Popen[str], seconds: float = 120) -> Found:
    """Wait until `what` returns something, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert grader.poll() is None, f"the grader has already ended: {grader.communicate()}"
        assert time.monotonic() < deadline, "the grader did not get so far"
        time.sleep(0.02)
    return found


def results(out: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in (out / "results").rglob("*.json")}


def rows(out: Path) -> dict[str, dict[str, str]]:
    """Return the rows of grades.csv by student; each student has one."""
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert len({row["student"] for row in found}) == len(found)
    return {row["student"]: row for row in found}
