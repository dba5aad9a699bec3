"""The command ``d2l-grade similar``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from d2l_autograder.cli.grade import folder_for_marks
from d2l_autograder.cli.places import EXISTING_FOLDER, FOLDER, Place
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts

__all__ = ["similar"]


@click.command()
@click.argument("submissions", type=Place(exists=True, file_okay=False))
@click.option("--out", type=FOLDER, help="Folder for the list and the page; by default the course.")
@click.option("--course", "folder", type=EXISTING_FOLDER, help="The course; by default the current folder.")
@click.option("--notebooks", type=FOLDER, help="Without a course; by default this project's.")
@click.option("--answers", type=FOLDER, help="Their answer key; by default this project's.")
@click.option("--platform", help="Where the files come from; by default recognised.")
@click.option("--names", metavar="REGEX", help="Finds (?P<student>…) in files' names.")
@click.option("--roster", type=Place(exists=True, dir_okay=False), help="CSV or gradebook.db with all students.")
@click.option("--groups", type=Place(exists=True, dir_okay=False), help="CSV that says who hands in together.")
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
        course = releases.course.folder if releases.course else None
        tables = {f"the {name}": options[name] for name in ("roster", "groups") if options[name]}
        out = folder_for_marks(submissions, out or course, tables)
        sys.exit(find_similar(submissions, out, releases, ClassOptions(**options)))
