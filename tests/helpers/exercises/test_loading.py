"""A teacher's module of exercises: what is loaded, loaded again, and refused with a message for its author."""

from __future__ import annotations

import pytest

from d2l_helpers.errors import ArgumentError, D2LHelpersError, NotebookError
from d2l_helpers.exercises import hints
from d2l_helpers.exercises.catalogue import EXERCISES, LOADED_FILES, chapter, exercises_in, find
from d2l_helpers.exercises.checking import check
from d2l_helpers.exercises.hints import hint
from d2l_helpers.exercises.loading import load_exercises
from d2l_helpers.exercises.progress import progress
from d2l_helpers.exercises.solution import solution
from d2l_helpers.predictions import guesses
from d2l_helpers.predictions.asking import predict
from d2l_helpers.predictions.catalogue import QUESTIONS

MODULE = '''\
"""Exercises of mine."""

from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.expectations import expect
from d2l_helpers.predictions.question import NumberQuestion


def _check_twice(twice):
    expect(twice(2) == 4, f"twice(2) is {twice(2)}", "4")


EXERCISES = (
    Exercise("twice", "Two of it", kind="written", points=2, check=_check_twice, hints=("a", "b", "c"), reason="So."),
)
QUESTIONS = (NumberQuestion(name="how_many", text="How many?"),)
'''


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch, tmp_path):
    for catalogue in (EXERCISES, QUESTIONS):
        monkeypatch.setattr(catalogue, "_loaded", {})
    monkeypatch.setattr(guesses, "_here", {})
    hints._shown.clear()
    LOADED_FILES.clear()
    folder = tmp_path / "notebooks of mine"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def shown(monkeypatch):
    bundles: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


@pytest.fixture
def write(tmp_path):
    def write(text=MODULE, name="my_exercises.py"):
        file = tmp_path / "notebooks of mine" / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def load(name="my_exercises"):
    load_exercises(name)


@pytest.mark.parametrize("name", ["my_exercises", "my_exercises.py"])
def test_check_hint_progress_and_predict_find_what_was_loaded(write, shown, name):
    write()
    load(name)
    check("twice", lambda x: x + x)
    assert "● Two of it: right, 2 of 2 points" in shown[-1]["text/plain"]
    check("twice", lambda x: x)
    assert "got:      twice(2) is 2" in shown[-1]["text/plain"]
    hint("twice")
    assert shown[-1]["text/plain"].endswith("\na")
    predict("how_many", 3)
    assert "How many?" in shown[-1]["text/plain"]
    del shown[:]
    progress()
    here, loaded, predictions = (bundle["text/plain"] for bundle in shown)
    assert here.splitlines() == ["This notebook", "Two of it  not yet  0 of 2 points"]
    assert loaded.splitlines()[1].split() == ["my_exercises", "0", "of", "1", "right", "0", "of", "2", "points"]
    assert predictions.splitlines()[1].split() == ["my_exercises", "0", "of", "1", "guessed", "0", "right"]


def test_the_chapter_shows_beside_loaded_exercises_once_it_was_answered(write, shown):
    write()
    load()
    progress()
    assert not any("The chapter" in bundle["text/plain"] for bundle in shown)
    check("zero_start", "c")
    del shown[:]
    progress()
    assert [bundle["text/plain"].partition("\n")[0] for bundle in shown[:3]] == [
        "This notebook",
        "Loaded exercises",
        "The chapter",
    ]


def test_without_a_module_progress_is_the_chapters(shown):
    progress()
    assert shown[0]["text/plain"].startswith("The chapter\n00_start_here")


def test_loading_again_reads_the_changed_module_at_once(write):
    write()
    load()
    for number in range(3, 9):  # within the same second, and of the same size
        write(MODULE.replace("points=2", f"points={number}"))
        load()
        assert find("twice").points == number
    write(MODULE.replace('"twice"', '"thrice"'))
    load()
    assert find("thrice").points == 2
    with pytest.raises(ArgumentError, match="no such exercise"):
        find("twice")


