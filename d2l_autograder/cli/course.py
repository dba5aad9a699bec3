"""The commands ``d2l-grade course …``."""

from __future__ import annotations

from pathlib import Path

import click

from d2l_autograder.cli.places import EXISTING_FOLDER, FOLDER
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts
from d2l_autograder.command.trusted_places import require_own

__all__ = ["course"]


@click.group()
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
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
@click.option("--answers", type=EXISTING_FOLDER, help="The answer key; by default beside the exercises.")
@click.option("--notebooks", type=EXISTING_FOLDER, help="Your notebooks; by default the chapter's.")
@click.option("--only", default="", metavar="06,07", callback=_split, help="Names or numbers; by default all.")
@click.option("--points", multiple=True, metavar="NAME=3", callback=_parse_points, help="Points of an exercise.")
@click.option("--extra", multiple=True, metavar="NAME", help="An exercise whose points are extra credit.")
@click.option(
    "--variants/--no-variants", default=None, help="Whether numbers follow from the student's id; at first they do not."
)
@click.option("--force", is_flag=True, help="Overwrite also files that you have changed.")
def build(
    folder: Path | None,
    answers: Path | None,
    notebooks: Path | None,
    only: tuple[str, ...],
    points: dict[str, float],
    extra: tuple[str, ...],
    variants: bool | None,
    force: bool,
) -> None:
    """Write a course to DIR, or update it.

    Without DIR, that is the course of the current folder. Files that you have changed stay. --points and --extra may be
    repeated; an exercise that is worth 0 points is for practice and is not marked. A course keeps its options: --only
    adds notebooks, --points and --extra change what they name.
    """
    with stopped_by_interrupts(), away_from_current_folder() as current:
        from d2l_autograder.command.build_options import BuildOptions, course_of, options_as_before, remember_options
        from d2l_autograder.course import build_course
        from d2l_autograder.course.generated import Written
        from d2l_autograder.key import PROJECT

        folder = folder or course_of(current)
        require_own({"the course": folder})
        given = BuildOptions(notebooks, answers, only, points, extra, variants)
        options = options_as_before(folder, given)
        notebooks = options.notebooks or PROJECT / "notebooks"
        places = {"the answer key": options.answers, "the notebooks": notebooks}
        require_own({name: place for name, place in places.items() if place})
        chosen = (options.answers, options.only, options.points, force, options.extra, bool(options.variants))
        done = build_course(folder, notebooks, *chosen)
        remember_options(folder, options)
    if options != given:
        click.echo(f"The course has these options, some of them from before: {options}")
    for file, what in done.items():
        click.echo(f"{what:<10}{file}")
    if Written.KEPT in done.values():
        click.echo("You have changed the files that are marked as kept, so they stay; --force overwrites them.")
    changed = [Path(file).parts for file, what in done.items() if what not in (Written.UNCHANGED, Written.KEPT)]
    for name in dict.fromkeys(parts[1] for parts in changed if parts[0] == "source"):
        if (folder / "release" / name).exists():
            click.echo(f"The release is as it was; to release this: nbgrader generate_assignment {name} --force")
