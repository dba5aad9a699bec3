"""Collecting: which notebooks lie in a folder, and whose they are, however a learning platform names them."""

import os
import unicodedata
from pathlib import Path

import pytest

from d2l_autograder.collect import Entry, entry_of, find_entries, read_file
from d2l_helpers.errors import NotebookError

SOFTMAX, GLUON = "04_softmax_regression", "07_softmax_regression_gluon"
NAMES = [SOFTMAX, GLUON, "07", "06_softmax_regression_scratch"]


@pytest.fixture
def collect(tmp_path):
    """Return a function that puts files into a folder and returns the entries found there."""
    folder = tmp_path / "class of 2026"
    folder.mkdir()

    def find(*files, names=NAMES):
        for file in files:
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.encode(errors="replace").decode())
        return find_entries(folder, names)

    find.folder = folder
    return find


def students_in(entries):
    """Return the pairs of student and assignment."""
    return {(entry.student, entry.assignment) for entry in entries}


LAYOUTS = {
    "nbgrader's": f"alice/{SOFTMAX}/{SOFTMAX}.ipynb",
    "nbgrader's, another file name": f"alice/{SOFTMAX}/mine.ipynb",
    "a folder for each student": f"alice/{SOFTMAX}.ipynb",
    "a folder in a student's folder": f"alice/homework/{SOFTMAX}.ipynb",
    "a folder for each assignment": f"{SOFTMAX}/alice/notebook.ipynb",
    "a folder for each assignment, flat": f"{SOFTMAX}/alice_{SOFTMAX}.ipynb",
    "flat": f"alice_{SOFTMAX}.ipynb",
    "flat, with a hyphen": f"alice - {SOFTMAX}.ipynb",
    "flat, the name behind": f"{SOFTMAX}_alice.ipynb",
    "flat, capitals in the suffix": f"alice_{SOFTMAX}.IPYNB",
    "a resubmission": f"alice_{SOFTMAX}-1.ipynb",
    "a browser's copy": f"alice_{SOFTMAX} (2).ipynb",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_students_notebook_is_found(collect, layout):
    (entry,) = collect(LAYOUTS[layout])
    assert entry == Entry("alice", SOFTMAX, collect.folder / LAYOUTS[layout])


PLATFORMS = {
    "Canvas": (f"lovelaceada_LATE_12345_678901_{SOFTMAX}-2.ipynb", "lovelaceada_LATE_12345_678901"),
    "Moodle": (f"Ada Lovelace_12345_assignsubmission_file_{SOFTMAX}.ipynb", "Ada Lovelace_12345_assignsubmission_file"),
    "Moodle, with folders": (
        f"Ada Lovelace_12345_assignsubmission_file_/{SOFTMAX}.ipynb",
        "Ada Lovelace_12345_assignsubmission_file_",
    ),
    "Blackboard": (f"HW 4_ada_attempt_2026-01-31-10-00-00_{SOFTMAX}.ipynb", "HW 4_ada_attempt_2026-01-31-10-00-00"),
    "Blackboard, called as the file": (f"{SOFTMAX}_ada_attempt_2026_{SOFTMAX}.ipynb", f"{SOFTMAX}_ada_attempt_2026"),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_exports_of_platforms_tell_students_apart(collect, platform):
    file, student = PLATFORMS[platform]
    entries = collect(file, file.replace("ada", "eva").replace("Ada", "Eva"))
    assert students_in(entries) == {(student, SOFTMAX), (student.replace("ada", "eva").replace("Ada", "Eva"), SOFTMAX)}


@pytest.mark.parametrize("name", ["Ольга", "李小龍", "محمد", "José Ñandú", "Zoë", "o'neil", "a.b@c", "🙂", "-rf *"])
def test_names_in_all_scripts_stay_as_they_are(collect, name):
    assert students_in(collect(f"{name}/{SOFTMAX}.ipynb")) == {(name, SOFTMAX)}


def test_a_name_in_two_normal_forms_is_one_student(collect):
    files = [unicodedata.normalize(form, "José") for form in ("NFC", "NFD")]
    entries = collect(*(f"{file}/{number}{SOFTMAX}.ipynb" for number, file in enumerate(files)))
    assert students_in(entries) == {("José", SOFTMAX)}


def test_names_that_are_not_unicode_tell_students_apart(collect):
    for byte in (b"\xe9", b"\xea"):
        folder = collect.folder / os.fsdecode(b"Jos" + byte)
        folder.mkdir()
        (folder / f"{SOFTMAX}.ipynb").touch()
    entries = find_entries(collect.folder, NAMES)
    assert students_in(entries) == {("Jos\\udce9", SOFTMAX), ("Jos\\udcea", SOFTMAX)}
    assert [read_file(entry.file, 10) for entry in entries] == [b"", b""]


def test_hidden_files_and_files_of_the_system_are_no_submissions(collect):
    hidden = ["alice/.ipynb_checkpoints/x.ipynb", ".git/x.ipynb", "..ipynb", "...x.ipynb", "__MACOSX/alice/._x.ipynb"]
    assert students_in(collect(*hidden, "alice/x.txt", "x.ipynb.zip", f"bob/{SOFTMAX}.ipynb")) == {("bob", SOFTMAX)}


def test_a_name_of_dots_is_replaced_by_the_folder_name(collect):
    (entry,) = collect(f"_.. _{SOFTMAX}.ipynb")
    assert entry.student == "class of 2026"


def test_the_longest_matching_assignment_counts(collect):
    files = [f"a_{SOFTMAX}.ipynb", f"b_{GLUON}.ipynb", "c_07.ipynb", "d_06_softmax_regression_scratch.ipynb", "e.ipynb"]
    found = students_in(collect(*files))
    assert found == {("a", SOFTMAX), ("b", GLUON), ("c", "07"), ("d", NAMES[3]), ("e", "")}


def test_the_only_assignment_needs_no_name(collect):
    assert students_in(collect("a/x.ipynb", "b.ipynb", names=[SOFTMAX])) == {("a", SOFTMAX), ("b", SOFTMAX)}


RESUBMISSIONS = {
    "Canvas counts with a hyphen": ["", "-1", "-2", "-10"],
    "browsers count in brackets": ["", " (1)", " (2)", " (10)"],
    "Jupyter's copies": ["", "-Copy1", "-Copy2", "-Copy12"],
    "dates": ["_2026-01-09", "_2026-01-31", "_2026-02-01", "_2026-10-01"],
}


@pytest.mark.parametrize("case", RESUBMISSIONS)
def test_the_last_of_several_files_counts(collect, case):
    files = [f"alice_{SOFTMAX}{ending}.ipynb" for ending in RESUBMISSIONS[case]]
    (entry,) = collect(*reversed(files))
    assert (entry.file.name, entry.others) == (files[-1], tuple(files[:-1]))


def test_a_file_named_after_the_assignment_counts_before_others(collect):
    (entry,) = collect(f"alice/{SOFTMAX}/{SOFTMAX}.ipynb", f"alice/{SOFTMAX}/scratch.ipynb")
    assert (entry.file.name, entry.others) == (f"{SOFTMAX}.ipynb", ("scratch.ipynb",))


def test_other_students_files_never_count_as_resubmissions(collect):
    entries = collect(*(f"{SOFTMAX}_{name}.ipynb" for name in ("ada", "bob", "eve")))
    assert [(entry.student, entry.others) for entry in entries] == [("ada", ()), ("bob", ()), ("eve", ())]


def test_links_are_not_followed(collect, tmp_path):
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / f"{SOFTMAX}.ipynb").write_text("not the student's")
    (collect.folder / "mallory").symlink_to(secret)
    (collect.folder / "round.ipynb").symlink_to(collect.folder)
    (collect.folder / "round").symlink_to(collect.folder)
    (collect.folder / f"eve_{SOFTMAX}.ipynb").symlink_to(secret / f"{SOFTMAX}.ipynb")
    entries = collect(f"alice/{SOFTMAX}.ipynb")
    assert {entry.student for entry in entries} == {"alice", "eve", "round"}
    for entry in entries:
        if entry.student != "alice":
            with pytest.raises(NotebookError, match="a link, a folder or a pipe"):
                read_file(entry.file, 100)


def test_folders_are_searched_four_deep(collect):
    assert students_in(collect(f"a/b/c/{SOFTMAX}.ipynb", f"z/b/c/d/e/{SOFTMAX}.ipynb")) == {("a", SOFTMAX)}


def test_an_empty_folder_says_what_was_expected(collect):
    with pytest.raises(NotebookError, match=r"student_notebook\.ipynb"):
        collect("alice/notes.txt")


def test_a_folder_that_cannot_be_read_is_named(collect):
    with pytest.raises(NotebookError, match="no such folder"):
        find_entries(collect.folder / "no such folder", NAMES)


def test_a_single_file_belongs_to_the_assignment_in_its_name(tmp_path):
    for file, assignment in ((f"alice_{GLUON}.ipynb", GLUON), (f"{SOFTMAX}.ipynb", SOFTMAX), ("mine.ipynb", "")):
        assert entry_of(tmp_path / file, NAMES) == Entry(file, assignment, tmp_path / file)
    assert entry_of(tmp_path / "mine.ipynb", [SOFTMAX]).assignment == SOFTMAX


def test_a_file_is_read_up_to_one_byte_beyond_the_limit(tmp_path):
    file = tmp_path / "x.ipynb"
    file.write_bytes(b"x" * 1000)
    assert (len(read_file(file, 100)), len(read_file(file, 1000)), len(read_file(file, 9999))) == (101, 1000, 1000)


def test_pipes_folders_and_links_are_refused_without_opening(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to("/etc/hostname")
    (tmp_path / "dangling.ipynb").symlink_to(tmp_path / "none")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("pipe", "folder", "link", "dangling"):
        with pytest.raises(NotebookError, match="a link, a folder or a pipe"):
            read_file(tmp_path / f"{name}.ipynb", 10)
    with pytest.raises(NotebookError, match="No such file"):
        read_file(tmp_path / "none.ipynb", 10)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
