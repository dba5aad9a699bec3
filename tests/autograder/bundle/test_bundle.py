"""The zip file for Gradescope: what is in it, and what its ``run_autograder`` writes, whatever is handed in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner
from support.batches import NAME, ROOT, notebook, solved
from support.courses import half_right, make_course, need_nbgrader
from support.leftovers import need_a_sandbox
from support.own import in_two_places, own_notebook

from d2l_autograder.__main__ import _commands
from d2l_autograder.bundle import inside
from d2l_autograder.bundle.contents import Bundled
from d2l_autograder.sandbox.clock import PATIENCE
from d2l_helpers.errors import ArgumentError

NOTEBOOK = ROOT / "notebooks" / f"{NAME}.ipynb"


def bundle(*arguments):
    return CliRunner().invoke(_commands, ["bundle", "--gradescope", *map(str, arguments)])


def members(file):
    with zipfile.ZipFile(file) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist()}


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    file = tmp_path_factory.mktemp("bundle") / "autograder.zip"
    done = bundle(NOTEBOOK, file)
    assert done.exit_code == 0, done.output
    return file


@pytest.mark.parametrize("limits", [inside._NAMESPACES, inside._USER], ids=["namespaces", "user"])
def test_a_submission_runs_out_of_its_time_before_its_grader_is_ended(limits):
    starts = 30  # seconds, in which data and MXNet are loaded
    assert PATIENCE * limits.total_seconds + starts <= 60 * Bundled(NAME).minutes


@pytest.fixture
def gradescope(bundled, tmp_path):
    """Gradescope's folder, set up with this environment's Python."""
    root = tmp_path / "autograder"
    with zipfile.ZipFile(bundled) as archive:
        archive.extractall(root / "source")
    (root / "source" / "environment.sh").write_text(f"python={sys.executable}\n")
    (root / "submission").mkdir()
    script = root / "run_autograder"
    script.write_bytes((root / "source" / "run_autograder").read_bytes())
    script.chmod(0o755)
    return root


def run(root):
    """Run the script as Gradescope does, and return the results."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([root / "run_autograder"], cwd=root, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0
    assert b"Traceback" not in done.stdout + done.stderr
    return json.loads((root / "results" / "results.json").read_bytes())


def is_fault(content):
    return "score" not in content and not content["tests"] and "not a 0" in content["output"]


def test_the_same_inputs_give_the_same_bytes(bundled):
    other = bundled.with_name("other.zip")
    assert bundle(NOTEBOOK, other).exit_code == 0
    assert other.read_bytes() == bundled.read_bytes()
    assert other.stat().st_mode & 0o777 == 0o600


