"""Feedback: what a student is told, and what no student learns."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

from hypothesis import given
from support.sample_results import FAULT, RESULT, RIGHT, is_safe, results, texts_in

from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.results import Finding, Mark, Result, Row, Status
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
        "submitted": "",
        "late": False,
        "penalty": 0.0,
        "total": 5.0,
        "about_time": "",
        "sandboxed": True,
        "repairs": ["a cell was added"],
        "exercises": feedback["exercises"],
        "answers": [],
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
        "note": "",
        "extra": False,
        "by_hand": "",
        "comment": "",
    }


LATE = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def test_a_late_submission_says_when_it_came_and_what_it_loses():
    feedback = feedback_on(Row(RESULT, LATE, is_late=True, penalty=1.5))
    known = (feedback["submitted"], feedback["late"], feedback["penalty"], feedback["earned"], feedback["total"])
    assert known == ("2026-03-02 06:30:00+00:00", True, 1.5, 5.0, 3.5)
    assert "late, at 2026-03-02 06:30:00+00:00" in feedback["about_time"]
    assert "loses 1.5 points" in feedback["about_time"]
    assert "3.5 of 7 count" in feedback["about_time"]
    assert "no points" in feedback_on(Row(RESULT, None, is_late=True))["about_time"]
    assert feedback_on(Row(RESULT, LATE))["about_time"] == "Handed in at 2026-03-02 06:30:00+00:00."


def test_a_penalty_takes_no_more_than_there_is():
    assert feedback_on(Row(RESULT, LATE, is_late=True, penalty=100))["total"] == 0.0


def test_who_handed_nothing_in_is_told_so():
    feedback = feedback_on(Row(Result("Ada", "04_softmax", Status.MISSING, "nothing")))
    assert (feedback["status"], feedback["earned"], feedback["total"]) == ("missing", None, None)
    assert "Nothing was handed in" in feedback["said"]


def test_what_else_a_mark_follows_from_is_said():
    noted = dataclasses.replace(RIGHT, note="This counts as it is after all cells; see /home/teacher/x.py.")
    (exercise,) = feedback_on(Row(dataclasses.replace(RESULT, marks=(noted,))))["exercises"]
    assert exercise["note"] == "This counts as it is after all cells; see …/x.py."


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
