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


def test_what_a_teacher_gave_back_is_not_handed_in(tmp_path):
    folder = "HW 4/Lovelace, Ada(ada)"
    files = {f"{folder}/Submission attachment(s)/mine.ipynb": NOTEBOOK}
    files |= {f"{folder}/Feedback Attachment(s)/{SOFTMAX}.ipynb": notebook(answers=6), f"{folder}/comments.txt": b""}
    entry = entry_of_student(collected(tmp_path / "sakai", files), "ada")
    assert (entry.file.name, entry.others) == ("mine.ipynb", ())
    files = {"Ada_1_assignsubmission_file_mine.ipynb": NOTEBOOK}
    files |= {f"Ada_1_assignfeedback_file_{SOFTMAX}.ipynb": notebook(answers=6)}
    found = collected(tmp_path / "moodle", files)
    assert [entry.file.name for entry in found.entries] == ["Ada_1_assignsubmission_file_mine.ipynb"]
    assert found.ignored[0].reason == "a notebook that was given back, beside what Ada handed in"


WRITTEN = {
    "Jan 31, 2026 1200 AM": datetime(2026, 1, 31),
    "Jan 31, 2026 1230 PM": datetime(2026, 1, 31, 12, 30),
    "February 1, 2026 905 PM": datetime(2026, 2, 1, 21, 5),
    "31 January, 2026 2205": datetime(2026, 1, 31, 22, 5),
    "31. Jan. 2026 9:05 a.m.": datetime(2026, 1, 31, 9, 5),
}


@pytest.mark.parametrize("date", WRITTEN)
def test_brightspaces_dates_are_read_in_this_machines_time_zone(tmp_path, date):
    (entry,) = collected(tmp_path / "export", {f"12-3 - Ada - {date}/{SOFTMAX}.ipynb": NOTEBOOK}).entries
    assert entry.submitted == WRITTEN[date].astimezone()


def test_a_date_that_cannot_be_read_is_a_note(tmp_path):
    (entry,) = collected(tmp_path / "export", {f"12-3 - Ada - 31. März 2026 2200/{SOFTMAX}.ipynb": NOTEBOOK}).entries
    assert (entry.student, entry.submitted) == ("Ada", None)
    assert "could not be read" in entry.notes[0]


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


AROUND = {
    "Sakai": ("Physics, Intro(101)/*, X(*)/Submission attachment(s)/", None),
    "ILIAS, asked for": ("Deep_Learning_HW_4/X_*_*_12345/", "ilias"),
    "nbgrader, asked for": (f"course/submitted/*/{SOFTMAX}/", "nbgrader"),
}


@pytest.mark.parametrize("case", AROUND)
def test_a_folder_around_that_is_named_as_the_students_are_is_no_student(tmp_path, case):
    path, platform = AROUND[case]
    students = ("ada", "bob", "mal")
    files = {f"{path}{SOFTMAX}.ipynb".replace("*", one).replace("345", f"34{one}"): NOTEBOOK for one in students}
    files = {name.replace("34ada", "341").replace("34bob", "342").replace("34mal", "343"): NOTEBOOK for name in files}
    forged = next(name for name in files if "mal" in name).rpartition("/")[0]
    files |= {f"{forged}/{path.replace('*', 'bob')}{SOFTMAX}.ipynb": NOTEBOOK}
    found = collected(tmp_path / "export", files, platform=platform)
    assert students_in(found) == {(one, SOFTMAX) for one in students}


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


MIXED = {
    "Moodle": (
        {
            f"Eva Lu_12346_assignsubmission_file/{SOFTMAX}.ipynb": NOTEBOOK,
            "Eva Lu_12346_assignsubmission_onlinetext/onlinetext.html": b"",
        },
        "Eva Lu",
    ),
    "Canvas": ({f"s03_LATE_5513_900109_{SOFTMAX}.ipynb": NOTEBOOK, f"s03_5513_900103_{SCRATCH}.ipynb": OTHER}, "s03"),
    "Blackboard": ({f"HW4_bob_attempt_2026-02-01-10-00-00_{SOFTMAX}.ipynb": NOTEBOOK}, "bob"),
    "Brightspace": ({f"12-3 - Cy Cox - Jan 3, 2026 1000 AM/{SOFTMAX}.ipynb": NOTEBOOK}, "Cy Cox"),
    "Sakai": ({f"Lovelace, Ada(ada)/Submission attachment(s)/{SOFTMAX}.ipynb": NOTEBOOK}, "ada"),
}


