"""Run the command ``d2l-author``: record, lint and links."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from d2l_helpers.command_line import run
from d2l_helpers.errors import NotebookError

__all__ = ["main"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def _commands() -> None:
    """Record and check the chapter's notebooks."""


def main() -> None:
    """Run ``d2l-author``; an error of the project ends it with its message and status 1, without a traceback."""
    run(_commands)


@_commands.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def record(paths: tuple[Path, ...]) -> None:
    """Run notebooks in fresh kernels and write their outputs.

    PATHS are notebooks, or folders of notebooks.
    """
    from d2l_authoring.record import record_notebook

    for path in _notebooks(paths):
        click.echo(f"recording {path.name}")
        record_notebook(path)


@_commands.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def lint(paths: tuple[Path, ...]) -> None:
    """Check notebooks without running them.

    PATHS are notebooks, or folders of notebooks. Ends with status 1 if something needs repair.
    """
    from d2l_authoring.lint import lint_notebook

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
    """Write the repository's address into the notebooks.

    Colab badges and install cells follow the address, which pyproject.toml keeps. OWNER/NAME changes it.
    """
    from d2l_authoring.links import set_links

    for changed in set_links(project, repository):
        click.echo(f"wrote {changed}")


def _notebooks(paths: tuple[Path, ...]) -> list[Path]:
    """Return the notebooks among files and folders, sorted within each folder."""
    found = [notebook for path in paths for notebook in (sorted(path.glob("*.ipynb")) if path.is_dir() else [path])]
    if not found:
        raise NotebookError(
            "Found no notebook.",
            got=", ".join(map(str, paths)),
            expected="notebooks, or folders that contain notebooks",
            remedy="run the command in the project's folder, as in d2l-author lint notebooks",
        )
    return found


if __name__ == "__main__":
    main()