def test_a_module_beside_it_is_read_again_too(write):
    write("POINTS = 3\n", "my_points.py")
    write(f"from .my_points import POINTS\n{MODULE.replace('points=2', 'points=POINTS')}")
    load()
    assert find("twice").points == 3
    write("POINTS = 4\n", "my_points.py")
    load()
    assert find("twice").points == 4


def test_no_file_is_left_in_the_teachers_folder(write):
    folder = write().parent
    write("POINTS = 3\n", "my_points.py")
    write(f"from .my_points import POINTS\n{MODULE}")
    load()
    assert sorted(path.name for path in folder.iterdir()) == ["my_exercises.py", "my_points.py"]


def test_a_module_that_fails_changes_nothing(write):
    write()
    load()
    for bad in ("def (", MODULE.replace("points=2", "points=0"), MODULE.replace('"how_many"', '"rate_of_almost_one"')):
        write(bad)
        with pytest.raises(D2LHelpersError):
            load()
        assert find("twice").points == 2
        assert [question.name for question in QUESTIONS.loaded()["my_exercises"]] == ["how_many"]


def test_the_same_module_may_have_a_byte_order_mark_and_an_encoding(write):
    write(b"\xef\xbb\xbf" + MODULE.encode())
    load()
    write(b"# coding: latin-1\n" + MODULE.replace("Two of it", "Zweimal schön").encode("latin-1"))
    load()
    assert find("twice").title == "Zweimal schön"


