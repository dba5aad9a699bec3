"""Gradescope's results: plain text, a test for each exercise, and scores that add up."""

from __future__ import annotations

import json

from hypothesis import given
from support.sample_results import RESULT, is_safe, results, texts_in

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
