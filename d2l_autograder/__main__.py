"""The command ``d2l-grade``, for teachers: course, grade, doctor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from d2l_helpers.command_line import run

__all__ = ["main"]

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def _commands() -> None:
    """Build a course from the chapter, and mark what students hand in."""


def main() -> None:
    """Run ``d2l-grade``; one of the project's errors ends it with its message and status 1, without a traceback."""
    run(_commands)


@_commands.command()
@click.argument("submissions", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=_FOLDER, help="Folder for the results; by default the course.")
@click.option(
    "--course", "folder", type=_EXISTING_FOLDER, help="The course; by default the one that SUBMISSIONS lies in, if any."
)
@click.option("--notebooks", default="notebooks", type=_FOLDER, help="Without a course: the notebooks as handed out.")
@click.option("--answers", default="answers", type=_FOLDER, help="Without a course: the answer key.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Notebooks to mark at a time; by default one per core.")
@click.option("--again", is_flag=True, help="Mark also what has a result, and compare.")
@click.option("--gradescope", is_flag=True, help="Write results.json for Gradescope, too.")
@click.option("--no-sandbox", is_flag=True, help="Only for your own notebooks, never for a student's.")
def grade(
    submissions: Path,
    out: Path | None,
    folder: Path | None,
    notebooks: Path,
    answers: Path,
    jobs: int | None,
    again: bool,
    gradescope: bool,
    no_sandbox: bool,
) -> None:
    """Mark a notebook, or a folder of notebooks.

    The exit status is 1 if the sandbox failed, or if a single notebook could not be marked.
    """
    from d2l_autograder import grade_command as command

    folder = folder or command.find_course(submissions)
    releases = command.course_releases(folder) if folder else command.chapter_releases(notebooks, answers)
    if submissions.is_file():
        sys.exit(not command.grade_one(submissions, releases, not no_sandbox))
    out = out or folder
    if out is None:
        raise click.UsageError("These submissions lie in no course: say with --out DIRECTORY where their marks go.")
    is_done = command.grade_class(
        submissions, out, releases, jobs=jobs, is_sandboxed=not no_sandbox, again=again, gradescope=gradescope
    )
    sys.exit(not is_done)


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
@click.option("--answers", default="answers", type=_EXISTING_FOLDER, help="The answer key.")
@click.option("--notebooks", default="notebooks", type=_EXISTING_FOLDER, help="The chapter's notebooks.")
@click.option("--only", default="", metavar="06,07", callback=_split, help="Numbers of the notebooks; by default all.")
@click.option("--points", multiple=True, metavar="NAME=3", callback=_parse_points, help="Points of an exercise.")
@click.option("--force", is_flag=True, help="Overwrite also files that you have changed.")
def build(
    folder: Path, answers: Path, notebooks: Path, only: tuple[str, ...], points: dict[str, float], force: bool
) -> None:
    """Write a course to DIR, or update it.

    Files that you have changed stay. --points may be repeated; an exercise that is worth 0 points is for practice and
    is not marked.
    """
    from d2l_autograder.course import build_course
    from d2l_autograder.generated import Written

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
