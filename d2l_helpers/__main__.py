"""The command line: ``d2l-helpers data | record | lint | bench``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

import click

from d2l_helpers.errors import D2LHelpersError, NotebookError

__all__ = ["main"]


@click.group()
def _commands() -> None:
    """Tools for the chapter Linear Neural Networks."""


def main() -> None:
    """Run a command; an error of ours ends it with its message and status 1, without a traceback."""
    try:
        _commands()
    except D2LHelpersError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)


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
    """Check notebooks without running them; status 1 if there is something to mend."""
    from d2l_helpers.notebooks import lint_notebook

    notebooks = _notebooks(paths)
    findings = [finding for path in notebooks for finding in lint_notebook(path)]
    for finding in findings:
        click.echo(finding)
    click.echo(f"{len(notebooks)} notebooks, {len(findings)} findings")
    sys.exit(bool(findings))


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
