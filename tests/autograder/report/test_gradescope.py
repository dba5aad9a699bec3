"""Gradescope's results: plain text, a test for each exercise, and scores that add up."""

from __future__ import annotations

import json

from hypothesis import given
from support.sample_results import BY_HAND, RESULT, is_safe, results, texts_in

from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.report.gradescope import gradescope_results
from d2l_autograder.results import Row


def test_each_exercise_is_a_test():
    scores = gradescope_results(feedback_on(Row(RESULT)), 1.5)
    assert scores["score"] == sum(test["score"] for test in scores["tests"]) == 5.0
    assert [test["status"] for test in scores["tests"]] == ["failed", "passed", "failed"]
    assert scores["tests"][0] == {
        "name": "The softmax",
        "number": "1",
        "score": 3.0,
        "max_score": 4.0,
        "status": "failed",
        "output": "◐ partly right\n● a row: right\n◐ large logits: not right yet\n"
        "  got:      3 of 8 numbers are nan\n  expected: numbers\nHint: Subtract the maximum.",
        "visibility": "visible",
    }
    assert "a cell was added" in scores["output"]
    assert scores["stdout_visibility"] == "hidden"
    assert (scores["output_format"], scores["test_output_format"], scores["test_name_format"]) == ("text",) * 3


def test_the_penalty_is_taken_from_the_score_and_said():
    scores = gradescope_results(feedback_on(Row(RESULT, None, is_late=True, penalty=1.5)), 1.0)
    assert scores["score"] == 3.5
    assert "loses 1.5 points" in scores["output"]


@given(results)
def test_any_results_are_json_and_safe_to_print(result):
    scores = gradescope_results(feedback_on(Row(result)), 1.0)
    assert json.loads(json.dumps(scores, ensure_ascii=False, allow_nan=False).encode()) == scores
    assert all(map(is_safe, texts_in(scores)))


def test_extra_credit_has_no_maximum_and_an_answer_that_waits_has_no_score():
    scores = gradescope_results(feedback_on(BY_HAND), 1.0)
    changed, _, extra, analysis, outlook = scores["tests"]
    assert scores["score"] == 9.25
    assert (changed["score"], changed["max_score"]) == (1.75, 4)
    assert "gave 1.5 of 4 in place of 3" in changed["output"]
    assert (extra["name"], extra["score"], extra.get("max_score")) == ("The limit (extra credit)", 1, None)
    assert (analysis["score"], analysis["max_score"]) == (4.5, 6)
    assert not {"score", "max_score", "status"} & outlook.keys()
    assert "not marked yet" in outlook["output"]
    assert sum(test.get("score", 0) for test in scores["tests"]) == scores["score"]


# "Autograder Specifications", https://gradescope-autograders.readthedocs.io/en/latest/specs/, section "Output format"
TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
    "extra_data",
}  # fmt: skip
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def test_each_key_and_value_is_one_of_the_specification():
    scores = gradescope_results(feedback_on(BY_HAND), 1.0)
    assert scores.keys() <= TOP
    assert {scores["visibility"], scores["stdout_visibility"]} <= VISIBILITIES
    for test in scores["tests"]:
        assert test.keys() <= TEST
        assert test["visibility"] in VISIBILITIES
        assert test.get("status", "passed") in ("passed", "failed")
        assert isinstance(test["number"], str)
