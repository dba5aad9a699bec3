"""Make rows of what students handed in: of notebooks, and of what stands in the place of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from d2l_autograder.collect.choose import Piece, choose
from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.contents import Candidate, describe
from d2l_autograder.collect.entry import Entry
from d2l_autograder.collect.spelling import Spelling, shown
from d2l_autograder.collect.walk import Item, Kind

__all__ = ["Loose", "Rows", "make_rows"]

Group = tuple[str, str]  # a student and an assignment


@dataclass(frozen=True)
class Loose:
    """An item of a student's that holds no notebook.

    Attributes
    ----------
    item : Item
        The item.
    claim : Claim
        Whose it is.
    hint : str
        The assignment that its name or a folder tells; empty if none.
    """

    item: Item
    claim: Claim
    hint: str


@dataclass
class Rows:
    """Rows, and what became of each item.

    Attributes
    ----------
    entries : list of Entry
        One for each student and assignment.
    files : set of Item
        Those that have a row.
    parts : set of Item
        Those that belong to a row without being its file.
    reasons : dict of Item to str
        Why an item is in neither.
    """

    entries: list[Entry] = field(default_factory=list)
    files: set[Item] = field(default_factory=set)
    parts: set[Item] = field(default_factory=set)
    reasons: dict[Item, str] = field(default_factory=dict)


def make_rows(
    folder: Path,
    pieces: Iterable[Piece],
    loose: Sequence[Loose],
    spelling: Spelling,
    look: Callable[[Candidate], Candidate],
    expected: Callable[[str], str],
) -> Rows:
    """Make a row for each student and assignment.

    Parameters
    ----------
    folder : Path
        The folder that was searched.
    pieces : iterable of Piece
        The notebooks, and what is called one.
    loose : sequence of Loose
        The rest of what belongs to students. It makes a row where there is nothing better.
    spelling : Spelling
        Knows the assignments' names.
    look : callable
        ``look(candidate)`` counts its answers.
    expected : callable
        ``expected(assignment)`` says what should have been handed in.
    """
    rows = Rows()
    groups = _groups(pieces)
    about = {assignment for (_, assignment), group in groups.items() if assignment and any(map(_is_usable, group))}
    only = next(iter(about)) if len(about) == 1 else ""
    _place_unknown(rows, groups, only)
    for (_, assignment), group in groups.items():
        entry, chosen = choose(folder, group, assignment, spelling, look)
        rows.entries.append(entry)
        rows.files.add(chosen.candidate.item)
        rows.parts |= {piece.candidate.item for piece in group}
    _add_loose(rows, folder, loose, groups, only, expected)
    rows.parts -= rows.files
    return rows


def _groups(pieces: Iterable[Piece]) -> dict[Group, list[Piece]]:
    groups: dict[Group, list[Piece]] = defaultdict(list)
    for piece in pieces:
        groups[piece.claim.student, piece.candidate.assignment].append(piece)
    return dict(groups)


def _place_unknown(rows: Rows, groups: dict[Group, list[Piece]], only: str) -> None:
    """Place what belongs to no assignment: beside a notebook it is ignored, else it is of the only one handed in."""
    with_notebook = {student for (student, _), group in groups.items() if any(map(_is_usable, group))}
    for student in [student for student, assignment in groups if not assignment]:
        if student in with_notebook and all(piece.candidate.is_sound for piece in groups[student, ""]):
            for piece in groups.pop((student, "")):
                rows.reasons[piece.candidate.item] = piece.candidate.problem
        elif only:
            groups.setdefault((student, only), []).extend(groups.pop((student, "")))


def _is_usable(piece: Piece) -> bool:
    return piece.candidate.is_sound and not piece.candidate.problem


def _add_loose(
    rows: Rows,
    folder: Path,
    loose: Sequence[Loose],
    groups: Mapping[Group, Sequence[Piece]],
    only: str,
    expected: Callable[[str], str],
) -> None:
    """Add a row for each student, or student and assignment, of whom there is nothing but what holds no notebook."""
    found: dict[Group, list[Loose]] = defaultdict(list)
    with_row = {student for student, _ in groups}
    hinted = {each.claim.student for each in loose if each.hint and (each.claim.student, each.hint) not in groups}
    for each in loose:
        student = each.claim.student
        if each.hint and (student, each.hint) not in groups:
            found[student, each.hint].append(each)
        elif not each.hint and student not in with_row | hinted:
            found[student, only].append(each)
        else:
            rows.reasons[each.item] = _reason(each)
    for (_, assignment), group in found.items():
        chosen = min(group, key=_importance)
        rows.entries.append(_of_loose(folder, group, chosen, assignment, expected(assignment)))
        rows.files.add(chosen.item)
        rows.parts |= {each.item for each in group}


def _of_loose(folder: Path, group: Sequence[Loose], chosen: Loose, assignment: str, expected: str) -> Entry:
    others = [shown(each.item.path.name) for each in group if each is not chosen]
    more = f", beside {', '.join(others[:3])}{', …' if len(others) > 3 else ''}" if others else ""
    return Entry(
        student=chosen.claim.student,
        assignment=assignment,
        file=folder / chosen.item.path,
        others=tuple(others),
        submitted=chosen.claim.submitted,
        is_late=chosen.claim.is_late,
        problem=f"{in_words(chosen.item)}{more}, and there is no notebook; expected {expected}.",
        notes=chosen.claim.notes,
    )


def in_words(item: Item) -> str:
    """Return in words what an item is, with its name."""
    return f"{shown(item.path.name)} is {describe(item.path.name) if item.kind == Kind.FILE else item.kind.value}"


def _importance(each: Loose) -> tuple[int, str]:
    """Return a key that sorts what tells most about a student first."""
    order = (Kind.FILE, Kind.LINK, Kind.UNREADABLE, Kind.DEEP, Kind.CROWDED, Kind.SPECIAL, Kind.EMPTY, Kind.SYSTEM)
    return order.index(each.item.kind), str(each.item.path)


def _reason(each: Loose) -> str:
    if each.item.kind != Kind.FILE:
        return each.item.kind.value
    return f"{describe(each.item.path.name)}, beside what {each.claim.student} handed in"
