"""What surrounds a command: UTF-8 whatever the locale, the current folder left, interrupts, no traceback."""

from __future__ import annotations

import contextlib
import locale
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from d2l_autograder.command.interrupts import Interrupts
from d2l_autograder.faults import fault_of
from d2l_helpers.command_line import run

__all__ = ["away_from_current_folder", "open_standard_streams", "run_safely", "stopped_by_interrupts", "use_utf8"]


def use_utf8() -> None:
    """Start Python again in its UTF-8 mode where the locale has another encoding.

    Names of files and students are UTF-8 on today's systems. In a Latin-1 locale they would be read as other names,
    and names in other scripts could not be written.
    """
    if sys.getfilesystemencoding() == "utf-8" or sys.flags.utf8_mode:
        return
    encoding = locale.getencoding()
    shown = "utf-8" if encoding.startswith("ANSI") else encoding  # C and POSIX say nothing of the terminal
    environment = {"PYTHONIOENCODING": f"{shown}:replace"} | dict(os.environ)
    with contextlib.suppress(OSError):
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)


def open_standard_streams() -> None:
    """Open what a shell has closed, as with ``2>&-``: or a gradebook would get the number to which libraries print."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def run_safely(command: click.Command) -> None:
    """Run a command; an error ends it with a message and status 1."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        run(command)
    except Exception as error:
        fault = fault_of("the command", error)
        click.echo(f"The command cannot go on. {fault.why}\n  try: {fault.remedy}", err=True)
        sys.exit(1)


@contextlib.contextmanager
def away_from_current_folder() -> Iterator[Path]:
    """Leave the current folder, in which a library might look for its settings, such as a student's matplotlibrc.

    Yields
    ------
    Path
        The folder that was left.
    """
    try:
        current = Path.cwd()
    except OSError:  # it was deleted
        current = Path("/")
    os.chdir("/")
    try:
        yield current
    finally:
        with contextlib.suppress(OSError):
            os.chdir(current)


@contextlib.contextmanager
def stopped_by_interrupts() -> Iterator[Interrupts]:
    """End the block at an interrupt with its exit status, 130 for Ctrl-C, and a message."""
    with Interrupts() as interrupts:
        try:
            yield interrupts
        except KeyboardInterrupt:
            click.echo("Interrupted; what was not finished is as it was. Run the same command again.", err=True)
            _leave(interrupts.status)
        finally:
            if interrupts.number:
                _leave(interrupts.status)


def _leave(status: int) -> NoReturn:
    """End at once: Python would wait for threads and for MXNet."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)
