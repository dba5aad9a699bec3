"""The chapter's variants: right for each student's own numbers, wrong for others', and as before without an id."""

from __future__ import annotations

import re
from functools import cache
from types import ModuleType

import nbformat
import pytest
from support.key import FOLDER, answers_to

from d2l_autograder.key import Answer
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises import progress
from d2l_helpers.exercises.catalogue import chapter, exercises_in, find
from d2l_helpers.exercises.checking import check, judge
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.hints import hint_message
from d2l_helpers.exercises.key_text import solution_text
from d2l_helpers.exercises.questions import question
from d2l_helpers.exercises.variant import Numbers, Options
from d2l_helpers.variants import marked_as, mine

STUDENTS = [f"student {number}" for number in range(200)]
SAME_FOR_ALL = {"one_pass", "error_by_images", "capstone_result"}
EXERCISES = {exercise.name: exercise for group in chapter().values() for exercise in group}
ANSWERS = {name: answer for notebook in chapter() for name, answer in answers_to(notebook).items()}
PAIRS = [
    pytest.param(exercise, ANSWERS[name], id=name)
    for name, exercise in EXERCISES.items()
    if exercise.variant is not None
]
each_variant = pytest.mark.parametrize(("exercise", "answer"), PAIRS)


def state(exercise: Exercise, value: object) -> str:
    return judge(exercise, value).state


def one_student_of_each_variant(exercise: Exercise) -> dict[int, str]:
    """Return a student for each row of numbers, or for each order of the options."""
    size = len(exercise.variant.rows) if isinstance(exercise.variant, Numbers) else 24
    found: dict[int, str] = {}
    for ident in STUDENTS:
        with marked_as(ident):
            found.setdefault(mine(exercise.name) % size, ident)
    return found


def test_each_number_and_letter_has_a_variant_but_those_whose_answer_is_each_students_own():
    without = {name for name, each in EXERCISES.items() if each.kind != "written" and each.variant is None}
    assert without == SAME_FOR_ALL
    assert len(PAIRS) == 18
    assert all(exercise.variant.name == name for name, exercise in EXERCISES.items() if exercise.variant)


@each_variant
def test_without_an_id_solution_and_wrong_answers_are_the_keys(exercise: Exercise, answer: Answer):
    assert answer.of_student(exercise) == answer.solution
    assert [repr(wrong.of_student(exercise)) for wrong in answer.wrong] == [
        repr(wrong.answer) for wrong in answer.wrong
    ]
    if answer.by_student:  # the rule for students finds what the key states for the text's numbers
        assert state(exercise, answer.by_student(**exercise.variant.numbers())) == "right"


@each_variant
def test_each_students_solution_is_right_and_each_wrong_answer_is_refused(exercise: Exercise, answer: Answer):
    for ident in one_student_of_each_variant(exercise).values():
        with marked_as(ident):
            assert state(exercise, answer.of_student(exercise)) == "right", ident
            for wrong in answer.wrong:
                assert state(exercise, wrong.of_student(exercise)) == "not yet", (ident, wrong.answer)


@each_variant
def test_the_answer_of_one_student_is_wrong_for_most_others(exercise: Exercise, answer: Answer):
    @cache
    def is_right(value: object, variant: int) -> bool:
        with marked_as(students[variant]):
            return state(exercise, value) == "right"

    students = one_student_of_each_variant(exercise)
    size = len(exercise.variant.rows) if isinstance(exercise.variant, Numbers) else 24
    answers, places = [], []
    for ident in STUDENTS:
        with marked_as(ident):
            answers.append(answer.of_student(exercise))
            places.append(mine(exercise.name) % size)
    shared = [is_right(value, place) for number, value in enumerate(answers) for place in places[:number]]
    share = sum(shared) / len(shared)
    print(f"{exercise.name}: {share:.1%} of pairs share an answer")
    assert share < (0.36 if isinstance(exercise.variant, Options) else 0.2)


@each_variant
def test_every_text_can_be_filled_and_the_question_says_the_numbers(exercise: Exercise, answer: Answer):
    for ident in ("", *one_student_of_each_variant(exercise).values()):
        with marked_as(ident):
            text, options = exercise.variant.asked()
            texts = [text, exercise.told(exercise.reason), *map(exercise.told, exercise.hints)]
            assert not any(brace in each for each in texts for brace in "{}")
            assert sorted(options.values()) == sorted(getattr(exercise.variant, "texts", ()))


@pytest.mark.parametrize("name", [name for name, each in EXERCISES.items() if isinstance(each.variant, Options)])
def test_the_options_are_those_of_the_notebook(name: str):
    (notebook,) = (name_of for name_of, group in chapter().items() if EXERCISES[name] in group)
    cells = nbformat.read(FOLDER.parent / "notebooks" / f"{notebook}.ipynb", 4).cells
    (place,) = (place for place, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == name)
    found = re.findall(r"^- (?:\*\*(\w)\*\*:?|\((\w)\)) (.*(?:\n  .*)*)", cells[place - 1].source, re.MULTILINE)
    listed = {bold or plain: " ".join(text.split()) for bold, plain, text in found}
    assert EXERCISES[name].variant.asked()[1] == listed


