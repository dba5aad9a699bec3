"""The level of the students: where nothing but folders tells, each student is one, and nobody is merged or split."""

import pytest
from support.handed_in import SCRATCH, SOFTMAX, collected, notebook, students_in

from d2l_helpers.errors import ArgumentError

THREE = ("s01", "s02", "s03")


def tree(*paths):
    """Return files at these paths; those of the second assignment are named after it."""
    return {path: notebook(SCRATCH) if SCRATCH in path or "/06/" in path else notebook() for path in paths}


STUDENTS = {
    "a folder around": ([f"CS101-HW4/{one}/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "a folder around, named like a student": ([f"Grace/{one}/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "two around": ([f"x/y/{one}/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "three around": ([f"x/y/z/{one}/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "an archive unpacked into its own folder": (
        [f"submissions/submissions/{one}/{SOFTMAX}.ipynb" for one in THREE],
        THREE,
    ),
    "a folder around nbgrader's layout": ([f"course/{one}/{SOFTMAX}/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "a folder around folders for assignments": ([f"x/{SOFTMAX}/{one}/mine.ipynb" for one in THREE], THREE),
    "a folder around one student": ([f"CS101-HW4/s01/{SOFTMAX}.ipynb"], ["s01"]),
    "one handed in the first and one the second": (
        [f"x/s01/{SOFTMAX}.ipynb", f"x/s02/{SCRATCH}.ipynb"],
        ["s01", "s02"],
    ),
    "a folder for each homework": (
        [f"HW4/{one}/{SOFTMAX}.ipynb" for one in THREE] + [f"HW6/s01/{SCRATCH}.ipynb"],
        THREE,
    ),
    "a folder for each section": (
        [f"A/s01/{SOFTMAX}.ipynb", f"A/s02/{SOFTMAX}.ipynb", f"B/s03/{SOFTMAX}.ipynb"],
        THREE,
    ),
    "flat in a folder": ([f"export/{one}_{SOFTMAX}.ipynb" for one in THREE], THREE),
    "flat in a folder for each homework": (
        [f"HW4/{one}_{SOFTMAX}.ipynb" for one in THREE] + [f"HW6/{one}_{SCRATCH}.ipynb" for one in THREE],
        THREE,
    ),
    "flat in a folder, no assignment's name": ([f"HW4/{one}.ipynb" for one in THREE], THREE),
    "misfiled in an assignment's folder": ([f"{SOFTMAX}/{one}_{SCRATCH}.ipynb" for one in THREE], THREE),
    "a late folder beside the students": (
        [f"{one}/{SOFTMAX}.ipynb" for one in THREE] + [f"HW4 late/{one}/{SOFTMAX}.ipynb" for one in ("s04", "s05")],
        (*THREE, "s04", "s05"),
    ),
    "the teacher's own notebook above": (
        [f"x/{one}/{SOFTMAX}.ipynb" for one in THREE] + ["solution.ipynb"],
        (*THREE, "solution"),
    ),
    "a folder in each student's folder": ([f"{one}/week/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "the same folder in each student's folder": ([f"{one}/stuff/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "another folder in each student's folder": ([f"{one}/of {one}/{SOFTMAX}.ipynb" for one in THREE], THREE),
    "attempts in students' folders": ([f"{one}/attempt {n}/{SOFTMAX}.ipynb" for one in THREE for n in (1, 2)], THREE),
    "one student, two attempts": ([f"s01/{name}/{SOFTMAX}.ipynb" for name in ("attempt1", "attempt2")], ["s01"]),
    "one student with a backup": ([f"s01/{SOFTMAX}.ipynb", f"s01/backup/{SOFTMAX}.ipynb"], ["s01"]),
    "one student, nbgrader's layout": ([f"s01/{SOFTMAX}/x.ipynb", f"s01/{SCRATCH}/hw/x.ipynb"], ["s01"]),
    "one student among others with folders of other names": (
        [f"{one}/{SOFTMAX}.ipynb" for one in THREE] + [f"s01/{one}/{SOFTMAX}.ipynb" for one in THREE],
        THREE,
    ),
}


@pytest.mark.parametrize("case", STUDENTS)
def test_students_are_found_at_their_level(tmp_path, case):
    paths, students = STUDENTS[case]
    found = collected(tmp_path / "submitted", tree(*paths))
    assert {student for student, _ in students_in(found)} == set(students)


UNCLEAR = {
    "a folder in a folder": [f"grace/ada/{SOFTMAX}.ipynb"],
    "three folders": [f"x/y/z/{SOFTMAX}.ipynb"],
    "two files": ["grace/ada.ipynb", "grace/bob.ipynb"],
    "a notebook and two folders": [
        f"grace/{SOFTMAX}.ipynb",
        f"grace/ada/{SOFTMAX}.ipynb",
        f"grace/bob/{SOFTMAX}.ipynb",
    ],
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_not_clear_is_refused_with_the_folder_to_pass(tmp_path, case):
    outer = UNCLEAR[case][0].partition("/")[0]
    with pytest.raises(ArgumentError, match=rf"pass the folder {outer} if .* if {outer} is a student"):
        collected(tmp_path / "submitted", tree(*UNCLEAR[case]))


def test_what_the_refusal_says_helps(tmp_path):
    files = tree(*UNCLEAR["a folder in a folder"])
    assert students_in(collected(tmp_path / "a" / "grace", tree(f"ada/{SOFTMAX}.ipynb"))) == {("ada", SOFTMAX)}
    assert students_in(collected(tmp_path / "b", files, platform="nbgrader")) == {("grace", SOFTMAX)}
    roster = tmp_path / "roster.csv"
    roster.write_text("id\nada\n")
    assert students_in(collected(tmp_path / "c", files, roster=roster)) == {("ada", SOFTMAX)}


def test_one_student_alone_cannot_make_a_batch_be_refused_or_read_otherwise(tmp_path):
    honest = [f"{one}/{SOFTMAX}.ipynb" for one in THREE]
    for number, paths in enumerate(UNCLEAR.values()):
        found = collected(tmp_path / str(number), tree(*honest, *paths))
        assert {student for student, _ in students_in(found)} == {*THREE, paths[0].partition("/")[0]}


def test_empty_folders_in_a_folder_around_are_rows(tmp_path):
    files = tree(f"HW4/s01/{SOFTMAX}.ipynb", f"HW4/s02/{SOFTMAX}.ipynb") | {"HW4/s03": None, "HW4/.DS_Store": b""}
    found = collected(tmp_path / "submitted", files)
    assert {student for student, _ in students_in(found)} == set(THREE)
    assert [each.path.name for each in found.ignored] == [".DS_Store"]
