"""Notebooks that name no student are never merged into one: they are ignored with a reason, or all is refused."""

import pytest
from support.handed_in import RELEASES, SOFTMAX, collected, entry_of_student, notebook, students_in

from d2l_helpers.errors import ArgumentError

S = f"{SOFTMAX}.ipynb"
NAMELESS = [S, f"{SOFTMAX} (2).ipynb", f"Kopie von {S}", "solution.ipynb", "hw04.ipynb", f"final_{S}", "Untitled.ipynb"]
CLASSES = {
    "folders": ["ada/", "bob/"],
    "flat": ["ada_", "bob_"],
    "Moodle's": ["Ada_1_assignsubmission_file_/", "Bob_2_assignsubmission_file_/"],
    "a folder around": ["2026/HW4/ada/", "2026/HW4/bob/"],
}


@pytest.mark.parametrize("layout", CLASSES)
def test_what_names_nobody_beside_students_is_ignored_loudly(tmp_path, layout):
    files = {f"{student}{S}": notebook() for student in CLASSES[layout]}
    before = collected(tmp_path / "before" / "class", files)
    found = collected(tmp_path / "class", {**files, **dict.fromkeys(NAMELESS, notebook(answers=2))})
    assert students_in(found) == students_in(before)
    assert {each.path.name for each in found.ignored} == set(NAMELESS)
    assert all(each.reason.startswith("NOT GRADED: a notebook with no student in its name") for each in found.ignored)


def test_the_release_beside_students_is_named(tmp_path):
    files = {f"{student}/{S}": notebook() for student in ("ada", "bob")} | {S: RELEASES[SOFTMAX].read_bytes()}
    found = collected(tmp_path / "class", files)
    assert [each.reason for each in found.ignored] == ["the notebook as it was handed out, which names no student"]


@pytest.mark.parametrize("copy", [f"{SOFTMAX} (2).ipynb", f"Kopie von {S}", f"{SOFTMAX}-1.ipynb"])
def test_copies_alone_that_may_be_several_students_are_refused(tmp_path, copy):
    with pytest.raises(ArgumentError, match="Cannot tell whose notebooks these are"):
        collected(tmp_path / "alice", {S: notebook(), copy: notebook(answers=2)})


def test_a_folder_of_work_alone_is_no_student(tmp_path):
    with pytest.raises(ArgumentError, match="no student is named"):
        collected(tmp_path / "HW4", {S: notebook()})


def test_a_students_own_folder_is_the_students_with_its_backups(tmp_path):
    files = {S: notebook(answers=2), f"backup/{S}": notebook(), f"{SOFTMAX}-Copy1.ipynb": notebook()}
    assert students_in(collected(tmp_path / "alice", files)) == {("alice", SOFTMAX)}


@pytest.mark.parametrize("beside", ["HW4.xlsx", "HW4.pdf", "Übersicht.docx", "solution.ipynb", S])
def test_what_lies_above_a_platforms_folders_is_no_student(tmp_path, beside):
    folders = ("Lovelace_Ada_ada_1234", "Byron_Bob_bob_1235")
    files = {f"Abgabe HW4/Abgaben/{folder}/{S}": notebook() for folder in folders}
    found = collected(
        tmp_path / "export",
        {**files, f"Abgabe HW4/{beside}": notebook(answers=1) if beside.endswith("ipynb") else b"x"},
    )
    assert students_in(found) == {("ada", SOFTMAX), ("bob", SOFTMAX)}
    assert [each.path.name for each in found.ignored] == [beside]


def test_the_folder_counts_and_not_the_name_of_another_student(tmp_path):
    files = {f"s01/s02_{S}": notebook(), f"s02/s01_{S}": notebook(answers=2), f"s03/s04_{S}": notebook()}
    found = collected(tmp_path / "class", files)
    assert {(entry.student, entry.file.parent.name) for entry in found.entries} == {
        (s, s) for s in ("s01", "s02", "s03")
    }
    assert f"s02_{S} names s02, another student here; it counts for s01" in entry_of_student(found, "s01").notes
    assert entry_of_student(found, "s03").notes == ()
