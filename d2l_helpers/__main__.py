"""The command ``d2l-helpers``, for readers: lab, data, doctor."""

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
    """Open and look after the chapter Linear Neural Networks."""


def main() -> None:
    """Run a command; one of the project's errors ends it with its message and status 1, without a traceback."""
    run(_commands)


@_commands.command(context_settings={"ignore_unknown_options": True})
@click.option("--notebooks", default="notebooks", type=_PLACE, help="The released notebooks.")
@click.option("--work", default="work", type=_PLACE, help="The folder of your copies.")
@click.option("--edit", is_flag=True, help="Open the released notebooks themselves, as their authors do.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB'S OPTIONS]")
def lab(notebooks: Path, work: Path, edit: bool, options: tuple[str, ...]) -> None:
    """Open the chapter in JupyterLab: copies of the notebooks, in which your work is kept."""
    from d2l_helpers.data import obtain
    from d2l_helpers.lab import refresh_copies, replace_unwritable_folders, start_lab, summary, trust

    if replaced := replace_unwritable_folders():  # first: signatures and the dataset are kept in the home, too
        folder = next(iter(replaced.values())).parent
        click.echo(f"Cannot write in {', '.join(replaced)}; {folder} is used instead.", err=True)
    if not edit and (copies := refresh_copies(notebooks, work)):
        trust(copies)
        for line in summary(copies, work):
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
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def doctor(is_json: bool) -> None:
    """Look at Python, MXNet, GPU, dataset and Jupyter; status 1 if there is a problem."""
    from d2l_helpers.doctor import examine, show

    sys.exit(not show(examine(), is_json))


if __name__ == "__main__":
    main()
