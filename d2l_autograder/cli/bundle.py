"""The command ``d2l-grade bundle``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from d2l_autograder.cli.places import EXISTING_FOLDER, Place
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts

__all__ = ["bundle"]

_WEAKER = (
    "The container may run student code without namespaces: as a user of its own, with limits, a filter of system "
    "calls and no sockets. Weaker; the documentation says how."
)


@click.command()
@click.argument("source", metavar="COURSE_OR_NOTEBOOK", type=Place(exists=True))
@click.argument("file", metavar="OUT.zip", type=Place(dir_okay=False))
@click.option("--gradescope", is_flag=True, required=True, help="For Gradescope, the only platform so far.")
@click.option("--assignment", "name", help="Which assignment of the course, if there are several.")
@click.option("--answers", type=EXISTING_FOLDER, help="The key, for a notebook outside of a course.")
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="When students see the results.",
)
@click.option("--minutes", type=click.IntRange(1, 39), default=9, show_default=True, help="For each submission.")
@click.option("--without-namespaces", is_flag=True, help=_WEAKER)
def bundle(source: Path, file: Path, gradescope: bool, name: str | None, answers: Path | None, **settings: Any) -> None:
    """Build an autograder's zip file for one assignment.

    The file holds the answer key and the course's secret: upload it, and give it to nobody.
    """
    with stopped_by_interrupts(), away_from_current_folder():
        from d2l_autograder.bundle.contents import build

        done = build(source, file, answers, name, **settings)
    click.echo(f"{done.assignment} is in {file}, with its answer key and secret: keep the file from students.")
    click.echo("In Gradescope's settings for the autograder, choose Ubuntu 22.04 and at least 1.5 GB of memory.")
