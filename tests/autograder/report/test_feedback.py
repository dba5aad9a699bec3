"""Feedback: what a student is told, and what no student learns."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given
from support.sample_results import FAULT, RESULT, RIGHT, is_safe, results, texts_in

from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.results import Finding, Mark, Row
from d2l_autograder.sandbox import Verdict


def test_the_schema_of_the_json_does_not_change():
    feedback = json.loads(json.dumps(feedback_on(Row(RESULT))))
    assert feedback == {
        "schema": 1,
        "student": "Zoë 李",
        "assignment": "04_softmax",
        "status": "marked",
        "said": feedback["said"],
        "earned": 5.0,
        "points": 7.0,
        "sandboxed": True,
        "repairs": ["a cell was added"],
        "exercises": feedback["exercises"],
    }
    assert feedback["exercises"][0] == {
        "exercise": "softmax",
        "title": "The softmax",
        "earned": 3.0,
        "points": 4.0,
        "verdict": "wrong",
        "said": "partly right",
        "probes": [
            {"title": "a row", "verdict": "right", "said": "right", "got": "", "expected": ""},
            {
                "title": "large logits",
                "verdict": "wrong",
                "said": "not right yet",
                "got": "3 of 8 numbers are nan",
                "expected": "numbers",
            },
        ],
        "hint": "Subtract the maximum.",
    }


def test_a_right_answer_gets_no_hint():
    feedback = feedback_on(Row(dataclasses.replace(RESULT, marks=(dataclasses.replace(RIGHT, hint="Psst"),))))
    assert feedback["exercises"][0]["hint"] == ""


def test_a_sandbox_fault_costs_no_points_and_says_nothing_about_the_machine():
    feedback = feedback_on(Row(FAULT))
    assert feedback["earned"] is None
    assert "not your fault" in feedback["said"]
    assert "bwrap" not in json.dumps(feedback)


def test_no_text_holds_the_digest_or_a_folder_of_the_grader():
    error = "OSError: '/home/teacher/course/d2l.py' and /usr/lib/x.so"
    lost = Mark("loss", "The loss", 2.0, 0.0, Verdict.ERROR, (Finding("a row", Verdict.ERROR, error, "a result"),))
    written = json.dumps(feedback_on(Row(dataclasses.replace(RESULT, marks=(lost,)))), ensure_ascii=False)
    assert "…/d2l.py" in written
    for secret in ("5eed", "home", "teacher", "/usr"):
        assert secret not in written


@given(results)
def test_any_feedback_is_json_and_safe_to_print(result):
    feedback = feedback_on(Row(result))
    assert json.loads(json.dumps(feedback, ensure_ascii=False, allow_nan=False).encode()) == feedback
    assert all(map(is_safe, texts_in(feedback)))
