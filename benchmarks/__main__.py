"""``python -m benchmarks``: training, waits, panel, ablation, growth, grading, cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

import click

from d2l_helpers.command_line import run as run_command

__all__ = ["main"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_assignment = click.option(
    "--notebook",
    default="notebooks/04_softmax_regression.ipynb",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The assignment.",
)
_flagship = click.option(
    "--notebook",
    default="notebooks/07_softmax_regression_gluon.ipynb",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The notebook that is measured: its kernel's memory, or its panel.",
)
_answers = click.option("--answers", default="answers", type=_FOLDER, help="The answer key.")
_file = click.Path(dir_okay=False, path_type=Path)
_history = click.option("--history", default="benchmarks/history.csv", type=_file, help="The table that gets a line.")
_json = click.option("--json", "json_file", type=click.File("w", lazy=False), help="Write the numbers to this file.")


@click.group()
def _commands() -> None:
    """Measure the project's figures."""


def main() -> None:
    """Run the command that the arguments name; an error of the project prints its message, no traceback."""
    run_command(_commands)


@_commands.command()
@_flagship
@_history
@_json
def training(notebook: Path, history: Path, json_file: TextIO | None) -> None:
    """Measure training, imports and memory; status 1 if a bound is missed."""
    from benchmarks.report import run

    sys.exit(not run(notebook, history, json_file))


@_commands.command()
@click.option("--turns", default=31, type=click.IntRange(2), help="How many turns each variant has.")
def ablation(turns: int) -> None:
    """Measure what compiling saves, beside the plain loop and NumPy."""
    from benchmarks.ablation import run

    run(turns)


@_commands.command()
@click.argument("quantities", nargs=-1, type=click.Choice(["examples", "batch", "classes", "submissions"]))
@click.option(
    "--json", "json_file", default="benchmarks/growth.json", type=_file, help="The numbers of all quantities."
)
@click.option("--up-to", type=click.IntRange(20), help="Leave out larger sizes.")
def growth(quantities: tuple[str, ...], json_file: Path, up_to: int | None) -> None:
    """Measure how cost grows with these quantities, and write docs/speed.md.

    Examples, batch and classes take about a minute each, submissions about ten. Without a quantity, nothing is
    measured, and the page is written from the numbers that there are.
    """
    from benchmarks.growth.measuring import measure, read, record
    from benchmarks.growth.page import write

    read(json_file)  # a file that cannot be read is an error now, not after minutes
    for quantity in quantities:
        record(json_file, quantity, measure(quantity, up_to))
    write(read(json_file))


@_commands.command()
@_flagship
@click.option("--rounds", default=9, type=click.IntRange(1), help="How often each wait is measured.")
@_history
@_json
def panel(notebook: Path, rounds: int, history: Path, json_file: TextIO | None) -> None:
    """Measure in a browser what a reader of a panel waits for; status 1 if a bound is missed."""
    from benchmarks.panel import run

    sys.exit(not run(notebook, rounds, history, json_file))


@_commands.command()
@_history
@click.option("--repeats", default=9, type=click.IntRange(1), help="How often each wait is measured.")
def waits(history: Path, repeats: int) -> None:
    """Measure make lab, setup cells and nbval; status 1 if a bound is missed."""
    from benchmarks.waits import run

    sys.exit(not run(history, repeats))


@_commands.command()
@_assignment
@_answers
@click.option("--students", default=40, type=click.IntRange(1, 1000), help="The number of submissions.")
@_history
@_json
def grading(notebook: Path, answers: Path, students: int, history: Path, json_file: TextIO | None) -> None:
    """Compare our grader, nbgrader and otter on the same submissions; status 1 if a bound is missed."""
    from benchmarks.grading.report import run

    sys.exit(not run(notebook, answers, students, Path("build", "bench-grading"), history, json_file))


@_commands.command()
@_assignment
@_answers
@click.option("--students", default=300, type=click.IntRange(2, 1000), help="The number of submissions.")
@click.option("--workers", default=(1, 2, 4), multiple=True, type=click.IntRange(1, 64), help="Sizes of clusters.")
@_json
def cluster(notebook: Path, answers: Path, students: int, workers: tuple[int, ...], json_file: TextIO | None) -> None:
    """Mark a class on clusters of several sizes, as root.

    The status is 1 if a bound is missed.
    """
    from benchmarks.cluster.report import run

    sys.exit(not run(notebook, answers, students, workers, json_file))


if __name__ == "__main__":
    main()
