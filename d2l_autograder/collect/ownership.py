"""Tell whose each item is: by an expression, by a platform's names, or by the folders."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.contents import Candidate
from d2l_autograder.collect.dates import date_in_name, is_date
from d2l_autograder.collect.expression import groups_in
from d2l_autograder.collect.level import Unit, locate
from d2l_autograder.collect.mixture import left_claims, mixed_claims
from d2l_autograder.collect.platforms import choose_platform, is_beside, platform_claims, require_platform
from d2l_autograder.collect.receipts import with_metadata, with_receipts
from d2l_autograder.collect.roster import Roster
from d2l_autograder.collect.spelling import Spelling, as_text, is_only_work, is_work, shown, stem_of, without_homework
from d2l_autograder.collect.walk import Item, Kind
from d2l_helpers.errors import ArgumentError

__all__ = ["claims_by_folders", "claims_by_names"]

_COPIES = frozenset(("copy of", "copie de", "kopie von", "copia de"))  # which programs put before a name


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
    flat = {item.path.parent for item in items if candidates.get(item) and _tail(item, spelling)[0]}
    units = [_unit(item, candidates.get(item, ()), spelling, item.path.parent in flat, around) for item in items]
    if is_all and _is_students_own(units):
        _require_one(items, units, candidates, spelling, root)
        return {item: _of_folder(item, unit, root, spelling) for item, unit in zip(items, units, strict=True)}
    try:
        students = _locate(units, roster)
    except ArgumentError:
        if is_all:
            raise
        students = [unit.chain[0] if unit.chain else None for unit in units]
    found = zip(items, units, students, strict=True)
    return {item: _of_folder(item, unit, who, spelling) for item, unit, who in found if who is not None}


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
    tail, is_named = _tail(item, spelling)
    is_nobodys = not is_flat or not tail or is_beside(item.path.name)
    if is_folder or item.kind == Kind.SYSTEM or (not found and is_nobodys):
        return Unit(folders, is_handed_in=bool(found) or item.is_folder)
    assignments = frozenset(one.assignment for one in found if one.assignment and not one.problem)
    return Unit(folders, tail, is_named, assignments)


def _tail(item: Item, spelling: Spelling) -> tuple[str, bool]:
    """Return what a file's name says about the student, and whether it stands beside an assignment's name."""
    stem = stem_of(as_text(item.path.name))
    named = spelling.find(stem)
    if named is None:
        own = without_homework(stem)
        return ("" if is_only_work(own) else own), False
    if named.before and named.before.casefold() not in _COPIES and not is_only_work(named.before):
        return named.before, True
    is_name = any(map(str.isalpha, named.after)) and not is_work(named.after)
    return (named.after, True) if is_name else ("", False)


def _is_students_own(units: Sequence[Unit]) -> bool:
    """Return whether the folder that was searched is a student's: a notebook lies in it, and no name tells of others.

    Folders such as ``backup`` beside the notebook are the student's.
    """
    with_notebook = [unit for unit in units if unit.assignments]
    is_own = any(not unit.chain for unit in with_notebook)
    return is_own and all(is_only_work(name) for unit in units if unit.is_handed_in for name in unit.chain)


def _require_one(
    items: Sequence[Item],
    units: Sequence[Unit],
    candidates: Mapping[Item, Sequence[Candidate]],
    spelling: Spelling,
    root: str,
) -> None:
    """Raise an error if nothing tells whose the notebooks are, or whether they are one student's."""
    found = zip(items, units, strict=True)
    loose = [
        (item, unit) for item, unit in found if unit.assignments and not (unit.chain or candidates[item][0].member)
    ]
    counts = Counter(one for _, unit in loose for one in unit.assignments)
    copies = [item for item, unit in loose if _is_copy(item, spelling) and any(counts[n] > 1 for n in unit.assignments)]
    if not loose or (not copies and not is_only_work(root)):
        return
    some = ", ".join(shown(item.path.name) for item, _ in loose[:3]) + (", …" if len(loose) > 3 else "")
    raise ArgumentError(
        "Cannot tell whose notebooks these are.",
        got=f"{some} in the folder {shown(root)}: no student is named",
        expected="a folder for each student, or a file for each student that is named student_notebook.ipynb",
        remedy="put each student's notebook into a folder that is named after the student, or pass a single notebook",
    )


def _is_copy(item: Item, spelling: Spelling) -> bool:
    """Return whether a browser or a drive may have named a file, of which another student's has the plain name."""
    named = spelling.find(stem_of(as_text(item.path.name)))
    if named is None:
        return False
    return named.before.casefold() in _COPIES or (bool(named.after) and not any(map(str.isalpha, named.after)))


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
            found[number] = chain[usual]
        elif units[number].is_handed_in and chain and chain not in around:
            found[number] = chain[-1]
    return found


def _of_folder(item: Item, unit: Unit, student: str, spelling: Spelling) -> Claim:
    raw = next((part for part in item.path.parts if as_text(part) == student), student)
    is_unicode = unicodedata.normalize("NFC", raw) == student
    account = "" if is_unicode else "bytes that are no text"  # and not a student who is called by the numbers' text
    attempt = next((_minutes(part) for part in item.path.parts[:-1] if part != raw and is_date(part)), 0)
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


def _minutes(date: str) -> int:
    """Return a number by which a folder's date is earlier than another's; what it dates is no proof of a deadline."""
    when, _ = date_in_name(date)
    return int(when.timestamp() // 60) if when else 0
