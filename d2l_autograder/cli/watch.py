"""The command ``d2l-grade watch``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from d2l_autograder.cli.grade import folder_of_class, options_without
from d2l_autograder.cli.places import EXISTING_FOLDER
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts

__all__ = ["watch"]

# What has a result is marked again only when the student hands in again; and this machine marks
_NOT_HERE = ("again", "preview", "cluster", "tls_ca_file", "tls_cert", "tls_key")


@click.command(params=options_without(*_NOT_HERE))
@click.argument("submissions", metavar="FOLDER", type=EXISTING_FOLDER)
def watch(
    submissions: Path,
    out: Path | None,
    folder: Path | None,
    notebooks: Path | None,
    answers: Path | None,
    no_sandbox: bool,
    **options: Any,
) -> None:
    """Mark each submission when it arrives in FOLDER, once.

    Runs until Ctrl-C. For a folder that a learning platform or a hub fills; what is there already is marked first.
    """
    with stopped_by_interrupts() as interrupts, away_from_current_folder() as current:
        from d2l_autograder.command.grade import ClassOptions
        from d2l_autograder.command.releases import choose_releases
        from d2l_autograder.command.watch import watch_class

        releases = choose_releases(submissions, current, folder, notebooks, answers)
        out = folder_of_class(submissions, out, releases, options)
        settings = ClassOptions(is_sandboxed=not no_sandbox, **options)
        sys.exit(watch_class(submissions, out, releases, interrupts, settings))
