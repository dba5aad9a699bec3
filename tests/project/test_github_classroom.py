"""The workflow of docs/github_classroom.md: its shell steps run here, with a stand-in for GitHub's ``gh``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.batches import NAME, ROOT, notebook, solved
from support.courses import make_course, need_nbgrader
from support.lacking import lacking
from support.leftovers import need_a_sandbox

# Answers as GitHub's API does, from files; keeps what is posted
GH = """#!/bin/sh
printf '%s\\n' "$*" >>"$PLACE/asked"
case $2$3 in
*accepted_assignments*) for last; do :; done; jq -r "$last" "$PLACE/accepted.json" ;;
*comments*) cat comment >>"$PLACE/comments" ;;
esac
"""


def workflow():
    text = (ROOT / "docs" / "github_classroom.md").read_text(encoding="utf-8")
    return yaml.safe_load(text.partition("```yaml\n")[2].partition("\n```")[0])


def step(name):
    (found,) = [one for one in workflow()["jobs"]["mark"]["steps"] if one["name"] == name]
    return found


def git(*arguments, folder):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=folder, check=True)


def test_no_step_that_runs_student_code_has_the_token():
    steps = workflow()["jobs"]["mark"]["steps"]
    with_token = {one["name"] for one in steps if "secrets." in json.dumps(one)}
    assert with_token == {"Collect", "Report"}
    assert workflow()["jobs"]["mark"]["runs-on"] == "ubuntu-24.04"


@pytest.mark.parametrize("one", [one["name"] for one in workflow()["jobs"]["mark"]["steps"] if "run" in one])
def test_each_step_is_correct_shell(one):
    done = subprocess.run(["bash", "-n"], input=step(one)["run"], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


class Runner:
    """A machine of GitHub's, as far as the steps see it."""

    def __init__(self, place):
        self.place = place
        (place / "bin").mkdir()
        (place / "bin" / "gh").write_text(GH)
        (place / "bin" / "gh").chmod(0o755)
        (place / "grader" / ".venv" / "bin").mkdir(parents=True)
        command = place / "grader" / ".venv" / "bin" / "d2l-grade"
        command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m d2l_autograder "$@"\n')
        command.chmod(0o755)

    def run(self, name):
        wanted = step(name)
        variables = workflow()["jobs"]["mark"]["env"] | {"GITHUB_SERVER_URL": f"file://{self.place}/github"}
        variables |= {"PATH": f"{self.place / 'bin'}{os.pathsep}{os.environ['PATH']}", "PLACE": str(self.place)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", wanted["run"]],
            cwd=self.place / wanted.get("working-directory", "."), env=os.environ | variables | {"GH_TOKEN": "secret"},
            text=True, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def runner(tmp_path):
    need_a_sandbox()
    need_nbgrader()
    if not shutil.which("jq") or not shutil.which("git"):
        lacking("needs jq and git: sudo apt-get install jq git")
    runner = Runner(tmp_path)
    course = make_course(tmp_path / "course")
    git("init", "-q", "-b", "main", folder=course)
    git("init", "-q", "--bare", "-b", "main", str(tmp_path / "course.git"), folder=course)
    git("remote", "add", "origin", str(tmp_path / "course.git"), folder=course)
    git("add", ".", folder=course)
    git("commit", "-qm", "Course", folder=course)
    git("push", "-qu", "origin", "main", folder=course)
    return runner


def push(runner, student, content):
    folder = runner.place / "github" / "class" / student
    if not folder.exists():
        folder.mkdir(parents=True)
        git("init", "-q", "-b", "main", folder=folder)
    if content is not None:
        (folder / f"{NAME}.ipynb").write_text(content, encoding="utf-8")
        git("add", ".", folder=folder)
        git("commit", "-qm", "Answers", folder=folder)
    names = sorted(path.name for path in folder.parent.iterdir())
    accepted = [{"students": [{"login": one}], "repository": {"full_name": f"class/{one}"}} for one in [*names, "gone"]]
    (runner.place / "accepted.json").write_text(json.dumps(accepted))


@pytest.mark.sandbox
@pytest.mark.nbgrader
@pytest.mark.nightly
def test_what_is_pushed_is_marked_reported_once_and_kept(runner):
    for student, content in {"ada": solved(), "ben": notebook(), "cleo": None}.items():
        push(runner, student, content)
    steps = ("Collect", "Mark", "Report", "Keep the marks")
    printed = "".join(map(runner.run, steps))
    assert "cannot fetch class/gone" in printed
    asked = (runner.place / "asked").read_text()
    assert "description=11 of 11 points" in asked
    assert "description=0 of 11 points" in asked
    assert "secret" not in asked
    comments = (runner.place / "comments").read_text()
    assert all(line.startswith("    ") for line in comments.splitlines())
    first = asked.count("statuses")

    push(runner, "ben", solved() + " ")
    for name in steps:
        runner.run(name)
    assert (runner.place / "asked").read_text().count("statuses") == first + 1  # ben's new commit only
    listing = ["git", "ls-tree", "-r", "--name-only", "main"]
    kept = subprocess.run(listing, cwd=runner.place / "course.git", capture_output=True, text=True, check=True).stdout
    assert {"grades.csv", "gradebook.db", "reported/ada", "reported/ben"} <= set(kept.splitlines())
    assert Path(runner.place, "course", "grades.csv").read_text("utf-8-sig").count("marked,") == 2