EXERCISE = MODULE[MODULE.index("    Exercise(") : MODULE.index("\n)\nQUESTIONS")]
REFUSED = {
    "no EXERCISES": (MODULE.replace("EXERCISES =", "EXERCISE ="), "a module without EXERCISES"),
    "one exercise without a comma": (MODULE.replace('reason="So."),\n)', 'reason="So.")\n)'), "of type Exercise"),
    "another type": (MODULE.replace(EXERCISE, '    "twice",'), "number 1 of EXERCISES, 'twice'"),
    "a name twice": (MODULE.replace(EXERCISE, f"{EXERCISE}\n{EXERCISE}"), "twice twice in EXERCISES"),
    "a name that is no text": (MODULE.replace('"twice"', "2"), "whose name is 2"),
    "a name with a space": (MODULE.replace('"twice"', '"two times"'), "the name 'two times'"),
    "a keyword": (MODULE.replace('"twice"', '"lambda"'), "the name 'lambda'"),
    "letters that nbgrader refuses": (MODULE.replace('"twice"', '"größe"'), "the name 'größe'"),
    "an empty title": (MODULE.replace('"Two of it"', '" "'), "title=' '"),
    "a title of two lines": (MODULE.replace('"Two of it"', '"Two\\nof it"'), "title="),
    "another kind": (MODULE.replace('"written"', '"choice"'), "kind='choice'"),
    "no points": (MODULE.replace("points=2", "points=0"), "points=0"),
    "half a point": (MODULE.replace("points=2", "points=0.5"), "points=0.5"),
    "True points": (MODULE.replace("points=2", "points=True"), "points=True"),
    "two hints": (MODULE.replace('("a", "b", "c")', '("a", "b")'), "hints: 2 of them"),
    "the same hint": (MODULE.replace('("a", "b", "c")', '("a", "b", "a")'), "hints: 3 of them"),
    "an empty hint": (MODULE.replace('("a", "b", "c")', '("a", "b", "")'), "hints: 3 of them"),
    "hints in one text": (MODULE.replace('("a", "b", "c")', '"abc"'), "hints: 'abc'"),
    "a check without argument": (
        MODULE.replace("def _check_twice(twice)", "def _check_twice()"),
        "check=_check_twice()",
    ),
    "a check with two": (
        MODULE.replace("_check_twice(twice)", "_check_twice(twice, x)"),
        "check=_check_twice(twice, x)",
    ),
    "a check that was called": (MODULE.replace("check=_check_twice", "check=None"), "check=None"),
    "a reason that is no text": (MODULE.replace('"So."', "3"), "reason=3"),
    "prepare with an argument": (MODULE.replace('reason="So."', "prepare=abs"), "prepare=abs(x, /)"),
    "questions of another type": (MODULE.replace("QUESTIONS = (", "QUESTIONS = (3, "), "number 1 of QUESTIONS, 3"),
    "a name of the chapter": (MODULE.replace('"twice"', '"stable_softmax"'), "which 04_softmax_regression has already"),
    "a question of the chapter": (MODULE.replace('"how_many"', '"rate_of_almost_one"'), "which 00_start_here has"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_list_that_cannot_be_used_is_refused_in_words(write, case):
    text, got = REFUSED[case]
    write(text)
    with pytest.raises(ArgumentError) as caught:
        load()
    assert got in str(caught.value.got)
    assert "my_exercises.py" in str(caught.value)
    assert EXERCISES.loaded() == {}


UNREADABLE = {
    "an error of syntax": ("x = 1\ndef (\n", "line 2: def ("),
    "bytes that are no text": (b"\xff\xfe\x00", "Syntax"),
    "a null byte": (b"x = '\x00'\n", "null"),
    "an error": ("x = 1\n\ny = x / 0\n", "line 3: y = x / 0"),
    "an exit": ("import sys\nsys.exit(3)\n", "SystemExit"),
    "a module that is missing": ("import no_such_module\n", "No module named 'no_such_module'"),
    "nested too deep": ("x = " + "(" * 5000 + ")" * 5000, ""),
    "too large": ("#" * 1_000_001, "1,000,001 bytes"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_module_that_cannot_be_imported_is_refused_with_its_line(write, case):
    text, got = UNREADABLE[case]
    write(text)
    with pytest.raises(NotebookError) as caught:
        load()
    assert got in str(caught.value.got)
    assert "Cannot load my_exercises.py" in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", ["", " ", None, 3, "../my_exercises", "/etc/passwd", "folder/my_exercises"])
def test_a_name_that_is_no_file_beside_the_notebook_is_refused(name):
    with pytest.raises(ArgumentError, match="Cannot load exercises"):
        load_exercises(name)


def test_a_missing_file_is_named_with_what_is_there(write):
    write(name="my_exercise.py")
    with pytest.raises(NotebookError, match=r"(?s)no file my_exercises\.py.*has my_exercise\.py"):
        load()


def test_two_modules_may_be_loaded_but_not_with_the_same_name(write):
    write()
    write(MODULE.replace('"twice"', '"thrice"').replace('"how_many"', '"how_much"'), "others.py")
    load()
    load("others")
    assert (find("twice").points, find("thrice").points) == (2, 2)
    write(MODULE.replace('"how_many"', '"how_much"'), "others.py")
    with pytest.raises(ArgumentError, match="which my_exercises has already"):
        load("others")
    assert find("thrice").points == 2


def test_the_feedback_names_no_line_of_the_check(write, shown):
    write()
    load()
    check("twice", lambda: 3)
    said = shown[-1]["text/plain"]
    assert "TypeError" in said
    assert "expect(" not in said
    assert "line " not in said


KEY = """
from d2l_autograder.key import Answer, Wrong

TWO = 2


def twice(x):
    return TWO * x


ANSWERS = (Answer("twice", twice, wrong=()),)
"""


@pytest.mark.parametrize("place", ["the module", "answers", "../answers"])
def test_the_solution_is_found_in_the_module_or_in_a_folder_answers(write, shown, place, tmp_path):
    file = write(MODULE + KEY if place == "the module" else MODULE)
    if place != "the module":
        key = file.parent / place / file.name
        key.parent.mkdir()
        key.write_text(KEY)
    load()
    check("twice", lambda x: 2 * x)
    solution("twice")
    assert "TWO = 2\n\n\ndef twice(x):\n    return TWO * x" in shown[-1]["text/plain"]


def test_without_a_key_there_is_no_solution(write, shown):
    write()
    load()
    check("twice", lambda x: 2 * x)
    solution("twice")
    assert "no solution here" in shown[-1]["text/plain"]


def test_the_chapters_modules_pass_the_same_door():
    import importlib

    modules = (importlib.import_module(f"d2l_helpers.exercises.chapter.{name.partition('_')[2]}") for name in chapter())
    assert [exercises_in(module) for module in modules] == list(chapter().values())
