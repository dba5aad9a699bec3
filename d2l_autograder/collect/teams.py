"""Read a table of groups: who hands in together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.roster import Person, Roster, person_in, simple_name
from d2l_autograder.collect.sheet import ROWS_BEFORE_HEADER, SEPARATORS, Sheet, decoded, sheet_of, simple_heading
from d2l_helpers.errors import ArgumentError, NotebookError

__all__ = ["Teams", "read_teams"]

_MOST = 20 << 20  # bytes
_GROUP = (  # Canvas's group_name, Moodle's Group or Groups
    "group name", "group", "groups", "team", "team name", "gruppe", "gruppen", "gruppenname", "groupe", "groupes",
    "grupo", "grupos", "equipo", "équipe", "group id",
)  # fmt: skip
_MEMBERS = ("members", "group members", "students", "mitglieder", "membres", "miembros")


@dataclass(frozen=True)
class Teams:
    """Groups of students.

    Attributes
    ----------
    members : dict of str to tuple of str
        The ids of each group's students, in the table's order.
    people : Roster
        Further ids and names of these students.
    """

    members: dict[str, tuple[str, ...]]
    people: Roster

    def named(self, text: str) -> str:
        """Return the group that a folder is named after; empty if none is, or if several may be meant.

        Platforms drop punctuation from names, so that a folder Group 1_1 may be Group 1.1 or Group 11.
        """
        for form in (_folded, simple_name):
            found = [name for name in self.members if form(name) == form(text)]
            if found:
                return found[0] if len(found) == 1 else ""
        return ""

    @property
    def in_several(self) -> dict[str, list[str]]:
        """The groups of each student who is in more than one."""
        found: dict[str, list[str]] = {}
        for name, members in self.members.items():
            for member in members:
                found.setdefault(member, []).append(name)
        return {member: names for member, names in found.items() if len(names) > 1}


def read_teams(file: Path) -> Teams:
    """Read a table of groups.

    Parameters
    ----------
    file : Path
        A CSV file with a line for each student, as Canvas and Moodle export it, or for each group with its members.

    Raises
    ------
    ArgumentError
        If the file cannot be read, or has no column of groups or of students.
    """
    try:
        contents = read_file(file.resolve(), _MOST)
    except (NotebookError, OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise _unusable(file, getattr(error, "got", error)) from None
    if len(contents) > _MOST:
        raise _unusable(file, f"more than {_MOST >> 20} MB")
    try:
        text, encoding, mark = decoded(file.name, contents)
    except ArgumentError:  # whose message is about gradebooks
        raise _unusable(file, "no text, as a spreadsheet such as .xlsx is none") from None
    found: list[tuple[int, list[tuple[str, Person]]]] = []
    for separator in SEPARATORS:
        try:
            sheet = sheet_of(file.name, text, separator, encoding, mark)
        except ArgumentError:
            continue
        for head in range(min(ROWS_BEFORE_HEADER, len(sheet.rows))):
            pairs = _pairs(sheet, head)
            if pairs is not None:
                found.append((len(sheet.rows[head]), pairs))
                break
    if not found:
        first = text.strip().split("\n", 1)[0].strip()[:100]
        raise _unusable(file, f"the headings {first!r}" if first else "an empty file")
    return _teams(file, max(found, key=lambda each: each[0])[1])


def _pairs(sheet: Sheet, head: int) -> list[tuple[str, Person]] | None:
    """Return groups and their students; None if the row holds no headings of such a table."""
    headings = [simple_heading(cell.value.replace("_", " ")) for cell in sheet.rows[head]]
    columns = {heading: number for number, heading in reversed(list(enumerate(headings)))}
    group = next((columns[name] for name in _GROUP if name in columns), None)
    several = next((columns[name] for name in _MEMBERS if name in columns), None)
    if group is None:
        return None
    if "canvas user id" in columns:  # the number in the names of Canvas's files
        columns.setdefault("identifier", columns["canvas user id"])
    pairs: list[tuple[str, Person]] = []
    for number in range(head + 1, len(sheet.rows)):
        line = [cell.value for cell in sheet.rows[number]]
        names = _names(
            sheet.value(number, group), is_list=headings[group] in ("groups", "gruppen", "groupes", "grupos")
        )
        if several is not None:
            listed = sheet.value(number, several)
            between = r"[;\n]" if re.search(r"[;\n]", listed.strip()) else ","  # Doe, Jane; Roe, Max
            idents = filter(None, map(str.strip, re.split(between, listed)))
            people = [Person(ident, names=frozenset([simple_name(ident)])) for ident in idents]
        else:
            person = person_in(columns, line)
            people = [person] if person else []
        pairs += [(name, person) for name in names for person in people]
    return pairs if pairs or len(sheet.rows) == head + 1 else None


def _names(text: str, is_list: bool) -> Iterable[str]:
    """Return the groups in a cell: Moodle lists all of a student's with commas between."""
    names = re.split(r",\s*", text) if is_list else [text]
    return [name for name in (" ".join(name.split()) for name in names) if name and name != "-"]


def _folded(name: str) -> str:
    """Return a group's name without capitals, and without differences that cannot be seen."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _teams(file: Path, pairs: list[tuple[str, Person]]) -> Teams:
    members: dict[str, dict[str, None]] = {}
    spelt: dict[str, str] = {}  # the first spelling of each group's name
    people: dict[str, Person] = {}
    for name, person in pairs:
        before = people.get(person.ident)
        if before and before.names != person.names:
            raise _unusable(file, f"the id {person.ident!r} for two students")
        people[person.ident] = person
        members.setdefault(spelt.setdefault(_folded(name), name), {})[person.ident] = None
    if not members:
        raise _unusable(file, "no student in a group")
    return Teams({name: tuple(idents) for name, idents in members.items()}, Roster(people.values()))


def _unusable(file: Path, got: object) -> ArgumentError:
    return ArgumentError(
        "Cannot use these groups.",
        got=f"{file}: {got}",
        expected="a CSV file with a column of groups (group or group_name) and one of students (student or email)",
        remedy="export the groups from the platform, or write a line for each student with the group",
    )
