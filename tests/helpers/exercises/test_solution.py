"""What comes before a solution is shown, what is shown, and that any folder of answers can be read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from support.key import answers_to

from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises import hints, progress
from d2l_helpers.exercises.catalogue import chapter, find
from d2l_helpers.exercises.checking import check
from d2l_helpers.exercises.hints import hint
from d2l_helpers.exercises.key_text import solution_text
from d2l_helpers.exercises.solution import solution

ROOT = Path(__file__).parents[3]
NAME, MODULE = "stable_softmax", "softmax_regression"
EXERCISE = find(NAME)
ATTEMPT = "First check an attempt of your own: helpers.check('stable_softmax', stable_softmax)."


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    hints._shown.clear()
    monkeypatch.delenv("D2L_HELPERS_RECORDING", raising=False)


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, newest last."""
    bundles: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return what writes a module of a checkout's key, in whose folder of notebooks the test runs."""
    for folder in ("answers", "notebooks"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")

    def write(content):
        content = content.encode() if isinstance(content, str) else content
        (tmp_path / "answers" / f"{MODULE}.py").write_bytes(content)

    return write


def attempt(state="not yet"):
    progress._here[NAME] = state


def read_hints(number):
    for _ in range(number):
        hint(NAME)


def text_of(shown):
    return shown[-1]["text/plain"]


def asked(shown, name=NAME):
    solution(name)
    return text_of(shown)


def test_before_an_attempt_and_the_hints_both_are_asked_for(shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    read = "First read all hints; {} of 3 are shown. For the next one: helpers.hint('stable_softmax')."
    title = f"{EXERCISE.title}: no solution yet"
    assert asked(shown) == "\n".join([title, ATTEMPT, read.format(0)])
    read_hints(2)
    assert asked(shown) == "\n".join([title, ATTEMPT, read.format(2)])
    read_hints(1)
    assert asked(shown) == "\n".join([title, ATTEMPT])
    attempt()
    hints._shown[NAME] = 1
    assert asked(shown) == "\n".join([title, read.format(1)])


def test_after_an_attempt_and_three_hints_the_solution_is_shown_with_its_reason(shown, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    check(NAME, lambda Z: Z)
    read_hints(3)
    solution(NAME)
    title, source = f"{EXERCISE.title}: solution", answers_to("04_softmax_regression")[NAME].source()
    assert text_of(shown) == "\n".join(filter(None, [title, source, EXERCISE.reason]))
    markup = shown[-1]["text/html"]
    assert "<pre " in markup
    assert "<b>" + title in markup
    assert "E = np.exp(" in markup


def test_a_right_answer_needs_no_hints(shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    attempt("right")
    assert asked(shown).startswith(f"{EXERCISE.title}: solution\n")


def test_a_right_answer_of_another_day_is_an_attempt(shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    check("zero_start", "c")
    monkeypatch.setattr(progress, "_here", {})
    assert "zero_start = 'c'" in asked(shown, "zero_start").replace('"', "'")


def test_a_stub_is_no_attempt(shown):
    check(NAME, ...)
    read_hints(3)
    assert ATTEMPT in asked(shown)


def test_the_third_hint_says_how_the_solution_is_shown(shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    read_hints(3)
    texts = [bundle["text/plain"] for bundle in shown]
    assert len(texts) == 4
    assert texts[-1] == "After an attempt\nhelpers.solution('stable_softmax') shows a solution, and why it is right."


def test_a_copy_without_solutions_says_where_they_are(shown, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    read_hints(3)
    attempt()
    assert len(shown) == 3, "no hint may point to a solution that this copy does not have"
    assert asked(shown) == (
        f"{EXERCISE.title}: no solution here\n"
        "This copy of the notebooks comes without solutions. The chapter's solutions are in the folder answers of its "
        "repository, beside the folder notebooks."
    )


def test_a_copy_without_solutions_says_so_before_any_attempt(shown, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert "comes without solutions" in asked(shown)


def test_a_recorded_notebook_shows_the_same_to_everyone(shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    first = asked(shown)
    assert first == (f"{EXERCISE.title}: solution\nAfter an attempt and the third hint, this cell shows the solution.")
    attempt("right")
    read_hints(3)
    assert asked(shown) == first


@pytest.mark.parametrize("name", ["stable_softmaxx", 3, None])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(ArgumentError) as caught:
        solution(name)
    assert "the name of an exercise" in caught.value.expected


@pytest.mark.parametrize("exercise", [one for group in chapter().values() for one in group], ids=lambda one: one.name)
def test_each_exercise_has_a_solution_that_can_be_shown(exercise, monkeypatch):
    monkeypatch.chdir(ROOT)
    source = solution_text(exercise)
    last = ast.parse(source).body[-1]
    if exercise.kind == "written":
        assert f"def {exercise.name}(" in source
        assert "Wrong" not in source
    else:
        assert isinstance(last, ast.Assign)
        assert source.startswith(f"{exercise.name} = ")


def test_what_a_function_uses_of_its_module_is_shown_too(module):
    module("""
import numpy
UNUSED = 1
LIMIT: int = 2

def _other(Z):
    return Z

@numpy.vectorize
def _helper(Z):
    return Z if Z < LIMIT else LIMIT

def stable_softmax(Z):
    return _helper(Z)

ANSWERS = (Answer("other", _other, wrong=()), Answer(exercise="stable_softmax", solution=stable_softmax, wrong=()))
""")
    text = solution_text(EXERCISE)
    assert [type(one).__name__ for one in ast.parse(text).body] == ["AnnAssign", "FunctionDef", "FunctionDef"]
    assert text.startswith("LIMIT: int = 2\n\n\n@numpy.vectorize\ndef _helper(Z):")
    assert text.endswith("def stable_softmax(Z):\n    return _helper(Z)")


@pytest.mark.parametrize(
    ("solution_there", "expected"),
    [
        ("3", "stable_softmax = 3"),
        ("-0.5", "stable_softmax = -0.5"),
        ("'b'", "stable_softmax = 'b'"),
        ("(21, 12)", "stable_softmax = (21, 12)"),
        ("2 * N", "N = 3\n\n\nstable_softmax = 2 * N"),
        ("lambda Z: Z", "stable_softmax = lambda Z: Z"),
    ],
)
def test_a_value_is_shown_as_an_assignment(module, solution_there, expected):
    module(f"N = 3\nANSWERS = [Answer('stable_softmax', {solution_there}, ())]")
    assert solution_text(EXERCISE) == expected


@pytest.mark.parametrize(
    "content",
    [
        "",
        b"\xff\xfe",
        b"\x00",
        "def (",
        "ANSWERS = ()",
        "ANSWERS = Answer()",
        "ANSWERS = (Answer('other', 3, ()),)",
        "Answer(stable_softmax, 3)",
        "Answer('stable_softmax')",
        "Answer(*[], **{})",
        "(" * 100_000,
        "-" * 190_000 + "1",
        "x" + ".x" * 90_000,
        "#" * 200_001 + "\nAnswer('stable_softmax', 3)",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_file_that_holds_no_solution_is_no_error(module, content, shown):
    module(content)
    assert solution_text(EXERCISE) is None
    attempt("right")
    assert "no solution here" in asked(shown)


def test_the_key_is_read_and_never_run(module, tmp_path):
    module(f"open({str(tmp_path / 'ran')!r}, 'w')\nANSWERS = (Answer('stable_softmax', 3),)")
    assert solution_text(EXERCISE) == "stable_softmax = 3"
    assert not (tmp_path / "ran").exists()


def test_a_folder_in_the_place_of_the_module_is_no_error(module, tmp_path):
    (tmp_path / "answers" / f"{MODULE}.py").mkdir()
    assert solution_text(EXERCISE) is None


def test_a_current_folder_that_was_removed_is_no_error(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert solution_text(EXERCISE) is None


def test_answers_without_notebooks_beside_them_are_not_the_key(tmp_path, monkeypatch):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / f"{MODULE}.py").write_text("Answer('stable_softmax', 3)")
    monkeypatch.chdir(tmp_path)
    assert solution_text(EXERCISE) is None
