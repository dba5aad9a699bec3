"""Compare the autograders: submissions per minute, peak memory, and the marks of each."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

from benchmarks import history
from benchmarks.bounds import Figure, figure_table
from benchmarks.grading.autograders import Autograder, D2LGrade, Measurement, NBGrader, Otter, environment_of_others
from benchmarks.grading.coursework import Student, comparable, students
from benchmarks.machine import Machine
from d2l_autograder.assignment import load_assignment

__all__ = ["grading_figures", "run"]

_MIN_SPEEDUP, _MAX_MEMORY, _MOST_SECONDS = 10, 2, 10  # the project's bounds, on two cores


def run(
    notebook: Path, answers: Path, count: int, kept: Path, history_file: Path, json_file: TextIO | None = None
) -> bool:
    """Run three autograders on the same class in turn, print tables, and return whether the bounds are kept.

    The history gets a line.

    Parameters
    ----------
    notebook : Path
        The assignment.
    answers : Path
        The folder of the answer key.
    count : int
        The number of students.
    kept : Path
        The folder in which the other autograders' environment is kept.
    history_file : Path
        The history; it is read before anything is measured.
    json_file : file, optional
        A file for the numbers as JSON.
    """
    console = Console()
    history.read(history_file)
    machine = Machine(has_sandboxes=True)
    assignment = comparable(load_assignment(notebook, answers))
    submitting = students(assignment, count)
    python = environment_of_others(kept.resolve() / "environment")
    work = Path(tempfile.mkdtemp(prefix="bench-grading-"))
    autograders: list[Autograder] = [
        D2LGrade(work / "ours", assignment, answers),
        NBGrader(work / "nbgrader", python, assignment),
        Otter(work / "otter", python, assignment),
    ]
    runs = []
    for autograder in autograders:
        runs.append(autograder.measure(submitting))
        console.print(f"{runs[-1].grader}: {runs[-1].submissions} submissions in {runs[-1].seconds:.0f} s")
    endless = [student for student in submitting if student.kind == "endless"][:1]
    alone = D2LGrade(work / "endless", assignment, answers).measure(endless) if endless else None
    shutil.rmtree(work)
    figures = grading_figures(runs, alone)
    described = machine.describe()
    for table in (_performance_table(runs), _marks_table(runs, submitting), figure_table(figures)):
        console.print(table)
    console.print("\n".join(_remarks(runs, submitting)))
    if json_file:
        json_file.write(json.dumps({"machine": described} | _as_json(runs, submitting, figures), indent=1) + "\n")
    history.append(history_file, "grading", described, figures)
    return all(figure.kept for figure in figures)


def grading_figures(runs: Sequence[Measurement], alone: Measurement | None) -> list[Figure]:
    """Return the ratios to nbgrader; `alone` is a class of one, whose answer never ends."""
    ours, nbgrader = runs[:2]
    figures = [
        Figure("submissions per minute, to nbgrader's", ours.per_minute / nbgrader.per_minute, _MIN_SPEEDUP, "×", True),
        Figure(
            "peak memory, to one nbgrader kernel's", ours.memory.everything / nbgrader.memory.kernel, _MAX_MEMORY, "×"
        ),
    ]
    if alone:
        figures.append(Figure("a class of one submission with an endless loop", alone.seconds, _MOST_SECONDS, "s"))
    return figures


def _performance_table(runs: Sequence[Measurement]) -> Table:
    columns = ("", "graded", "s", "per minute", "our speed-up", "MB, all", "grader", "kernel")
    table = Table(*columns, title="Grading, one autograder after the other; peak memory")
    for each in runs:
        ratio = runs[0].per_minute / each.per_minute
        sizes = (each.memory.everything, each.memory.program, each.memory.kernel)
        megabytes = [f"{size / 1e6:.0f}" if size else "" for size in sizes]
        rates = (f"{each.seconds:.1f}", f"{each.per_minute:.1f}", f"{ratio:.2f} ×")
        table.add_row(each.grader, str(each.submissions), *rates, *megabytes)
    return table


def _marks_table(runs: Sequence[Measurement], submitting: Sequence[Student]) -> Table:
    """Return the mean marks for each kind of submission, and how often all autograders agree."""
    table = Table("", "students", *(each.grader for each in runs), "all agree", title="Mean marks")
    for kind in dict.fromkeys(student.kind for student in submitting):
        names = [student.name for student in submitting if student.kind == kind]
        means = [_mean([each.marks.get(name) for name in names]) for each in runs]
        agree = sum(not _differ(runs, name) for name in names)
        table.add_row(kind, str(len(names)), *means, f"{agree} of {len(names)}")
    return table


def _mean(marks: Sequence[float | None]) -> str:
    given = [mark for mark in marks if mark is not None]
    without = f", {len(marks) - len(given)} without" if len(given) < len(marks) else ""
    return (f"{sum(given) / len(given):.2f}" if given else "none") + without


def _differ(runs: Sequence[Measurement], name: str) -> bool:
    """Return whether the marks of a submission differ between the autograders that graded it, or one is missing."""
    given = [each.marks[name] for each in runs if name in each.marks]
    return len({None if mark is None else round(mark, 2) for mark in given}) > 1


def _remarks(runs: Sequence[Measurement], submitting: Sequence[Student]) -> list[str]:
    kinds = Counter(student.kind for student in submitting)
    different = [student for student in submitting if _differ(runs, student.name)]
    counts = f"{len(different)} of {len(submitting)}"
    remarks = [f"Marks differ for {counts} submissions:" if different else "All marks agree."]
    for student in different:
        marks = [each.marks.get(student.name, "left out") for each in runs]
        remarks.append(
            f"  {student.name}, {student.kind}: " + ", ".join("no mark" if x is None else str(x) for x in marks)
        )
    if kinds["endless"]:
        remarks.append(f"otter run has no timeout, so {kinds['endless']} endless submission was left out.")
    return remarks


def _as_json(runs: Sequence[Measurement], submitting: Sequence[Student], figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        "students": {student.name: student.kind for student in submitting},
        "runs": [
            {
                "grader": each.grader,
                "submissions": each.submissions,
                "seconds": each.seconds,
                "per_minute": each.per_minute,
                "peak_bytes": asdict(each.memory),
                "marks": each.marks,
            }
            for each in runs
        ],
        "figures": [asdict(figure) | {"kept": figure.kept} for figure in figures],
    }
