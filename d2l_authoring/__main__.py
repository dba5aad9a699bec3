"""Run the command ``d2l-author``: new, record, pictures, lint, links, site, pdf, and what other packages add to it."""

from __future__ import annotations

import shlex
import sys
from importlib.metadata import entry_points
from pathlib import Path

import click

from d2l_helpers.command_line import run
from d2l_helpers.errors import NotebookError

__all__ = ["main"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


_ADDED = "d2l_authoring.commands"  # the group of entry points in pyproject.toml


class _Commands(click.Group):
    """The commands here, and those of packages above this one, which they declare as entry points."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *entry_points(group=_ADDED).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; import the package that adds it only now."""
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in entry_points(group=_ADDED).names:
            found = entry_points(group=_ADDED)[cmd_name].load()
        return found


@click.group(cls=_Commands)
def _commands() -> None:
    """Write, record and check notebooks."""


def main() -> None:
    """Run ``d2l-author``; an error of the project ends it with its message and status 1, without a traceback."""
    run(_commands)


@_commands.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def record(paths: tuple[Path, ...]) -> None:
    """Run notebooks in fresh kernels and write their outputs.

    PATHS are notebooks, with or without .ipynb, or folders of notebooks.
    """
    from d2l_authoring.record import record_notebook

    for path in _notebooks(paths):
        click.echo(f"recording {path.name}")
        record_notebook(path)


@_commands.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def pictures(paths: tuple[Path, ...]) -> None:
    """Record what the book shows of exhibits that need a kernel.

    PATHS are notebooks, with or without .ipynb, or folders of notebooks. Notebooks without such exhibits are not run.
    """
    from d2l_authoring.site.exhibits.markup import SHOWN
    from d2l_authoring.site.exhibits.pictures import record_pictures

    for path in _notebooks(paths):
        if file := record_pictures(path, SHOWN):
            click.echo(f"wrote {file}")


@_commands.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def lint(paths: tuple[Path, ...]) -> None:
    """Check notebooks without running them.

    PATHS are notebooks, with or without .ipynb, or folders of notebooks. Ends with status 1 if something needs repair.
    """
    from d2l_authoring.lint import lint_notebook

    notebooks = _notebooks(paths)
    findings = [finding for path in notebooks for finding in lint_notebook(path)]
    for finding in findings:
        click.echo(finding)
    click.echo(f"{len(notebooks)} notebooks, {len(findings)} findings")
    sys.exit(bool(findings))


@_commands.command()
@click.argument("name", type=click.Path(path_type=Path))
def new(name: Path) -> None:
    """Write a notebook NAME with an exercise of each kind, and the module of its exercises."""
    from d2l_authoring.new_notebook import new_notebook

    notebook, module = new_notebook(name)
    click.echo(f"wrote {notebook}\nwrote {module}")
    click.echo(f"next: d2l-author try {shlex.quote(str(notebook))}")


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


@_commands.command()
@click.option("--project", default=".", type=_FOLDER, help="The folder with pyproject.toml and notebooks.")
@click.option("--output", default="build/site", type=click.Path(path_type=Path), help="The folder of the site.")
def site(project: Path, output: Path) -> None:
    """Build the chapter as static pages.

    The pages show what the notebooks recorded; nothing is executed. They need no server: open index.html.
    """
    from d2l_authoring.site.build import build_site

    build_site(project, output)
    click.echo(f"wrote {output / 'index.html'}")


@_commands.command()
@click.option("--project", default=".", type=_FOLDER, help="The folder with pyproject.toml and notebooks.")
@click.option("--output", default="build/book.pdf", type=click.Path(path_type=Path), help="The file to write.")
def pdf(project: Path, output: Path) -> None:
    """Print the chapter as one PDF file, with hints and answers unfolded. Needs Chromium."""
    from d2l_authoring.site.pdf import build_pdf

    build_pdf(project, output)
    click.echo(f"wrote {output}")


def _notebooks(paths: tuple[Path, ...]) -> list[Path]:
    """Return the notebooks among files and folders, sorted within each folder."""
    found = [
        notebook for path in paths for notebook in (sorted(path.glob("*.ipynb")) if path.is_dir() else [_named(path)])
    ]
    if not found:
        raise NotebookError(
            "Found no notebook.",
            got=", ".join(map(str, paths)),
            expected="notebooks, or folders that contain notebooks",
            remedy="run the command in the project's folder, as in d2l-author lint notebooks",
        )
    return found


def _named(path: Path) -> Path:
    """Return a notebook's file, whose name may be given without ``.ipynb``."""
    whole = path.with_name(f"{path.name}.ipynb") if path.name else path
    return whole if not path.exists() and whole.exists() else path


if __name__ == "__main__":
    main()
