"""Find the row of each student in a platform's table: by ids, then by addresses, then by names that only one has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from d2l_autograder.collect.roster import Roster, simple_name
from d2l_autograder.export.template import StudentRow
from d2l_autograder.gradebook.totals import BookStudent

__all__ = ["Matches", "match"]

_BY_ID, _BY_NAME, _BY_ID_AS_NAME = range(3)
_NUMBERED = re.compile(r"(?P<name>.+) \((?P<number>[^()]+)\)", re.DOTALL)  # as students of one name are told apart


@dataclass(frozen=True)
class Matches:
    """Who is who.

    Attributes
    ----------
    row_of : dict of str to StudentRow
        By the students' ids.
    problems : dict of str to str
        Why a student has no row, by the students' ids.
    by_name : frozenset of str
        The students who were found by their names in the gradebook or on the roster, not by what their ids say.
    """

    row_of: dict[str, StudentRow]
    problems: dict[str, str]
    by_name: frozenset[str] = frozenset()


def match(students: Iterable[BookStudent], rows: Sequence[StudentRow], roster: Roster | None = None) -> Matches:
    """Find the row of each student; where several may be meant, none is taken, but an id counts more than a name.

    Parameters
    ----------
    students : iterable of BookStudent
        Those of the gradebook.
    rows : sequence of StudentRow
        Those of the platform's table.
    roster : Roster, optional
        Knows further ids and names of the students.
    """
    index = _Index([row for row in rows if not row.is_test])
    found: dict[str, StudentRow] = {}
    problems: dict[str, str] = {}
    ways: dict[str, int] = {}
    for student in students:
        row, problem, ways[student.ident] = index.find(student, roster)
        if row is None:
            problems[student.ident] = problem
        else:
            found[student.ident] = row
    owners: dict[int, list[str]] = {}
    for ident, row in found.items():
        owners.setdefault(row.number, []).append(ident)
    for idents in owners.values():
        by_id = [ident for ident in idents if ways[ident] == _BY_ID]
        for ident in idents if len(idents) > 1 else ():
            others = ", ".join(other for other in idents if other != ident)
            if by_id != [ident]:
                problems[ident] = f"the row of {found.pop(ident).shown} may also be that of {others}"
    return Matches(found, problems, frozenset(ident for ident in found if ways[ident] == _BY_NAME))


class _Index:
    """Rows by all that identifies their students."""

    def __init__(self, rows: Iterable[StudentRow]) -> None:
        self._ids: dict[str, list[StudentRow]] = {}
        self._names: dict[str, list[StudentRow]] = {}
        for row in rows:
            for ident in {_text(ident) for ident in row.ids}:
                self._ids.setdefault(ident, []).append(row)
                if "@" in ident and ident.casefold() != ident:
                    self._ids.setdefault(ident.casefold(), []).append(row)
            for name in row.names:
                self._names.setdefault(name, []).append(row)

    def find(self, student: BookStudent, roster: Roster | None) -> tuple[StudentRow | None, str, int]:
        """Return a student's row, or None and why there is none; and what the row was looked up by."""
        ident = _text(student.ident)
        others, names = roster.about(student.ident) if roster else (frozenset(), frozenset())
        by_number = _NUMBERED.fullmatch(ident)
        ids = [{ident}, {_text(student.email)}, others]
        ids += [{by_number["number"], f"Participant {by_number['number']}"}] if by_number else []
        for each in ids:
            row, problem = _only(
                self._ids, {text for text in each if text} | {text.casefold() for text in each if "@" in text}
            )
            if row or problem:
                return row, problem, _BY_ID
        full = {f"{student.first_name} {student.last_name}"} if student.last_name else set()
        of_book = {simple_name(name) for name in full} | names
        for known, way in ((of_book, _BY_NAME), ({simple_name(ident)} - {""}, _BY_ID_AS_NAME)):
            row, problem = _only(self._names, known)
            if row or problem:
                return row, problem, way
        problem = "the file has no row for this student"
        if ident.startswith("0") and (without := ident.lstrip("0")) in self._ids:
            problem += f"; {self._ids[without][0].shown} has the id {without}, as a spreadsheet writes {ident}"
        return None, problem, _BY_ID


def _only(rows: Mapping[str, list[StudentRow]], texts: Iterable[str]) -> tuple[StudentRow | None, str]:
    """Return the only row for some texts, or why there are several."""
    found = {row.number: row for text in texts for row in rows.get(text, ())}
    if len(found) > 1:
        return None, f"{len(found)} rows of the file may be meant, and nothing tells which"
    return next(iter(found.values()), None), ""


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
