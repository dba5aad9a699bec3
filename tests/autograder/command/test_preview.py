"""``--preview`` says what the same command without it writes, and leaves every byte as it was, whenever it ends."""

from __future__ import annotations

import csv
import dataclasses
import re
import shutil
import signal
import sqlite3
import time

import pytest
from support.batches import ENDLESS, NAME, ROOT, grade, hand_in, notebook, rows, solved, start, wait_for
from support.courses import need_nbgrader
from support.leftovers import first_processes_below, need_a_sandbox, nothing_left
from support.sample_results import result_for

from d2l_autograder.assignment import load_assignment
from d2l_autograder.command.preview import _with_marks_before
from d2l_autograder.gradebook import gradebook
from d2l_autograder.gradebook.by_hand_now import by_hand_now
from d2l_autograder.report.comparison import Comparison
from d2l_autograder.results import Row

pytestmark = pytest.mark.sandbox

IN_NATS = "def kl_bits(p, q):\n    return (p * np.log(np.where(p > 0, p / q, 1))).sum()"


def everything(*folders):
    """Return each file and folder with its contents and the time of its last change."""
    return {
        path: (path.lstat().st_mtime_ns, path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for folder in folders
        for path in (folder, *folder.rglob("*"))
    }


def key_in_nats(folder):
    """Copy the key, with an exercise whose solution has another unit: who used it loses, who mistook it gains."""
    shutil.copytree(ROOT / "answers", folder, ignore=shutil.ignore_patterns("__pycache__"))
    module = folder / "softmax_regression.py"
    module.write_text(module.read_text().replace("np.log2(ratio)", "np.log(ratio)"))
    return folder


def totals(printed):
    """Return student, before, now and difference of each changed total."""
    found = (re.split(r" {2,}", line.strip()) for line in printed.splitlines())
    return [(line[0], *line[3:]) for line in found if line[2:3] == ["total"]]


def test_a_preview_before_the_first_run_makes_no_folder(tmp_path):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", {"ada": solved(), "ben": "{"}), tmp_path / "out"
    done = grade(submissions, out, "--preview")
    assert done.returncode == 0, done.stderr
    assert not out.exists()
    assert f"ada, {NAME}: 11 of 11" in done.stdout
    assert "2 not marked before" in " ".join(done.stdout.split())


def test_a_preview_of_another_key_says_what_the_next_run_writes(tmp_path):
    need_a_sandbox()
    students = {"ada": solved(), "ben": solved(kl_bits=IN_NATS), "cleo": notebook(), "dan": "{"}
    submissions, out = hand_in(tmp_path / "submitted", students), tmp_path / "out"
    assert grade(submissions, out).returncode == 0
    key = key_in_nats(tmp_path / "key")
    if (out / "gradebook.db").exists():  # where nbgrader is installed
        with sqlite3.connect(out / "gradebook.db") as book:
            book.execute(
                "UPDATE grade SET manual_score = 1.5 WHERE cell_id IN (SELECT id FROM base_cell WHERE name = "
                "'check-kl_bits') AND notebook_id IN (SELECT submitted_notebook.id FROM submitted_notebook JOIN "
                "submitted_assignment AS one ON one.id = submitted_notebook.assignment_id WHERE student_id = 'ada')"
            )
        book.close()
    before = everything(out, submissions, key)
    done = grade(submissions, out, "--answers", str(key), "--preview")
    assert done.returncode == 0, done.stderr
    assert everything(out, submissions, key) == before
    expected = [("ada", "11 of 11", "9 of 11", "−2"), ("ben", "9 of 11", "11 of 11", "+2")]
    assert totals(done.stdout) == expected
    assert "2 keep the total" in " ".join(done.stdout.split())
    assert re.search(r"ada +\S+ +kl_bits +2 of 2 +0 of 2 +−2", done.stdout)
    assert (f"ada, {NAME}, kl_bits: 1.5" in done.stdout) == (out / "gradebook.db").exists()
    assert grade(submissions, out, "--answers", str(key)).returncode == 0
    with (out / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        changes = [(row["student"], float(row["before"]), float(row["now"])) for row in csv.DictReader(file)]
    assert changes == [("ada", 11, 9), ("ben", 9, 11)]
    assert {name: row["earned"] for name, row in rows(out).items()} == {
        "ada": "10.5" if (out / "gradebook.db").exists() else "9",
        "ben": "11",
        "cleo": "0",
        "dan": "0",
    }
    again = grade(submissions, out, "--answers", str(key), "--preview")
    assert totals(again.stdout) == []
    assert "0 marked for this preview" in " ".join(again.stdout.split())


@pytest.mark.nbgrader
@pytest.mark.filterwarnings("ignore::Warning:nbgrader")  # SQLAlchemy warns about how nbgrader uses it
def test_the_automatic_mark_of_an_exercise_for_practice_is_no_teachers_mark(tmp_path):
    need_nbgrader()
    assignment = load_assignment(ROOT / "notebooks" / f"{NAME}.ipynb", ROOT / "answers")
    before = result_for(assignment, "ada")
    with gradebook.opened(tmp_path, {NAME: assignment}) as book:
        book.save(Row(before))
    now = dataclasses.replace(before, marks=before.marks[1:])
    of_both = _with_marks_before(Comparison(now, before.earned, before))
    assert by_hand_now(tmp_path / "gradebook.db", [of_both]) == {("ada", NAME): ()}


def test_an_interrupted_preview_leaves_everything_as_it_was(tmp_path):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", {"ada": solved()}), tmp_path / "out"
    assert grade(submissions, out).returncode == 0
    hand_in(submissions, {"ben": solved(stable_softmax=ENDLESS)})
    before = everything(out, submissions)
    for moment in (0.3, 4):
        with nothing_left():
            previewed = start(submissions, out, "--again", "--preview")
            time.sleep(moment)
            previewed.send_signal(signal.SIGINT)
            printed = "".join(previewed.communicate(timeout=60))
        assert previewed.returncode in (130, -signal.SIGINT), printed
        assert "Traceback" not in printed
        assert everything(out, submissions) == before
    with nothing_left() as first_processes:
        previewed = start(submissions, out, "--preview")
        first_processes += wait_for(lambda: first_processes_below(previewed.pid), previewed)
        previewed.kill()
        previewed.communicate(timeout=60)
    assert everything(out, submissions) == before


def test_what_cannot_be_marked_is_named_and_the_status_is_1(tmp_path):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", {"ada": solved()}), tmp_path / "out"
    key = key_in_nats(tmp_path / "key")
    module = key / "softmax_regression.py"
    module.write_text(module.read_text().replace("ratio = ", "raise KeyError\n    ratio = "))
    done = grade(submissions, out, "--answers", str(key), "--preview")
    assert done.returncode == 1
    assert "ada" in done.stderr
    assert "KeyError" in done.stderr
    assert not out.exists()
