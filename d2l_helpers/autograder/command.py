"""``d2l-helpers grade``: a class's notebooks, or one, from the command line."""

from __future__ import annotations

import secrets
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from tqdm import tqdm

from d2l_helpers.autograder.assignment import Assignment
from d2l_helpers.autograder.batch import Grader, Outcome
from d2l_helpers.autograder.inbox import Entry, find_entries
from d2l_helpers.autograder.report import marks_table, summary, write_reports
from d2l_helpers.autograder.results import Status, Store

__all__ = ["grade_class", "grade_one"]


def grade_one(notebook: Path, assignments: Mapping[str, Assignment], is_sandboxed: bool) -> bool:
    """Show one notebook's marks in the terminal; says whether there are any."""
    (entry,) = find_entries(notebook, assignments)
    (outcome,) = Grader(assignments, secrets.token_bytes(), is_sandboxed=is_sandboxed).grade([entry])
    Console().print(marks_table(outcome.result))
    return outcome.result.status == Status.MARKED


def grade_class(folder: Path, out: Path, grader: Grader, gradescope: bool = False) -> bool:
    """Mark all notebooks in a folder and write what comes of it.

    Parameters
    ----------
    folder : Path
        The submissions.
    out : Path
        Where results go.
    grader : Grader
        With the store in `out`.
    gradescope : bool, optional
        Whether to write Gradescope's files, too.

    Returns
    -------
    bool
        Whether each has a mark or a clear status.
    """
    entries = find_entries(folder, grader.assignments)
    outcomes: list[Outcome] = []
    for outcome in tqdm(grader.grade(entries), total=len(entries), unit="notebook", file=sys.stderr):
        outcomes.append(outcome)
    outcomes.sort(key=lambda outcome: (outcome.result.student, outcome.result.assignment))
    write_reports([outcome.result for outcome in outcomes], out, gradescope)
    Console().print(summary([outcome.result for outcome in outcomes], [outcome.kept for outcome in outcomes]))
    return all(outcome.result.status != Status.SANDBOX_FAULT for outcome in outcomes)
