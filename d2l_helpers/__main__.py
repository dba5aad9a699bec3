"""Run the command ``d2l-helpers``: lab, data and doctor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from d2l_helpers.command_line import run
from d2l_helpers.errors import DataError

__all__ = ["main"]

_PLACE = click.Path(file_okay=False, path_type=Path)


@click.group()
def _commands() -> None:
    """Open the chapter Linear Neural Networks, and check this machine."""


def main() -> None:
    """Run ``d2l-helpers``; an error of the project ends it with its message and status 1, without a traceback."""
    run(_commands)


@_commands.command(context_settings={"ignore_unknown_options": True})
@click.option("--notebooks", default="notebooks", type=_PLACE, help="The folder of the released notebooks.")
@click.option("--work", default="work", type=_PLACE, help="The folder for your copies.")
@click.option("--edit", is_flag=True, help="Open the released notebooks themselves, for their authors.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB'S OPTIONS]")
def lab(notebooks: Path, work: Path, edit: bool, options: tuple[str, ...]) -> None:
    """Open your copies of the notebooks in JupyterLab."""
    from d2l_helpers.data import obtain
    from d2l_helpers.lab import refresh_copies, replace_unwritable_folders, start_lab, summary, trust

    if replaced := replace_unwritable_folders():  # first: trust and obtain write to the home folder
        folder = next(iter(replaced.values())).parent
        click.echo(f"Cannot write to {', '.join(replaced)}; using {folder} instead.", err=True)
    if not edit and (copies := refresh_copies(notebooks, work)):
        trust(copies)
        for line in summary(copies, work):
            click.echo(line)
    try:
        obtain()
    except DataError as error:  # the first notebooks need no dataset, and later ones try again
        click.echo(f"{type(error).__name__}: {error}\nJupyterLab opens without the dataset.", err=True)
    start_lab(notebooks if edit else work, options)


@_commands.command()
@click.option("--quiet", is_flag=True, help="Print nothing unless a file is fetched.")
def data(quiet: bool) -> None:
    """Find or fetch Fashion-MNIST, and verify it."""
    from d2l_helpers.data import obtain

    for name, found in obtain().items():
        if not quiet:
            click.echo(f"{name}: {found.source}")


@_commands.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def doctor(is_json: bool) -> None:
    """Examine Python, MXNet, GPU, dataset and Jupyter.

    Ends with status 1 if there is a problem.
    """
    from d2l_helpers.doctor import examine, show

    sys.exit(not show(examine(), is_json))


if __name__ == "__main__":
    main()
