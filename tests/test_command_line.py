"""The command line and the benchmark, run as a user runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from d2l_helpers.bench import import_seconds, load_seconds, race

ROOT = Path(__file__).parents[1]


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "d2l_helpers", *arguments],
        capture_output=True, text=True, timeout=300, check=False, cwd=ROOT, env={**os.environ, **environment},
    )  # fmt: skip


def test_data_says_where_each_file_came_from():
    result = run("data")
    assert result.returncode == 0, result.stderr
    assert len(re.findall(r"^(?:train|t10k)-(?:images|labels): .+$", result.stdout, re.MULTILINE)) == 4


def test_data_can_be_quiet():
    assert run("data", "--quiet").stdout == ""


def test_an_error_of_ours_has_no_traceback(tmp_path):
    result = run("data", D2L_DATA=str(tmp_path / "nowhere"))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "got:" in result.stderr
    assert "try:" in result.stderr
    assert "nowhere" in result.stderr


def test_the_chapter_lints():
    result = run("lint", "notebooks")
    assert result.returncode == 0, result.stdout
    assert re.search(r"[1-9]\d* notebooks, 0 findings", result.stdout)


def test_a_notebook_with_faults_is_found(tmp_path):
    (tmp_path / "bad.ipynb").write_text("{}")
    result = run("lint", str(tmp_path))
    assert result.returncode == 1
    assert "bad.ipynb" in result.stdout
    assert "Traceback" not in result.stderr


def test_a_folder_without_notebooks_is_not_taken_for_a_clean_one(tmp_path):
    for command in ("lint", "record"):
        result = run(command, str(tmp_path))
        assert result.returncode == 1
        assert "no notebook" in result.stderr


def test_make_help_lists_the_targets():
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("lab", "test", "record", "bench"):
        assert re.search(rf"^{target} +\S", help_text, re.MULTILINE)


def test_the_contestants_of_the_benchmark_do_the_same_work():
    ours, numpy = race(["ours: train_ch3", "NumPy"], num_epochs=2)
    assert len(ours.seconds) == len(numpy.seconds) == 1
    # Seeds differ between libraries; facts: train accuracy after two epochs 0.8129 with standard deviation 0.0006
    assert ours.train_acc == pytest.approx(0.8129, abs=0.003)
    assert numpy.train_acc == pytest.approx(0.8129, abs=0.003)


def test_starting_is_measured():
    assert 0 < import_seconds(3) < load_seconds(1) + 1
