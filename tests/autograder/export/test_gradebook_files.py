"""Marks in the platforms' own files: each mark in its cell, and nothing else changes. The files: support/gradebooks."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gradebooks import CANVAS, GRADEBOOK, SOFTMAX, WORKSHEET, book

from d2l_autograder.export.canvas import canvas_template
from d2l_autograder.export.columns import choose_columns
from d2l_autograder.export.fill import Became, fill
from d2l_autograder.export.moodle import gradebook_template, worksheet_template
from d2l_autograder.export.summary import about_file
from d2l_autograder.export.template import number_in, read_template
from d2l_autograder.gradebook.totals import BookStudent, Total
from d2l_helpers.errors import ArgumentError

READERS = {"Canvas": (canvas_template,), "Moodle": (worksheet_template, gradebook_template)}
HEADING = "04 Softmax Regression (1234)"
MOODLES = "Assignment: 04_softmax_regression (Real)"
EVERYBODY = {"s01": Total(8.5, 1.0), "s02": 3, "0033": 2, "s04": 5, "s05": 11.5}


def read(contents, platform="Canvas", name="x.csv"):
    contents = contents.encode() if isinstance(contents, str) else contents
    return read_template(name, contents, platform, "a gradebook", READERS[platform])


def filled(contents, marks, platform="Canvas", name="x.csv", given=None, points=11.0, students=None, **options):
    totals = book(marks, points, **(students or {}))
    (chosen,) = choose_columns([read(contents, platform, name)], sorted(totals.points), given or {})
    return fill(chosen, totals, **options)


def rows_of(contents, separator=","):
    text = contents.decode("utf-8-sig") if isinstance(contents, bytes) else contents
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def column(contents, heading):
    rows = rows_of(contents)
    return [row[rows[0].index(heading)] for row in rows[1:]]


def what(result, assignment=SOFTMAX):
    (found,) = [each for each in result.columns if each.assignment == assignment]
    return {fate.student: fate.what for fate in found.fates}


def test_canvas_gets_marks_in_the_column_of_the_assignment_and_nothing_else_changes():
    result = filled(CANVAS, EVERYBODY)
    after = result.contents.decode()
    assert column(after, HEADING) == ["Manual Posting", "11.00", "7.5", "3", "EX", "N/A", "11.5", "", "0.00"]
    for line in (0, 1, 2, *range(5, 8), 9, 10):  # the headings, hidden grades, points; Zoë (two lines), Jane, Ned, Test
        assert after.splitlines()[line] == CANVAS.splitlines()[line]
    assert after.replace(",7.5,12.00", ",,12.00").replace(",=1+1,3,", ",=1+1,7.00,").replace(",11.5,", ",,") == CANVAS
    assert what(result) == {
        "s01": Became.WRITTEN,
        "s02": Became.WRITTEN,
        "0033": Became.KEPT,
        "s04": Became.KEPT,
        "s05": Became.WRITTEN,
        "Nobody, Ned": Became.WITHOUT_MARK,
        "Student, Test": Became.KEPT,
    }


def test_moodles_worksheet_is_scaled_to_its_maximum_and_locked_grades_stay():
    result = filled(WORKSHEET, EVERYBODY, "Moodle")
    assert column(result.contents, "Grade") == ["68.18", "55.00", "18.18", "45.45", "100"]
    assert column(result.contents, "Feedback comments") == column(WORKSHEET, "Feedback comments")
    assert what(result)["s02"] == Became.KEPT
    said = "\n".join(about_file(result, book(EVERYBODY)))
    assert "marks of 11 points are written out of 100" in said
    assert "s05: 104.55 cut to 100, as Moodle refuses more than the maximum" in said
    assert "s02: Moodle says that this grade cannot be changed" in said


def test_moodles_gradebook_takes_points_and_no_percentages():
    result = filled(GRADEBOOK, EVERYBODY, "Moodle", maxima={SOFTMAX: 5.5})
    assert column(result.contents, f"Assignment: {SOFTMAX} (Real)") == ["3.75", "1.5", "1"]
    assert column(result.contents, f"Assignment: {SOFTMAX} (Percentage)") == ["-", "50.00 %", "-"]
    assert {student for student, fate in what(result).items() if fate == Became.NOWHERE} == {"s04", "s05"}
    assert "--maximum" in "\n".join(about_file(filled(GRADEBOOK, {"s01": 1}, "Moodle"), book({"s01": 1})))


def test_each_row_and_each_mark_is_counted_once_and_named_where_it_is_nowhere():
    marks = {**EVERYBODY, "Jane Doe": 3, "ghost": 1}
    result = filled(CANVAS, marks)
    said = "\n".join(about_file(result, book(marks)))
    assert "students in the file: 7; with a mark: 3, cells kept: 3, without a mark, so their cells are kept: 1" in said
    assert "marks here: 7; without a row in the file: 2" in said
    assert "Jane Doe: 2 rows of the file may be meant, and nothing tells which" in said
    assert "ghost: the file has no row for this student" in said
    assert "s02: 7.00 before, now 3" in said


def test_a_mark_that_stands_there_already_is_not_written_again():
    assert filled(CANVAS, {"s02": 7}).contents == CANVAS.encode()


def test_who_waits_for_a_mark_by_hand_is_named():
    marks = {"s01": Total(5, unmarked=("error-analysis",)), "s02": Total(4, changed=("outlook",))}
    said = "\n".join(about_file(filled(CANVAS, marks), book(marks)))
    assert "not yet marked by hand, so the mark may still rise:\n      s01: error-analysis" in said
    assert "marked by hand, and the notebook has changed since:\n      s02: outlook" in said


def test_a_column_may_be_given_and_one_that_is_closed_is_refused():
    result = filled(CANVAS, {"s01": 11}, given={"HW 9 (1235)": SOFTMAX})
    assert column(result.contents, "HW 9 (1235)")[2] == "32"  # of 32
    assert column(result.contents, HEADING)[2] == ""
    with pytest.raises(ArgumentError, match="read only"):
        filled(CANVAS.replace(",11.00,32.00", ",11.00,(read only)"), {"s01": 1}, given={"HW 9 (1235)": SOFTMAX})
    scale = WORKSHEET.replace("Maximum grade", "Scale").replace("100.00", "Good")
    with pytest.raises(ArgumentError, match="graded with a scale"):
        filled(scale, {"s01": 1}, "Moodle")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"HW 9 (1235)": "05_other"}, "one of the assignments 04_softmax_regression"),
        ({"HW 99": SOFTMAX}, r"a column that is there: 'Notes', '04 Softmax Regression \(1234\)', 'HW 9 \(1235\)'"),
        ({"Final Score": SOFTMAX}, "a column that is there"),
    ],
)
def test_a_column_that_is_not_there_is_an_error_that_lists_them(given, said):
    with pytest.raises(ArgumentError, match=said):
        filled(CANVAS, {"s01": 1}, given=given)


def test_two_columns_for_one_assignment_are_not_guessed():
    twice = CANVAS.replace("HW 9 (1235)", "04 softmax regression again (1235)").replace(HEADING, f"My {HEADING}")
    with pytest.raises(ArgumentError, match="say which with --column"):
        filled(twice, {"s01": 1})
    exact = CANVAS.replace("HW 9 (1235)", "04 softmax regression again (1235)")
    assert column(filled(exact, {"s01": 1}).contents, HEADING)[2] == "1"


def test_a_worksheet_is_recognised_by_its_name_or_named(tmp_path):
    totals = book({"s01": 1})
    totals.points["05_other"] = 3.0
    worksheet = read(WORKSHEET, "Moodle", "Grades-CS101-04 Softmax regression-77.csv")
    (chosen,) = choose_columns([worksheet], sorted(totals.points), {})
    assert list(chosen.columns) == [SOFTMAX]
    unnamed = read(WORKSHEET, "Moodle", "Grades-CS101-HW4-77.csv")
    with pytest.raises(ArgumentError, match=r"--column 'Grades-CS101-HW4-77\.csv=04_softmax_regression'"):
        choose_columns([unnamed], sorted(totals.points), {})
    (chosen,) = choose_columns([unnamed], sorted(totals.points), {"Grades-CS101-HW4-77.csv": "05_other"})
    assert list(chosen.columns) == ["05_other"]


def test_canvas_may_get_a_new_column_with_points_in_each_row_that_is_not_blank():
    text = CANVAS.replace(HEADING, "HW 4 (1234)")
    result = filled(text, EVERYBODY, new=(SOFTMAX,))
    rows = rows_of(result.contents)
    assert [row[-1] for row in rows] == [SOFTMAX, "", "11", "7.5", "3", "2", "5", "11.5", "", ""]
    assert [row[:-1] for row in rows] == rows_of(text)
    (found,) = result.columns
    assert found.is_new


def test_canvas_may_get_several_new_columns():
    totals = book({"s01": 4, "s05": 2})
    totals.points["05_other"], totals.totals["05_other", "s01"] = 3.0, Total(1.5)
    text = CANVAS.replace(HEADING, "HW 4 (1234)")
    (chosen,) = choose_columns([read(text)], sorted(totals.points), {})
    rows = rows_of(fill(chosen, totals, new=("05_other", SOFTMAX)).contents)
    assert [row[-2:] for row in rows[:4]] == [["05_other", SOFTMAX], ["", ""], ["3", "11"], ["1.5", "4"]]
    assert [row[:-2] for row in rows] == rows_of(text)


def test_a_new_column_stands_beside_the_last_one_and_has_the_maximum_that_is_given():
    lines = CANVAS.replace("04 Softmax Regression (1234)", "HW 5 (1234)").replace("two\nlines", "").splitlines()
    contents = "".join(f"{line},,\n" for line in lines)
    result = filled(contents, {"s01": 5.5}, new=(SOFTMAX,), maxima={SOFTMAX: 100.0})
    rows, before = rows_of(result.contents), rows_of(contents)
    assert rows[0][13] == SOFTMAX
    assert rows[2][13] == "100"
    assert rows[3][13] == "50"
    assert [row[:13] + row[14:] for row in rows] == [row[:13] + row[14:] for row in before]


def test_a_maximum_that_differs_from_the_files_is_said_and_moodles_still_bounds():
    totals = book({"s01": 11})
    result = filled(CANVAS, {"s01": 11}, maxima={SOFTMAX: 20.0})
    assert column(result.contents, HEADING)[2] == "20"
    said = "\n".join(about_file(result, totals))
    assert "written out of 20, as --maximum says" in said
    assert "the file says another maximum than --maximum: 11" in said
    assert column(filled(WORKSHEET, {"s01": 11}, "Moodle", maxima={SOFTMAX: 500.0}).contents, "Grade")[0] == "100"
    assert column(filled(GRADEBOOK, {"s01": 22}, "Moodle", maxima={SOFTMAX: 50.0}).contents, MOODLES)[0] == "50"


@pytest.mark.parametrize(
    ("cell", "number"),
    [("8,5", 8.5), ("1,234.50", 1234.5), ("1.234,50", 1234.5), ("1,000,000.00", 1e6), ("0,125", 0.125), ("1.000", 1.0)]
    + [(text, None) for text in ("1,000", "1,23,456.00", "1.2E+3", "07. Jan", "-1", "")],
)
def test_a_number_is_read_with_its_groups_of_digits_and_never_a_thousandth_of_it(cell, number):
    assert number_in(cell) == number


def test_rows_of_separators_and_what_canvas_says_of_columns_are_no_students():
    hidden = CANVAS.replace("Manual Posting", "Manuelle Veröffentlichung") + ",,,,,,,,,,,,\n"
    assert what(filled(hidden, {"s01": 1})) == what(filled(CANVAS, {"s01": 1}))
    for contents in (WORKSHEET, GRADEBOOK):
        padded = contents + "," * 12 + "\n" + "," * 12 + "\n"
        assert what(filled(padded, {"s01": 1}, "Moodle")) == what(filled(contents, {"s01": 1}, "Moodle"))


def test_whatever_stood_in_a_cell_is_said_when_a_mark_replaces_it():
    result = filled(CANVAS.replace(",,12.00,", ",07. Jan,12.00,"), {"s01": 11})
    assert [fate.note for fate in result.columns[0].fates if fate.student == "s01"] == ["07. Jan before, now 11"]


def test_columns_of_one_name_are_refused_with_a_way_out():
    twice = CANVAS.replace("HW 9 (1235)", HEADING)
    for headings in ({}, {HEADING: SOFTMAX}):
        with pytest.raises(ArgumentError, match="give the columns different names on Canvas"):
            filled(twice, {"s01": 1}, given=headings)
    with pytest.raises(ArgumentError, match="another column has this heading"):
        filled(WORKSHEET.replace("Email address", "Grade"), {"s01": 1}, "Moodle")


def test_what_a_spreadsheet_wrote_above_the_headings_is_said():
    totals = book({"s01": 1})
    assert "the headings are in row 2, but Canvas" in next(about_file(filled("sep=,\n" + CANVAS, {"s01": 1}), totals))


def test_an_assignment_without_a_column_is_said():
    result = filled(CANVAS.replace(HEADING, "HW 4 (1234)"), EVERYBODY)
    assert (result.columns, result.without_column) == ((), (SOFTMAX,))
    assert "--column 'HEADING=04_softmax_regression'" in "\n".join(about_file(result, book(EVERYBODY)))


FORMS = {
    "with a byte order mark": lambda text: text.encode("utf-8-sig"),
    "with CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "in UTF-16": lambda text: text.encode("utf-16"),
    "in Windows-1252": lambda text: text.encode("cp1252"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("platform", "text"), [("Canvas", CANVAS), ("Moodle", WORKSHEET), ("Moodle", GRADEBOOK)])
def test_the_form_of_a_file_stays(form, platform, text):
    result = filled(FORMS[form](text), EVERYBODY, platform)
    assert result.contents == FORMS[form](filled(text, EVERYBODY, platform).contents.decode())
    assert filled(FORMS[form](text), {"ghost": 1}, platform).contents == FORMS[form](text)


def with_semicolons(text):
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\n").writerows(
        [re.sub(r"^(\d+)\.(\d+)$", r"\1,\2", cell) for cell in row] for row in rows_of(text)
    )
    return stream.getvalue()


def test_semicolons_and_decimal_commas_stay():
    result = filled(with_semicolons(CANVAS), EVERYBODY)
    assert result.contents.decode() == with_semicolons(filled(CANVAS, EVERYBODY).contents.decode())
    assert ";7,5;12,00;" in result.contents.decode()
    german = WORKSHEET.replace("100.00", '"100,00"').replace("55.00", '"55,00"')
    assert column(filled(german, EVERYBODY, "Moodle").contents, "Grade") == ["68,18", "55,00", "18,18", "45,45", "100"]


GERMAN = (
    "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
    "Zuletzt geändert (Bewertung),Feedback als Kommentar\n"
    'Teilnehmer/in9001,Ada Lovelace,s01,Abgegeben,,"100,00",Ja,-,\nTeilnehmer/in9002,Bob B,s02,-,,"100,00",Nein,-,\n'
)


def test_a_worksheet_in_german_is_read():
    result = filled(GERMAN, {"s01": 5.5, "s02": 1}, "Moodle")
    assert column(result.contents, "Bewertung") == ["50", ""]
    assert [row.participant for row in read(GERMAN, "Moodle").students] == ["9001", "9002"]


def test_canvas_may_write_last_and_first_names_apart():
    text = "LastName,FirstName,ID,SIS Login ID,Section,04 Softmax Regression (1)\n"
    text += "    Points Possible,,,,,11\nDoe,Jane,7,x,C,\n"
    result = filled(text, {"Jane Doe": 4})
    assert result.contents.decode() == text[:-1] + "4\n"


def test_a_worksheet_of_blind_marking_is_filled_by_the_participants_numbers():
    text = "Identifier,Status,Grade,Maximum grade\nParticipant 9001,-,,11\nParticipant 9002,-,,11\n"
    result = filled(text, {"Participant 9002": 4}, "Moodle")
    assert column(result.contents, "Grade") == ["", "4"]


def test_three_thousand_students_in_forty_columns_are_filled():
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", HEADING, *(f"HW {n} ({n})" for n in range(40))]
    rows = [head, ["    Points Possible", "", "", "", "", *["11.00"] * 41]]
    rows += [[f"Last {n}, First", str(n), f"s{n}", f"login{n}", "C", *["1.50"] * 41] for n in range(3000)]
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n"
    result = filled(text, {f"s{n}": n % 12 for n in range(3000)})
    assert column(result.contents, HEADING)[1:] == [str(n % 12) for n in range(3000)]


@pytest.mark.parametrize(
    ("platform", "contents", "said"),
    [
        ("Canvas", "", "which is empty"),
        ("Canvas", "\n\n\n", "which is empty"),
        ("Canvas", WORKSHEET, "begins with 'Identifier,Full name"),
        ("Moodle", CANVAS, "begins with 'Student,ID"),
        ("Canvas", "Student,ID,SIS Login ID\nAda,1,ada\n", "This is no gradebook file of Canvas"),  # no Section
        ("Moodle", "Full name,Grade\nAda,1\n", "This is no gradebook file of Moodle"),  # no Identifier
        ("Moodle", "student,assignment,total\nada,04,1\n", "This is no gradebook file of Moodle"),  # our own grades.csv
        ("Canvas", '"Student,ID,Section\nAda,1,1\n', "a quotation mark in line 1"),
    ],
)
def test_a_wrong_file_is_refused(platform, contents, said):
    with pytest.raises(ArgumentError, match=re.escape(said)):
        read(contents, platform)


def test_a_file_without_students_or_without_a_points_row_is_read():
    head = CANVAS.splitlines()[0] + "\n"
    assert filled(head, {"s01": 1}).contents == head.encode()
    plain = 'Student,ID,SIS User ID,SIS Login ID,Section,04 Softmax Regression (1)\n"Lovelace, Ada",101,s01,ada,CS,\n'
    assert rows_of(filled(plain, {"s01": 4}).contents)[1][-1] == "4"


def test_two_files_fill_their_own_students():
    halves = [CANVAS.replace('"Lovelace, Ada",101,s01,ada', '"Other, Ann",201,t01,ann'), CANVAS]
    totals = book({"s01": 4})
    results = [fill(chosen, totals) for chosen in choose_columns([read(half) for half in halves], [SOFTMAX], {})]
    assert [what(result)["s01"] for result in results] == [Became.NOWHERE, Became.WRITTEN]


@pytest.mark.parametrize(
    ("student", "row"),
    [
        (BookStudent("101"), "s01"),  # Canvas's number
        (BookStudent("ada"), "s01"),  # the login
        (BookStudent("Lovelace, Ada"), "s01"),
        (BookStudent("lovelaceada"), "s01"),  # as Canvas names what is handed in
        (BookStudent("Ada Lovelace"), "s01"),
        (BookStudent("unknown", "Ada", "Lovelace"), "s01"),
        (BookStudent("Doe Jane (105)"), "s05"),  # as students of one name are told apart
        (BookStudent("Mu\u0308ller Zoe\u0308"), "0033"),
        (BookStudent("33"), ""),  # a number without its zeros is another number
        (BookStudent("Jane Doe"), ""),
        (BookStudent("Test Student"), ""),
        (BookStudent(""), ""),
    ],
)
def test_a_student_is_found_by_ids_and_by_names_that_only_one_has(student, row):
    result = filled(CANVAS, {student.ident: 4}, students={student.ident: student})
    ids = [found.ids[1] for found in result.row_of.values()]
    assert ids == ([row] if row else [])


def test_two_students_of_the_gradebook_in_one_row_are_both_named():
    result = filled(CANVAS, {"s01": 4, "ada": 5})
    assert {student for student, fate in what(result).items() if fate == Became.NOWHERE} == {"s01", "ada"}
    assert result.contents == CANVAS.encode()


def test_an_id_counts_more_than_a_name_and_a_name_alone_is_said():
    students = {ident: BookStudent(ident, "Ada", "Lovelace") for ident in ("s01", "s99")}
    result = filled(CANVAS, {"s01": 4, "s99": 5}, students=students)
    assert what(result)["s01"] == Became.WRITTEN
    assert what(result)["s99"] == Became.NOWHERE
    assert column(result.contents, HEADING)[2] == "4"
    marks = {"s99": 5, "s02": 1}
    result = filled(CANVAS, marks, students={"s99": students["s99"]})
    said = "\n".join(about_file(result, book(marks)))
    assert "found by the name alone, as the file does not have this id:\n      s99" in said


def test_an_id_that_lost_its_zeros_in_a_spreadsheet_is_no_other_students_and_is_said():
    result = filled(CANVAS.replace(",0033,", ",33,"), {"0033": 4})
    (fate,) = [fate for fate in result.columns[0].fates if fate.what == Became.NOWHERE]
    assert fate.why.endswith("Müller, Zoë has the id 33, as a spreadsheet writes 0033")


@given(
    st.lists(st.sampled_from(["", "7", "EX", "N/A", "8.00"]), max_size=8),
    st.sets(st.integers(0, 11)),
)
def test_the_numbers_add_up(before, marked):
    rows = ["Student,ID,SIS Login ID,Section," + HEADING, "    Points Possible,,,,11"]
    rows += [f'"Last, First {n}",{100 + n},s{n},C,{cell}' for n, cell in enumerate(before)]
    totals = book({f"s{n}": n for n in marked} or {"s20": 1})
    (chosen,) = choose_columns([read("\n".join(rows))], [SOFTMAX], {})
    result = fill(chosen, totals)
    said = "\n".join(about_file(result, totals))
    numbers = [int(number) for number in re.findall(r": (\d+)(?=[;,\n])", f"{said}\n")[:6]]
    students, written, kept, without, marks, nowhere = numbers
    assert students == len(before) == written + kept + without
    assert marks == len(totals.totals)
    assert nowhere == sum(int(ident[1:]) >= len(before) for _, ident in totals.totals)
    assert written == sum(n in marked and cell not in ("EX", "N/A") for n, cell in enumerate(before))


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=12)


@given(
    st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=6),
    st.sampled_from([("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t")]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\r\n", "\n"]),
    st.lists(st.floats(0, 20), min_size=6, max_size=6),
)
def test_whatever_stands_in_a_teachers_columns_it_stays(people, form, quoting, end, marks):
    encoding, separator = form
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerow(["Student", "ID", "SIS Login ID", "Section", "Notes", HEADING, "Mine"])
    for number, (name, notes, mine) in enumerate(people):
        writer.writerow([name, number, f"student-{number}", "CS", notes, "", mine])
    contents = stream.getvalue().encode(encoding)
    result = filled(contents, {f"student-{number}": mark for number, mark in enumerate(marks[: len(people)])})
    before = list(csv.reader(io.StringIO(stream.getvalue(), newline=""), delimiter=separator))
    after = list(csv.reader(io.StringIO(result.contents.decode(encoding), newline=""), delimiter=separator))
    assert [row[:5] + row[6:] for row in after] == [row[:5] + row[6:] for row in before]
    tests = {number for number, (name, *_) in enumerate(people) if "test" in name.casefold()}
    for number, mark in enumerate(marks[: len(people)]):
        if number not in tests and "points possible" not in people[number][0].casefold():
            assert float(after[number + 1][5]) == round(round(mark, 2), 2)
