"""Decide whose each item is: by an expression, by a platform's names, or by the folders."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.contents import Candidate
from d2l_autograder.collect.dates import date_in_name, date_order
from d2l_autograder.collect.expression import groups_in
from d2l_autograder.collect.level import Unit, locate
from d2l_autograder.collect.mixture import left_claims, likely_platform, mixed_claims
from d2l_autograder.collect.own_folder import is_anothers, is_students_own, require_one
from d2l_autograder.collect.platforms import choose_platform, is_beside, platform_claims, require_platform
from d2l_autograder.collect.receipts import with_metadata, with_receipts
from d2l_autograder.collect.roster import Roster
from d2l_autograder.collect.spelling import Spelling, as_text, is_only_work, shown, stem_of
from d2l_autograder.collect.walk import Item, Kind
from d2l_helpers.errors import ArgumentError

__all__ = ["claims_by_folders", "claims_by_names"]

_ATTEMPT = re.compile(r"(?:attempt|version|versuch|submission|abgabe|v|try)[ _-]?(\d{1,2})", re.IGNORECASE)


def claims_by_names(
    folder: Path, items: Sequence[Item], spelling: Spelling, platform: str | None, names: str | None
) -> dict[Item, list[Claim]]:
    """Return whose items are, as an expression or a platform's names tell.

    Parameters
    ----------
    folder : Path
        The folder that was searched.
    items : sequence of Item
        What was found there.
    spelling : Spelling
        Knows the assignments' names.
    platform, names : str or None
        The platform and the expression that were asked for.

    Raises
    ------
    ArgumentError
        If the expression or the platform is wrong, or fits nothing.
    """
    if names is not None:
        return _by_expression(items, names)
    if platform is not None:
        require_platform(platform)
    chosen = platform or choose_platform(items, spelling)
    if not chosen:
        mixed = mixed_claims(items, spelling)
        return {item: [claim] for item, claim in with_receipts(folder, mixed).items()}
    claims = _by_platform(folder, items, spelling, chosen)
    for item, claim in left_claims(items, claims, spelling).items():
        claims[item] = [claim]
    return claims


def _by_platform(folder: Path, items: Sequence[Item], spelling: Spelling, chosen: str) -> dict[Item, list[Claim]]:
    claims = platform_claims(chosen, items, spelling)
    if not claims:
        raise ArgumentError(
            f"Nothing here is named as {chosen} names what it exports.",
            got=", ".join(str(item.path) for item in items[:3]) or "an empty folder",
            expected="the folder that the export was unpacked to",
            remedy="leave --platform out, or pass --names with a regular expression",
        )
    if chosen == "blackboard":
        claims = with_receipts(folder, claims)
    if chosen == "gradescope":
        return with_metadata(folder, items, claims)
    return {item: [claim] for item, claim in claims.items()}


def _by_expression(items: Sequence[Item], expression: str) -> dict[Item, list[Claim]]:
    paths = ["/".join(map(as_text, item.path.parts)) for item in items]
    claims = {}
    for item, groups in zip(items, groups_in(paths, expression), strict=True):
        if not groups or not (student := (groups["student"] or "").strip()):
            continue
        date = groups.get("date")
        submitted, note = date_in_name(date) if date else (None, "")
        attempt = "".join(filter(str.isdecimal, groups.get("attempt") or ""))[:9]
        claims[item] = [
            Claim(
                student=as_text(student),
                assignment=groups.get("assignment") or "",
                attempt=int(attempt or 0),
                submitted=submitted,
                is_late=bool(groups.get("late")),
                is_stamped=submitted is None,
                notes=(note,) if note else (),
            )
        ]
    if not claims:
        raise ArgumentError(
            "The expression fits no file.",
            got=f"{expression!r}, and names such as {', '.join(paths[:3]) or 'none'}",
            expected="an expression that is found in the path of each student's file",
            remedy="compare the expression with these paths, which are relative to the folder",
        )
    return claims


def claims_by_folders(
    items: Sequence[Item],
    candidates: Mapping[Item, Sequence[Candidate]],
    spelling: Spelling,
    roster: Roster | None,
    root: str,
    around: Collection[tuple[str, ...]] = (),
    is_all: bool = True,
) -> dict[Item, Claim]:
    """Return whose items are, as their folders, or the names of files beside each other, tell.

    Parameters
    ----------
    items : sequence of Item
        Those of which no platform tells.
    candidates : mapping of Item to sequence of Candidate
        The notebooks in them.
    spelling : Spelling
        Knows the assignments' names.
    roster : Roster or None
        The course's students: whose name a folder has, is its student.
    root : str
        The name of the folder that was searched.
    around : collection of tuple of str, optional
        The folders, by their parts, in which a platform's or an expression's files lie: they are nobody's.
    is_all : bool, optional
        Whether no platform or expression tells of other items; then the folder that was searched may be a student's.

    Raises
    ------
    ArgumentError
        If the level of the students' folders is not clear.
    """
    flat = {item.path.parent for item in items if candidates.get(item) and spelling.tail(item.path.name)[0]}
    units = [_unit(item, candidates.get(item, ()), spelling, item.path.parent in flat, around) for item in items]
    if is_all and is_students_own(units):
        require_one(items, units, candidates, spelling, root)
        owners = [unit.chain[0] if is_anothers(unit) else root for unit in units]
        return {
            item: _of_folder(item, unit, who, spelling) for item, unit, who in zip(items, units, owners, strict=True)
        }
    try:
        students = _locate(units, roster)
    except ArgumentError:
        if is_all:
            raise
        students = [unit.chain[0] if unit.chain else None for unit in units]
    found = zip(items, units, students, strict=True)
    claims = {item: _of_folder(item, unit, who, spelling) for item, unit, who in found if who is not None}
    return {item: _with_hint(item, claim) for item, claim in claims.items()}


def _unit(
    item: Item,
    candidates: Iterable[Candidate],
    spelling: Spelling,
    is_flat: bool,
    around: Collection[tuple[str, ...]],
) -> Unit:
    is_folder = item.is_folder or (item.kind == Kind.LINK and not item.path.suffix)
    own = item.path.parts if is_folder else item.path.parts[:-1]
    outside = max((depth for depth in range(len(own) + 1) if own[:depth] in around), default=0)
    parts = [as_text(part) for part in own[outside:]]
    folders = tuple(part for part in parts if not spelling.is_assignment(part))
    found = list(candidates)
    tail, is_named = spelling.tail(item.path.name)
    is_nobodys = not is_flat or not tail or is_only_work(tail) or is_beside(item.path.name)
    if is_folder or item.kind == Kind.SYSTEM or (not found and is_nobodys):
        return Unit(folders, is_handed_in=bool(found) or item.is_folder)
    assignments = frozenset(one.assignment for one in found if one.assignment and not one.problem)
    return Unit(folders, tail, is_named, assignments)


def _locate(units: Sequence[Unit], roster: Roster | None) -> list[str | None]:
    """Return the student of each unit: by the roster where it has one of the names, else by the folders."""
    found: list[str | None] = [None] * len(units)
    if roster is None:
        return locate(units, None)
    levels: Counter[int] = Counter()
    for number, unit in enumerate(units):
        level = next((level for level, name in enumerate(unit.chain) if roster.find(name)), None)
        if level is None and unit.tail and (ident := roster.only_in(unit.tail)):
            found[number] = ident
            continue
        if level is not None:  # the outermost: a folder inside a student's may have any name
            found[number] = unit.chain[level]
            levels[level] += 1
    usual = levels.most_common(1)[0][0] if levels else None
    unknown = [number for number, student in enumerate(found) if student is None]
    if usual is None:
        for number, student in zip(unknown, locate([units[number] for number in unknown], None), strict=True):
            found[number] = student
        return found
    around = {
        unit.folders[:level] for unit, known in zip(units, found, strict=True) if known for level in range(usual + 1)
    }
    for number in unknown:
        chain = units[number].chain
        if len(chain) > usual:
            found[number] = units[number].student_at(usual)
        elif units[number].is_handed_in and chain and chain not in around:
            found[number] = units[number].student_at(len(chain) - 1)
    return found


def _of_folder(item: Item, unit: Unit, student: str, spelling: Spelling) -> Claim:
    raw = next((part for part in item.path.parts if as_text(part) == student), student)
    is_unicode = unicodedata.normalize("NFC", raw) == student
    account = "" if is_unicode else "bytes that are no text"  # and not a student who is called by the numbers' text
    above = item.path.parts[: item.path.parts.index(raw)] if raw in item.path.parts[:-1] else item.path.parts[:-1]
    attempt = max(map(_order, above), default=0)
    claim = Claim(student, is_stamped=True, account=account, is_global="\\udc" in student, attempt=attempt)
    if student != unit.tail or student in unit.folders:
        return claim
    named = spelling.find(stem_of(as_text(item.path.name)))
    if named is None or named.before != student:
        return claim
    if named.after.isdecimal() and len(named.after) < 4:  # Canvas counts so
        return replace(claim, attempt=int(named.after), own=f"{named.assignment}{item.path.suffix}")
    submitted, _ = date_in_name(named.after) if named.after else (None, "")
    own = f"{named.assignment}{item.path.suffix}" if submitted or not named.after else ""
    return replace(claim, submitted=submitted, own=own)


def _order(folder: str) -> int:
    """Return a number that orders attempts by a folder around students'; a date is no proof of when it was."""
    numbered = _ATTEMPT.fullmatch(folder)
    return int(numbered[1]) if numbered else date_order(folder)


def _with_hint(item: Item, claim: Claim) -> Claim:
    """Return a claim with a note where one name among others is as a platform would give it."""
    is_folders = claim.student in map(as_text, item.path.parts[:-1])
    likely = likely_platform(
        Item(Path(claim.student), Kind.EMPTY) if is_folders else Item(Path(item.path.name), item.kind)
    )
    if not likely:
        return claim
    note = f"{shown(claim.student)} looks like a name of {likely}'s, and most here do not: pass --platform {likely}"
    return replace(claim, notes=(*claim.notes, note))
