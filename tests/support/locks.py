"""Read the versions that the locks pin, for one Python or for all."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
HERE = ".".join(platform.python_version_tuple()[:2])


def blocks(file: str) -> list[str]:
    """Return each pin with its hashes."""
    return re.split(r"\n(?=\S)", (ROOT / file).read_text().strip())


def names(file: str) -> set[str]:
    """Return every package that the lock pins for some Python."""
    return {canonicalize_name(_requirement(block).name) for block in blocks(file)}


def pins(file: str, python: str = HERE) -> dict[str, str]:
    """Return the version of each package that the lock has for a Python on Linux."""
    environment = {"python_version": python, "python_full_version": f"{python}.9"}
    found: dict[str, str] = {}
    for requirement in map(_requirement, blocks(file)):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name, (specifier,) = canonicalize_name(requirement.name), requirement.specifier
            assert name not in found, f"{name} is pinned twice for Python {python}"
            found[name] = specifier.version
    return found


def _requirement(block: str) -> Requirement:
    return Requirement(block.partition("\\")[0])