@pytest.mark.parametrize("second", MIXED)
@pytest.mark.parametrize("first", MIXED)
def test_two_platforms_in_one_folder_are_read_name_by_name(tmp_path, first, second):
    files = MIXED[first][0] | MIXED[second][0]
    found = collected(tmp_path / "class", files)
    assert {entry.student for entry in found.entries} == {MIXED[first][1], MIXED[second][1]}
    assert any(entry.is_late for entry in found.entries) == ("Canvas" in (first, second))


def test_a_single_platforms_name_among_folders_is_said(tmp_path):
    files = {f"{name}/{SOFTMAX}.ipynb": NOTEBOOK for name in ("s01", "s02", "Ada_1_assignsubmission_file")}
    found = collected(tmp_path / "class", files)
    assert "pass --platform moodle" in " ".join(entry_of_student(found, "Ada_1_assignsubmission_file").notes)


@pytest.mark.parametrize("layout", ["{}/hw.ipynb", "HW4/{}/hw.ipynb", f"{{}}/{SOFTMAX}/{SOFTMAX}.ipynb"])
@pytest.mark.parametrize(
    "name", ["s{0}_55{0}_9001{0}_", "S{0}_{0}_assignsubmission_file_", "HW_s{0}_attempt_2026-01-31-10-00-{0}_"]
)
def test_many_names_in_one_students_folder_choose_no_platform(tmp_path, layout, name):
    files = {layout.format(student): NOTEBOOK for student in ("ada", "bob", "cyd")}
    before = collected(tmp_path / "before" / "class", files)
    folder = layout.format("mal").rpartition("/")[0]
    more = {f"{folder}/{name.format(number)}{SOFTMAX}.ipynb": NOTEBOOK for number in range(10, 40)}
    found = collected(tmp_path / "class", files | more)
    assert students_in(found) == students_in(before) | {("mal", SOFTMAX)}


def test_names_that_a_platform_does_not_give_keep_no_number(tmp_path):
    names = {"o_neil-smith": 5512, "group 1": 5513, "José_Pérez": 5514}
    files = {f"{name}_{number}_90{number}_{SOFTMAX}.ipynb": NOTEBOOK for name, number in names.items()}
    assert {entry.student for entry in collected(tmp_path / "canvas", files).entries} == set(names)
    files = {f"{name}_{number}_assignsubmission_file/{SOFTMAX}.ipynb": NOTEBOOK for name, number in names.items()}
    assert {entry.student for entry in collected(tmp_path / "moodle", files).entries} == set(names)


@pytest.mark.parametrize("form", ["{}/Submission attachment(s)/{}", "{}_Submission attachment(s)_{}"])
def test_sakais_names_may_hold_brackets(tmp_path, form):
    names = ("O'Brien, Pat (the 2nd)(pob)", "Cox, Cy (C.) (x)(cy)", "Lovelace, Ada(ada)")
    found = collected(tmp_path / "export", {f"HW4/{form.format(name, SOFTMAX)}.ipynb": NOTEBOOK for name in names})
    assert {entry.student for entry in found.entries} == {"pob", "cy", "ada"}


def moodle(name, number, assignment=SOFTMAX):
    """Return a file of Moodle's export of an assignment."""
    return f"{assignment} export/{name}_{number}_assignsubmission_file_/{assignment}.ipynb"


def test_of_two_students_with_one_name_the_note_says_what_joins_their_assignments(tmp_path):
    files = {moodle("Anna Lee", number): NOTEBOOK for number in (1, 2)} | {moodle("Bo Li", 3): NOTEBOOK}
    files |= {moodle("Anna Lee", 7, SCRATCH): OTHER, moodle("Bo Li", 9, SCRATCH): OTHER}
    found = collected(tmp_path / "exports", files)
    assert {entry.student for entry in found.entries} == {"Bo Li", "Anna Lee (1)", "Anna Lee (2)", "Anna Lee (7)"}
    for entry in found.entries:
        assert ("pass --roster with Moodle's grading worksheets" in " ".join(entry.notes)) == ("Anna" in entry.student)


