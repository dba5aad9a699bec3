"""Reports in a folder: which files are written, and that none leaves it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from support.sample_results import DAMAGED, FAULT, RESULT

from d2l_autograder.batch.store import Kept, Store
from d2l_autograder.report import write_feedback
from d2l_autograder.results import Row


def files_in(folder):
    return {path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_sandbox_fault_is_no_mark_of_zero_for_gradescope(tmp_path):
    for result in (FAULT, RESULT):
        write_feedback(Row(result), tmp_path, gradescope=True)
    assert [path.name for path in (tmp_path / "gradescope").iterdir()] == ["Zoë 李"]
    assert "bwrap" not in (tmp_path / "feedback" / "Bob" / "04_softmax.html").read_text()


def test_a_students_files_say_nothing_about_others(tmp_path):
    for result in (RESULT, DAMAGED):
        write_feedback(Row(result), tmp_path, gradescope=True)
    files = [path for path in files_in(tmp_path) if "Zoë 李" in path.parts]
    assert len(files) == 3
    for file in files:
        text = file.read_text()
        assert "Zoë 李" in text or file.name == "results.json"
        assert not any(secret in text for secret in ("Ada", "5eed"))


def test_a_result_without_a_sandbox_says_so_in_every_file(tmp_path):
    write_feedback(Row(dataclasses.replace(RESULT, is_sandboxed=False)), tmp_path, gradescope=True)
    files = [*tmp_path.glob("feedback/*/*.html"), *tmp_path.glob("gradescope/*/*/*")]
    assert len(files) == 2
    assert all("without a sandbox" in file.read_text() for file in files)
    assert json.loads(next(tmp_path.glob("feedback/*/*.json")).read_text())["sandboxed"] is False


@pytest.mark.parametrize("name", ["../../escaped", "..", "/tmp/escaped", "x" * 300, "\x00", "\ud800", "a\nb"])
def test_no_name_leads_out_of_the_folder(name, tmp_path):
    result = dataclasses.replace(RESULT, student=name, assignment=name)
    folder = tmp_path / "a" / "b"
    write_feedback(Row(result), folder, gradescope=True)
    store = Store(folder / "results")
    assert store.keep(result) == Kept.NEW
    assert store.find(name, name, result.digest) is not None
    assert len(files_in(folder)) == 4
    assert files_in(folder) == files_in(tmp_path)
    assert not Path("/tmp/escaped").exists()


def test_reports_replace_those_of_an_earlier_run(tmp_path):
    write_feedback(Row(DAMAGED), tmp_path)
    write_feedback(Row(dataclasses.replace(RESULT, student="Ada")), tmp_path)
    assert json.loads((tmp_path / "feedback" / "Ada" / "04_softmax.json").read_text())["status"] == "marked"
    assert not list(tmp_path.rglob(".*"))
