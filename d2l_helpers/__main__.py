"""The command line, ``d2l-helpers``: lab, data, record, lint, links, bench, bench-grading, course, grade, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, TextIO

import click

from d2l_helpers.errors import D2LHelpersError, DataError, NotebookError

__all__ = ["main"]

_PLACE = click.Path(file_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def _commands() -> None:
    """Tools for the chapter Linear Neural Networks."""


def main() -> None:
    """Run a command; an error of ours ends it with its message and status 1, without a traceback."""
    # nbformat's jsonschema would build a grammar of web addresses, for seconds; it does without where it finds none
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        _commands()
    except D2LHelpersError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)


@_commands.command(context_settings={"ignore_unknown_options": True})
@click.option("--notebooks", default="notebooks", type=_PLACE, help="The released notebooks.")
@click.option("--work", default="work", type=_PLACE, help="The folder of your copies.")
@click.option("--edit", is_flag=True, help="Open the released notebooks themselves, as their authors do.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB'S OPTIONS]")
def lab(notebooks: Path, work: Path, edit: bool, options: tuple[str, ...]) -> None:
    """Open the chapter in JupyterLab: copies of the notebooks, in which your work is kept."""
    from d2l_helpers.data import obtain
    from d2l_helpers.lab import refresh_copies, replace_unwritable_folders, report, start_lab, trust

    if replaced := replace_unwritable_folders():  # first: signatures and the dataset are kept in the home, too
        folder = next(iter(replaced.values())).parent
        click.echo(f"Cannot write in {', '.join(replaced)}; {folder} is used instead.", err=True)
    if not edit and (copies := refresh_copies(notebooks, work)):
        trust(copies)
        for line in report(copies, work):
            click.echo(line)
    try:
        obtain()
    except DataError as error:  # the first notebooks need no dataset, and there may be a network later
        click.echo(f"{type(error).__name__}: {error}\nJupyterLab opens without the dataset.", err=True)
    start_lab(notebooks if edit else work, options)


@_commands.command()
@click.option("--quiet", is_flag=True, help="Say nothing unless something was fetched.")
def data(quiet: bool) -> None:
    """Find, fetch and verify Fashion-MNIST."""
    from d2l_helpers.data import obtain

    for name, found in obtain().items():
        if not quiet:
            click.echo(f"{name}: {found.source}")


@_commands.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def record(paths: tuple[Path, ...]) -> None:
    """Run notebooks in fresh kernels and write their outputs."""
    from d2l_helpers.notebooks import record_notebook

    for path in _notebooks(paths):
        click.echo(f"recording {path.name}")
        record_notebook(path)


@_commands.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def lint(paths: tuple[Path, ...]) -> None:
    """Check notebooks without running them; status 1 if there is something to repair."""
    from d2l_helpers.notebooks import lint_notebook

    notebooks = _notebooks(paths)
    findings = [finding for path in notebooks for finding in lint_notebook(path)]
    for finding in findings:
        click.echo(finding)
    click.echo(f"{len(notebooks)} notebooks, {len(findings)} findings")
    sys.exit(bool(findings))


@_commands.command()
@click.argument("repository", metavar="[OWNER/NAME]", required=False)
@click.option("--project", default=".", type=_FOLDER, help="The folder with pyproject.toml and notebooks.")
def links(repository: str | None, project: Path) -> None:
    """Write the repository's public address into pyproject.toml, and badges and installation into the notebooks.

    Without OWNER/NAME, the address in pyproject.toml stays as it is.
    """
    from d2l_helpers.notebooks import set_links

    for changed in set_links(project, repository):
        click.echo(f"wrote {changed}")


@_commands.command()
@click.option(
    "--notebook",
    default="notebooks/07_softmax_regression_gluon.ipynb",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Whose kernel's memory is measured.",
)
@click.option("--json", "json_file", type=click.File("w", lazy=False), help="Keep the numbers in this file.")
def bench(notebook: Path, json_file: TextIO | None) -> None:
    """Measure the project's figures; status 1 if one is missed."""
    from d2l_helpers.bench import run

    sys.exit(not run(notebook, json_file))


@_commands.command()
@click.option(
    "--notebook",
    default="notebooks/04_softmax_regression.ipynb",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of which assignment.",
)
@click.option("--answers", default="answers", type=_FOLDER, help="The answer key.")
@click.option("--students", default=40, type=click.IntRange(1, 1000), help="How many hand something in.")
@click.option("--json", "json_file", type=click.File("w", lazy=False), help="Keep the numbers in this file.")
def bench_grading(notebook: Path, answers: Path, students: int, json_file: TextIO | None) -> None:
    """Race our grader, nbgrader and otter on the same submissions; status 1 if a figure is missed."""
    from d2l_helpers.bench.grading import run

    sys.exit(not run(notebook, answers, students, Path("build", "bench-grading"), json_file))


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
    from d2l_helpers.autograder import command

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
    from d2l_helpers.autograder.course import build_course
    from d2l_helpers.autograder.generated import Written

    done = build_course(folder, notebooks, answers, only, points, force)
    for file, what in done.items():
        click.echo(f"{what:<10}{file}")
    if Written.KEPT in done.values():
        click.echo("Kept files were changed since they were written; --force overwrites them.")


@_commands.command()
@click.option(
    "--grading", is_flag=True, help="Students' code is graded here: a sandbox that does not hold is a problem."
)
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def doctor(grading: bool, is_json: bool) -> None:
    """Look at Python, MXNet, GPU, dataset, Jupyter and the grader's sandbox; status 1 if there is a problem."""
    import json
    from dataclasses import asdict

    from d2l_helpers.doctor import State, examine

    lines = []
    for line in examine(grading):
        lines.append(line)
        if not is_json:
            click.echo(line)
    if is_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
    sys.exit(any(line.state is State.PROBLEM for line in lines))


def _notebooks(paths: tuple[Path, ...]) -> list[Path]:
    """Give the notebooks among files and folders, sorted within each folder."""
    found = [notebook for path in paths for notebook in (sorted(path.glob("*.ipynb")) if path.is_dir() else [path])]
    if not found:
        raise NotebookError(
            "There is no notebook.",
            got=", ".join(map(str, paths)),
            expected="notebooks, or folders that hold some",
            remedy="run the command in the project's folder, as in d2l-helpers lint notebooks",
        )
    return found


if __name__ == "__main__":
    main()
