"""setup.sh around an environment that a script stands in for: what it does, what it leaves alone, what it says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# In place of the environment's Python: it notes each pip, which fails, changes a package or takes long where told to
PYTHON = """#!/bin/sh
case $* in *"-m pip"*)
    echo pip >>pips
    [ ! -e changes ] || mkdir -p .venv/lib/python3.13/site-packages/new
    [ ! -e takes-long ] || sleep 1
    [ ! -e fails ] || exit 1 ;;
esac
"""


@pytest.fixture(params=["clone", 'it\'s "my" $HOME \\n clone'])
def clone(request, tmp_path):
    folder = tmp_path / request.param
    site_packages = folder / ".venv/lib/python3.13/site-packages"
    (site_packages / "mxnet").mkdir(parents=True)
    (folder / ".venv/bin").mkdir()
    python = folder / ".venv/bin/python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    shutil.copy(ROOT / "setup.sh", folder)
    (folder / "requirements.lock").write_text("one==1\n")
    (folder / ".venv/packages").write_text(f"{folder} an earlier lock\n")
    return folder


def start(clone: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["sh", clone / "setup.sh", *arguments],
        cwd=clone.parent,
        env={"PATH": "/usr/bin:/bin", "CDPATH": "/"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(clone: Path, *arguments: str) -> tuple[int, str]:
    process = start(clone, *arguments)
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


def pips(clone: Path) -> int:
    return len((clone / "pips").read_text().split()) if (clone / "pips").exists() else 0


@pytest.fixture(autouse=True)
def _without_uv():
    if shutil.which("uv", path="/usr/bin:/bin"):
        pytest.skip("uv would be used in place of pip")


def test_another_lock_is_installed_once(clone):
    assert run(clone)[0] == 0
    assert run(clone) == (0, "")
    assert pips(clone) == 1
    (clone / "requirements.lock").write_text("one==2\n")
    assert run(clone)[0] == 0
    assert pips(clone) == 2


def test_an_update_that_changed_nothing_leaves_the_environment(clone):
    (clone / "fails").touch()
    before = (clone / ".venv/packages").read_text()
    status, said = run(clone)
    assert status == 1
    assert all(f"\n  {label}:" in said for label in ("got", "expected", "try"))
    assert (clone / ".venv/packages").read_text() == before


def test_an_update_that_ended_halfway_is_not_taken_for_an_environment(clone):
    (clone / "fails").touch()
    (clone / "changes").touch()
    assert run(clone)[0] == 1
    assert not (clone / ".venv/packages").exists()


def test_an_interrupted_update_that_changed_nothing_leaves_the_environment(clone):
    (clone / "takes-long").touch()
    before = (clone / ".venv/packages").read_text()
    process = start(clone)
    while pips(clone) == 0:
        pass
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert (clone / ".venv/packages").read_text() == before


@pytest.mark.skipif(shutil.which("flock", path="/usr/bin:/bin") is None, reason="no flock")
def test_two_at_the_same_time_wait_for_one_another(clone):
    (clone / "takes-long").touch()
    first = start(clone)
    while pips(clone) == 0:
        pass
    assert run(clone) == (0, "Waiting for another set-up in this folder.\n")
    assert first.communicate(timeout=60)
    assert (first.returncode, pips(clone)) == (0, 1)


def test_packages_alone_do_not_count_as_tried(clone):
    assert run(clone, "packages")[0] == 0
    assert (pips(clone), (clone / ".venv/imports").exists()) == (1, False)
    assert run(clone)[0] == 0
    assert (pips(clone), (clone / ".venv/imports").exists()) == (1, True)


def test_a_command_that_is_run_ends_as_it_ends(clone):
    assert run(clone, "run", "sh", "-c", 'echo "$1"; exit 3', "sh", "two words")[1] == "two words\n"
    assert run(clone, "run", "sh", "-c", "exit 3")[0] == 3


def test_somebody_elses_environment_is_left_alone_and_a_lost_one_is_named(clone, tmp_path):
    (clone / ".venv").rename(tmp_path / "other")
    (clone / ".venv").symlink_to(tmp_path / "other")
    assert run(clone) == (0, "")
    (tmp_path / "other").rename(tmp_path / "away")
    status, said = run(clone)
    assert status == 1
    assert "a link .venv that leads to no environment" in said
