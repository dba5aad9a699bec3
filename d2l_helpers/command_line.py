"""Run a command as a program: one of the project's errors ends it with its message, not with a traceback."""

from __future__ import annotations

import sys

import click

from d2l_helpers.errors import D2LHelpersError

__all__ = ["run"]


def run(command: click.Command) -> None:
    """Run a command; an error of the project ends it with its message and status 1."""
    # nbformat's jsonschema would build a grammar of web addresses, for seconds; it does without where it finds none
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        command()
    except D2LHelpersError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)
