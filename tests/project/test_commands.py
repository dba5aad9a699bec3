"""The three commands, run as a user runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(package, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", package, *arguments],
        capture_output=True, text=True, timeout=300, check=False, cwd=ROOT, env={**os.environ, **environment},
    )  # fmt: skip


def test_data_says_where_each_file_came_from():
    result = run("d2l_helpers", "data")
    assert result.returncode == 0, result.stderr
    assert len(re.findall(r"^(?:train|t10k)-(?:images|labels): .+$", result.stdout, re.MULTILINE)) == 4


def test_data_can_be_quiet():
    assert run("d2l_helpers", "data", "--quiet").stdout == ""


def test_an_error_of_ours_has_no_traceback(tmp_path):
    result = run("d2l_helpers", "data", D2L_DATA=str(tmp_path / "nowhere"))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "got:" in result.stderr
    assert "try:" in result.stderr
    assert "nowhere" in result.stderr


def test_the_chapter_lints():
    result = run("d2l_authoring", "lint", "notebooks")
    assert result.returncode == 0, result.stdout
    assert re.search(r"[1-9]\d* notebooks, 0 findings", result.stdout)


def test_a_notebook_with_faults_is_found(tmp_path):
    (tmp_path / "bad.ipynb").write_text("{}")
    result = run("d2l_authoring", "lint", str(tmp_path))
    assert result.returncode == 1
    assert "bad.ipynb" in result.stdout
    assert "Traceback" not in result.stderr


def test_a_folder_without_notebooks_is_not_taken_for_a_clean_one(tmp_path):
    for command in ("lint", "record"):
        result = run("d2l_authoring", command, str(tmp_path))
        assert result.returncode == 1
        assert "no notebook" in result.stderr


def test_make_help_lists_the_targets():
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("lab", "test", "record", "bench"):
        assert re.search(rf"^{target} +\S", help_text, re.MULTILINE)
