"""Moodle's grading worksheet of an assignment, and its gradebook.

The forms follow Moodle's own source: ``mod/assign/gradingtable.php`` and ``mod/assign/feedback/offline`` for the
worksheet, ``grade/export/txt`` for the gradebook. Moodle writes the headings in the teacher's language.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from d2l_autograder.collect.roster import names_of
from d2l_autograder.collect.sheet import Sheet
from d2l_autograder.export.template import GradeColumn, StudentRow, Template, head_rows, number_in

__all__ = ["EXPECTED", "gradebook_template", "worksheet_template"]

EXPECTED = (
    "a grading worksheet, with Identifier and Grade in its first line, or a gradebook, with First name, Email address "
    "and the assignments"
)
_NUMBERED = ("identifier", "id", "kennung", "identifikator", "identifiant", "identificador", "identificatore")
_GRADE = ("grade", "bewertung", "note", "calificación", "nota", "cijfer", "valutazione")
_MAXIMUM = (
    "maximum grade", "bestwertung", "höchstbewertung", "note maximale", "calificación máxima", "nota máxima",
    "maximumcijfer", "valutazione massima",
)  # fmt: skip
_SCALE = ("scale", "skala", "barème", "escala", "schaal", "scala")
_CHANGEABLE = (
    "grade can be changed", "bewertung kann geändert werden", "la note peut être modifiée",
    "la calificación puede ser cambiada",
)  # fmt: skip
_NO = ("no", "nein", "non", "nee", "não")
_FULL = ("full name", "vollständiger name", "nom complet", "nombre completo", "nome completo", "volledige naam")
_FIRST = ("first name", "vorname", "prénom", "nombre", "nome", "voornaam")
_LAST = (
    "surname",
    "last name",
    "nachname",
    "nom",
    "nom de famille",
    "apellido(s)",
    "apellidos",
    "achternaam",
    "cognome",
)
_EMAIL = (
    "email address", "email", "e-mail-adresse", "e-mail", "adresse de courriel", "dirección de correo",
    "dirección email", "endereço de email",
)  # fmt: skip
_OTHERS = (
    "id number",
    "id-nummer",
    "numéro d'identification",
    "número de id",
    "username",
    "anmeldename",
    "nom d'utilisateur",
)
_ABOUT = (*_FIRST, *_LAST, *_EMAIL, *_OTHERS, *_FULL, "institution", "department", "abteilung", "suspended", "gesperrt")
_PARTICIPANT = re.compile(r"[^\W\d]\D*?\s*(?P<number>\d+)\s*")
_DISPLAY = re.compile(r"(?P<title>.*\S)\s*\((?P<display>[^()]+)\)\s*", re.DOTALL)
_NOT_POINTS = ("percentage", "letter", "feedback", "prozentsatz", "prozent", "rückmeldung")
_NOT_GRADED = re.compile(
    r"(?i)(last downloaded from this course|course total|category total|zuletzt .*heruntergeladen|kurs gesamt)"
)


def worksheet_template(name: str, sheet: Sheet) -> Template | None:
    """Return what a table is, if it is the grading worksheet of an assignment."""
    for head, headings in head_rows(sheet):
        ident, grade = _find(headings, _NUMBERED), _find(headings, _GRADE)
        maximum, scale = _find(headings, _MAXIMUM), _find(headings, _SCALE)
        if ident is None or grade is None or (maximum is None and scale is None and _find(headings, _FULL) is None):
            continue
        rows = _rows_below(sheet, head)
        worth = [number_in(sheet.value(row, maximum)) for row in rows] if maximum is not None else []
        known = {each for each in worth if each is not None}
        closed = "this assignment is graded with a scale, not with points" if scale is not None else ""
        closed = closed or ("its rows have different maximum grades" if len(known) > 1 else "")
        if headings.count(headings[grade]) > 1:
            closed = closed or "another column has this heading, too"
        heading = sheet.value(head, grade)
        column = GradeColumn(grade, heading, heading, next(iter(known), None), closed)
        students = tuple(_in_worksheet(sheet, row, headings, ident) for row in rows)
        return Template("Moodle", name, sheet, head, (column,), students, {}, is_capped=True, is_of_one=True)
    return None


def gradebook_template(name: str, sheet: Sheet) -> Template | None:
    """Return what a table is, if it is Moodle's gradebook."""
    for head, headings in head_rows(sheet):
        if _find(headings, _FIRST) is None or (_find(headings, _EMAIL) is None and _find(headings, _OTHERS) is None):
            continue
        columns = [
            column
            for index, heading in enumerate(headings)
            if heading not in _ABOUT and (column := _column(index, sheet.value(head, index)))
        ]
        rows = _rows_below(sheet, head)
        students = tuple(_student(sheet, row, headings) for row in rows)
        return Template("Moodle", name, sheet, head, tuple(columns), students, {}, is_capped=True)
    return None


def _rows_below(sheet: Sheet, head: int) -> list[int]:
    """Return the rows below the headings in which something stands: a spreadsheet adds rows of separators alone."""
    return [row for row in range(head + 1, len(sheet.rows)) if any(cell.value.strip() for cell in sheet.rows[row])]


def _in_worksheet(sheet: Sheet, row: int, headings: list[str], ident: int) -> StudentRow:
    student = _student(sheet, row, headings)
    whole = sheet.value(row, ident).strip()
    match = _PARTICIPANT.fullmatch(whole)
    changeable = _find(headings, _CHANGEABLE)
    is_closed = changeable is not None and sheet.value(row, changeable).strip().casefold() in _NO
    return StudentRow(
        row,
        student.shown or whole,
        tuple(filter(None, (*student.ids, whole))),
        student.names,
        match["number"] if match else whole if whole.isdecimal() else "",
        "Moodle says that this grade cannot be changed" if is_closed else "",
    )


def _student(sheet: Sheet, row: int, headings: list[str]) -> StudentRow:
    def cell(names: Collection[str]) -> str:
        index = _find(headings, names)
        return sheet.value(row, index).strip() if index is not None else ""

    full, first, last = cell(_FULL), cell(_FIRST), cell(_LAST)
    others = [cell((heading,)) for heading in _OTHERS]
    ids = tuple(filter(None, (*others, cell(_EMAIL))))
    return StudentRow(row, full or f"{first} {last}".strip() or "".join(ids[:1]), ids, names_of(full, first, last))


def _column(index: int, heading: str) -> GradeColumn | None:
    """Return a column of the gradebook; None where it holds no points."""
    if not heading.strip() or _NOT_GRADED.search(heading):
        return None
    match = _DISPLAY.fullmatch(heading)
    if match and match["display"].casefold() in _NOT_POINTS:
        return None
    return GradeColumn(index, heading, match["title"] if match else heading)


def _find(headings: list[str], names: Collection[str]) -> int | None:
    return next((index for index, heading in enumerate(headings) if heading in names), None)
