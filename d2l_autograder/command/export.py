"""Run ``d2l-grade export``: write marks into the platforms' own files, and feedback into an archive."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.roster import Roster, read_roster
from d2l_autograder.collect.spelling import Spelling
from d2l_autograder.command.terminal_output import say
from d2l_autograder.export.canvas import EXPECTED as CANVAS
from d2l_autograder.export.canvas import canvas_template
from d2l_autograder.export.columns import choose_columns
from d2l_autograder.export.feedback_archive import Archive, archive_name, feedback_archive, merged, participants_in
from d2l_autograder.export.fill import Became, Filled, fill
from d2l_autograder.export.grades_table import GradesTable, read_grades_table
from d2l_autograder.export.moodle import EXPECTED as MOODLE
from d2l_autograder.export.moodle import gradebook_template, worksheet_template
from d2l_autograder.export.students import match
from d2l_autograder.export.summary import about_archive, about_file
from d2l_autograder.export.template import StudentRow, Template, read_template
from d2l_autograder.gradebook.totals import Totals, read_totals
from d2l_autograder.report.text import number_text, safe_line, safe_name
from d2l_helpers.atomic import replace_file
from d2l_helpers.errors import ArgumentError, NotebookError

__all__ = ["ExportOptions", "export"]

_LARGEST = 20 << 20  # bytes of a gradebook
_MOST = 50  # marks that are listed


@dataclass(frozen=True)
class ExportOptions:
    """What is exported, and how.

    Attributes
    ----------
    canvas, moodle : tuple of Path
        The platforms' own files.
    column : mapping of str to str
        Assignments by the headings of their columns.
    new_column : tuple of str
        Assignments that get a new column in Canvas's files.
    maximum : mapping of str to float
        What the platform gives at most, by the assignments' names.
    roster : Path or None
        Further ids and names of the students.
    feedback : Path or None
        The archive of feedback pages that is written.
    submitted : Path or None
        Moodle's export of submissions, which names the participants.
    """

    canvas: tuple[Path, ...] = ()
    moodle: tuple[Path, ...] = ()
    column: Mapping[str, str] = field(default_factory=dict)
    new_column: tuple[str, ...] = ()
    maximum: Mapping[str, float] = field(default_factory=dict)
    roster: Path | None = None
    feedback: Path | None = None
    submitted: Path | None = None


def export(folder: Path, to: Path, options: ExportOptions) -> int:
    """Write all files, or none where something is wrong; return the exit status, 1 where a mark is in no file.

    Parameters
    ----------
    folder : Path
        The course, or the folder of results: it holds gradebook.db and the feedback pages. Without nbgrader there is no
        gradebook.db, and the marks are those of grades.csv.
    to : Path
        The folder that the gradebook files go to.
    options : ExportOptions
        What is exported.

    Raises
    ------
    ArgumentError
        If a file cannot be used.
    RecordError
        If there is no gradebook.
    NotebookError
        If a file cannot be written.
    """
    table = read_grades_table(folder / "grades.csv")
    has_book = (folder / "gradebook.db").exists() or not table.totals.totals
    book = read_totals(folder / "gradebook.db") if has_book else table.totals
    assignments = sorted({name for name, _ in book.totals})
    if not assignments:
        raise _wrong("a gradebook without a mark", "marks", "run d2l-grade grade first")
    for name in (*options.maximum, *options.new_column):
        if name not in assignments:
            raise _wrong(
                name, f"one of {', '.join(assignments)}", "write the assignment's name as the gradebook has it"
            )
    if options.new_column and not options.canvas:
        raise _wrong(
            "--new-column without --canvas", "a file of Canvas's", "add the column in Moodle, and export once more"
        )
    roster = read_roster(options.roster) if options.roster else None
    filled = _filled(book, assignments, roster, options)
    archives = _archives(folder, book, assignments, roster, filled, options)
    places = _places([each.chosen.template.file for each in filled], to)
    inputs = [*options.canvas, *options.moodle, *([options.roster] if options.roster else [])]
    _require_other_places([*places, *(place for place, _ in archives)], inputs)
    for place, each in zip(places, filled, strict=True):
        replace_file(place, each.contents)
        say(f"{place}\n" + "\n".join(about_file(each, book)))
    for place, archive in archives:
        replace_file(place, archive.contents)
        say(f"{place}\n" + "\n".join(about_archive(archive)))
    _say_cautions(table, book, has_book)
    lost = _say_missing(table, book)
    lost |= any(fate.what == Became.NOWHERE for each in filled for column in each.columns for fate in column.fates)
    return int(lost or any(archive.left_out for _, archive in archives))


def _say_cautions(table: GradesTable, book: Totals, has_book: bool) -> None:
    if not has_book:
        say("There is no gradebook.db, so the marks are those of grades.csv.")
    for name, points in table.totals.points.items() if has_book else ():
        if not math.isclose(points, book.points.get(name, points), abs_tol=0.01):
            say(
                f"{safe_line(name)} is worth {number_text(book.points[name])} points in gradebook.db, but the last run "
                f"of d2l-grade grade marked it out of {number_text(points)}: grade again before you import these marks."
            )
    of = {place: why for place, why in table.cautions.items() if place in book.totals}
    if of:
        lines = [f"  {safe_line(student)}, {safe_line(assignment)}: {why}" for (assignment, student), why in of.items()]
        say("\n".join(["look at these marks before you import them:", *lines]))


def _say_missing(table: GradesTable, book: Totals) -> bool:
    """Name the marks in grades.csv that the gradebook does not have; return whether there is one.

    In grades.csv, characters of ids that cannot be seen are numbers, and an apostrophe stands before what a spreadsheet
    would run.
    """
    known = {(assignment, _in_table(student)) for assignment, student in book.totals}
    unknown = [place for place in sorted(table.totals.totals) if (place[0], _in_table(place[1])) not in known]
    lines = [f"  {safe_line(name)}, {safe_line(assignment)}" for assignment, name in unknown]
    if lines:
        more = [f"  and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
        head = "marks in grades.csv that gradebook.db does not have, so they are in no file:"
        say("\n".join([head, *lines[:_MOST], *more]))
    return bool(lines)


def _in_table(student: str) -> str:
    return safe_name(student).replace("'", "")


def _filled(book: Totals, assignments: list[str], roster: Roster | None, options: ExportOptions) -> list[Filled]:
    templates = [_template(file, "Canvas") for file in options.canvas]
    templates += [_template(file, "Moodle") for file in options.moodle]
    given = dict(options.column)
    if options.submitted:  # whose name may stand for an assignment, too
        given.pop(options.submitted.name, None)
    filled = [
        fill(chosen, book, roster, options.maximum, options.new_column if chosen.template.platform == "Canvas" else ())
        for chosen in choose_columns(templates, assignments, given)
    ]
    for each in filled:
        if not each.columns:
            raise _wrong(
                f"{each.chosen.template.file}, in which no column is named after {', '.join(assignments)}",
                "a column for one of them",
                f"say which with --column 'HEADING={assignments[0]}'",
            )
    return filled


def _template(file: Path, platform: str) -> Template:
    try:
        contents = read_file(file, _LARGEST)
    except NotebookError as error:
        raise _wrong(f"{file}: {error.got}", "a CSV file", f"export the grades from {platform} once more") from None
    if len(contents) > _LARGEST:
        raise _wrong(f"{file}: more than {_LARGEST >> 20} MB", "the grades of one course", "export fewer columns")
    readers = (canvas_template,) if platform == "Canvas" else (worksheet_template, gradebook_template)
    return read_template(file.name, contents, platform, CANVAS if platform == "Canvas" else MOODLE, readers)


def _archives(
    folder: Path,
    book: Totals,
    assignments: list[str],
    roster: Roster | None,
    filled: Iterable[Filled],
    options: ExportOptions,
) -> list[tuple[Path, Archive]]:
    if options.feedback is None:
        return []
    found = merged(_participants(book, assignments, roster, filled, options))
    if not found:
        raise _wrong(
            "--feedback alone",
            "something that tells the participants' numbers",
            "pass --moodle with the grading worksheet, or --submitted with Moodle's export of submissions",
        )
    return [
        (
            archive_name(options.feedback, assignment, len(found) == 1),
            feedback_archive(
                folder / "feedback",
                assignment,
                {student: total for (name, student), total in book.totals.items() if name == assignment},
                row_of,
            ),
        )
        for assignment, row_of in sorted(found.items())
    ]


def _participants(
    book: Totals, assignments: list[str], roster: Roster | None, filled: Iterable[Filled], options: ExportOptions
) -> Iterator[tuple[str, Mapping[str, StudentRow]]]:
    """Yield assignments, and the participants in them by the students' ids."""
    for each in filled:
        if each.chosen.template.is_of_one:
            yield each.columns[0].assignment, each.row_of
    if options.submitted:
        named = Spelling(assignments).find(options.submitted.name)
        known = named.assignment if named else assignments[0] if len(assignments) == 1 else ""
        assignment = options.column.get(options.submitted.name, known)
        if assignment not in assignments:
            raise _wrong(
                f"{options.submitted}, which does not say of which assignment it is",
                f"one of {', '.join(assignments)} in the folder's name",
                f"pass --column '{options.submitted.name}={assignments[0]}'",
            )
        yield assignment, match(book.students, participants_in(options.submitted), roster).row_of


def _places(names: list[str], to: Path) -> list[Path]:
    """Return a place for each file, under its own name; two files of one name get numbers."""
    places: list[Path] = []
    for name in names:
        place, number = to / name, 1
        while place in places:
            number += 1
            place = to / f"{Path(name).stem}-{number}{Path(name).suffix}"
        places.append(place)
    return places


def _require_other_places(places: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to overwrite a file that is read."""
    read = list(inputs)
    for place in places:
        if any(place.exists() and place.samefile(file) for file in read):
            expected = "another place for what is written"
            raise _wrong(
                f"{place}, which would be overwritten", expected, "pass another folder with --to, or another ZIP"
            )


def _wrong(got: str, expected: str, remedy: str) -> ArgumentError:
    return ArgumentError("Cannot export the marks.", got=got, expected=expected, remedy=remedy)
