"""Run a command as a program; for an error of the project, print its message instead of a traceback."""

from __future__ import annotations

import sys

import click

from d2l_helpers.errors import D2LHelpersError

__all__ = ["run"]


def run(command: click.Command) -> None:
    """Run a command; for an error of the project, print its message and exit with status 1."""
    # jsonschema, which nbformat imports, would spend seconds on a grammar of web addresses with this optional module
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        command()
    except D2LHelpersError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)
