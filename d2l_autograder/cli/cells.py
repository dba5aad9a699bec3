"""The command ``d2l-author cells``, which the autograder adds to those of the authors."""

from __future__ import annotations

from pathlib import Path

import click

from d2l_autograder.cli.places import EXISTING_FOLDER, Place

__all__ = ["cells"]


@click.command()
@click.argument("name", type=Place())
@click.option("--answers", type=EXISTING_FOLDER, help="The answer key; by default beside the exercises.")
def cells(name: Path, answers: Path | None) -> None:
    """Write the cells of all exercises into the notebook NAME.

    Adds the cells that an exercise of the module lacks, and brings nbgrader's metadata and the points up to date. What
    you wrote stays.
    """
    from d2l_autograder.trial.exercise_cells import write_cells

    notebook = name if name.suffix == ".ipynb" else name.with_name(f"{name.name}.ipynb")
    for said in write_cells(notebook, answers) or ["nothing to do"]:
        click.echo(said)
