"""The command ``d2l-grade grade``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from d2l_autograder.cli.places import EXISTING_FOLDER, FOLDER, Place
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts
from d2l_autograder.command.trusted_places import require_folder_for_marks, require_trusted

__all__ = ["folder_for_marks", "grade"]


@click.command()
@click.argument("submissions", type=Place(exists=True))
@click.option("--out", type=FOLDER, help="Folder for the marks; by default the course.")
@click.option("--course", "folder", type=EXISTING_FOLDER, help="The course; by default the current folder.")
@click.option("--notebooks", type=FOLDER, help="Without a course; by default this project's.")
@click.option("--answers", type=FOLDER, help="Their answer key; by default this project's.")
@click.option("--platform", help="Where the files come from; by default recognised.")
@click.option("--names", metavar="REGEX", help="Finds (?P<student>…) in files' names.")
@click.option("--roster", type=Place(exists=True, dir_okay=False), help="CSV or gradebook.db with all students.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Notebooks to mark at a time.")
@click.option("--again", is_flag=True, help="Mark also what has a result; the new one counts.")
@click.option("--gradescope", is_flag=True, help="Write results.json for Gradescope, too.")
@click.option("--no-sandbox", is_flag=True, help="Only for your own notebooks, never for a student's.")
def grade(
    submissions: Path,
    out: Path | None,
    folder: Path | None,
    notebooks: Path | None,
    answers: Path | None,
    no_sandbox: bool,
    **options: Any,
) -> None:
    """Mark a notebook, or a folder of what students handed in.

    The exit status is 1 if not all could be marked and written.
    """
    with stopped_by_interrupts() as interrupts, away_from_current_folder() as current:
        from d2l_autograder.command import grade as command
        from d2l_autograder.command.releases import choose_releases

        releases = choose_releases(submissions, current, folder, notebooks, answers)
        if not submissions.is_dir():
            sys.exit(command.grade_one(submissions, releases, not no_sandbox))
        course = releases.course.folder if releases.course else None
        out = folder_for_marks(submissions, out or course, options["roster"])
        settings = command.ClassOptions(is_sandboxed=not no_sandbox, **options)
        sys.exit(command.grade_class(submissions, out, releases, interrupts, settings))


def folder_for_marks(submissions: Path, out: Path | None, roster: Path | None) -> Path:
    """Return the folder for a class's marks, where students can change nothing."""
    if out is None:
        raise click.UsageError("There is no course here. Pass --course, or say with --out DIRECTORY where marks go.")
    if roster:
        require_trusted(submissions, {"the roster": roster})
    require_folder_for_marks(out, submissions)
    return out
