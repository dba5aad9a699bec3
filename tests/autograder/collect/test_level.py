"""The level of the students: where nothing but folders tells, each student is one, and nobody is merged or split."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.handed_in import SCRATCH, SOFTMAX, collected, entry_of_student, notebook, students_in

from d2l_helpers.errors import ArgumentError

THREE = ("s01", "s02", "s03")


S, C = f"{SOFTMAX}.ipynb", f"{SCRATCH}.ipynb"


def of_each(path):
    """Return a path for each student, in the place of a star."""
    return [path.replace("*", one) for one in THREE]


def tree(*paths):
    """Return files at these paths; those of the second assignment are named after it."""
    return {path: notebook(SCRATCH) if SCRATCH in path or "/06/" in path else notebook() for path in paths}


STUDENTS = {
    "a folder around": (of_each(f"CS101-HW4/*/{S}"), THREE),
    "a folder around, named like a student": (of_each(f"Grace/*/{S}"), THREE),
    "two around": (of_each(f"x/y/*/{S}"), THREE),
    "three around": (of_each(f"x/y/z/*/{S}"), THREE),
    "an archive unpacked into its own folder": (
        of_each(f"submissions/submissions/*/{S}"),
        THREE,
    ),
    "a folder around nbgrader's layout": (of_each(f"course/*/{SOFTMAX}/{S}"), THREE),
    "a folder around folders for assignments": (of_each(f"x/{SOFTMAX}/*/mine.ipynb"), THREE),
    "a folder around one student": ([f"CS101-HW4/s01/{S}"], ["s01"]),
    "one handed in the first and one the second": (
        [f"x/s01/{S}", f"x/s02/{C}"],
        ["s01", "s02"],
    ),
    "a folder for each homework": (
        [*of_each(f"HW4/*/{S}"), f"HW6/s01/{C}"],
        THREE,
    ),
    "a folder for each section": (
        [f"A/s01/{S}", f"A/s02/{S}", f"B/s03/{S}"],
        THREE,
    ),
    "flat in a folder": (of_each(f"export/*_{S}"), THREE),
    "flat in a folder for each homework": (
        of_each(f"HW4/*_{S}") + of_each(f"HW6/*_{C}"),
        THREE,
    ),
    "flat in a folder, no assignment's name": (of_each("HW4/*.ipynb"), THREE),
    "misfiled in an assignment's folder": (of_each(f"{SOFTMAX}/*_{C}"), THREE),
    "a late folder beside the students": (
        of_each(f"*/{S}") + [f"HW4 late/{one}/{S}" for one in ("s04", "s05")],
        (*THREE, "s04", "s05"),
    ),
    "a late folder with one student": ([*of_each(f"*/{S}"), f"late/s04/{S}"], (*THREE, "s04")),
    "the teacher's own notebook above": (
        [*of_each(f"x/*/{S}"), "solution.ipynb"],
        THREE,
    ),
    "a folder in each student's folder": (of_each(f"*/week/{S}"), THREE),
    "the same folder in each student's folder": (of_each(f"*/stuff/{S}"), THREE),
    "another folder in each student's folder": (of_each(f"*/of */{S}"), THREE),
    "attempts in students' folders": ([f"{one}/attempt {n}/{S}" for one in THREE for n in (1, 2)], THREE),
    "one student, two attempts": ([f"s01/{name}/{S}" for name in ("attempt1", "attempt2")], ["s01"]),
    "one student with a backup": ([f"s01/{S}", f"s01/backup/{S}"], ["s01"]),
    "one student, nbgrader's layout": ([f"s01/{SOFTMAX}/x.ipynb", f"s01/{SCRATCH}/hw/x.ipynb"], ["s01"]),
    "one student among others with folders of other names": (
        of_each(f"*/{S}") + of_each(f"s01/*/{S}"),
        THREE,
    ),
}


@pytest.mark.parametrize("case", STUDENTS)
def test_students_are_found_at_their_level(tmp_path, case):
    paths, students = STUDENTS[case]
    found = collected(tmp_path / "submitted", tree(*paths))
    assert {student for student, _ in students_in(found)} == set(students)


UNCLEAR = {
    "a folder in a folder": [f"grace/ada/{S}"],
    "three folders": [f"x/y/z/{S}"],
    "two files": ["grace/ada.ipynb", "grace/bob.ipynb"],
    "a notebook and two folders": [
        f"grace/{S}",
        f"grace/ada/{S}",
        f"grace/bob/{S}",
    ],
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_not_clear_is_refused_with_the_folder_to_pass(tmp_path, case):
    outer = UNCLEAR[case][0].partition("/")[0]
    with pytest.raises(ArgumentError, match=rf"pass the folder {outer} if .* if {outer} is a student"):
        collected(tmp_path / "submitted", tree(*UNCLEAR[case]))


def test_what_the_refusal_says_helps(tmp_path):
    files = tree(*UNCLEAR["a folder in a folder"])
    assert students_in(collected(tmp_path / "a" / "grace", tree(f"ada/{S}"))) == {("ada", SOFTMAX)}
    assert students_in(collected(tmp_path / "b", files, platform="nbgrader")) == {("grace", SOFTMAX)}
    roster = tmp_path / "roster.csv"
    roster.write_text("id\nada\n")
    assert students_in(collected(tmp_path / "c", files, roster=roster)) == {("ada", SOFTMAX)}


def test_one_student_alone_cannot_make_a_batch_be_refused_or_read_otherwise(tmp_path):
    honest = of_each(f"*/{S}")
    for number, paths in enumerate(UNCLEAR.values()):
        found = collected(tmp_path / str(number), tree(*honest, *paths))
        assert {student for student, _ in students_in(found)} == {*THREE, paths[0].partition("/")[0]}


def test_empty_folders_in_a_folder_around_are_rows(tmp_path):
    files = tree(f"HW4/s01/{S}", f"HW4/s02/{S}") | {"HW4/s03": None, "HW4/.DS_Store": b""}
    found = collected(tmp_path / "submitted", files)
    assert {student for student, _ in students_in(found)} == set(THREE)
    assert [each.path.name for each in found.ignored] == [".DS_Store"]


WRAPPERS = [
    "CS101",
    "Kurs",
    "2026",
    "x",
    "HW4",
    "Abgaben",
    "Downloads",
    "Week 3",
    "export 3",
    "2026-01-31",
    "31.01.2026",
]


@settings(max_examples=40, deadline=None)
@given(
    wrappers=st.lists(st.sampled_from(WRAPPERS), max_size=4),
    layout=st.sampled_from([f"*/{S}", f"*/HW4/{S}", f"*_{S}", f"*/{SOFTMAX}/mine.ipynb"]),
    students=st.sets(st.sampled_from(["s01", "s02", "ada", "Lovelace, Ada", "1001", "李小龍"]), min_size=2),
)
def test_a_chain_of_wrappers_counts_for_nothing(tmp_path_factory, wrappers, layout, students):
    paths = ["/".join([*wrappers, layout.replace("*", one)]) for one in students]
    found = collected(tmp_path_factory.mktemp("chain") / "class", tree(*paths))
    assert students_in(found) == {(one, SOFTMAX) for one in students}


ALONE = {"CS101/HW4/s01": "CS101/HW4", "Kurs/Abgaben/HW4/s01": "Kurs/Abgaben/HW4", "x/Max Test,x/Will Task": "x"}


@pytest.mark.parametrize("folders", ALONE)
def test_the_refusal_names_the_folder_around_the_students(tmp_path, folders):
    with pytest.raises(ArgumentError, match=f"pass the folder {ALONE[folders]} if"):
        collected(tmp_path / "submitted", tree(*(f"{folder}/{S}" for folder in folders.split(","))))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-01-31", "2026-02-01"),
        ("31.12.2025", "01.01.2026"),
        ("attempt 2", "attempt 10"),
        ("Jan 31, 2026", "Feb 1, 2026"),
    ],
)
@pytest.mark.parametrize("around", ["", "CS101/"])
def test_dates_and_numbers_of_attempts_above_students_are_attempts(tmp_path, first, second, around):
    files = {f"{around}{first}/s01/{S}": notebook(answers=3), f"{around}{second}/s01/{S}": notebook()}
    files |= {f"{around}{second}/s02/{S}": notebook()}
    found = collected(tmp_path / "submitted", files)
    assert students_in(found) == {("s01", SOFTMAX), ("s02", SOFTMAX)}
    entry = entry_of_student(found, "s01")
    assert entry.file.parts[-3] == second
    assert entry.notes[0].startswith("there were 2 attempts; the last counts")
    assert entry.submitted is None


def test_sections_with_the_teachers_notebook_in_each_are_no_students(tmp_path):
    paths = [f"{section}/{name}{S}" for section in "AB" for name in ("", f"s{section}1/", f"s{section}2/")]
    with pytest.raises(ArgumentError, match="pass the folder A if"):
        collected(tmp_path / "submitted", tree(*paths))


def test_a_folder_for_work_without_students_is_no_student(tmp_path):
    found = collected(tmp_path / "submitted", tree(f"HW4/s01/{S}", f"HW4/s02/{S}") | {"HW6": None, "x.pdf": b""})
    assert students_in(found) == {("s01", SOFTMAX), ("s02", SOFTMAX)}
