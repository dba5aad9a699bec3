"""Tell an archive of several students' notebooks, such as a platform's export, from what one student handed in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.contents import Candidate, several_in
from d2l_autograder.collect.mixture import mixed_claims
from d2l_autograder.collect.ownership import claims_by_folders
from d2l_autograder.collect.platforms import choose_platform, platform_claims
from d2l_autograder.collect.spelling import Spelling, as_text, is_work, stem_of
from d2l_autograder.collect.walk import Item, Kind
from d2l_helpers.errors import ArgumentError

__all__ = ["is_beside_already", "people_in"]


def people_in(item: Item, claim: Claim, candidates: Sequence[Candidate], spelling: Spelling) -> dict[str, list[str]]:
    """Return the members of an archive by the students whose they are, if it is not what one student handed in.

    Parameters
    ----------
    item : Item
        The archive.
    claim : Claim
        Whose the archive is by its own name.
    candidates : sequence of Candidate
        The notebooks in it.
    spelling : Spelling
        Knows the assignments' names.
    """
    inside = {_item(one.member): [one] for one in candidates if one.member and not one.problem}
    items = list(inside)
    if not items:
        return {}
    platform = choose_platform(items, spelling)
    claims = platform_claims(platform, items, spelling) if platform else mixed_claims(items, spelling)
    if claims:
        found = _by_student(claims)
        return {} if found.keys() == {claim.student} else found
    if is_work(stem_of(as_text(item.path.name))):
        try:
            found = _by_student(claims_by_folders(items, inside, spelling, None, "", is_all=False))
        except ArgumentError:
            found = {}
        if found:
            return {} if found.keys() == {claim.student} else found
    folders = several_in(candidates)
    parts = {folder: [one.member for one in candidates if folder in _item(one.member).path.parts] for folder in folders}
    return parts or _named(items, inside, spelling)


def _named(
    items: Sequence[Item], inside: Mapping[Item, Sequence[Candidate]], spelling: Spelling
) -> dict[str, list[str]]:
    """Return the students who are named beside the assignment by files that lie side by side."""
    found: dict[str, list[str]] = {}
    for one in items:
        named = spelling.find(one.path.stem)
        if len(one.path.parts) == 1 and named and named.before and not is_work(named.before) and inside[one]:
            found.setdefault(named.before, []).append(str(one.path))
    return found if len(found) > 1 else {}


def is_beside_already(
    archive: Item, people: Mapping[str, Iterable[str]], items: Iterable[Item], students: set[str]
) -> bool:
    """Return whether the notebooks in an archive lie unpacked beside it, or belong to students who are there.

    Parameters
    ----------
    archive : Item
        The archive.
    people : mapping of str to iterable of str
        Its members by their students.
    items : iterable of Item
        All that was found.
    students : set of str
        Whose notebooks were found without it.
    """
    around = archive.path.parent.parts
    there = {item.path.parts[len(around) :] for item in items if item.path.parts[: len(around)] == around}
    there |= {item.path.parts for item in items}
    for student, members in people.items():
        if student in students:
            continue
        paths = [_item(member).path.parts for member in members]
        if not all(any(parts[start:] in there for start in range(min(3, len(parts)))) for parts in paths):
            return False
    return True


def _by_student(claims: Mapping[Item, Claim]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item, claim in claims.items():
        if claim.student:
            found.setdefault(claim.student, []).append(str(item.path))
    return found


def _item(member: str) -> Item:
    return Item(Path(*(as_text(part) for part in re.split(r"[/\\]", member))), Kind.FILE)
