"""The command ``d2l-author try``, which the autograder adds to those of the authors."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from d2l_autograder.cli.places import EXISTING_FOLDER, Place

if TYPE_CHECKING:
    from d2l_autograder.trial.trial import Tried

__all__ = ["trial"]

_COLUMNS = ("cells", "stub", "solution", "refused", "probes")


@click.command("try")
@click.argument("name", type=Place())
@click.option("--answers", type=EXISTING_FOLDER, help="The answer key; by default beside the exercises.")
def trial(name: Path, answers: Path | None) -> None:
    """Try the exercises of the notebook NAME: every solution, every wrong answer, every probe.

    The exit status is 1 if something is to be repaired.
    """
    from d2l_autograder.assignment import load_assignment
    from d2l_autograder.trial.trial import release_problem, try_item

    notebook = name if name.suffix == ".ipynb" else name.with_name(f"{name.name}.ipynb")
    assignment = load_assignment(notebook, answers)
    rows: list[tuple[str, ...]] = [
        ("exercise", "kind", "points", "cells", "stub", "solution", "wrong refused", "probes")
    ]
    problems: list[str] = []
    for item in assignment.items:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # answers may print
            tried = list(try_item(assignment, item))
        exercise = item.exercise
        done = {what: [one for one in tried if one.what == what] for what in _COLUMNS}
        said = [_count(done[what]) for what in _COLUMNS]
        rows.append((exercise.name, exercise.kind, f"{exercise.points}", *said))
        problems += [f"{exercise.name}, {one.of}: {one.problem}" for one in tried if one.problem]
    if problem := release_problem(assignment):
        problems.append(problem)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for problem in problems:
        click.echo(f"\n{problem}")
    well = f"All is well. Next: d2l-author record {shlex.quote(os.path.relpath(notebook))}"
    click.echo(f"\n{len(problems)} to repair" if problems else f"\n{well}")
    sys.exit(bool(problems))


def _count(tried: list[Tried]) -> str:
    """Say how many of several tries went well."""
    good = sum(not one.problem for one in tried)
    return f"{good} of {len(tried)}" if len(tried) > 1 else "right" if good else "not yet"
