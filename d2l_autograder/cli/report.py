"""The command ``d2l-grade report``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from d2l_autograder.cli.places import EXISTING_FOLDER
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts

__all__ = ["report"]


@click.command()
@click.option("--out", type=EXISTING_FOLDER, help="Folder with the marks; by default the course.")
@click.option("--course", "folder", type=EXISTING_FOLDER, help="The course; by default the current folder.")
def report(out: Path | None, folder: Path | None) -> None:
    """Write report.html again from the marks of the last run.

    Nothing is marked. The exit status is 1 if the marks of a submission could not be read.
    """
    with stopped_by_interrupts(), away_from_current_folder() as current:
        from d2l_autograder.command.remake_report import remake_report

        sys.exit(remake_report(out or folder or current))
