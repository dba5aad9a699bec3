"""The roster: who handed in nothing is named, and who is in no roster; ids are text, in whatever table they come."""

import sqlite3

import pytest
from support.handed_in import SCRATCH, SOFTMAX, collected, notebook, students_in

from d2l_autograder.collect.roster import read_roster
from d2l_helpers.errors import ArgumentError

NOTEBOOK = notebook()


@pytest.fixture
def roster(tmp_path):
    """Return a function that writes a roster and returns its path."""

    def write(contents):
        file = tmp_path / "roster.csv"
        file.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return file

    return write


def test_who_handed_in_nothing_is_missing_for_what_anybody_handed_in(tmp_path, roster):
    file = roster("id,last_name\no'brien,O'Brien\nada,Lovelace\nbob,B\n")
    files = {f"ada/{SOFTMAX}.ipynb": NOTEBOOK, f"o'brien/{SOFTMAX}.ipynb": NOTEBOOK, "zed/hw.py": b""}
    found = collected(tmp_path / "class", files, roster=file)
    assert found.missing == (("bob", SOFTMAX),)
    assert found.strangers == ("zed",)
    assert students_in(found) == {("ada", SOFTMAX), ("o'brien", SOFTMAX), ("zed", SOFTMAX)}


def test_without_a_roster_nobody_is_missing_or_a_stranger(tmp_path):
    found = collected(tmp_path / "class", {f"ada/{SOFTMAX}.ipynb": NOTEBOOK})
    assert (found.missing, found.strangers) == ((), ())


def test_an_assignment_that_nobody_handed_in_misses_nobody(tmp_path, roster):
    found = collected(tmp_path / "class", {f"ada/{SOFTMAX}.ipynb": NOTEBOOK}, roster=roster("id\nada\nbob\n"))
    assert SCRATCH not in {assignment for _, assignment in found.missing}


IDS = ["o'brien", "a%b", "#x y", "a;b", "[a]", "a\\b", "José", "007", "1e5", "x" * 200, "-1", "=1+1"]


@pytest.mark.parametrize("ident", IDS)
def test_ids_are_matched_as_text(tmp_path, roster, ident):
    quoted = ident.replace('"', '""')
    file = roster(f'id,name\n"{quoted}",N\nother,M\n')
    found = collected(tmp_path / "class", {f"{ident}/{SOFTMAX}.ipynb": NOTEBOOK}, roster=file)
    assert students_in(found) == {(ident, SOFTMAX)}
    assert (found.missing, found.strangers) == ((("other", SOFTMAX),), ())


TABLES = {
    "nbgrader's export": "assignment,student_id,last_name,first_name\nhw,ada,Lovelace,Ada\n,ada,Lovelace,Ada\n",
    "Canvas": 'Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"Lovelace, Ada",ada,9,al,1\n',
    "Moodle": "First name,Surname,ID number,Email address\nAda,Lovelace,ada,a@x\n",
    "Moodle's worksheet": "Identifier,Full name,Email address,Status\nParticipant 77,Ada Lovelace,ada,\n",
    "Gradescope": "Name,SID,Email,Total Score\nAda Lovelace,ada,a@x,3\n",
    "Brightspace": "OrgDefinedId,Last Name,First Name,End-of-Line Indicator\n#ada,Lovelace,Ada,#\n",
    "Blackboard": "Last Name\tFirst Name\tUsername\nLovelace\tAda\tada\n",
    "Sakai": "HW 4,Points\n\nDisplay ID,ID,Last Name,First Name,grade\nx,ada,Lovelace,Ada,\n",
    "German, with semicolons": "Nachname;Vorname;Matrikelnummer\nLovelace;Ada;ada\n",
    "a byte order mark": "\ufeffid,name\nada,Ada Lovelace\n",
    "Windows' ends of lines": "id,name\r\nada,Ada Lovelace\r\n\r\n",
    "spaces and capitals": " Student ID , Full Name\n ada , Ada Lovelace \n",
}


@pytest.mark.parametrize("table", TABLES)
def test_tables_of_platforms_are_read(tmp_path, roster, table):
    found = read_roster(roster(TABLES[table]))
    assert found.ids == ("ada",)
    assert found.find("ada") == found.find("Ada Lovelace") == found.find("lovelaceada") == "ada"
    assert found.find("bob") is None


