"""Mark one class without a cluster and on 1, 2 and 4 workers, and compare seconds per submission."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import nbformat
from rich.console import Console
from rich.table import Table

from benchmarks.bounds import Figure, figure_table
from benchmarks.cluster.machines import can_make_networks, machines, networks, until
from benchmarks.grading.coursework import comparable, students
from d2l_authoring.compose import compose, stubs
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.batch.cluster.address import make_certificates
from d2l_autograder.batch.grader import Grader
from d2l_autograder.collect import Entry
from d2l_autograder.results import Result
from d2l_helpers.errors import ArgumentError

__all__ = ["run"]

_MOST_OVERHEAD = 10.0  # per cent of a submission's time; the project's bound
Marks = Mapping[str, Result]
Measure = Callable[..., tuple["Measured", Marks]]


@dataclass(frozen=True)
class Measured:
    """How long a class took, from its first result to its last.

    Attributes
    ----------
    where : str
        Who marked it.
    submissions : int
        How many were marked.
    seconds : float
        For each submission.
    marking : float
        Of each submission's own time, how long its marking took: the rest is reading, sending and waiting. Where
        several are marked at a time, it may be longer than `seconds`.
    """

    where: str
    submissions: int
    seconds: float
    marking: float


def run(notebook: Path, answers: Path, count: int, workers: Sequence[int], json_file: TextIO | None = None) -> bool:
    """Mark a class, print the seconds, and return whether the bound is kept.

    Parameters
    ----------
    notebook, answers : Path
        The assignment and its key.
    count : int
        The number of submissions.
    workers : sequence of int
        The sizes of the clusters. Each worker has a network and one core of its own, as far as there are cores.
    json_file : file, optional
        A file for the numbers as JSON.

    Raises
    ------
    ArgumentError
        If this user may not make networks, or two clusters mark differently.
    """
    if not can_make_networks():
        raise ArgumentError(
            "Cannot make the networks between the workers.",
            got=f"user {os.geteuid()}",
            expected="root, with ip, nsenter and taskset",
            remedy="run the same command as root, after installing iproute2 and util-linux",
        )
    assignment, console = load_assignment(notebook, answers), Console()
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="bench-cluster-") as folder:
        entries = _hand_in(Path(folder), assignment, count)
        measure = partial(_measure, assignment, entries)
        with _on(cores[:1]):
            found, expected = measure("this process, on one core", jobs=1)
        runs = [found]
        for number in workers:
            place = Path(folder) / f"{number} workers"
            found, marks = _on_workers(measure, place, number, cores)
            _require_same(marks, expected)
            runs.append(found)
            console.print(f"{found.where}: {found.seconds:.3f} s a submission")
    overhead = 100 * (runs[1].seconds / runs[0].seconds - 1)
    figure = Figure("overhead of a cluster of one worker", overhead, _MOST_OVERHEAD, "%")
    console.print(_table(runs))
    console.print(figure_table([figure]))
    if json_file:
        json_file.write(json.dumps([asdict(each) for each in runs], indent=1) + "\n")
    return figure.kept


def _hand_in(folder: Path, assignment: Assignment, count: int) -> list[Entry]:
    """Write the class of `benchmarks.grading`, without those whose answers never end."""
    chosen = [student for student in students(comparable(assignment), 2 * count) if student.kind != "endless"]
    unanswered = {name: cell.source for name, cell in stubs(assignment.release)}
    entries = []
    for number, student in enumerate(chosen[:count]):
        file = folder / "submitted" / student.name / f"{assignment.name}.ipynb"
        file.parent.mkdir(parents=True)
        # Blanks at the end make each file another one, so that random inputs differ
        file.write_text(
            nbformat.writes(compose(assignment.release, unanswered | student.answers)) + " " * number, encoding="utf-8"
        )
        entries.append(Entry(student.name, assignment.name, file))
    return entries


def _on_workers(measure: Measure, folder: Path, number: int, cores: Sequence[int]) -> tuple[Measured, Marks]:
    """Measure with workers that each have a network and a core; the grader takes the core that is used last."""
    from d2l_autograder.batch.cluster.connection import DaskCluster

    (folder / "certificates").mkdir(parents=True)
    certificates = make_certificates(folder / "certificates")
    with networks() as made, machines(folder / "machines", certificates) as started:
        started.start_scheduler(made.host)
        for place in range(number):
            _, inside, address = made.add()
            core = str(cores[place % len(cores)])
            started.start_worker("--host", f"tls://{address}", inside=[*inside, "taskset", "--cpu-list", core])
        cluster = DaskCluster(started.address, certificates)
        until(lambda: started.said().count("Registered to") == number)
        with _on(cores[-1:]):
            return measure(f"{number} workers, on {min(number, len(cores))} cores", cluster=cluster)


def _measure(assignment: Assignment, entries: Sequence[Entry], where: str, **options: Any) -> tuple[Measured, Marks]:
    """Mark the class; what comes before the first result, such as MXNet's import on a worker, does not count."""
    times, marks = [], {}
    for outcome in Grader({assignment.name: assignment}, b"of this benchmark only", **options).mark(entries):
        times.append(time.monotonic())
        marks[outcome.result.student] = outcome.result
    marking = sum(result.seconds for result in marks.values()) / len(marks)
    return Measured(where, len(times), (times[-1] - times[0]) / (len(times) - 1), marking), marks


def _require_same(marks: Marks, expected: Marks) -> None:
    different = [student for student in expected if marks.get(student) != expected[student]]
    if different:
        raise ArgumentError(
            "A cluster has marked otherwise than this process.",
            got=", ".join(different),
            expected="the same results",
            remedy="mark these submissions with d2l-grade, with and without --cluster, and compare",
        )


@contextmanager
def _on(cores: Sequence[int]) -> Iterator[None]:
    """Run the block on some cores, with all threads and processes that it starts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _table(runs: Sequence[Measured]) -> Table:
    table = Table("marked by", "submissions", "s each", "s marking", "a minute", "× one core", title="One class")
    for each in runs:
        rates = (
            f"{each.seconds:.3f}",
            f"{each.marking:.3f}",
            f"{60 / each.seconds:.0f}",
            f"{runs[0].seconds / each.seconds:.2f}",
        )
        table.add_row(each.where, str(each.submissions), *rates)
    return table
