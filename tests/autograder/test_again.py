"""The latest marking counts, and lasts; every mark that changes is named once, with before and after."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from support.batches import NAME, hand_in, notebook, results, rows, solved
from support.leftovers import need_a_sandbox

from d2l_autograder.__main__ import _commands
from d2l_autograder.reported import Reported
from d2l_autograder.results import Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict
from d2l_helpers.errors import RecordError


def grade(*arguments):
    done = CliRunner().invoke(_commands, ["grade", *map(str, arguments)], terminal_width=200)
    assert done.exit_code == 0, done.output
    return done.output


def everything(out):
    """Return what a run has written, except the lock and what sqlite keeps beside the gradebook."""
    return {
        file: file.read_bytes()
        for file in out.rglob("*")
        if file.is_file() and not file.name.endswith((".lock", "-journal", "-wal", "-shm"))
    }


@pytest.mark.sandbox
def test_a_result_of_again_counts_from_then_on_and_a_run_after_a_run_changes_nothing(tmp_path):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", {"ada": notebook(), "ben": notebook() + " "}), tmp_path / "out"
    grade(submissions, "--out", out)
    (file,) = (out / "results" / "ada").glob("*.json")
    other = json.loads(file.read_bytes())
    other["marks"][0] |= {"earned": 2.0, "verdict": "right"}
    file.write_text(json.dumps(other), encoding="utf-8")  # as an earlier version of the key may have marked it

    for before, options, after in (("0", (), "2"), ("2", ("--again",), "0")):
        assert rows(out)["ada"]["earned"] == before
        said = grade(submissions, "--out", out, *options)
        assert rows(out)["ada"]["earned"] == after
        assert "ada" in said  # the change is named
        assert "ben" not in said
        there = everything(out)
        for _ in range(2):
            assert "ada" not in grade(submissions, "--out", out)
            assert everything(out) == there
    assert [path.name for path in results(out) if "again" in path.name] == [f"{file.stem}.again-1.json"]
    assert json.loads((out / "feedback" / "ada" / f"{NAME}.json").read_bytes())["earned"] == 0


@pytest.mark.sandbox
def test_a_new_hand_in_is_named_with_before_and_after(tmp_path):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", {"ada": notebook()}), tmp_path / "out"
    assert "ada" not in grade(submissions, "--out", out)
    hand_in(submissions, {"ada": solved()})
    assert "ada" in grade(submissions, "--out", out)
    assert rows(out)["ada"]["earned"] == "11"
    assert "ada" not in grade(submissions, "--out", out)
    hand_in(submissions, {"ada": notebook()})  # the first again: no new result, but the mark changes
    assert "ada" in grade(submissions, "--out", out)
    assert rows(out)["ada"]["earned"] == "0"
    assert "ada" not in grade(submissions, "--out", out)


def row(earned, student="ada", status=Status.MARKED):
    marks = (Mark("loss", "The loss", 2.0, earned, Verdict.WRONG),) if earned is not None else ()
    return Row(Result(student, NAME, status, "", marks))


@pytest.fixture
def reported(tmp_path):
    return Reported(tmp_path / "out" / ".reported.json")


def test_what_was_not_reported_yet_is_no_change(reported):
    reported.load()
    assert reported.before("ada", NAME, 1.0) is None


@pytest.mark.parametrize("student", ["ada", "o'brien", "李", "", "a\nb"])
def test_a_mark_that_differs_from_the_last_report_has_a_before(reported, tmp_path, student):
    reported.save([row(1.5, student)])
    again = Reported(tmp_path / "out" / ".reported.json")
    again.load()
    assert again.before(student, NAME, 1.5) is None
    assert again.before(student, NAME, 1.0) == 1.5
    assert again.before(student, "another", 1.0) is None
    assert again.before("ben", NAME, 1.0) is None


def test_a_fault_of_the_grader_changes_no_mark_and_nothing_handed_in_ends_it(reported):
    reported.save([row(1.5), row(2.0, "ben")])
    reported.save([row(None, status=Status.SANDBOX_FAULT)])
    assert reported.before("ada", NAME, 0.0) == 1.5
    reported.save([row(None, status=Status.MISSING)])
    assert reported.before("ada", NAME, 0.0) is None
    assert reported.before("ben", NAME, 0.0) == 2.0


@pytest.mark.parametrize(
    "contents", [b"", b"{", b"[]", b"5", b'{"a": 5}', b'{"a": {"b": "x"}}', b"\xff", b"[" * 100_000]
)
def test_a_spoilt_report_is_named(reported, tmp_path, contents):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".reported.json").write_bytes(contents)
    with pytest.raises(RecordError, match="marks that have changed"):
        reported.load()
    reported.save([row(1.0)])
    reported.load()
