"""The command ``d2l-grade``, for teachers; the modules of `d2l_autograder.cli` define what it can do."""

from __future__ import annotations

import click

from d2l_autograder.cli.bundle import bundle
from d2l_autograder.cli.course import course
from d2l_autograder.cli.doctor import doctor
from d2l_autograder.cli.export import export
from d2l_autograder.cli.grade import grade
from d2l_autograder.cli.report import report
from d2l_autograder.cli.similar import similar
from d2l_autograder.cli.watch import watch
from d2l_autograder.command.program import open_standard_streams, run_safely, use_utf8
from d2l_autograder.command.start import leave_out_current_folder

__all__ = ["main"]


@click.group()
def _commands() -> None:
    """Build a course from the chapter, and mark what students hand in."""


for _command in (course, grade, watch, export, bundle, report, similar, doctor):
    _commands.add_command(_command)


def main() -> None:
    """Run ``d2l-grade``; an error ends it with its message and status 1, without a traceback."""
    leave_out_current_folder()
    open_standard_streams()
    use_utf8()
    run_safely(_commands)


if __name__ == "__main__":
    main()
