"""``d2l-grade report`` writes the page of the last run again, without marking, and says what it cannot read."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.batches import grade, hand_in, notebook, results, solved
from support.leftovers import need_a_sandbox
from support.sample_results import results as any_results

from d2l_autograder.__main__ import _commands
from d2l_autograder.batch.store import Store
from d2l_autograder.command.reported import Reported
from d2l_autograder.results import Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict
from d2l_helpers.errors import ArgumentError, RecordError

NAME = "04_softmax_regression"
RESULT = Result("ada", NAME, Status.MARKED, "", (Mark("loss", "The loss", 2.0, 1.5, Verdict.WRONG),), (), "5eed" * 16)
LATE = Row(RESULT, datetime(2026, 3, 1, 17, tzinfo=UTC), True, 0.5)


def report(*arguments):
    return CliRunner().invoke(_commands, ["report", *map(str, arguments)])


def refuse(error):
    raise error


def kept(folder, *rows, is_whole=True):
    """Keep rows and their results as a run does; return what the next process reads of them."""
    store, reported = Store(folder / "results"), Reported.in_folder(folder)
    reported.load()
    for row in rows:
        if row.result.digest:
            store.keep(row.result)
    reported.save(rows, is_whole)
    again = Reported.in_folder(folder)
    again.load()
    return again, store


@pytest.mark.sandbox
def test_the_page_can_be_written_again_without_marking(tmp_path):
    need_a_sandbox()
    students = {
        "ada": solved(),
        "ben": notebook(),
        "cleo": "{",
        "dan": solved(kl_bits="def kl_bits(p, q):\n    return 1"),
    }
    submissions, out = hand_in(tmp_path / "submitted", students), tmp_path / "out"
    roster = tmp_path / "roster.csv"
    roster.write_text("id\nada\nben\ncleo\ndan\neve\nfay\n")
    groups = tmp_path / "groups.csv"
    groups.write_text("group,student\nT,dan\nT,fay\n")
    options = "--roster", str(roster), "--groups", str(groups)
    assert grade(submissions, out, *options).returncode == 0
    page, before = (out / "report.html").read_text(), results(out)
    (out / "report.html").unlink()
    done = report("--out", out)
    assert done.exit_code == 0, done.output
    assert (out / "report.html").read_text() == page
    assert results(out) == before
    assert "6 rows" in done.output
    assert "5 keep the total" in " ".join(grade(submissions, out, *options, "--preview").stdout.split())
    next(file for file in results(out) if "dan" in str(file)).unlink()
    done = report("--out", out)
    assert done.exit_code == 1
    assert "no result of dan" in " ".join(done.output.split())
    assert "no result of fay" in " ".join(done.output.split())
    assert "4 rows" in done.output


def test_a_folder_without_marks_is_refused(tmp_path):
    done = report("--out", tmp_path)
    assert isinstance(done.exception, ArgumentError)
    assert "run d2l-grade grade first" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_course_is_the_current_folder_or_the_one_that_is_named(tmp_path, monkeypatch):
    kept(tmp_path, LATE)
    assert report("--course", tmp_path).exit_code == 0
    page = (tmp_path / "report.html").read_bytes()
    (tmp_path / "report.html").unlink()
    monkeypatch.chdir(tmp_path)
    assert report().exit_code == 0
    assert (tmp_path / "report.html").read_bytes() == page


@given(st.lists(any_results, max_size=4, unique_by=lambda one: (one.student, one.assignment)), st.booleans())
def test_rows_come_back_as_they_were_reported(tmp_path_factory, several, is_late):
    folder = tmp_path_factory.mktemp("out")
    rows = []
    for number, one in enumerate(several):
        is_kept = one.status in (Status.MARKED, Status.DAMAGED) and bool(one.marks)
        one = dataclasses.replace(one, digest=f"{number:064}" if is_kept else "", marks=one.marks if is_kept else ())
        # UTF-8 has no halves of surrogate pairs, so the store replaces them
        one = Result.from_json(one.as_json().encode(errors="replace").decode())
        if is_kept or one.status != Status.MARKED:
            rows.append(Row(one, datetime(2026, 3, 1, tzinfo=UTC) if is_late else None, is_late, 1.5 * is_late))
    again, store = kept(folder, *rows)
    found = {(row.result.student, row.result.assignment): row for row in again.rows(store, refuse)}
    plain = {"is_sandboxed": True}
    for row in rows:
        expected = (
            row if row.result.digest else dataclasses.replace(row, result=dataclasses.replace(row.result, **plain))
        )
        assert found.pop((row.result.student, row.result.assignment)) == expected
    assert not found


def test_a_fault_of_the_grader_keeps_the_row_and_a_later_run_ends_it(tmp_path):
    kept(tmp_path, LATE, Row(dataclasses.replace(RESULT, student="ben")))
    fault = Row(Result("ada", NAME, Status.SANDBOX_FAULT, "no sandbox"))
    again, store = kept(tmp_path, fault)
    assert list(again.rows(store, refuse)) == [LATE]  # ben's was handed in to an earlier run only
    assert again.before("ben", NAME, 0.0) == 1.5
    again, store = kept(tmp_path, Row(Result("cleo", NAME, Status.MISSING)), is_whole=False)
    assert [row.result.student for row in again.rows(store, refuse)] == ["ada", "cleo"]
    assert again.before("cleo", NAME, 0.0) is None


def test_marks_of_exercises_are_those_that_were_reported(tmp_path):
    again, store = kept(tmp_path, LATE)
    assert again.result("ada", NAME, store) == RESULT
    assert again.result("ben", NAME, store) is None
    other = dataclasses.replace(RESULT, marks=(Mark("loss", "The loss", 2.0, 2.0, Verdict.RIGHT),))
    store.keep(other)  # by a run that was killed before it had reported
    assert again.result("ada", NAME, store) is None


def test_a_file_of_an_earlier_version_tells_marks_only(tmp_path):
    (tmp_path / ".d2l-grade.reported.json").write_text(json.dumps({NAME: {"ada": 1.5}}))
    again, store = kept(tmp_path)
    assert again.before("ada", NAME, 2.0) == 1.5
    assert list(again.rows(store, refuse)) == []


SPOILT = (
    {"earned": "x"}, {"earned": 1, "status": "x"}, {"earned": 1, "submitted": "x"}, {"earned": 1, "repairs": 5},
    {"earned": []}, {"penalty": {}}, [], "x", None,
)  # fmt: skip


@pytest.mark.parametrize("said", SPOILT)
def test_a_spoilt_row_is_named(tmp_path, said):
    (tmp_path / ".d2l-grade.reported.json").write_text(json.dumps({NAME: {"ada": said}}))
    with pytest.raises(RecordError, match="marks that have changed"):
        Reported.in_folder(tmp_path).load()
    assert isinstance(report("--out", tmp_path).exception, RecordError)
