"""The command ``d2l-grade``, for teachers: course, grade, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from d2l_helpers.command_line import run

__all__ = ["main"]

_PLACE = click.Path(file_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def _commands() -> None:
    """Make a course of the chapter, and mark what students hand in."""


def main() -> None:
    """Run a command; one of the project's errors ends it with its message and status 1, without a traceback."""
    run(_commands)


@_commands.command()
@click.argument("submissions", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Where results go; by default the course."
)
@click.option(
    "--course", "folder", type=_FOLDER, help="The course; by default the one that SUBMISSIONS lies in, if any."
)
@click.option("--notebooks", default="notebooks", type=_PLACE, help="Without a course: the notebooks as handed out.")
@click.option("--answers", default="answers", type=_PLACE, help="Without a course: the answer key.")
@click.option("--jobs", type=click.IntRange(1, 256), help="How many at a time; by default one for each core.")
@click.option("--again", is_flag=True, help="Mark also what has a result, and compare.")
@click.option("--gradescope", is_flag=True, help="Write Gradescope's results.json, too.")
@click.option("--no-sandbox", is_flag=True, help="For your own notebooks only: no student's code may run so.")
def grade(
    submissions: Path,
    out: Path | None,
    folder: Path | None,
    notebooks: Path,
    answers: Path,
    no_sandbox: bool,
    **how: Any,
) -> None:
    """Mark a notebook, or a folder of them; status 1 if one has neither a mark nor a clear status."""
    from d2l_autograder import command

    folder = folder or command.course_around(submissions)
    source = command.course_source(folder) if folder else command.chapter_source(notebooks, answers)
    if submissions.is_file():
        sys.exit(not command.grade_one(submissions, source, not no_sandbox))
    out = out or folder
    if out is None:
        raise click.UsageError("a folder of submissions needs --out RESULTS, where their marks go")
    is_done = command.grade_class(submissions, out, source, is_sandboxed=not no_sandbox, **how)
    sys.exit(not is_done)


@_commands.group()
def course() -> None:
    """Make an nbgrader course of the chapter and its key."""


def _numbers(_: click.Context, __: click.Parameter, said: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in said.split(",") if part.strip())


def _worth(_: click.Context, __: click.Parameter, said: tuple[str, ...]) -> dict[str, float]:
    try:
        return {name: float(points) for name, _, points in (one.partition("=") for one in said)}
    except ValueError:
        raise click.BadParameter("expected an exercise's name and a number, as in stable_softmax=3") from None


@course.command()
@click.argument("folder", metavar="DIR", type=_PLACE)
@click.option("--answers", default="answers", type=_FOLDER, help="The answer key.")
@click.option("--notebooks", default="notebooks", type=_FOLDER, help="The chapter's notebooks.")
@click.option("--only", default="", metavar="06,07", callback=_numbers, help="The numbers of the notebooks to take.")
@click.option("--points", multiple=True, metavar="NAME=3", callback=_worth, help="An exercise's points; 0: practice.")
@click.option("--force", is_flag=True, help="Overwrite also what you have changed.")
def build(
    folder: Path, answers: Path, notebooks: Path, only: tuple[str, ...], points: dict[str, float], force: bool
) -> None:
    """Write a course, or bring it up to date; what you have changed in it is kept."""
    from d2l_autograder.course import build_course
    from d2l_autograder.generated import Written

    done = build_course(folder, notebooks, answers, only, points, force)
    for file, what in done.items():
        click.echo(f"{what:<10}{file}")
    if Written.KEPT in done.values():
        click.echo("Kept files were changed since they were written; --force overwrites them.")


@_commands.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def doctor(is_json: bool) -> None:
    """Try each protection of the sandbox, from inside; status 1 if one does not hold."""
    from d2l_autograder.sandbox.doctor import examine
    from d2l_helpers.doctor import show

    sys.exit(not show(examine(), is_json))


if __name__ == "__main__":
    main()
