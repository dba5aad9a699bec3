"""Nothing that is handed in runs, or is believed, outside the sandbox, wherever the command is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.batches import NAME, ROOT, environment, hand_in, notebook, rows
from support.leftovers import need_a_sandbox
from support.planted import plant

pytestmark = pytest.mark.sandbox
MODULE = [sys.executable, "-m", "d2l_autograder"]
SCRIPT = [str(Path(sys.prefix) / "bin" / "d2l-grade")]
FOLDERS = {
    "the submissions": "submitted",
    "a student's folder": "submitted/ada",
    "the folder above": ".",
    "elsewhere": "/",
}


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory):
    """A class of two, in which everything was planted: beside the notebooks and in the folder of all."""
    need_a_sandbox()
    folder = tmp_path_factory.mktemp("class")
    submitted = hand_in(folder / "submitted", {"ada": notebook(), "ben": notebook()})
    plant(submitted, folder / "canary")
    plant(submitted / "ada", folder / "canary")
    return folder


def run(program, folder, cwd, *arguments, **variables):
    """Run a command in the class's folder; none of what was planted may have run."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    done = subprocess.run(
        [*program, *arguments], cwd=folder / cwd, env=environment(**variables), capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert not (folder / "canary").exists(), (folder / "canary").read_text()
    assert "Traceback" not in done.stderr, done.stderr
    return done


def key():
    return ("--notebooks", str(ROOT / "notebooks"), "--answers", str(ROOT / "answers"))


@pytest.mark.parametrize("program", [MODULE, SCRIPT], ids=["python -m", "d2l-grade"])
@pytest.mark.parametrize("cwd", FOLDERS.values(), ids=FOLDERS)
def test_grading_a_folder_runs_nothing_that_was_handed_in(class_folder, cwd, program):
    out = class_folder / "out"
    done = run(program, class_folder, cwd, "grade", str(class_folder / "submitted"), "--out", str(out), *key())
    assert done.returncode == 0, done.stderr
    assert {student: row["earned"] for student, row in rows(out).items() if student in ("ada", "ben")} == {
        "ada": "0",
        "ben": "0",
    }
    assert not any("999" in row["points"] for row in rows(out).values())


@pytest.mark.parametrize("program", [MODULE, SCRIPT], ids=["python -m", "d2l-grade"])
@pytest.mark.parametrize("cwd", FOLDERS.values(), ids=FOLDERS)
def test_grading_one_notebook_runs_nothing_that_was_handed_in(class_folder, cwd, program):
    done = run(program, class_folder, cwd, "grade", str(class_folder / "submitted" / "ada" / f"{NAME}.ipynb"))
    if cwd.startswith("submitted"):  # the current folder holds a course, and the notebook
        assert done.returncode == 1
        assert "ArgumentError" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert "0 of 11" in done.stdout


@pytest.mark.parametrize("cwd", ["submitted", "submitted/ada"])
def test_building_a_course_runs_nothing_that_was_handed_in(class_folder, cwd):
    done = run(MODULE, class_folder, cwd, "course", "build", str(class_folder / "out"), "--only", "04")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("entry", ["", ".", "lib"])
def test_relative_entries_of_the_python_path_lead_to_nothing_that_was_handed_in(class_folder, entry):
    (class_folder / "submitted" / "lib").mkdir(exist_ok=True)
    for name in ("numpy", "mxnet"):  # not sitecustomize, which Python imports before any line of a program's
        (class_folder / "submitted" / "lib" / f"{name}.py").write_text("open('/nonexistent/canary')")
    hidden = [
        path for name in ("sitecustomize", "usercustomize") for path in (class_folder / "submitted").glob(f"{name}.py")
    ]
    for path in hidden:
        path.rename(path.with_suffix(".txt"))
    try:
        leave = "from d2l_autograder.command.start import leave_out_current_folder as leave"
        imports = f"import sys; {leave}; leave(); import numpy"
        done = run(
            [sys.executable, "-P", "-c"],
            class_folder,
            "submitted",
            imports,
            PYTHONPATH=os.pathsep.join([str(ROOT), entry]),
        )
        assert done.returncode == 0, done.stderr
    finally:
        for path in hidden:
            path.with_suffix(".txt").rename(path)


@pytest.mark.parametrize(
    "options",
    [
        ("--course", "submitted"),
        ("--course", "submitted/ada"),
        ("--answers", "submitted/answers"),
        ("--notebooks", "submitted/notebooks"),
        ("--answers", "link/answers"),
        ("--answers", "submitted/way_out"),
        ("--roster", "submitted/.env"),
        ("--out", "submitted"),
        ("--out", "submitted/ada/marks"),
        ("--out", "link"),
        ("--course", "course"),
    ],
    ids=" ".join,
)
def test_what_was_handed_in_is_refused_as_course_key_roster_or_folder_for_marks(class_folder, options):
    links = {"link": class_folder / "submitted", "submitted/way_out": ROOT / "answers"}
    for name, target in links.items():
        if not (class_folder / name).is_symlink():
            (class_folder / name).symlink_to(target)
    course = class_folder / "course"
    if not course.exists():
        (course / "release" / NAME).mkdir(parents=True)
        shutil.copy(ROOT / "notebooks" / f"{NAME}.ipynb", course / "release" / NAME)
        (course / "course.json").write_text(f'{{"answers": "../submitted/ada/answers", "assignments": ["{NAME}"]}}')
    out = () if "--out" in options else ("--out", "out")
    done = run(MODULE, class_folder, ".", "grade", "submitted", *out, *options)
    assert done.returncode == 1
    assert "their code would run as yours" in done.stderr
    assert not (class_folder / "out").exists()


def test_links_in_the_folder_for_marks_are_refused(class_folder):
    out, elsewhere = class_folder / "linked_out", class_folder / "elsewhere"
    elsewhere.mkdir()
    out.mkdir()
    (out / "feedback").symlink_to(elsewhere)
    done = run(MODULE, class_folder, ".", "grade", "submitted", "--out", str(out), *key())
    assert done.returncode == 1
    assert "feedback, a link to" in done.stderr
    assert list(elsewhere.iterdir()) == []
