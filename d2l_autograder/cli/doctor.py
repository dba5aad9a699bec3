"""The command ``d2l-grade doctor``."""

from __future__ import annotations

import sys

import click

__all__ = ["doctor"]


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def doctor(is_json: bool) -> None:
    """Test each protection of the sandbox on this machine.

    The exit status is 1 if a protection does not hold.
    """
    from d2l_autograder.sandbox.doctor import examine
    from d2l_helpers.doctor import show

    sys.exit(not show(examine(), is_json))
