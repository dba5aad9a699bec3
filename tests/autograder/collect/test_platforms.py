"""Learning platforms: the student is told apart from the attempt, the date and what else a platform writes."""

from datetime import UTC, datetime

import pytest
from support.handed_in import SCRATCH, SOFTMAX, collected, entry_of_student, notebook, students_in, zipped

from d2l_autograder.collect import PLATFORMS
from d2l_helpers.errors import ArgumentError

NOTEBOOK, OTHER = notebook(), notebook(SCRATCH)
ONE_STUDENT = {
    "Canvas": (
        {f"s01_5511_900101_{SOFTMAX}.ipynb": NOTEBOOK, f"s01_LATE_5511_900377_{SCRATCH}.ipynb": OTHER},
        "s01",
    ),
    "Canvas, a number behind the name": (
        {f"lovelaceada_12345_678901_{SOFTMAX}-2.ipynb": NOTEBOOK, "lovelaceada_12345_678907_x.ipynb": OTHER},
        "lovelaceada",
    ),
    "Canvas, anonymous": (
        {f"anon_A1b2C_900101_{SOFTMAX}.ipynb": NOTEBOOK, f"anon_A1b2C_900102_{SCRATCH}.ipynb": OTHER},
        "anon_A1b2C",
    ),
    "Moodle": (
        {
            f"Ada Lovelace_12345_assignsubmission_file_{SOFTMAX}.ipynb": NOTEBOOK,
            f"Ada Lovelace_99999_assignsubmission_file_{SCRATCH}.ipynb": OTHER,
        },
        "Ada Lovelace",
    ),
    "Moodle, with folders": (
        {
            f"Ada Lovelace_12345_assignsubmission_file_/{SOFTMAX}.ipynb": NOTEBOOK,
            "Ada Lovelace_99999_assignsubmission_file_/work/mine.ipynb": OTHER,
            "Ada Lovelace_12345_assignsubmission_onlinetext_/onlinetext.html": b"",
        },
        "Ada Lovelace",
    ),
    "Moodle, folders without the last underscore": (
        {
            f"Ada Lovelace_1_assignsubmission_file/{SOFTMAX}.ipynb": NOTEBOOK,
            f"Ada Lovelace_2_assignsubmission_file/{SCRATCH}.ipynb": OTHER,
        },
        "Ada Lovelace",
    ),
    "Blackboard": (
        {
            f"HW 4_ada_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK,
            f"HW 6_ada_attempt_2026-02-28-10-00-00_{SCRATCH}.ipynb": OTHER,
            "HW 4_ada_attempt_2026-01-31-10-00-00.txt": b"Name: Ada Lovelace (ada)\n",
        },
        "ada",
    ),
    "Blackboard, called as the assignment": (
        {
            f"{SOFTMAX}_ada_l_attempt_2026-01-31-10-00-00_hw.ipynb": NOTEBOOK,
            f"{SCRATCH}_ada_l_attempt_2026-01-31-10-00-00_hw.ipynb": OTHER,
        },
        "ada_l",
    ),
    "Brightspace": (
        {
            f"12345-67890 - Ada Lovelace - Jan 31, 2026 1000 AM - {SOFTMAX}.ipynb": NOTEBOOK,
            f"12345-67891 - Ada Lovelace - Feb 28, 2026 926 PM - {SCRATCH}.ipynb": OTHER,
            "index.html": b"",
        },
        "Ada Lovelace",
    ),
    "Brightspace, with folders": (
        {
            f"12345-67890 - Ada-Mary Smith-Jones - Jan 31, 2026 1000 AM/{SOFTMAX}.ipynb": NOTEBOOK,
            "12345-67891 - Ada-Mary Smith-Jones - Feb 28, 2026 926 PM/x.ipynb": OTHER,
        },
        "Ada-Mary Smith-Jones",
    ),
    "Brightspace, without dates": (
        {
            f"12345-67890 - Ada Lovelace - {SOFTMAX}.ipynb": NOTEBOOK,
            f"12345-67891 - Ada Lovelace - {SCRATCH}.ipynb": OTHER,
        },
        "Ada Lovelace",
    ),
    "Brightspace, in other languages": (
        {
            f"12345-67890 - Ada Lovelace - 31 January, 2026 10:00 AM/{SOFTMAX}.ipynb": NOTEBOOK,
            "12345-67891 - Ada Lovelace - 31. März 2026 2200/x.ipynb": OTHER,
        },
        "Ada Lovelace",
    ),
    "Sakai": (
        {
            f"HW 4/Lovelace, Ada(ada)/Submission attachment(s)/{SOFTMAX}.ipynb": NOTEBOOK,
            "HW 6/Lovelace, Ada(ada)/Submission attachment(s)/x.ipynb": OTHER,
            "HW 4/grades.csv": b"",
        },
        "ada",
    ),
    "Sakai, without folders": (
        {
            f"HW 4/Lovelace, Ada(ada)_Submission attachment(s)_{SOFTMAX}.ipynb": NOTEBOOK,
            "HW 6/Lovelace, Ada(ada)_Submission attachment(s)_x.ipynb": OTHER,
        },
        "ada",
    ),
    "nbgrader's exchange": (
        {
            f"ada+{SOFTMAX}+2026-01-31 10:00:00 UTC+Zm9v/{SOFTMAX}.ipynb": NOTEBOOK,
            f"ada+{SCRATCH}+2026-01-31 10:00:00.123 UTC/{SCRATCH}.ipynb": OTHER,
        },
        "ada",
    ),
}


