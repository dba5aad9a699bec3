"""The command ``d2l-grade export``."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import click

from d2l_autograder.cli.places import EXISTING_FOLDER, FOLDER, Place
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts
from d2l_autograder.command.trusted_places import require_own

__all__ = ["export"]


def _parse_columns(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.rpartition("=") for text in texts]
    if not all(heading.strip() and assignment.strip() for heading, _, assignment in pairs):
        raise click.BadParameter("expected a heading and an assignment, as in 'HW 4 (1234)=04_softmax_regression'")
    return {heading.strip(): assignment.strip() for heading, _, assignment in pairs}


def _parse_maxima(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    try:
        found = {name.strip(): float(number) for name, _, number in (text.rpartition("=") for text in texts)}
    except ValueError:
        found = {"": 0.0}
    if not all(name and 0 < number < math.inf for name, number in found.items()):
        raise click.BadParameter("expected an assignment and a number above 0, as in 04_softmax_regression=100")
    return found


_FILE = Place(exists=True, dir_okay=False)


@click.command()
@click.option("--canvas", type=_FILE, multiple=True, help="Canvas's export of the gradebook.")
@click.option("--moodle", type=_FILE, multiple=True, help="Its worksheet, or its export of grades.")
@click.option("--column", multiple=True, metavar="HEADING=ASSIGNMENT", callback=_parse_columns, help="Where marks go.")
@click.option("--new-column", multiple=True, metavar="ASSIGNMENT", help="Add a column to Canvas's file.")
@click.option("--maximum", multiple=True, metavar="ASSIGNMENT=100", callback=_parse_maxima, help="Else as in the file.")
@click.option("--roster", type=_FILE, help="CSV or gradebook.db with more ids and names.")
@click.option("--feedback", type=Place(dir_okay=False), metavar="ZIP", help="Pack the feedback pages for Moodle.")
@click.option("--submitted", type=EXISTING_FOLDER, help="Moodle's export of submissions, for --feedback.")
@click.option(
    "--course", type=EXISTING_FOLDER, help="The course, or the --out of grade; by default the current folder."
)
@click.option("--to", type=FOLDER, help="Folder for the files; by default export in the course.")
def export(course: Path | None, to: Path | None, **options: Any) -> None:
    """Write the marks into files that a platform imports.

    Pass the file that the platform exports: all in it stays as it is, but for the marks. The exit status is 1 if a
    mark has no row, or a feedback page is not packed.
    """
    with stopped_by_interrupts(), away_from_current_folder() as current:
        from d2l_autograder.command import export as command

        if not (options["canvas"] or options["moodle"] or options["feedback"]):
            raise click.UsageError("Say what to export: --canvas FILE, --moodle FILE or --feedback ZIP.")
        folder = course or current
        to = to or folder / "export"
        places = {f"the place of --{name}": options[name] for name in ("roster", "feedback") if options[name]}
        files = {f"the gradebook file {file.name}": file for file in (*options["canvas"], *options["moodle"])}
        require_own({"the course": folder, "the folder for gradebook files": to, **places, **files})
        sys.exit(command.export(folder, to, command.ExportOptions(**options)))
