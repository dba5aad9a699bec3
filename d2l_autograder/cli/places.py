"""Files and folders as arguments of commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

__all__ = ["EXISTING_FOLDER", "FOLDER", "Place"]


class Place(click.Path):
    """A path, made absolute at once, because the command leaves the current folder; links are not followed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the absolute path."""
        return Path(os.fsdecode(super().convert(value, param, ctx))).absolute()


FOLDER = Place(file_okay=False)
EXISTING_FOLDER = Place(exists=True, file_okay=False)