@pytest.mark.parametrize("platform", ONE_STUDENT)
def test_a_student_is_one_student_in_two_assignments(tmp_path, platform):
    files, student = ONE_STUDENT[platform]
    found = collected(tmp_path / "export", files)
    assert students_in(found) == {(student, SOFTMAX), (student, SCRATCH)}
    assert not any(entry.problem for entry in found.entries)


@pytest.mark.parametrize("platform", ONE_STUDENT)
def test_two_students_are_told_apart(tmp_path, platform):
    files, student = ONE_STUDENT[platform]
    changes = [("ada", "eva"), ("Ada", "Eva"), ("s01", "s02"), ("A1b2C", "zZ9yX"), ("12345", "54321"), ("5511", "5512")]

    def second(text):
        for before, after in [*changes, ("678", "679"), ("9001", "9102"), ("9003", "9104")]:
            text = text.replace(before, after)
        return text

    other = {second(name): content for name, content in files.items() if name != "index.html" and "grades" not in name}
    found = collected(tmp_path / "export", files | other)
    assert {entry.student for entry in found.entries} == {student, second(student)}
    assert len(found.entries) == 4


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("platform", ONE_STUDENT)
def test_folders_around_an_export_change_nothing(tmp_path, platform, depth):
    files, student = ONE_STUDENT[platform]
    around = "/".join(("CS101-HW4", "unpacked", "2026")[:depth])
    found = collected(tmp_path / "export", {f"{around}/{name}": content for name, content in files.items()})
    assert {entry.student for entry in found.entries} == {student}
    assert len(found.entries) == 2


def test_ilias_has_the_login_and_says_who_was_late(tmp_path):
    files = {
        f"Lovelace_Ada_ada_12345/{SOFTMAX}.ipynb": NOTEBOOK,
        f"Team 7/Bo_Bob_bob_l_12346/Late Submission - {SOFTMAX}.ipynb": NOTEBOOK,
        f"Team 7/Za_Zoe_zoe_12347/Verspaetete Abgabe - {SOFTMAX}.ipynb": NOTEBOOK,
    }
    found = collected(tmp_path / "Multi_Feedback", files)
    assert {(entry.student, entry.is_late) for entry in found.entries} == {
        ("ada", False),
        ("bob_l", True),
        ("zoe", True),
    }
    alone = collected(tmp_path / "one", {f"Lovelace_Ada_ada_12345/{SOFTMAX}.ipynb": NOTEBOOK}, platform="ilias")
    assert students_in(alone) == {("ada", SOFTMAX)}


