"""The command ``d2l-grade``, for teachers: course, grade, doctor."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from d2l_autograder.command.program import (
    away_from_current_folder,
    open_standard_streams,
    run_safely,
    stopped_by_interrupts,
    use_utf8,
)
from d2l_autograder.command.start import leave_out_current_folder
from d2l_autograder.command.trusted_places import require_folder_for_marks, require_own, require_trusted

__all__ = ["main"]


class _Place(click.Path):
    """A path, made absolute at once, because the command leaves the current folder; links are not followed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the absolute path."""
        return Path(os.fsdecode(super().convert(value, param, ctx))).absolute()


_FOLDER = _Place(file_okay=False)
_EXISTING_FOLDER = _Place(exists=True, file_okay=False)


@click.group()
def _commands() -> None:
    """Build a course from the chapter, and mark what students hand in."""


def main() -> None:
    """Run ``d2l-grade``; an error ends it with its message and status 1, without a traceback."""
    leave_out_current_folder()
    open_standard_streams()
    use_utf8()
    run_safely(_commands)


@_commands.command()
@click.argument("submissions", type=_Place(exists=True))
@click.option("--out", type=_FOLDER, help="Folder for the marks; by default the course.")
@click.option("--course", "folder", type=_EXISTING_FOLDER, help="The course; by default the current folder.")
@click.option("--notebooks", type=_FOLDER, help="Without a course; by default this project's.")
@click.option("--answers", type=_FOLDER, help="Their answer key; by default this project's.")
@click.option("--platform", help="Where the files come from; by default recognised.")
@click.option("--names", metavar="REGEX", help="Finds (?P<student>…) in files' names.")
@click.option("--roster", type=_Place(exists=True, dir_okay=False), help="CSV or gradebook.db with all students.")
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
        out = out or (releases.course.folder if releases.course else None)
        if out is None:
            raise click.UsageError(
                "There is no course here. Pass --course, or say with --out DIRECTORY where marks go."
            )
        if roster := options["roster"]:
            require_trusted(submissions, {"the roster": roster})
        require_folder_for_marks(out, submissions)
        settings = command.ClassOptions(is_sandboxed=not no_sandbox, **options)
        sys.exit(command.grade_class(submissions, out, releases, interrupts, settings))


@_commands.group()
def course() -> None:
    """Build an nbgrader course from the chapter and its key."""


def _split(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _parse_points(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    try:
        return {name: float(points) for name, _, points in (text.partition("=") for text in texts)}
    except ValueError:
        raise click.BadParameter("expected an exercise's name and a number, as in stable_softmax=3") from None


@course.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--answers", type=_EXISTING_FOLDER, help="The answer key; by default this project's.")
@click.option("--notebooks", type=_EXISTING_FOLDER, help="The chapter's notebooks; by default this project's.")
@click.option("--only", default="", metavar="06,07", callback=_split, help="Numbers of the notebooks; by default all.")
@click.option("--points", multiple=True, metavar="NAME=3", callback=_parse_points, help="Points of an exercise.")
@click.option("--force", is_flag=True, help="Overwrite also files that you have changed.")
def build(
    folder: Path,
    answers: Path | None,
    notebooks: Path | None,
    only: tuple[str, ...],
    points: dict[str, float],
    force: bool,
) -> None:
    """Write a course to DIR, or update it.

    Files that you have changed stay. --points may be repeated; an exercise that is worth 0 points is for practice and
    is not marked.
    """
    with stopped_by_interrupts(), away_from_current_folder():
        from d2l_autograder.command.releases import PROJECT
        from d2l_autograder.course import build_course
        from d2l_autograder.generated import Written

        answers, notebooks = answers or PROJECT / "answers", notebooks or PROJECT / "notebooks"
        require_own({"the course": folder, "the answer key": answers, "the notebooks": notebooks})
        done = build_course(folder, notebooks, answers, only, points, force)
    for file, what in done.items():
        click.echo(f"{what:<10}{file}")
    if Written.KEPT in done.values():
        click.echo("You have changed the files that are marked as kept, so they stay; --force overwrites them.")


@_commands.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def doctor(is_json: bool) -> None:
    """Test each protection of the sandbox on this machine.

    The exit status is 1 if a protection does not hold.
    """
    from d2l_autograder.sandbox.doctor import examine
    from d2l_helpers.doctor import show

    sys.exit(not show(examine(), is_json))


if __name__ == "__main__":
    main()
