"""The latest marking counts, and lasts; every mark that changes is named once, with before and after."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from click.testing import CliRunner
from support.batches import NAME, hand_in, notebook, results, rows, solved
from support.leftovers import need_a_sandbox

from d2l_autograder.__main__ import _commands
from d2l_autograder.command.reported import Reported
from d2l_autograder.report.changes import changes_csv
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
    with (out / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        changes = [(row["student"], row["before"], row["now"]) for row in csv.DictReader(file)]
    assert changes == [("ada", "0", "11"), ("ada", "11", "0")]


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


def changed(earned, before, student="ada"):
    return dataclasses.replace(row(earned, student), before=before)


def test_every_change_is_in_the_table_once_and_what_was_there_stays():
    many = [changed(1.0, 2.0, f"s{number}") for number in range(100)]
    first = changes_csv([*many, row(1.0, "same")], "monday")
    assert len(list(csv.DictReader(io.StringIO(first.decode("utf-8-sig"))))) == 100
    assert changes_csv(many, "tuesday", first) == first  # a run that was killed before it had kept its marks
    assert changes_csv([row(1.0)], "tuesday", first) == first
    second = changes_csv([changed(2.0, 1.0, "=s1"), changed(2.0, 1.0, "s1")], "tuesday", first)
    assert second.startswith(first)
    assert changes_csv([changed(2.0, 1.0, "=s1"), changed(2.0, 1.0, "s1")], "friday", second) == second
    last = list(csv.DictReader(io.StringIO(second.decode("utf-8-sig"))))[-1]
    assert last == {"student": "s1", "assignment": NAME, "before": "1", "now": "2", "when": "tuesday"}


def test_without_changes_there_is_no_table():
    assert changes_csv([row(1.0)], "monday") == b""