def test_it_holds_what_marks_one_notebook_and_nothing_else(bundled):
    found = members(bundled)
    assert {name.split("/")[0] for name in found} == {
        "setup.sh", "run_autograder", "pip.lock", "requirements.lock", "bundle.json", "packages", "course",
    }  # fmt: skip
    assert {name.split("/")[1] for name in found if name.startswith("packages/")} == {
        "d2l_helpers", "d2l_authoring", "d2l_autograder",
    }  # fmt: skip
    assert [name for name in found if name.startswith("course/release/")] == [f"course/release/{NAME}/{NAME}.ipynb"]
    assert found["requirements.lock"] == (ROOT / "requirements.lock").read_bytes()
    assert found["course/secret"] == (bundled.parent / "secret").read_bytes()
    assert not [name for name in found if "__pycache__" in name or "/." in name]
    with zipfile.ZipFile(bundled) as archive:
        assert archive.getinfo("run_autograder").external_attr >> 16 == 0o100755


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_are_correct_shell(bundled, script):
    done = subprocess.run(["sh", "-n"], input=members(bundled)[script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_container_with_a_processor_by_arm_is_refused_before_anything_is_installed(tmp_path):
    (tmp_path / "uname").write_text("#!/bin/sh\necho aarch64\n")
    (tmp_path / "uname").chmod(0o755)
    script = ROOT / "d2l_autograder" / "bundle" / "setup.sh"
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(["sh", script], env=path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "docker run --platform linux/amd64" in done.stderr


def test_what_cannot_be_bundled_is_refused_in_words(tmp_path):
    assert bundle(tmp_path / "nothing", tmp_path / "a.zip").exit_code == 2
    (tmp_path / "other.ipynb").write_text("{}")
    for source, file in ((tmp_path / "other.ipynb", tmp_path / "a.zip"), (NOTEBOOK, "/proc/a.zip")):
        done = bundle(source, file)
        assert "expected:" in str(done.exception), done.exception
    assert not (tmp_path / "a.zip").exists()


def test_without_a_set_up_the_results_say_so(gradescope):
    (gradescope / "source" / "environment.sh").unlink()
    assert is_fault(run(gradescope))


@pytest.mark.parametrize("python", ["/bin/false", "/nowhere/python", "kill -9 $PPID; true"])
def test_a_grader_that_dies_leaves_results_without_a_score(gradescope, python):
    (gradescope / "source" / "environment.sh").write_text(f"python='{python}'\n")
    assert is_fault(run(gradescope))


@pytest.mark.parametrize("lost", ["course/secret", "bundle.json", f"course/release/{NAME}/{NAME}.ipynb", "course"])
def test_a_fault_of_the_grader_has_no_score(gradescope, lost):
    place = gradescope / "source" / lost
    if lost == "course/secret":
        place.write_text("short")
    else:
        place.rename(place.with_name("away"))
    assert is_fault(run(gradescope))


def test_without_a_sandbox_nothing_is_marked_and_the_results_say_why(gradescope, tmp_path):
    (gradescope / "submission" / f"{NAME}.ipynb").write_text(solved(), encoding="utf-8")
    (tmp_path / "bin").mkdir()  # where there is no bubblewrap
    (tmp_path / "bin" / "timeout").symlink_to(shutil.which("timeout"))
    with (gradescope / "source" / "environment.sh").open("a") as file:
        file.write(f"export PATH={tmp_path}/bin\n")
    content = run(gradescope)
    assert is_fault(content)
    assert "--without-namespaces" in content["output"]


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("answers", "earned"),
    [(lambda: solved(), 11), (lambda: solved(stable_softmax=half_right("stable_softmax")), 10), (notebook, 0)],
    ids=["right", "partly right", "untouched"],
)
def test_a_submission_is_marked_with_tests_and_hints(gradescope, answers, earned):
    need_a_sandbox()
    (gradescope / "submission" / "my homework (1).ipynb").write_text(answers(), encoding="utf-8")
    (gradescope / "submission" / "notes.txt").write_text("hello")
    (gradescope / "submission_metadata.json").write_text('{"users": [{"email": "ada@example.org"}]}')
    content = run(gradescope)
    assert content["score"] == earned
    assert sum(test["max_score"] for test in content["tests"]) == 11
    assert content["extra_data"]["sandbox"] == "namespaces"
    assert all(test["visibility"] == "visible" for test in content["tests"])
    assert (earned == 11) == all("Hint:" not in test["output"] for test in content["tests"])


@pytest.mark.sandbox
@pytest.mark.parametrize("content", [None, "", '{"cells": [', "[]"])
def test_what_is_no_notebook_earns_0_and_is_told_why(gradescope, content):
    need_a_sandbox()
    if content is not None:
        (gradescope / "submission" / f"{NAME}.ipynb").write_text(content)
    found = run(gradescope)
    assert found["score"] == 0
    assert "hand" in found["output"]


@pytest.mark.nbgrader
@pytest.mark.nightly
def test_a_course_gives_its_points_and_its_secret(tmp_path):
    need_nbgrader()
    course = make_course(tmp_path / "course", points={"stable_softmax": 4})
    assert bundle(course, tmp_path / "a.zip", "--assignment", NAME, "--visibility", "after_due_date").exit_code == 0
    found = members(tmp_path / "a.zip")
    assert found["course/secret"] == (course / "secret").read_bytes()
    assert json.loads(found["bundle.json"])["visibility"] == "after_due_date"
    release = course / "release" / NAME / f"{NAME}.ipynb"
    assert found[f"course/release/{NAME}/{NAME}.ipynb"] == release.read_bytes()
    assert bundle(release, tmp_path / "b.zip", "--visibility", "after_due_date").exit_code == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    done = bundle(course, tmp_path / "c.zip", "--assignment", "05_fashion_mnist")
    assert isinstance(done.exception, ArgumentError)


@pytest.mark.sandbox
@pytest.mark.nightly
@pytest.mark.parametrize("is_apart", [False, True], ids=["key in the module", "key in a folder"])
def test_a_teachers_own_notebook_is_marked(gradescope, tmp_path, is_apart):
    need_a_sandbox()
    own = own_notebook(tmp_path / "own")
    if is_apart:
        in_two_places(own)
    assert bundle(own, tmp_path / "own.zip").exit_code == 0
    shutil.rmtree(gradescope / "source" / "course")
    with zipfile.ZipFile(tmp_path / "own.zip") as archive:
        archive.extractall(gradescope / "source")
    shutil.copy(own, gradescope / "submission")
    content = run(gradescope)
    assert content["score"] == 0
    assert len(content["tests"]) > 1
