"""Take the name of a group from before a student's, as Moodle writes it where groups are graded."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.roster import Roster
from d2l_autograder.collect.walk import Item

__all__ = ["without_groups"]

_WORD = re.compile(
    r"(?i)(?<![^\W_])(group|groups|gruppe|groupe|grupo|gruppo|groep|grupp|team|tutorial|tutorium|section|seminar|class)"
    r"(?![^\W\d_])|\d"
)


def without_groups(claims: Mapping[Item, Sequence[Claim]], roster: Roster | None) -> dict[Item, list[Claim]]:
    """Return the claims without groups before the students' names; a hyphen in a name such as Anna-Maria stays.

    Parameters
    ----------
    claims : mapping of Item to sequence of Claim
        Of which some may have a group.
    roster : Roster or None
        The course's students: a whole name that is there has no group, and one behind a hyphen that is there has one.
    """
    exports: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for item, group in claims.items():
        for claim in group:
            if claim.may_have_group:
                exports[item.path.parts[: claim.depth - 1]].add(claim.student)
    found = {place: _plain_names(names, roster) for place, names in exports.items()}

    def plain(item: Item, claim: Claim) -> Claim:
        name = found.get(item.path.parts[: claim.depth - 1], {}).get(claim.student, "") if claim.may_have_group else ""
        if not name:
            return claim
        group = claim.student.removesuffix(name).removesuffix("-")
        note = f"{group}, which stands before {name} with a hyphen, was taken for a group"
        return replace(claim, student=name, notes=(*claim.notes, note))

    return {item: [plain(item, claim) for claim in group] for item, group in claims.items()}


def _plain_names(names: set[str], roster: Roster | None) -> dict[str, str]:
    """Return the names without groups in an export, by the names with them."""
    if roster is None:
        plain = {name: _without_words(name) for name in names}
        return plain if all(plain.values()) else {}  # else one student might be called in two ways
    unknown = [name for name in names if roster.find(name) is None]
    known = {name: [(group, rest) for group, rest in _splits(name) if roster.find(rest)] for name in unknown}
    is_usual = len(names) > 1 and len(unknown) == len(names) and all(known.values())
    result = {}
    for name, splits in known.items():
        fitting = [rest for group, rest in splits if is_usual or _WORD.search(group)]
        if fitting:
            result[name] = fitting[0]
    return result


def _splits(name: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer("-", name[:200]):
        yield name[: match.start()], name[match.end() :].strip()


def _without_words(name: str) -> str:
    """Return a name behind all that has a number or a word for a group before a hyphen; empty if that is nothing."""
    parts = name.split("-")
    first = next((number for number, part in enumerate(parts) if not _WORD.search(part)), len(parts))
    return "-".join(parts[first:]).strip() if 0 < first < len(parts) else ""
