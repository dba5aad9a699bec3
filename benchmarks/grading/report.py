"""The race of the graders, told: how fast, how large, and who gave which marks."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

from benchmarks.bounds import Figure, figure_table
from benchmarks.grading.coursework import Student, students
from benchmarks.grading.graders import Grader, NBGrader, Otter, Ours, Run, own_python, rivals_python
from d2l_autograder.assignment import load_assignment

__all__ = ["run"]

_FASTER, _LARGER = 5, 2  # the project's promise, on two cores


def run(notebook: Path, answers: Path, count: int, kept: Path, json_file: TextIO | None = None) -> bool:
    """Let three graders grade the same class in turn, print tables, and say whether the bounds were kept.

    Parameters
    ----------
    notebook : Path
        The assignment.
    answers : Path
        The key's folder.
    count : int
        How many students there are.
    kept : Path
        Where the environment of the other graders is kept.
    json_file : file, optional
        Where the numbers go as JSON, too.
    """
    console = Console()
    assignment = load_assignment(notebook, answers)
    folk = students(assignment, count)
    python = rivals_python(kept.resolve() / "environment")
    work = Path(tempfile.mkdtemp(prefix="bench-grading-"))
    makers: list[Callable[[], Grader]] = [
        lambda: Ours(work / "ours", own_python(), assignment, answers),
        lambda: NBGrader(work / "nbgrader", python, assignment),
        lambda: Otter(work / "otter", python, assignment),
    ]
    runs = []
    for make in makers:
        runs.append(make().race(folk))
        console.print(f"{runs[-1].grader}: {runs[-1].submissions} submissions in {runs[-1].seconds:.0f} s")
    shutil.rmtree(work)
    promises = _promises(runs)
    for table in (_race_table(runs), _marks_table(runs, folk), figure_table(promises)):
        console.print(table)
    console.print("\n".join(_remarks(runs, folk)))
    if json_file:
        json_file.write(json.dumps(_as_json(runs, folk, promises), indent=1) + "\n")
    return all(promise.kept for promise in promises)


def _promises(runs: Sequence[Run]) -> list[Figure]:
    ours, nbgrader = runs[:2]
    return [
        Figure("submissions a minute, beside nbgrader's", ours.per_minute / nbgrader.per_minute, _FASTER, "×", True),
        Figure(
            "peak memory, beside one nbgrader kernel's", ours.peaks.everything / nbgrader.peaks.kernel, _LARGER, "×"
        ),
    ]


def _race_table(runs: Sequence[Run]) -> Table:
    columns = ("", "given", "s", "a minute", "ours beside", "MB, all", "grader", "kernel")
    table = Table(*columns, title="Grading, in turn; peak memory")
    for each in runs:
        ratio = runs[0].per_minute / each.per_minute
        peaks = each.peaks
        megabytes = [f"{size / 1e6:.0f}" if size else "" for size in (peaks.everything, peaks.program, peaks.kernel)]
        rates = (f"{each.seconds:.1f}", f"{each.per_minute:.1f}", f"{ratio:.2f} ×")
        table.add_row(each.grader, str(each.submissions), *rates, *megabytes)
    return table


def _marks_table(runs: Sequence[Run], folk: Sequence[Student]) -> Table:
    """Show the marks for each kind of submission, and where graders differ."""
    table = Table("", "given", *(each.grader for each in runs), "all agree", title="Mean marks")
    for kind in dict.fromkeys(student.kind for student in folk):
        names = [student.name for student in folk if student.kind == kind]
        means = [_mean([each.marks.get(name) for name in names]) for each in runs]
        agree = sum(not _differ(runs, name) for name in names)
        table.add_row(kind, str(len(names)), *means, f"{agree} of {len(names)}")
    return table


def _mean(marks: Sequence[float | None]) -> str:
    given = [mark for mark in marks if mark is not None]
    without = f", {len(marks) - len(given)} without" if len(given) < len(marks) else ""
    return (f"{sum(given) / len(given):.2f}" if given else "none") + without


def _differ(runs: Sequence[Run], name: str) -> bool:
    """Whether graders that were given a submission gave different marks, or some none."""
    given = [each.marks[name] for each in runs if name in each.marks]
    return len({None if mark is None else round(mark, 2) for mark in given}) > 1


def _remarks(runs: Sequence[Run], folk: Sequence[Student]) -> list[str]:
    kinds = Counter(student.kind for student in folk)
    different = [student for student in folk if _differ(runs, student.name)]
    remarks = [f"Marks differ for {len(different)} of {len(folk)} submissions:" if different else "All marks agree."]
    for student in different:
        said = [each.marks.get(student.name, "not given it") for each in runs]
        remarks.append(
            f"  {student.name}, {student.kind}: " + ", ".join("no mark" if x is None else str(x) for x in said)
        )
    if kinds["endless"]:
        remarks.append(f"otter run has no limit of time and was spared {kinds['endless']} endless submission.")
    return remarks


def _as_json(runs: Sequence[Run], folk: Sequence[Student], promises: Sequence[Figure]) -> dict[str, Any]:
    machine = {"processor": platform.processor() or platform.machine(), "cores": len(os.sched_getaffinity(0))}
    return {
        "machine": machine | {"python": platform.python_version()},
        "students": {student.name: student.kind for student in folk},
        "runs": [
            {
                "grader": each.grader,
                "submissions": each.submissions,
                "seconds": each.seconds,
                "per_minute": each.per_minute,
                "peak_bytes": each.peaks.as_dict(),
                "marks": each.marks,
            }
            for each in runs
        ],
        "figures": [asdict(promise) | {"kept": promise.kept} for promise in promises],
    }
