"""A kept result that cannot be read is named once, and its notebook is marked again at once."""

from __future__ import annotations

import os
import shutil

import pytest
from support.batches import grade, hand_in, results, rows, solved
from support.leftovers import need_a_sandbox


@pytest.mark.sandbox
def test_a_notebook_whose_kept_result_is_spoilt_is_marked_again_and_the_next_run_is_as_ever(tmp_path):
    need_a_sandbox()
    students = ("cut", "folder", "other", "pipe", "sound")
    submissions = hand_in(tmp_path / "submitted", {name: solved() + " " * len(name) for name in students})
    out = tmp_path / "out"
    assert grade(submissions, out).returncode == 0
    table = (out / "grades.csv").read_bytes()
    files = {file.parent.name: file for file in results(out)}
    files["cut"].write_bytes(files["cut"].read_bytes()[:200])
    shutil.copy(files["sound"], files["other"])
    for name, make in {"folder": os.mkdir, "pipe": os.mkfifo}.items():
        files[name].unlink()
        make(files[name])
    done = grade(submissions, out)
    assert done.returncode == 1
    for name in students:
        assert (f"the kept result of {name}," in done.stderr) == (name != "sound"), done.stderr
        assert (str(files[name]) in done.stderr.replace("\n", "")) == (name != "sound")
    assert {row["earned"] for row in rows(out).values()} == {"11"}
    assert (out / "grades.csv").read_bytes() == table
    done = grade(submissions, out)
    assert (done.returncode, done.stderr) == (0, "")
    assert (out / "grades.csv").read_bytes() == table
