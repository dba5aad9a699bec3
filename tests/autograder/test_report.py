"""Feedback: what students get, whatever texts the results hold."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from support.sample_results import (
    DAMAGED,
    FAULT,
    HOSTILE,
    RESULT,
    RIGHT,
    Structure,
    is_harmless,
    results,
    rows_of,
    shown,
)

from d2l_autograder.report import marks_table, summary, write_reports
from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.report.gradescope import gradescope_results
from d2l_autograder.report.page import page
from d2l_autograder.report.words import harmless
from d2l_autograder.results import Finding, Kept, Mark, Status, Store
from d2l_autograder.sandbox import Verdict


def test_feedback_says_what_was_tried_what_came_out_and_what_helps():
    text = Structure(page(feedback_on(RESULT))).text
    for said in (
        "5 of 7 points",
        "Zoë 李",
        "large logits: not right yet",
        "3 of 8 numbers are nan",
        "numbers",
        "Subtract the maximum.",
        "not attempted",
        "a cell was put back",
        "● right",
        "◐ partly right",
        "○ not attempted",
    ):
        assert said in text


def test_feedback_is_right_without_a_hint():
    feedback = feedback_on(dataclasses.replace(RESULT, marks=(dataclasses.replace(RIGHT, hint="Psst"),)))
    assert feedback["exercises"][0]["hint"] == ""
    assert "Psst" not in page(feedback)


def test_the_schema_of_the_json_is_kept():
    feedback = json.loads(json.dumps(feedback_on(RESULT)))
    assert feedback == {
        "schema": 1,
        "student": "Zoë 李",
        "assignment": "04_softmax",
        "status": "marked",
        "said": "Each exercise below shows what was tried, and how it went.",
        "earned": 5.0,
        "points": 7.0,
        "sandboxed": True,
        "repairs": ["a cell was put back"],
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


def test_a_damaged_notebook_is_told_what_to_do_and_gets_no_hints():
    text = Structure(page(feedback_on(DAMAGED))).text
    assert "a file that is not JSON" in text
    assert "not marked" in text
    assert "Psst" not in text


def test_a_fault_of_ours_costs_no_points_and_tells_nothing_of_the_machine(tmp_path):
    write_reports([FAULT], tmp_path, gradescope=True)
    feedback = json.loads((tmp_path / "feedback" / "Bob" / "04_softmax.json").read_text())
    assert feedback["earned"] is None
    assert "no fault of yours" in feedback["said"]
    assert "bwrap" not in (tmp_path / "feedback" / "Bob" / "04_softmax.html").read_text()
    assert not (tmp_path / "gradescope").exists()
    assert rows_of((tmp_path / "grades.csv").read_bytes())[1][2:5] == ["sandbox_fault", "", ""]


def test_a_student_sees_neither_digest_nor_folders_nor_others(tmp_path):
    error = "OSError: '/home/teacher/course/d2l.py' and /usr/lib/x.so, but a/b and 1 / 2 / 3 stay"
    lost = Mark("loss", "The loss", 2.0, 0.0, Verdict.ERROR, (Finding("a row", Verdict.ERROR, error, "a result"),))
    write_reports([dataclasses.replace(RESULT, marks=(lost,)), DAMAGED], tmp_path, gradescope=True)
    for file in [*tmp_path.glob("feedback/Zoë*/*"), *tmp_path.glob("gradescope/Zoë*/*/*")]:
        said = file.read_text()
        assert "…/d2l.py" in said
        assert "a/b and 1 / 2 / 3 stay" in said
        for secret in ("5eed", "home", "teacher", "/usr", "Ada"):
            assert secret not in said, file


def test_a_result_without_a_sandbox_says_so_everywhere(tmp_path):
    open_to_all = dataclasses.replace(RESULT, is_sandboxed=False)
    write_reports([open_to_all], tmp_path, gradescope=True)
    files = [*tmp_path.glob("feedback/*/*.html"), *tmp_path.glob("gradescope/*/*/*")]
    assert len(files) == 2
    assert all("without a sandbox" in file.read_text() for file in files)
    assert json.loads(next(tmp_path.glob("feedback/*/*.json")).read_text())["sandboxed"] is False
    assert rows_of((tmp_path / "grades.csv").read_bytes())[1][-1] == "no"
    assert "without a sandbox" in shown(marks_table(open_to_all))
    assert "without a sandbox" in shown(summary([open_to_all], [Kept.NEW]))
    assert "without a sandbox" not in page(feedback_on(RESULT))


def test_the_page_runs_nothing_and_fetches_nothing():
    tags = Structure(page(feedback_on(RESULT))).tags
    names = {tag for tag, _ in tags}
    assert not names & {"script", "img", "link", "iframe", "object", "form"}
    assert ("html", [("lang", "en")]) in tags
    policy = next(dict(found)["content"] for tag, found in tags if dict(found).get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert all(value.startswith("#") for _, found in tags for key, value in found if key in ("href", "src"))


def test_every_anchor_of_the_page_leads_somewhere():
    tags = Structure(page(feedback_on(RESULT))).tags
    names = {dict(found).get("id") for _, found in tags}
    leads = [dict(found)["href"][1:] for tag, found in tags if tag == "a"]
    assert leads
    assert names.issuperset(leads)


def tamed(value):
    """The same result with a letter for each of its texts."""
    if isinstance(value, str) and not isinstance(value, Verdict | Status):
        return "x" if value else ""
    if isinstance(value, tuple):
        return tuple(map(tamed, value))
    if dataclasses.is_dataclass(value):
        fields = {field.name: tamed(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


@given(results)
@example(dataclasses.replace(RESULT, student=HOSTILE[0], marks=(), repairs=HOSTILE))
def test_a_page_has_no_tag_of_its_texts(result):
    assert Structure(page(feedback_on(result))).tags == Structure(page(feedback_on(tamed(result)))).tags


@given(results)
def test_json_comes_back_as_it_was_and_no_text_steers_a_terminal(result):
    feedback = feedback_on(result)
    for content in (feedback, gradescope_results(feedback, 1.0)):
        written = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        assert json.loads(written) == content
        for text in _texts(content):
            assert all(is_harmless(letter) for letter in text), text


def _texts(content):
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            yield from _texts(item)
    elif isinstance(content, str):
        yield content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë 李小龍 علي हिन्दी", "Zoë 李小龍 علي हिन्दी"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("\ud800", "⟨U+D800⟩"),
        ("x" * 700, "x" * 600 + " …"),
    ],
)
def test_names_of_all_scripts_stay_and_controls_become_visible(text, expected):
    assert harmless(text) == expected


@pytest.mark.parametrize("name", ["../../escaped", "..", "/tmp/escaped", "x" * 300, "\x00", "\ud800", "a\nb"])
def test_a_malicious_name_stays_in_the_folder(name, tmp_path):
    result = dataclasses.replace(RESULT, student=name, assignment=name)
    folder = tmp_path / "a" / "b"
    write_reports([result], folder, gradescope=True)
    store = Store(folder / "results")
    assert store.keep(result) == Kept.NEW
    assert store.find(name, name, result.digest) is not None
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert all(path.is_relative_to(folder) for path in files)
    assert not Path("/tmp/escaped").exists()


def test_reports_replace_those_of_an_earlier_grading(tmp_path):
    write_reports([DAMAGED], tmp_path)
    write_reports([dataclasses.replace(RESULT, student="Ada")], tmp_path)
    assert json.loads((tmp_path / "feedback" / "Ada" / "04_softmax.json").read_text())["status"] == "marked"
    assert not list(tmp_path.rglob(".*"))
