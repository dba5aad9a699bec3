"""Read the names of several platforms in one folder, each name by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.majority import is_majority
from d2l_autograder.collect.platforms import (
    PLATFORMS,
    RECOGNISED,
    counted_in,
    is_plausible,
    platform_claims,
)
from d2l_autograder.collect.spelling import Spelling, as_text, shown
from d2l_autograder.collect.walk import Item

__all__ = ["left_claims", "likely_platform", "mixed_claims"]


def mixed_claims(items: Sequence[Item], spelling: Spelling) -> dict[Item, Claim]:
    """Return whose items are, where several platforms' names together are more than half, and no platform's alone.

    Parameters
    ----------
    items : sequence of Item
        What was found.
    spelling : Spelling
        Knows the assignments' names.
    """
    claims = _of_any(items, spelling)
    counted = counted_in(items)
    is_one = len({item.path.parts[: claim.depth] for item, claim in claims.items()}) == 1
    return claims if not is_one and is_majority(claims, counted, spelling) else {}


def left_claims(items: Iterable[Item], claims: Mapping[Item, Sequence[Claim]], spelling: Spelling) -> dict[Item, Claim]:
    """Return whose items are that lie beside what one platform names, and are named as another platform names them.

    Parameters
    ----------
    items : iterable of Item
        What was found.
    claims : mapping of Item to sequence of Claim
        Whose items are by the first platform. What lies in a student's folder is the student's.
    spelling : Spelling
        Knows the assignments' names.
    """
    around = {item.path.parts[: claim.depth - 1] for item, group in claims.items() for claim in group if claim.depth}
    found = _of_any([item for item in items if item not in claims], spelling)
    return {
        item: replace(claim, notes=(*claim.notes, f"{shown(item.path.name)} is not named as the other files are"))
        for item, claim in found.items()
        if item.path.parts[: claim.depth - 1] in around
    }


def likely_platform(item: Item) -> str:
    """Return the platform that may have named an item or a folder above it; empty for none."""
    for name, platform in RECOGNISED.items():
        if not platform.is_plain and name in PLATFORMS and name != "sakai":  # whose form others use, too
            folders = item.path.parts if item.is_folder else item.path.parts[:-1]
            files = [] if item.is_folder else [item.path.name]
            pairs = [(platform.folder, part) for part in folders] + [(platform.file, part) for part in files]
            if any(pattern and pattern.fullmatch(as_text(part)) for pattern, part in pairs):
                return name
    return ""


def _of_any(items: Sequence[Item], spelling: Spelling) -> dict[Item, Claim]:
    """Return claims by the outermost part of each path that is named as a platform names it."""
    found: dict[Item, Claim] = {}
    for name, platform in RECOGNISED.items():
        if name in ("nbgrader", "gradescope"):
            continue
        claims = platform_claims(name, items, spelling)
        if platform.is_plain and not is_plausible(name, claims):
            continue
        for item, claim in claims.items():
            if item not in found or claim.depth < found[item].depth:
                found[item] = claim
    return found