def test_moodles_worksheets_one_below_the_other_join_two_students_with_one_name(tmp_path):
    head = "Identifier,Full name,ID number\n"
    first = f"{head}Participant 1,Anna Lee,a1\nParticipant 2,Anna Lee,a2\n"
    second = f"{head}Participant 8,Anna Lee,a1\nParticipant 7,Anna Lee,a2\n"
    (tmp_path / "roster.csv").write_text(first + second)
    files = {moodle("Anna Lee", number): NOTEBOOK for number in (1, 2)}
    files |= {moodle("Anna Lee", number, SCRATCH): OTHER for number in (7, 8)}
    found = collected(tmp_path / "exports", files, roster=tmp_path / "roster.csv")
    assert {(entry.student, entry.file.parent.name.split("_")[1]) for entry in found.entries} == {
        ("a1", "1"), ("a2", "2"), ("a1", "8"), ("a2", "7"),
    }  # fmt: skip
    assert (found.missing, found.strangers) == ((), ())


def test_a_roster_with_a_name_twice_says_what_would_tell(tmp_path):
    (tmp_path / "roster.csv").write_text("First name,Last name,ID number\nAnna,Lee,1001\nAnna,Lee,1002\n")
    found = collected(tmp_path / "export", {moodle("Anna Lee", 1): NOTEBOOK}, roster=tmp_path / "roster.csv")
    assert found.strangers == ("Anna Lee",)
    assert "the roster has several students called Anna Lee; a column Identifier" in found.entries[0].notes[0]


def test_canvas_users_of_one_name_have_one_id_in_all_exports_of_a_batch(tmp_path):
    files = {f"HW4/smithjohn_{user}_90{user}_{SOFTMAX}.ipynb": NOTEBOOK for user in (5511, 5512)}
    files |= {f"HW6/smithjohn_5511_905555_{SCRATCH}.ipynb": OTHER}
    found = collected(tmp_path / "exports", files)
    one, two = "smithjohn (5511)", "smithjohn (5512)"
    assert students_in(found) == {(one, SOFTMAX), (two, SOFTMAX), (one, SCRATCH)}
    assert all("calls that one smithjohn: --roster gives ids that stay" in entry.notes[0] for entry in found.entries)


GROUPS = {
    "a number": (["Gruppe 1-Anna Lee", "Gruppe 2-Bo Li"], {"Anna Lee", "Bo Li"}),
    "a word": (["Team Rot-Anna Lee", "Team Rot-Bo Li"], {"Anna Lee", "Bo Li"}),
    "hyphens in both": (["Group-A1-Anna-Maria Lee", "Group-A1-Bo Li"], {"Anna-Maria Lee", "Bo Li"}),
    "double names": (["Anna-Maria Lee", "Anna-Lena Kim"], {"Anna-Maria Lee", "Anna-Lena Kim"}),
    "in one name alone": (["Gruppe 1-Anna Lee", "Bo Li"], {"Gruppe 1-Anna Lee", "Bo Li"}),
    "groups as a whole": (["Team A", "Team B"], {"Team A", "Team B"}),
}


@pytest.mark.parametrize("case", GROUPS)
def test_moodles_groups_before_names_are_taken_away_where_all_have_one(tmp_path, case):
    names, students = GROUPS[case]
    found = collected(tmp_path / "export", {moodle(name, number): NOTEBOOK for number, name in enumerate(names)})
    assert {entry.student for entry in found.entries} == students


KNOWN_GROUPS = {
    "a number": (["Gruppe 1-Anna Lee", "Bo Li"], {"1", "2"}),
    "one group for all": (["Blau-Anna Lee", "Blau-Bo Li"], {"1", "2"}),
    "a double name in the roster": (["Gruppe 1-Anna-Maria Kim", "Bo Li"], {"3", "2"}),
    "a double name": (["Anna-Maria Kim", "Bo Li"], {"3", "2"}),
    "a double name like another's": (["Zoe-Anna Lee", "Bo Li"], {"Zoe-Anna Lee", "2"}),
}


@pytest.mark.parametrize("case", KNOWN_GROUPS)
def test_a_name_behind_moodles_group_is_found_in_the_roster(tmp_path, case):
    names, students = KNOWN_GROUPS[case]
    people = "First name,Last name,ID number\nAnna,Lee,1\nBo,Li,2\nAnna-Maria,Kim,3\nMaria,Kim,4\n"
    (tmp_path / "roster.csv").write_text(people)
    files = {moodle(name, number): NOTEBOOK for number, name in enumerate(names)}
    found = collected(tmp_path / "export", files, roster=tmp_path / "roster.csv")
    assert {entry.student for entry in found.entries} == students