def test_names_of_platforms_lead_to_ids(tmp_path, roster):
    file = roster("id,first_name,last_name\n007,Ada,Lovelace\n008,Bob,B\n")
    moodle = {f"Ada Lovelace_8_assignsubmission_file_{SOFTMAX}.ipynb": NOTEBOOK}
    assert students_in(collected(tmp_path / "moodle", moodle, roster=file)) == {("007", SOFTMAX)}
    canvas = {f"lovelaceada_008_678901_{SOFTMAX}.ipynb": NOTEBOOK, f"bbob_5_678902_{SOFTMAX}.ipynb": NOTEBOOK}
    assert students_in(collected(tmp_path / "canvas", canvas, roster=file)) == {("007", SOFTMAX), ("008", SOFTMAX)}


def test_canvas_users_are_known_by_their_number_where_names_do_not_tell(tmp_path, roster):
    file = roster('Student,ID\n"Wang, Li",5511\n"Wang, Li",5512\n')
    files = {f"wangli_{user}_67890{user}_{SOFTMAX}.ipynb": NOTEBOOK for user in (5511, 5512)}
    found = collected(tmp_path / "canvas", files, roster=file)
    assert students_in(found) == {("5511", SOFTMAX), ("5512", SOFTMAX)}
    assert (found.missing, found.strangers) == ((), ())


def test_blackboards_users_with_underscores_are_known_by_the_roster(tmp_path, roster):
    files = {f"HW_4_{user}_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK for user in ("ada_l", "bob_l", "l")}
    found = collected(tmp_path / "export", files, roster=roster("id\nada_l\nbob_l\nl\n"))
    assert {student for student, _ in students_in(found)} == {"ada_l", "bob_l", "l"}


def test_an_id_between_other_words_in_a_files_name_is_known(tmp_path, roster):
    file = roster("id\ncyd\nada_l\nbob\n")
    files = dict.fromkeys(["hw_cyd.ipynb", "my ada_l-final.ipynb", "cyd and bob.ipynb"], NOTEBOOK)
    found = collected(tmp_path / "class", files, roster=file)
    assert {student for student, _ in students_in(found)} == {"cyd", "ada_l", "cyd and bob"}


def test_a_participants_number_is_not_another_students_id(tmp_path, roster):
    file = roster("id,name\n12345,Bob\n")
    found = collected(tmp_path / "m", {f"Ada_12345_assignsubmission_file_{SOFTMAX}.ipynb": NOTEBOOK}, roster=file)
    assert found.strangers == ("Ada",)


def test_the_outermost_name_of_the_roster_counts(tmp_path, roster):
    files = {f"x/mal/bob/{SOFTMAX}.ipynb": NOTEBOOK, f"x/zoe/{SOFTMAX}.ipynb": NOTEBOOK}
    found = collected(tmp_path / "class", files, roster=roster("id\nbob\nmal\n"))
    assert {student for student, _ in students_in(found)} == {"mal", "zoe"}
    assert found.strangers == ("zoe",)


def test_nbgraders_gradebook_is_a_roster_and_stays_as_it_is(tmp_path):
    file = tmp_path / "grade book #1?.db"
    with sqlite3.connect(file) as book:
        book.execute("CREATE TABLE student (id TEXT, first_name TEXT, last_name TEXT, email TEXT)")
        book.executemany(
            "INSERT INTO student VALUES (?, ?, ?, ?)", [("o'brien", None, None, None), ("ada", "Ada", "L", "a@x")]
        )
    book.close()
    before = file.read_bytes()
    found = read_roster(file)
    assert found.ids == ("ada", "o'brien")
    assert found.find("Ada L") == found.find("a@x") == "ada"
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


SPOILT = {
    "no file": None,
    "a spoilt database": b"SQLite format 3\x00" + bytes(200),
    "another database": "another",
    "UTF-16": "id,name\nada,Ada\n".encode("utf-16"),
    "Latin-1": "id,name\nada,José\n".encode("latin-1"),
    "no headings": b"ada,Ada\nbob,Bob\n",
    "no student": b"id,name\n",
    "nothing": b"",
    "one id for two": b"id,name\nada,Ada\nada,Bob\n",
    "a field without an end": b'id,name\n"' + b"x" * 200_000,
    "no text": bytes(range(256)) * 10,
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_roster_that_cannot_be_used_is_an_error_that_says_why(tmp_path, roster, case):
    file = tmp_path / "none.csv" if SPOILT[case] is None else roster(SPOILT[case])
    if SPOILT[case] == "another":
        file.unlink()
        with sqlite3.connect(file) as book:
            book.execute("CREATE TABLE other (x)")
        book.close()
    with pytest.raises(ArgumentError, match=r"Cannot use this roster[\s\S]*export the list of students"):
        read_roster(file)
