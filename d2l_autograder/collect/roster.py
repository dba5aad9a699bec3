"""Read a course's students from a table or from nbgrader's gradebook."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.sheet import ROWS_BEFORE_HEADER, simple_heading
from d2l_helpers.errors import ArgumentError, NotebookError

__all__ = ["Person", "Roster", "names_of", "person_in", "read_roster", "simple_name"]

_MOST = 20 << 20  # bytes
_SQLITE = b"SQLite format 3\x00"
_IDS = (  # the first that a student has counts: nbgrader, Sakai and Canvas write id, others one of the next
    "id", "student_id", "student id", "studentid", "sid", "id number", "username", "user name", "user id", "userid",
    "login", "login id", "netid", "net id", "orgdefinedid", "display id", "sis user id", "sis login id",
    "matriculation number", "matrikelnummer", "anmeldename", "email", "email address", "e-mail", "identifier",
)  # fmt: skip
_NAMES = ("name", "full name", "fullname", "student name", "student", "vollständiger name")
_FIRST = ("first name", "first_name", "firstname", "given name", "vorname")
_LAST = ("last name", "last_name", "lastname", "surname", "family name", "nachname")
_BRIGHTSPACE = frozenset(("orgdefinedid", "end-of-line indicator"))  # where ids begin with #, so that zeros stay
_NO_STUDENTS = ("points possible",)  # what Canvas writes in the place of a student's name


@dataclass(frozen=True)
class Person:
    """A student with all that may stand for the student in a platform's names."""

    ident: str
    others: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


