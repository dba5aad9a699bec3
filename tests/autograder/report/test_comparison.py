"""Who gains and who loses: the same as a slow comparison says, and any text of a student's is plain."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.sample_results import is_safe, printed, texts

from d2l_autograder.report.changes import changes_csv
from d2l_autograder.report.comparison import Comparison, comparison_text
from d2l_autograder.results import ByHand, Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict

NAMES = ("loss", "softmax", "limit")
numbers = st.sampled_from([0.0, 0.67, 1.0, 2.0])
earned = st.dictionaries(st.sampled_from(NAMES), st.tuples(numbers, numbers), max_size=3)


def result(marks, student="ada", status=Status.MARKED):
    found = (Mark(name, name, points, got, Verdict.WRONG) for name, (got, points) in marks.items())
    return Result(student, "04_softmax", status, "", tuple(found))


def compared(before, now, student="ada"):
    old = result(before, student)
    return Comparison(result(now, student), old.earned, old)


@given(earned, earned)
def test_each_exercise_that_differs_is_listed_and_the_differences_add_up(before, now):
    one = compared(before, now)
    expected = [name for name in (*now, *(set(before) - set(now))) if before.get(name) != now.get(name)]
    assert sorted(each.exercise for each in one.exercises) == sorted(expected)
    assert abs(sum(each.difference for each in one.exercises) - one.difference) < 1e-6
    assert one.is_changed == bool(expected)


def test_an_exercise_that_becomes_extra_credit_is_listed():
    one = compared({"loss": (1.0, 2.0)}, {"loss": (1.0, 2.0)})
    extra = replace(one, now=replace(one.now, marks=(replace(one.now.marks[0], is_extra=True),)))
    assert extra.is_changed
    assert re.search(r"1 of 2 +1 of 2 extra", printed(comparison_text([extra], 1, {})))


@given(earned, earned)
def test_changes_csv_names_the_same_totals(before, now):
    one = compared(before, now)
    row = Row(one.now, before=one.earned_before if one.difference else None)
    lines = changes_csv([row], "monday").decode("utf-8-sig").splitlines()
    assert bool(lines) == bool(one.difference)
    if lines:
        _, _, old, new, _ = lines[1].split(",")
        assert round(float(new) - float(old), 6) == round(one.difference, 6)


def test_the_largest_loss_comes_first_and_the_counts_add_up():
    both = {"loss": (2.0, 2.0), "softmax": (1.0, 2.0)}
    said = printed(
        comparison_text(
            [
                compared(both, both | {"loss": (1.0, 2.0)}, "ann"),
                compared(both, both | {"loss": (0.0, 2.0)}, "ben"),
                compared(both, both | {"softmax": (2.0, 2.0)}, "cleo"),
                compared(both, both, "dan"),
                compared(both, {"loss": (1.0, 2.0), "softmax": (2.0, 2.0)}, "eve"),
                Comparison(result(both, "fay"), None),
                Comparison(result({}, "gus", Status.MISSING), 3.0, result(both, "gus")),
                Comparison(result(both, "hal"), 2.0),
            ],
            5,
            {
                ("ann", "04_softmax"): (ByHand("loss", score=1.5), ByHand("softmax", score=9.0)),
                ("ben", "04_softmax"): (ByHand("loss", extra=1.0),),
                ("dan", "04_softmax"): (ByHand("loss", score=2.0),),
                ("hal", "04_softmax"): (ByHand("loss", score=0.5), ByHand("essay", 6.0, 5.0)),
            },
        ),
        width=120,
    )
    lines = [re.split(r" {2,}", line.strip()) for line in said.splitlines()]
    totals = [(line[0], *line[3:]) for line in lines if line[2:3] == ["total"]]
    assert totals == [
        ("gus", "3 of 4", "nothing handed in", "−3"),
        ("ben", "3 of 4", "1 of 4", "−2"),
        ("ann", "3 of 4", "2 of 4", "−1"),
        ("eve", "3 of 4", "3 of 4", "0"),
        ("cleo", "3 of 4", "4 of 4", "+1"),
        ("hal", "2", "3 of 4", "+1"),
    ]
    assert ["gus", "04_softmax", "softmax", "1 of 2", "–", "−1"] in lines
    assert "fay, 04_softmax: 3 of 4" in said
    stays = said.partition("which stays:\n")[2].splitlines()
    assert [line.strip() for line in stays[:2]] == ["ann, 04_softmax, loss: 1.5", "hal, 04_softmax, loss: 0.5"]
    counts = "2 gain 2 points, 3 lose 6 points, 2 keep the total that was reported, 1 not marked before."
    assert f"8 submissions, 5 marked for this preview: {counts}" in " ".join(said.split())


def test_where_nothing_changes_there_is_no_table():
    said = printed(comparison_text([compared({"loss": (1.0, 2.0)}, {"loss": (1.0, 2.0)})], 0, {}))
    assert "difference" not in said
    assert "1 keeps the total" in said


def test_points_that_change_are_named_even_where_the_total_stays():
    said = printed(comparison_text([compared({"loss": (1.0, 2.0)}, {"loss": (1.0, 4.0)})], 1, {}))
    assert "1 of 2" in said
    assert "1 of 4" in said
    assert "1 keeps the total" in said


@given(texts, texts)
def test_no_text_steers_the_terminal(student, exercise):
    one = Comparison(
        Result(student, exercise, Status.MARKED, "", (Mark(exercise, exercise, 2.0, 1.0, Verdict.WRONG),)),
        0.0,
        Result(student, exercise, Status.MARKED, "", (Mark(exercise, exercise, 2.0, 0.0, Verdict.WRONG),)),
    )
    said = printed(
        comparison_text([one, Comparison(one.now, None)], 1, {(student, exercise): (ByHand(exercise, score=1.0),)})
    )
    assert is_safe(re.sub(r"\x1b\[[0-9;]*m", "", said))
