"""Choose the column for each assignment: as the teacher says it, or where a heading names the assignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from d2l_autograder.collect.sheet import simple_heading
from d2l_autograder.collect.spelling import Spelling, stem_of
from d2l_autograder.export.template import GradeColumn, Template
from d2l_helpers.errors import ArgumentError

__all__ = ["Chosen", "choose_columns"]


@dataclass(frozen=True)
class Chosen:
    """A table and the columns in it that take marks.

    Attributes
    ----------
    template : Template
        The table.
    columns : dict of str to GradeColumn
        By the assignments' names.
    """

    template: Template
    columns: dict[str, GradeColumn]


def choose_columns(templates: Sequence[Template], assignments: Sequence[str], given: Mapping[str, str]) -> list[Chosen]:
    """Choose the columns in several tables.

    Parameters
    ----------
    templates : sequence of Template
        The tables.
    assignments : sequence of str
        The assignments that have marks.
    given : mapping of str to str
        Assignments by the headings of columns, or by the names of files that are about one assignment.

    Raises
    ------
    ArgumentError
        If an assignment or a column does not exist, if several columns may be meant, or if a table has none.
    """
    for heading, assignment in given.items():
        if assignment not in assignments:
            raise _wrong(f"{heading}={assignment}", f"one of the assignments {', '.join(assignments)} behind the =")
    chosen = [_choose(template, assignments, given, len(templates) == 1) for template in templates]
    used = {simple_heading(name) for each in chosen for name in _names_used(each)}
    for heading, assignment in given.items():
        if simple_heading(heading) not in used:
            raise _wrong(f"{heading}={assignment}", f"a column that is there: {_listed(templates)}")
    return chosen


def _choose(template: Template, assignments: Sequence[str], given: Mapping[str, str], is_only: bool) -> Chosen:
    if template.is_of_one:
        return _choose_one(template, assignments, given, is_only)
    by_heading = {simple_heading(heading): assignment for heading, assignment in given.items()}
    named: dict[str, list[GradeColumn]] = {}
    for column in template.columns:
        if assignment := by_heading.get(simple_heading(column.heading)):
            named.setdefault(assignment, []).append(column)
    spelling = Spelling(assignments)
    recognised: dict[str, list[GradeColumn]] = {}
    for column in template.columns:
        found = spelling.find(column.title)
        if found and found.assignment not in named and simple_heading(column.heading) not in by_heading:
            recognised.setdefault(found.assignment, []).append(column)
    columns = {}
    for assignment, several in {**recognised, **named}.items():
        exact = [column for column in several if spelling.is_assignment(column.title)]
        with_id = [column for column in several if column.title != column.heading]
        fitting = next((each for each in (several, exact, with_id) if len(each) == 1), several)
        if len(fitting) > 1:
            raise _ambiguous(template, assignment, fitting)
        columns[assignment] = _open(template, fitting[0])
    return Chosen(template, columns)


def _choose_one(template: Template, assignments: Sequence[str], given: Mapping[str, str], is_only: bool) -> Chosen:
    """Choose the assignment that a worksheet is about: as given, by the file's name, or because there is no other."""
    (column,) = template.columns
    for name in (template.file, column.heading) if is_only else (template.file,):
        assignment = next((value for key, value in given.items() if simple_heading(key) == simple_heading(name)), None)
        if assignment:
            return Chosen(template, {assignment: _open(template, column)})
    found = Spelling(assignments).find(stem_of(template.file))
    if found or len(assignments) == 1:
        return Chosen(template, {found.assignment if found else assignments[0]: _open(template, column)})
    raise ArgumentError(
        "Cannot tell which assignment this worksheet is about.",
        got=template.file,
        expected=f"one of {', '.join(assignments)} in the file's name",
        remedy=f"pass --column '{template.file}={assignments[0]}'",
    )


def _open(template: Template, column: GradeColumn) -> GradeColumn:
    if column.closed:
        raise ArgumentError(
            "This column takes no grades.",
            got=f"{column.heading!r} in {template.file}: {column.closed}",
            expected="a column of points that may be changed",
            remedy="choose another column with --column, or change the assignment's settings and export once more",
        )
    return column


def _names_used(chosen: Chosen) -> Iterable[str]:
    yield from (column.heading for column in chosen.columns.values())
    if chosen.template.is_of_one:
        yield chosen.template.file


def _listed(templates: Iterable[Template]) -> str:
    names = [
        name for each in templates for name in ([each.file] if each.is_of_one else [c.heading for c in each.columns])
    ]
    return ", ".join(map(repr, names[:20])) + (", …" if len(names) > 20 else "")


def _ambiguous(template: Template, assignment: str, columns: Iterable[GradeColumn]) -> ArgumentError:
    headings = [column.heading for column in columns]
    remedy = f"say which with --column '{headings[0]}={assignment}'"
    if len(set(map(simple_heading, headings))) == 1:
        remedy = f"give the columns different names on {template.platform}, and export once more"
    return ArgumentError(
        f"Several columns of {template.file} may be those of {assignment}.",
        got=", ".join(map(repr, headings)),
        expected="one column for each assignment",
        remedy=remedy,
    )


def _wrong(got: str, expected: str) -> ArgumentError:
    return ArgumentError(
        "Cannot use this --column.",
        got=got,
        expected=expected,
        remedy="write it as 'HEADING=ASSIGNMENT', with the heading as it stands in the file",
    )
