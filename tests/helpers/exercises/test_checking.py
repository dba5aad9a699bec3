"""check, hint and progress, with exercises made for the test."""

from __future__ import annotations

import gc
import itertools
import re
import sys

import numpy as np
import pytest
from mxnet.gluon import nn

from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises import catalogue, hints, progress
from d2l_helpers.exercises.checking import check, judge
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, choice, describe, digest_of, expect_close
from d2l_helpers.exercises.hints import hint


def _check_double(double) -> None:
    if double(3) != 6:
        raise NotYet(f"double(3) is {double(3)}", "twice 3")


DOUBLE = Exercise("double", "Twice a number", "written", 2, _check_double, ("one", "two", "three"))
GUESS = Exercise(
    "guess", "A guess", "predicted", 1, choice("abc", digest_of("guess", "b"), "guess"), ("1", "2", "3"), "Because."
)


@pytest.fixture(autouse=True)
def chapter_of_two(monkeypatch):
    monkeypatch.setattr(catalogue.EXERCISES, "_chapter", {"01_test": (DOUBLE,), "02_test": (GUESS,)})
    hints._shown.clear()


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, newest last."""
    bundles: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def not_done(x):
    """Return twice x."""
    ...


def test_the_garbage_collector_passes_over_old_objects_during_a_check():
    before, during = gc.get_freeze_count(), []
    judge(DOUBLE, lambda x: during.append(gc.get_freeze_count()) or 2 * x)
    assert min(during) > before == gc.get_freeze_count()


def test_a_stub_is_not_attempted(shown):
    check("double", not_done)
    assert shown[-1]["text/plain"].startswith("○ Twice a number: not attempted, 0 of 2 points")


@pytest.mark.parametrize("answer", [None, ..., not_done, lambda x: None])
def test_nothing_is_not_attempted(answer):
    assert judge(DOUBLE, answer).state == "not attempted"


def test_from_wrong_to_right(shown):
    check("double", lambda x: x + 2)
    assert "got:      double(3) is 5" in shown[-1]["text/plain"]
    assert "expected: twice 3" in shown[-1]["text/plain"]
    check("double", lambda x: 2 * x)
    assert shown[-1]["text/plain"] == "● Twice a number: right, 2 of 2 points"
    assert "right, 2 of 2 points" in shown[-1]["text/html"]


def raises_three_lines(x):
    raise ValueError("one\ntwo <b>")


def test_got_expected_and_help_stand_in_columns(shown):
    check("double", raises_three_lines)
    text, markup = shown[-1]["text/plain"].splitlines(), shown[-1]["text/html"]
    assert text[1:3] == ["got:      ValueError: one", "          two <b>"]
    assert text[3].startswith("            line ")
    assert text[4:] == ["expected: a result", "help:     helpers.hint('double')"]
    assert [term for term, _ in rows_of(markup)] == ["got:", "expected:", "help:"]
    got = rows_of(markup)[0][1]
    assert got.startswith("ValueError: one\ntwo &lt;b&gt;\n  line ")


def rows_of(markup):
    return re.findall(r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", markup, re.DOTALL)


def test_a_choice_is_followed_by_its_reason(shown):
    check("guess", "a")
    assert "which is not right" in shown[-1]["text/plain"]
    check("guess", " B")
    assert shown[-1]["text/plain"].endswith("Because.")
    check("guess", "bc")
    assert "one of 'a', 'b', 'c'" in shown[-1]["text/plain"]


def test_a_value_where_a_function_is_asked_for():
    result = judge(DOUBLE, 6)
    assert "the function itself, as in check('double'" in result.expected


def test_an_answer_changes_no_settings_of_the_notebook():
    from mxnet import autograd, npx

    def switches(x):
        autograd.set_recording(True)
        npx.reset_np()
        return 2 * x

    assert judge(DOUBLE, switches).state == "right"
    assert not autograd.is_recording()
    assert npx.is_np_array()


def raises_not_yet(x):
    raise NotYet(5, None)


def raises_half_a_character(x):
    raise ValueError("\ud800")


def test_any_error_of_an_answer_can_be_shown(shown):
    for answer in (raises_not_yet, raises_half_a_character):
        check("double", answer)
        shown[-1]["text/plain"].encode()
        assert "not yet" in shown[-1]["text/plain"]


@pytest.mark.parametrize("size", [1999, 2000, 2001])
def test_what_is_left_out_of_a_print_is_marked(shown, capsys, size):
    check("double", lambda x: print("x" * size, end="") or 2 * x)
    said = capsys.readouterr().out
    assert said == ("x" * size if size <= 2000 else "x" * 2000 + "…\n")


def test_an_answer_may_close_the_streams(shown):
    def closes(x):
        sys.stdout.close()
        sys.stderr.close()
        return 2 * x

    check("double", closes)
    assert "right" in shown[-1]["text/plain"]


def leaves(x):
    sys.exit(3)


def divides(x):
    return x / 0


class Untellable(Exception):
    def __str__(self):
        raise RuntimeError


def fails_twice(x):
    raise Untellable


def recurs(x):
    return recurs(x)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (leaves, "SystemExit: 3"),
        (divides, "ZeroDivisionError: division by zero\n  line"),
        (fails_twice, "Untellable: an error that cannot be shown"),
        (recurs, "RecursionError"),
        (lambda: 1, "TypeError"),
    ],
)
def test_errors_are_shown_with_the_readers_line(answer, message):
    result = judge(DOUBLE, answer)
    assert message in result.got
    assert "d2l_helpers" not in result.got


def test_a_lone_surrogate_is_printed_as_a_question_mark(shown, capsys):
    check("double", lambda x: print("<\ud800>") or 2 * x)
    assert set(capsys.readouterr().out.splitlines()) == {"<?>"}
    assert shown[-1]["text/plain"].startswith("●")


def test_prints_are_shown_but_not_without_end(shown, capsys):
    def chatty(x):
        print("x" * 10_000)
        return 2 * x

    check("double", chatty)
    said = capsys.readouterr().out
    assert 2000 <= len(said) < 2010
    assert "right" in shown[-1]["text/plain"]


def test_hints_come_in_order_and_the_last_one_repeats(shown):
    for _ in range(4):
        hint("double")
    texts = [bundle["text/plain"] for bundle in shown]
    assert texts[0] == "Twice a number: hint 1 of 3\none"
    assert texts[2] == texts[3] == "Twice a number: hint 3 of 3\nthree"


@pytest.mark.parametrize("name", ["dubble", 3, None, len])
@pytest.mark.parametrize("ask", [hint, lambda name: check(name, "double")])
def test_an_unknown_name_is_refused(ask, name):
    with pytest.raises(ArgumentError) as caught:
        ask(name)
    assert caught.value.expected == "the name of an exercise, such as 'double'"


def test_a_stub_run_again_undoes_nothing_even_where_nothing_is_kept(shown, monkeypatch):
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    check("double", lambda x: 2 * x)
    check("double", not_done)
    assert progress.answer_states()["double"] == "right"


def test_progress_shows_this_notebook_and_the_chapter(shown):
    check("double", lambda x: 2 * x)
    progress.progress()
    here, chapter = (bundle["text/plain"] for bundle in shown[1:3])
    assert here == "This notebook\nTwice a number  right  2 of 2 points"
    assert chapter.splitlines() == [
        "The chapter",
        "01_test  1 of 1 right  2 of 2 points",
        "02_test  0 of 1 right  0 of 1 point",
        "all      1 of 2 right  2 of 3 points",
    ]


def test_right_answers_are_remembered_beyond_the_kernel(shown, monkeypatch):
    check("double", lambda x: 2 * x)
    monkeypatch.setattr(progress, "_here", {})
    assert progress.answer_states() == {"double": "right", "guess": "not attempted"}
    check("double", not_done)  # the notebook opened again
    assert progress.answer_states()["double"] == "right"
    check("double", lambda x: 1)
    assert progress.answer_states()["double"] == "not yet"


def test_recordings_do_not_depend_on_who_records(shown, monkeypatch):
    check("double", lambda x: 2 * x)
    monkeypatch.setattr(progress, "_here", {})
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    assert set(progress.answer_states().values()) == {"not attempted"}


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 50_000, b"3", b'[1, "double"]', b"x" * 200_000])
def test_a_damaged_file_is_replaced_by_the_next_right_answer(shown, content):
    progress._file().parent.mkdir(parents=True)
    progress._file().write_bytes(content)
    assert progress.answer_states()["guess"] == "not attempted"
    check("guess", "b")
    assert progress.answer_states()["guess"] == "right"


def test_a_state_folder_that_cannot_be_written_is_no_obstacle(shown, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    check("guess", "b")
    assert progress.answer_states()["guess"] == "right"


@pytest.mark.parametrize(
    "value",
    ["3", object(), [1, "a"], [[1], [1, 2]], 1j, nn.Dense(1), [0.0] * 10_000_001, range, 10**5000],
    ids=lambda value: type(value).__name__,
)
def test_the_message_describes_what_is_no_number(value):
    with pytest.raises(NotYet, match="an array of numbers"):
        as_array(value, "it")
    with pytest.raises(NotYet, match="one number"):
        as_number(value, "it")


@pytest.mark.parametrize("empty", [np.zeros(0), np.zeros((0, 3))])
def test_nothing_is_not_close_to_a_number(empty):
    with pytest.raises(NotYet, match="an empty array"):
        expect_close(empty, 1, "the sums")


def test_anything_can_be_described():
    class Endless:
        shape = property(lambda self: itertools.count())
        dtype = "float32"

        def __repr__(self):
            raise RuntimeError

    Endless.__name__ = ""
    for value in (Endless(), 10**5000, np.ndarray, int, nn.Dense(1), nn.Dense(1).weight):
        assert describe(value)


def test_numbers_that_differ_are_shown_different():
    with pytest.raises(NotYet) as caught:
        expect_close(1 / 3, 1 / 3 + 1e-6, "a third", rtol=1e-8, atol=0)
    assert caught.value.got != f"a third: {caught.value.expected}"


def test_without_a_kernel_there_is_no_button(shown):
    check("double", not_done)
    assert sorted(shown[-1]) == ["text/html", "text/plain"]