def test_a_letter_is_explained_by_the_option_that_it_has_for_the_student(capsys):
    exercise = find("metres")
    with marked_as("s01"):
        text = exercise.variant.texts[0]
        (letter,) = (letter for letter, option in exercise.variant.asked()[1].items() if option == text)
        found = judge(exercise, letter)
        assert found.got.startswith(f"{letter!r}. It would be so if the limit depended on the best line only")
        assert letter != "a"


def test_the_check_shows_the_students_numbers_until_they_were_seen(capsys):
    with marked_as("s06 of this test"):
        check("pull_cap", ...)
        check("pull_cap", 20)
        assert capsys.readouterr().out.count("Your variant: the bias should end") == 2  # as text and as HTML
    check("pull_cap", ...)
    assert "Your variant" not in capsys.readouterr().out


def test_a_question_without_an_id_asks_for_the_id(capsys, monkeypatch):
    monkeypatch.setattr("d2l_helpers.exercises.questions._seen", set())
    check("pull_cap", 1.8)
    assert "No student's id" not in capsys.readouterr().out  # a reader without a course has no question cell
    question("pull_cap")
    shown = capsys.readouterr().out
    assert "Without an id: the bias should end 0.2 too high" in shown
    assert "helpers.student(…)" in shown
    for answer, warns in ((1.8, True), (1, True), (..., False)):
        check("pull_cap", answer)
        assert ("not yours, and earns nothing" in capsys.readouterr().out) == warns
    with marked_as("s01"):
        question("pull_cap")
    shown = capsys.readouterr().out
    assert "Your variant: the bias" in shown
    assert "No student's id" not in shown
    with marked_as("s01"):
        check("pull_cap", 1.8)
    assert "No student's id" not in capsys.readouterr().out


def test_the_question_of_an_exercise_without_a_variant_says_so(capsys):
    question("one_pass")
    assert "same for everybody" in capsys.readouterr().out


def test_a_right_answer_is_remembered_for_the_numbers_that_it_is_right_for(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_file", lambda: tmp_path / "exercises.json")
    for ident in ("s01", ""):
        with marked_as(ident):
            check("pull_cap", ANSWERS["pull_cap"].of_student(find("pull_cap")))
            assert progress.answer_states()["pull_cap"] == "right"
        monkeypatch.setattr(progress, "_here", {})
        with marked_as("s02"):
            assert progress.answer_states()["pull_cap"] == "not attempted"
    with marked_as("s01"):
        assert progress.answer_states()["pull_cap"] == "right"


def test_hint_and_solution_have_the_students_numbers(monkeypatch):
    monkeypatch.chdir(FOLDER.parent)
    exercise = find("pull_cap")
    with marked_as("s01"):
        off = exercise.variant.number("off")
        assert f"is {off:g} too high" in hint_message(exercise, 2)["text/plain"]
        assert solution_text(exercise) == f"pull_cap = 9 * off  # off = {off!r}"
        assert solution_text(find("metres")) == f"metres = {ANSWERS['metres'].of_student(find('metres'))!r}"
    assert solution_text(exercise) == "pull_cap = 1.8"
    assert solution_text(find("metres")) == 'metres = "c"'


@pytest.mark.parametrize(
    "variant",
    [
        "side",
        {"side": 3},
        Numbers("area", "the side is {side}", []),
        Numbers("area", "the side is {side}", [{"side": 3}, {"length": 4}]),
        Numbers("area", "the side is {side:d}", [{"side": "three"}]),
        Numbers("area", "the side is {", [{"side": 3}]),
        "",
        Numbers("area", "the side", ({"side": 3},), {"": "3"}),
        Numbers("area", "the side", ({"side": 3},), {"3 m": 3}),
        Numbers("area", "the side", ({"side": 3},), ["3 m"]),
    ],
)
def test_a_variant_that_cannot_be_told_is_refused_when_the_exercises_are_loaded(variant, tmp_path):
    module = ModuleType("area")
    module.__file__ = str(tmp_path / "area.py")
    hints = ("Multiply.", "The side by itself.", "It is {side} × {side}.")
    module.EXERCISES = (Exercise("area", "A", "measured", 1, lambda answer: None, hints, variant=variant),)
    with pytest.raises(ArgumentError, match="variant="):
        exercises_in(module)


def test_options_of_any_number_have_each_order_and_the_texts_without_an_id():
    options = Options("which", ("one", "two", "three", "four"))
    assert list(options.asked()[1].values()) == list(options.texts)
    orders = set()
    for ident in STUDENTS:
        with marked_as(ident):
            orders.add(tuple(options.asked()[1].values()))
            assert all(options.meant(options.shown(letter)) == letter for letter in options.letters)
    assert len(orders) == 24
    assert options.shown("e") == "e"
    assert options.shown(2) == 2