class Roster:
    """The students of a course.

    Parameters
    ----------
    people : iterable of Person
        In the order of the table; no id twice.
    """

    def __init__(self, people: Iterable[Person]) -> None:
        known = list(people)
        self._people = {person.ident: person for person in known}
        self.ids = tuple(person.ident for person in known)
        self._is_id = frozenset(self.ids)
        self._other = _unique((other, person.ident) for person in known for other in person.others)
        self._name = _unique((name, person.ident) for person in known for name in person.names)
        self._names = Counter(name for person in known for name in person.names)

    def has(self, ident: str) -> bool:
        """Return whether this is a student's id."""
        return ident in self._is_id

    def about(self, ident: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return a student's further ids, and the simple forms of the student's name; empty for a stranger."""
        person = self._people.get(ident, Person(ident))
        return person.others, person.names

    def has_several(self, name: str) -> bool:
        """Return whether several students have this name."""
        return self._names[simple_name(name)] > 1

    def only_in(self, name: str) -> str | None:
        """Return the only id that stands in a file's name, between spaces, underscores or hyphens; None for none."""
        words = re.split(r"([\s_-]+)", name)[:40]
        starts = range(0, len(words), 2)
        parts = {"".join(words[start : stop + 1]) for start in starts for stop in starts if start <= stop}
        found = parts & self._is_id
        return found.pop() if len(found) == 1 else None

    def find(self, student: str, name: str = "", account: str = "") -> str | None:
        """Return the id of a student; None if there is none, or if several may be meant.

        Parameters
        ----------
        student : str
            The id, or the name, in a platform's file names.
        name : str, optional
            The full name, where the platform gives it beside the id.
        account : str, optional
            A number of the platform's that belongs to the student alone.
        """
        if student in self._is_id:
            return student
        found = self._other.get(student) or self._name.get(simple_name(name or student))
        if found or not account:
            return found
        return account if account in self._is_id else self._other.get(account)


def read_roster(file: Path) -> Roster:
    """Read a course's students.

    Parameters
    ----------
    file : Path
        A CSV file with a line of headings, as nbgrader and learning platforms export it, or nbgrader's gradebook.db.

    Raises
    ------
    ArgumentError
        If the file cannot be read, has no column of ids, or has an id twice.
    """
    try:
        contents = read_file(file.resolve(), _MOST)
    except (NotebookError, OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise _unusable(file, getattr(error, "got", error), "a CSV file or nbgrader's gradebook.db") from None
    if contents.startswith(_SQLITE):
        people = _in_gradebook(file)
    elif len(contents) > _MOST:
        raise _unusable(file, f"more than {_MOST >> 20} MB", "the students of one course")
    else:
        people = _in_table(file, _decoded(file, contents))
    if not people:
        raise _unusable(file, "no student", "a line for each student")
    return Roster(_merged(file, people))


def _in_gradebook(file: Path) -> list[Person]:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as book:
            rows = book.execute("SELECT id, first_name, last_name, email FROM student ORDER BY id").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _unusable(file, f"a database that cannot be read: {error}", "nbgrader's gradebook.db") from None
    people = []
    for ident, *others in rows:
        first, last, email = map(_text, others)
        emails = frozenset([email] if email else [])
        people.append(Person(unicodedata.normalize("NFC", str(ident)), emails, names_of("", first, last)))
    return people


def _decoded(file: Path, contents: bytes) -> str:
    if contents.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in contents[:1000]:
        raise _unusable(file, "text in UTF-16, or no text", "a CSV file in UTF-8")
    try:
        return contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = contents[: error.start].count(b"\n") + 1
        got = f"a character in line {line} that is not UTF-8; it may be Latin-1 or Windows-1252"
        raise _unusable(file, got, "a CSV file in UTF-8") from None


def _in_table(file: Path, text: str) -> list[Person]:
    best: tuple[list[str], list[list[str]]] = [], []
    for delimiter in ",;\t":
        rows = _rows(file, text, delimiter)
        for number, row in enumerate(rows[:ROWS_BEFORE_HEADER]):
            headings = list(map(simple_heading, row))
            if any(heading in _IDS for heading in headings) and len(headings) > len(best[0]):
                best = headings, rows[number + 1 :]
                break
    headings, lines = best
    if not headings:
        first = text.strip().split("\n", 1)[0][:100]
        raise _unusable(file, f"the headings {first!r}", f"a heading such as {', '.join(_IDS[:6])}")
    columns = {heading: number for number, heading in reversed(list(enumerate(headings)))}
    return [
        person
        for line in lines  # in which the headings stand again where tables stand one below the other
        if list(map(simple_heading, line)) != headings and (person := person_in(columns, line))
    ]


def _rows(file: Path, text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _unusable(file, f"a table that is damaged ({error})", "a CSV file in UTF-8") from None


def person_in(columns: dict[str, int], line: Sequence[str]) -> Person | None:
    """Return the student that a line is about, by the places of columns; None if it is about none."""

    def cell(names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if columns.get(name, len(line)) < len(line) and (value := _text(line[columns[name]])):
                yield value

    ids = list(cell(_IDS))
    if _BRIGHTSPACE & columns.keys():
        ids = [one.removeprefix("#") for one in ids]
    full, first, last = (next(cell(names), "") for names in (_NAMES, _FIRST, _LAST))
    if full.casefold() in _NO_STUDENTS or not (ids or full or last):
        return None
    names = names_of(full, first, last)
    ident = ids[0] if ids else full or f"{first} {last}".strip()
    return Person(ident, frozenset(ids[1:]), names)


def names_of(full: str, first: str, last: str) -> frozenset[str]:
    """Return the forms in which platforms write a name, in either order; each as `simple_name` returns it."""
    names = {full, f"{first} {last}", f"{last} {first}"} if first and last else {full}
    before, comma, after = full.partition(",") if "," in full else full.rpartition(" ")
    if comma:
        names.add(f"{after} {before}")
    return frozenset(simple_name(name) for name in names if name.strip())


def simple_name(name: str) -> str:
    """Return a name without what platforms change in it: capitals, spaces, commas, hyphens."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", name).casefold())


def _merged(file: Path, people: Iterable[Person]) -> list[Person]:
    """Return each student once: a table may list one for each section."""
    found: dict[str, Person] = {}
    for person in people:
        before = found.get(person.ident)
        if before and before.names != person.names:
            raise _unusable(file, f"the id {person.ident!r} for two students", "an id for each student")
        others = person.others | before.others if before else person.others
        found[person.ident] = Person(person.ident, others, person.names)
    return list(found.values())


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the id for each text that stands for one student only."""
    owners: dict[str, set[str]] = {}
    for text, ident in pairs:
        owners.setdefault(text, set()).add(ident)
    return {text: next(iter(idents)) for text, idents in owners.items() if len(idents) == 1}


def _text(value: object) -> str:
    return "" if value is None else unicodedata.normalize("NFC", str(value)).strip()


def _unusable(file: Path, got: object, expected: str) -> ArgumentError:
    return ArgumentError(
        "Cannot use this roster.",
        got=f"{file}: {got}",
        expected=expected,
        remedy="export the list of students as CSV in UTF-8 with a column of ids, or pass nbgrader's gradebook.db",
    )
