"""Distinguish an archive of several students' notebooks, as platforms export them, from what one student handed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from d2l_autograder.collect.archives import LARGEST, open_archive
from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.contents import Candidate
from d2l_autograder.collect.mixture import mixed_claims
from d2l_autograder.collect.ownership import claims_by_folders
from d2l_autograder.collect.platforms import choose_platform, platform_claims
from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.recognise import LARGEST as _MOST
from d2l_autograder.collect.spelling import Spelling, as_text, is_work, shown, stem_of, without_homework
from d2l_autograder.collect.walk import Item, Kind
from d2l_helpers.errors import ArgumentError, NotebookError

__all__ = ["is_beside_already", "only_exports", "people_in", "problem_of", "some_of"]


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
    if is_work(without_homework(stem_of(as_text(item.path.name)))):
        try:
            found = _by_student(claims_by_folders(items, inside, spelling, None, "", is_all=False))
        except ArgumentError:
            found = {}
        if found:
            return {} if found.keys() == {claim.student} else found
    return _in_folders(inside, spelling) or _named(items, inside, spelling)


def _in_folders(inside: Mapping[Item, Sequence[Candidate]], spelling: Spelling) -> dict[str, list[str]]:
    """Return the members by the outermost folders that differ, if several hold one assignment."""
    paths = [item.path.parts[:-1] for item in inside]
    shared = next((n for n in range(min(map(len, paths)), 0, -1) if len({path[:n] for path in paths}) == 1), 0)
    found: dict[str, list[str]] = {}
    holders: dict[str, set[str]] = {}
    for item, candidates in inside.items():
        names = [n for n in item.path.parts[shared:-1] if not is_work(n) and not spelling.is_assignment(n)]
        for one in candidates if names else ():
            found.setdefault(names[0], []).append(one.member)
            holders.setdefault(one.assignment, set()).add(names[0])
    return found if any(len(folders) > 1 for folders in holders.values()) else {}


def _named(
    items: Sequence[Item], inside: Mapping[Item, Sequence[Candidate]], spelling: Spelling
) -> dict[str, list[str]]:
    """Return the students who are named beside the assignment by files that lie side by side."""
    found: dict[str, list[str]] = {}
    for one in items:
        named = spelling.find(one.path.stem)
        if len(one.path.parts) == 1 and named and named.before and not is_work(named.before) and inside[one]:
            found.setdefault(named.before, []).append(_member(one))
    return found if len(found) > 1 else {}


def is_beside_already(
    folder: Path, archive: Item, people: Mapping[str, Iterable[str]], items: Iterable[Item], students: Collection[str]
) -> bool:
    """Return whether the notebooks in an archive lie unpacked beside it, or belong to students who are there.

    Whose archive has a name that may be a student's, must hold the very same notebooks.

    Parameters
    ----------
    folder : Path
        The folder that was searched.
    archive : Item
        The archive.
    people : mapping of str to iterable of str
        Its members by their students.
    items : iterable of Item
        All that was found.
    students : collection of str
        Whose notebooks were found without it.
    """
    is_named_work = is_work(stem_of(as_text(archive.path.name)))
    if is_named_work and all(student in students for student in people):
        return True
    named: dict[str, list[Item]] = {}
    for item in items:
        named.setdefault(as_text(item.path.name), []).append(item)
    try:
        opened, _ = open_archive(read_file(folder / archive.path, LARGEST))
        for member in (member for members in people.values() for member in members):
            parts = _item(member).path.parts
            there = [item for item in named.get(parts[-1], []) if _ends_alike(item.path.parts, parts)]
            if member not in opened or not there:
                return False
            if not is_named_work and all(
                opened[member](_MOST) != read_file(folder / item.path, _MOST) for item in there
            ):
                return False
    except NotebookError:
        return False
    return True


def _ends_alike(path: Sequence[str], member: Sequence[str]) -> bool:
    """Return whether one of two paths is the other below further folders."""
    shared = min(len(path), len(member))
    return tuple(map(as_text, path[-shared:])) == tuple(member[-shared:]) and (shared > 1 or len(member) == 1)


def only_exports(exports: Mapping[Item, Mapping[str, object]]) -> NotebookError:
    """Return the error for a folder in which there is nothing but archives of what students handed in."""
    item, people = next(iter(exports.items()))
    return NotebookError(
        "This folder holds an archive, and in it what students handed in.",
        got=f"{shown(item.path.name)} with {some_of(people)}",
        expected="the files themselves",
        remedy="unpack the archive, and pass the folder that it was unpacked to",
    )


def problem_of(item: Item, people: Mapping[str, object]) -> str:
    """Return why nothing in an archive counts, which lies beside what others handed in."""
    what = (
        f"notebooks in several folders ({some_of(people)})" if len(people) > 1 else f"what {some_of(people)} handed in"
    )
    return f"{shown(item.path.name)} holds {what}; unpack it and grade again."


def some_of(people: Iterable[str]) -> str:
    """Return the first names of several."""
    names = sorted(people)
    return ", ".join(map(shown, names[:3])) + (", …" if len(names) > 3 else "")


def _by_student(claims: Mapping[Item, Claim]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item, claim in claims.items():
        if claim.student:
            found.setdefault(claim.student, []).append(_member(item))
    return found


def _item(member: str) -> Item:
    return Item(Path(*(as_text(part) for part in re.split(r"[/\\]", member))), Kind.FILE)


def _member(item: Item) -> str:
    return "/".join(item.path.parts)