METADATA = b"""---
submission_123:
  :submitters:
  - :name: Ada Lovelace
    :sid: '00123'
    :email: ada@x.edu
  - :name: "Bob"
    :sid: 124
    :email: bob@x.edu
  :created_at: 2026-01-31 20:26:31.936049000 Z
  :score: 0.0
  :results:
    tests:
    - name: !!python/object/apply:os.system ['touch /tmp/owned']
  :history:
  - :id: 7
    :created_at: 2025-01-01 00:00:00.000000000 Z
submission_124:
  :submitters:
  - :name: Cyd
    :sid:
    :email: cyd@x.edu
"""


def test_gradescopes_metadata_say_who_handed_in_with_whom(tmp_path):
    files = {f"assignment_9_export/submission_{number}/{SOFTMAX}.ipynb": NOTEBOOK for number in (123, 124)}
    files |= {"assignment_9_export/submission_metadata.yml": METADATA}
    files |= {"assignment_9_export/submission_124/submission_metadata.yml": METADATA.replace(b"Cyd", b"Dan")}
    found = collected(tmp_path / "export", files)
    assert students_in(found) == {("00123", SOFTMAX), ("124", SOFTMAX), ("cyd@x.edu", SOFTMAX)}
    ada = entry_of_student(found, "00123")
    assert ada.submitted == datetime(2026, 1, 31, 20, 26, 31, tzinfo=UTC)
    assert "handed in together with Bob" in ada.notes
    assert entry_of_student(found, "cyd@x.edu").submitted is None


def test_gradescope_without_metadata_says_that_the_student_is_not_known(tmp_path):
    files = {f"submission_{number}/{SOFTMAX}.ipynb": NOTEBOOK for number in (123, 124)}
    found = collected(tmp_path / "export", files)
    assert students_in(found) == {("submission_123", SOFTMAX), ("submission_124", SOFTMAX)}
    assert all("does not say whose" in " ".join(entry.notes) for entry in found.entries)


def test_blackboards_receipts_tell_users_whose_names_hold_underscores(tmp_path):
    files = {}
    for user in ("ada_l", "bob_l"):
        files[f"HW_4_{user}_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb"] = NOTEBOOK
        files[f"HW_4_{user}_attempt_2026-01-31-10-00-00.txt"] = f"Name: Somebody ({user})\nAssignment: x\n".encode()
    assert students_in(collected(tmp_path / "export", files)) == {("ada_l", SOFTMAX), ("bob_l", SOFTMAX)}


