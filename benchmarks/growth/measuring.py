"""Measure training and grading at several sizes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.comparison import interleave
from benchmarks.implementations import ours
from benchmarks.machine import Machine
from benchmarks.other_libraries import plain_numpy
from benchmarks.task import Task
from d2l_helpers import atomic
from d2l_helpers.errors import ArgumentError, RecordError

__all__ = ["SIZES", "measure", "read", "record"]

_OURS = "ours"
_TURNS = 5  # the first one warms up
SIZES: Mapping[str, Sequence[int]] = {
    "examples": (10_000, 20_000, 60_000, 200_000, 600_000),
    "batch": (32, 64, 128, 256, 512, 1024, 2048, 4096),
    "classes": (10, 30, 100, 300, 1000),
    "submissions": (10, 30, 100, 300, 1000, 3000),
}
"""What grows, and at which sizes it is measured."""

_Costs = dict[str, dict[str, list[float]]]  # by name: the seconds and megabytes at each size


def measure(quantity: str, largest: int | None = None) -> dict[str, Any]:
    """Measure one quantity of `SIZES`, at all sizes or at those up to the largest one wanted.

    Returns
    -------
    dict
        The machine, the sizes, and for each that was measured its best seconds and its peak megabytes by size: per
        epoch of training, or for all submissions.

    Raises
    ------
    ArgumentError
        If fewer than two sizes are left, which have no slope.
    """
    sizes = [size for size in SIZES[quantity] if size <= (largest or size)]
    if len(sizes) < 2:
        raise ArgumentError(
            f"Cannot measure how cost grows with {quantity}.",
            got=f"sizes up to {largest}",
            expected="at least two sizes",
            remedy=f"choose --up-to {SIZES[quantity][1]} or more, or leave it out",
        )
    machine = Machine(has_sandboxes=quantity == "submissions")
    costs: _Costs = {}
    for size in sizes:
        found = _graded(size) if quantity == "submissions" else _trained(quantity, size)
        for name, (seconds, megabytes) in found.items():
            each = costs.setdefault(name, {"seconds": [], "megabytes": []})
            each["seconds"].append(round(seconds, 4))
            each["megabytes"].append(round(megabytes, 1))
    return {"machine": machine.describe(), "sizes": sizes, "costs": costs}


def _trained(quantity: str, size: int) -> dict[str, tuple[float, float]]:
    """Return the best epoch without the test, in seconds, and the peak memory in megabytes (10**6 bytes)."""
    task = Task(**{"batch_size" if quantity == "batch" else quantity: size})
    contestants = {
        _OURS: partial(ours, task),
        "NumPy": partial(plain_numpy, task),
        "NumPy, one core": partial(plain_numpy, task),
    }
    timings = interleave(contestants, _TURNS, {"NumPy, one core": 1})
    return {each.name: (min(each.train_seconds), each.peak_bytes / 1e6) for each in timings}


def _graded(count: int) -> dict[str, tuple[float, float]]:
    """Return seconds and peak memory of ``d2l-grade grade`` for a class that hands the notebook in as it got it."""
    from benchmarks.grading.autograders import Untouched
    from benchmarks.grading.coursework import Student
    from d2l_autograder.assignment import load_assignment

    assignment = load_assignment(Path("notebooks/04_softmax_regression.ipynb"), Path("answers"))
    students = [Student(f"student{number:04}", "untouched", {}) for number in range(count)]
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        measured = Untouched(Path(folder, "class"), assignment, Path("answers")).measure(students)
    return {_OURS: (measured.seconds, measured.memory.everything / 1e6)}


def read(file: Path) -> dict[str, Any]:
    """Read what was recorded, by quantity.

    Raises
    ------
    RecordError
        If the file is missing or is not what `record` writes.
    """
    try:
        recorded = json.loads(file.read_text(encoding="utf-8"))
        for each in recorded.values():
            lengths = {len(costs) for by_name in each["costs"].values() for costs in by_name.values()}
            if lengths != {len(each["sizes"])}:
                raise ValueError("not one cost per size")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(
            f"Cannot read how cost grows, {file.name}.",
            got=error,
            expected="what `python -m benchmarks growth` has written",
            remedy="restore it with `git checkout benchmarks/growth.json`",
        ) from error
    return dict(recorded)


def record(file: Path, quantity: str, measured: Mapping[str, Any]) -> None:
    """Put what was measured of a quantity into the file; the other quantities stay as they are.

    Raises
    ------
    RecordError
        If `read` raises it.
    NotebookError
        If the file cannot be written; it is then unchanged.
    """
    recorded = read(file)
    recorded[quantity] = measured
    content = {each: recorded[each] for each in SIZES if each in recorded}
    atomic.replace_file(file, (json.dumps(content, indent=1) + "\n").encode())
