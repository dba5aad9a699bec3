"""The command ``d2l-grade similar``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from d2l_autograder.cli.grade import folder_of_class, options_without
from d2l_autograder.cli.places import EXISTING_FOLDER, FOLDER
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts

__all__ = ["similar"]


# Nothing is marked here
_NOT_HERE = (
    "out", "jobs", "again", "preview", "gradescope", "cluster", "tls_ca_file", "tls_cert", "tls_key", "no_sandbox",
)  # fmt: skip


@click.command(params=options_without(*_NOT_HERE))
@click.argument("submissions", type=EXISTING_FOLDER)
@click.option("--out", type=FOLDER, help="Folder for the list and the page; by default the course.")
def similar(
    submissions: Path,
    out: Path | None,
    folder: Path | None,
    notebooks: Path | None,
    answers: Path | None,
    **options: Any,
) -> None:
    """List pairs of students whose answers are alike.

    Writes similar.json and similar.html, with the passages that two answers share. Nothing that was handed in is
    executed. A pair is a reason to look, and proves nothing.
    """
    with stopped_by_interrupts(), away_from_current_folder() as current:
        from d2l_autograder.command.grade import ClassOptions
        from d2l_autograder.command.releases import choose_releases
        from d2l_autograder.command.similar import find_similar

        releases = choose_releases(submissions, current, folder, notebooks, answers)
        out = folder_of_class(submissions, out, releases, options)
        sys.exit(find_similar(submissions, out, releases, ClassOptions(**options)))
