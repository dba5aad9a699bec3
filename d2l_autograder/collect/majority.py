"""Decide whether a platform's names are most of what was found, so that no student can choose the platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.spelling import Spelling
from d2l_autograder.collect.walk import Item

__all__ = ["is_majority"]


def is_majority(claims: Mapping[Item, Claim], counted: Iterable[Item], spelling: Spelling) -> bool:
    """Return whether a platform's names are more than half of what lies at their level.

    The folders around them must be half of those beside these, too: a student's folder may hold any number of names.

    Parameters
    ----------
    claims : mapping of Item to Claim
        Whose the items are that fit the platform.
    counted : iterable of Item
        Those that count: fitting or not.
    spelling : Spelling
        Knows the assignments: a file that names nobody, beside the platform's, does not count.
    """
    around = {item.path.parts[: claim.depth - 1] for item, claim in claims.items()}
    depth = max((claim.depth for claim in claims.values()), default=1)
    units = {item.path.parts[: claim.depth] for item, claim in claims.items()}
    others = [item for item in counted if item not in claims]
    beside = {
        item.path.parts[:depth]
        for item in others
        if item.path.parts[:-1] not in around or not spelling.names_nobody(item.path.name)
    }
    if len(units) <= len(beside):
        return False
    notebooks = [item.path.parts for item in others if item.path.suffix.lower() == ".ipynb"]
    for level in range(1, depth):
        holding = {unit[:level] for unit in units}
        without = {parts[:level] for parts in notebooks if len(parts) > level} - holding
        if len(holding) < len(without):
            return False
    return True