def test_blackboards_users_are_not_merged_where_nothing_tells_them_apart(tmp_path):
    files = {f"HW_4_{user}_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK for user in ("ada_l", "bob_l")}
    found = collected(tmp_path / "export", files)
    assert len(found.entries) == 2
    assert all("several students are called l" in " ".join(entry.notes) for entry in found.entries)


def test_a_receipt_cannot_name_another_student(tmp_path):
    files = {f"HW 4_{user}_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK for user in ("ada", "mal")}
    files["HW 4_mal_attempt_2026-01-31-10-00-00.txt"] = b"Name: Ada (ada)\n"
    assert students_in(collected(tmp_path / "export", files)) == {("ada", SOFTMAX), ("mal", SOFTMAX)}


ATTEMPTS = {
    "Blackboard": {
        f"HW 4_ada_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK,
        f"HW 4_ada_attempt_2026-02-01-09-00-00_{SOFTMAX}-Copy1.ipynb": NOTEBOOK,
    },
    "Brightspace": {
        f"12-6 - Ada - Jan 31, 2026 1000 PM - {SOFTMAX}.ipynb": NOTEBOOK,
        f"12-6 - Ada - Feb 1, 2026 900 AM - {SOFTMAX}.ipynb": NOTEBOOK,
    },
    "Canvas": {
        f"ada_12345_678990_{SOFTMAX}-9.ipynb": NOTEBOOK,
        f"ada_12345_678901_{SOFTMAX}-10.ipynb": NOTEBOOK,
    },
    "Canvas, late": {
        f"ada_12345_678990_{SOFTMAX}-9.ipynb": NOTEBOOK,
        f"ada_LATE_12345_678901_{SOFTMAX}.ipynb": NOTEBOOK,
    },
}


@pytest.mark.parametrize("platform", ATTEMPTS)
def test_the_last_attempt_counts_and_a_note_says_so(tmp_path, platform):
    first, last = ATTEMPTS[platform]
    (entry,) = collected(tmp_path / "export", ATTEMPTS[platform]).entries
    assert (entry.file.name, entry.others) == (last, (first,))
    assert any(note.startswith("there were 2 attempts; the last") for note in entry.notes)


def test_an_attempt_without_a_notebook_does_not_count_before_one_with(tmp_path):
    files = {
        f"HW 4_ada_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK,
        f"HW 4_ada_attempt_2026-02-01-10-00-00_{SOFTMAX}.zip": zipped({"a.py": ""}),
    }
    (entry,) = collected(tmp_path / "export", files).entries
    assert entry.problem == ""
    assert "the last that holds a notebook" in entry.notes[0]


@pytest.mark.parametrize(
    "name", ["Ada Lovelace_{}_assignsubmission_file_{}.ipynb", "{0}-9 - Ada - Jan 3, 2026 100 PM - {1}.ipynb"]
)
def test_two_students_of_one_name_are_both_there(tmp_path, name):
    files = {name.format(number, SOFTMAX): NOTEBOOK for number in (11, 12)}
    found = collected(tmp_path / "export", files)
    assert len(found.entries) == 2
    assert all("several students are called Ada" in " ".join(entry.notes) for entry in found.entries)


def test_two_of_canvas_users_with_one_name_are_both_there(tmp_path):
    files = {f"wangli_{user}_67890{user}_{name}.ipynb": NOTEBOOK for user, name in ((1, SOFTMAX), (2, SOFTMAX))}
    files |= {f"wangli_1_678999_{SCRATCH}.ipynb": OTHER}
    found = collected(tmp_path / "export", files)
    assert students_in(found) == {("wangli (1)", SOFTMAX), ("wangli (2)", SOFTMAX), ("wangli (1)", SCRATCH)}


def test_anonymous_participants_of_moodle_are_not_one(tmp_path):
    files = {f"Participant_{number}_assignsubmission_file_{SOFTMAX}.ipynb": NOTEBOOK for number in (7, 8)}
    found = collected(tmp_path / "export", files)
    assert {entry.student for entry in found.entries} == {"Participant 7", "Participant 8"}


FORGED = {
    "nbgrader": (
        {f"{name}/{SOFTMAX}/{SOFTMAX}.ipynb": NOTEBOOK for name in ("bob", "eve", "mal")}
        | {f"mal/Bob_1_assignsubmission_file_/{SOFTMAX}.ipynb": NOTEBOOK, f"mal/bob/{SOFTMAX}.ipynb": NOTEBOOK},
        {"bob", "eve", "mal"},
    ),
    "Moodle": (
        {
            f"{name}_{number}_assignsubmission_file_/{SOFTMAX}.ipynb": NOTEBOOK
            for number, name in enumerate(["Bob", "Eve"])
        }
        | {f"Mal_5_assignsubmission_file_/Bob_03_assignsubmission_file_/{SOFTMAX}.ipynb": NOTEBOOK},
        {"Bob", "Eve", "Mal"},
    ),
    "Canvas": (
        {f"{name}_{number}_{number}000_{SOFTMAX}.ipynb": NOTEBOOK for number, name in ((11, "bob"), (12, "eve"))}
        | {f"mal_13_13000_bob_11_14000_{SOFTMAX}.ipynb": NOTEBOOK},
        {"bob", "eve", "mal"},
    ),
    "Blackboard": (
        {f"HW_{name}_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK for name in ("bob", "eve")}
        | {f"HW_mal_attempt_2026-01-31-10-00-00_x_bob_attempt_2026-02-31-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK},
        {"bob", "eve", "mal"},
    ),
    "Sakai": (
        {f"{name}, X({name})/Submission attachment(s)/{SOFTMAX}.ipynb": NOTEBOOK for name in ("bob", "eve")}
        | {f"mal, X(mal)/Submission attachment(s)/bob, X(bob)/{SOFTMAX}.ipynb": NOTEBOOK},
        {"bob", "eve", "mal"},
    ),
    "an archive": (
        {f"{name}/{SOFTMAX}.ipynb": NOTEBOOK for name in ("bob", "eve")}
        | {"mal/hw.zip": zipped({f"bob/{SOFTMAX}.ipynb": NOTEBOOK, f"eve_{SOFTMAX}.ipynb": NOTEBOOK})},
        {"bob", "eve", "mal"},
    ),
}


@pytest.mark.parametrize("platform", FORGED)
def test_no_student_hands_in_for_another(tmp_path, platform):
    files, students = FORGED[platform]
    found = collected(tmp_path / "export", files)
    assert {entry.student for entry in found.entries} == students
    assert len(found.entries) == len(students)


NOT_A_PLATFORM = {
    "weeks and numbers": [f"week_4_12_{name}_{SOFTMAX}.ipynb" for name in ("ada", "bob", "cyd")],
    "folders with years": [f"CS101_HW_{number}_2026/{name}.ipynb" for number, name in ((4, SOFTMAX), (6, SCRATCH))],
    "brackets of browsers": [f"{name} (1)/{SOFTMAX}.ipynb" for name in ("ada", "bob")],
}


@pytest.mark.parametrize("case", NOT_A_PLATFORM)
def test_names_that_only_look_like_a_platforms_merge_nobody(tmp_path, case):
    files = {name: OTHER if SCRATCH in name else NOTEBOOK for name in NOT_A_PLATFORM[case]}
    assert len({entry.student for entry in collected(tmp_path / "export", files).entries}) == len(files)


def test_what_is_not_named_as_the_platform_does_is_a_row_with_a_note(tmp_path):
    files = {f"{name}_1_assignsubmission_file_{SOFTMAX}.ipynb": NOTEBOOK for name in ("Ada", "Bob")}
    found = collected(tmp_path / "export", {**files, "by mail.ipynb": NOTEBOOK, "README.txt": b""})
    assert {entry.student for entry in found.entries} == {"Ada", "Bob", "by mail"}
    assert "not named as the other files are" in " ".join(entry_of_student(found, "by mail").notes)
    assert [each.path.name for each in found.ignored] == ["README.txt"]


def test_a_students_own_timestamp_is_no_date(tmp_path):
    files = {
        f"Ada_1_assignsubmission_file_/{SOFTMAX}.ipynb": NOTEBOOK,
        "Ada_1_assignsubmission_file_/timestamp.txt": b"2020-01-01",
    }
    (entry,) = collected(tmp_path / "export", files).entries
    assert entry.submitted is None


def test_the_timestamp_of_sakai_counts_and_not_one_that_was_handed_in(tmp_path):
    folder = "HW 4/Lovelace, Ada(ada)"
    files = {
        f"{folder}/timestamp.txt": b"2026-01-31T10:00:00Z",
        f"{folder}/Submission attachment(s)/timestamp.txt": b"2020-01-01T10:00:00Z",
        f"{folder}/Submission attachment(s)/{SOFTMAX}.ipynb": NOTEBOOK,
    }
    entry = entry_of_student(collected(tmp_path / "export", files), "ada")
    assert entry.submitted == datetime(2026, 1, 31, 10, tzinfo=UTC)


def test_a_platform_can_be_chosen(tmp_path):
    files = {f"X/ada/{SOFTMAX}.ipynb": NOTEBOOK}
    assert students_in(collected(tmp_path / "class", files, platform="nbgrader")) == {("X", SOFTMAX)}
    with pytest.raises(ArgumentError, match="nbgrader"):
        collected(tmp_path / "class", {}, platform="Mudle")
    with pytest.raises(ArgumentError, match="named as canvas names"):
        collected(tmp_path / "class", {}, platform="canvas")
    assert {"moodle", "canvas", "blackboard", "brightspace", "ilias", "sakai", "gradescope", "nbgrader"} == set(
        PLATFORMS
    )
