"""``d2l-grade watch`` marks what arrives, once, whatever happens to the folder, and ends at Ctrl-C."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from support.batches import NAME, ROOT, environment, grade, hand_in, notebook, results, rows, solved, wait_for
from support.leftovers import first_processes_below, need_a_sandbox, nothing_left

pytestmark = pytest.mark.sandbox
SECONDS = 6  # the promise is two, on a machine that has nothing else to do
FILE = f"{NAME}.ipynb"


class Watcher:
    """A watcher in a process of its own, and the folders that it works on."""

    def __init__(self, folder):
        self.folder, self.out = folder / "submitted", folder / "out"
        self.folder.mkdir(exist_ok=True)
        self.process = None

    def start(self, *options):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "d2l_autograder", "watch", str(self.folder), "--out", str(self.out), *options],
            cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        return self

    def wait_for(self, **earned):
        """Wait until these students have these points."""
        wait_for(lambda: earned.items() <= self.earned().items(), self.process)

    def earned(self):
        try:
            return {student: row["earned"] for student, row in rows(self.out).items()}
        except FileNotFoundError:
            return {}

    def stop(self, number=signal.SIGINT):
        began = time.monotonic()
        os.killpg(self.process.pid, number)
        printed, _ = self.process.communicate(timeout=60)
        assert time.monotonic() - began < SECONDS
        assert self.process.returncode == 128 + number
        assert "Traceback" not in printed
        return printed


@pytest.fixture
def watcher(tmp_path):
    need_a_sandbox()
    watcher = Watcher(tmp_path)
    yield watcher
    if watcher.process and watcher.process.poll() is None:
        os.killpg(watcher.process.pid, signal.SIGKILL)
        watcher.process.communicate()


def test_what_is_there_and_what_comes_is_marked_once_and_a_restart_goes_on(watcher):
    hand_in(watcher.folder, {"ada": solved()})
    with nothing_left() as first_processes:
        watcher.start()
        watcher.wait_for(ada="11")
        hand_in(watcher.folder, {"ben": notebook()})
        watcher.wait_for(ada="11", ben="0")
        first_processes += first_processes_below(watcher.process.pid)
        printed = watcher.stop()
    assert printed.count("ada  ") == printed.count("ben  ") == 1
    kept = results(watcher.out)
    assert len(kept) == 2

    hand_in(watcher.folder, {"cleo": solved() + " "})
    watcher.start()
    watcher.wait_for(ada="11", ben="0", cleo="11")
    printed = watcher.stop(signal.SIGTERM)
    assert "ada  " not in printed
    assert kept.items() <= results(watcher.out).items()
    assert len(results(watcher.out)) == 3
    assert not (watcher.out / "changes.csv").exists()  # nobody's mark has changed


def test_a_file_is_marked_when_it_is_whole_and_again_when_it_is_handed_in_again(watcher):
    text, file = solved(), watcher.folder / "ada" / FILE
    hand_in(watcher.folder, {"ben": notebook()})
    file.parent.mkdir()
    file.write_text(text[:5000], encoding="utf-8")
    watcher.start()
    watcher.wait_for(ben="0")
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text[5000:])
    watcher.wait_for(ada="11")
    assert {json.loads(content)["status"] for content in results(watcher.out).values()} == {"marked"}

    hand_in(watcher.folder, {"ada": notebook()})
    watcher.wait_for(ada="0")
    second = watcher.folder / "new"
    second.write_text(text + " ", encoding="utf-8")
    second.replace(file)  # as a platform does that writes a file beside and renames it
    watcher.wait_for(ada="11")
    watcher.stop()
    changes = (watcher.out / "changes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(changes) == 3, changes  # a head, 11 to 0, and 0 to 11; each once


def test_odd_things_in_the_folder_end_nothing(watcher):
    watcher.start()
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(FILE, solved())
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    hand_in(watcher.folder, {"ada": solved(), "eve": '{"cells": ['})
    (watcher.folder / "ben").mkdir()
    (watcher.folder / "ben" / "all.zip").write_bytes(outer.getvalue())
    (watcher.folder / "cleo").mkdir()
    (watcher.folder / "cleo" / FILE).symlink_to("/etc/passwd")
    closed = watcher.folder / "dan" / FILE
    hand_in(watcher.folder, {"dan": solved()})
    closed.chmod(0)
    watcher.wait_for(ada="11", eve="0")
    hand_in(watcher.folder, {"fay": solved() + " "})
    watcher.wait_for(fay="11")
    shutil.rmtree(watcher.folder / "fay")
    wait_for(lambda: "fay" not in watcher.earned(), watcher.process)
    watcher.folder.rename(watcher.folder.with_name("away"))  # such as a share that is not there for a moment
    time.sleep(2)
    watcher.folder.with_name("away").rename(watcher.folder)
    hand_in(watcher.folder, {"gus": solved() + "  "})
    watcher.wait_for(ada="11", gus="11")
    printed = watcher.stop()
    assert "Cannot look into" in printed


def test_a_second_watcher_or_grader_is_refused(watcher, tmp_path):
    hand_in(watcher.folder, {"ada": notebook()})
    watcher.start()
    watcher.wait_for(ada="0")
    second = grade(watcher.folder, watcher.out)
    assert second.returncode == 1
    assert f"process {watcher.process.pid}" in second.stderr
    other = Watcher(tmp_path).start()
    printed, _ = other.process.communicate(timeout=60)
    assert other.process.returncode == 1
    assert f"process {watcher.process.pid}" in printed
    watcher.stop()


def test_an_interrupt_ends_an_endless_submission_at_once(watcher):
    endless = "def stable_softmax(Z):\n    while True: pass\n"
    hand_in(watcher.folder, {"ada": solved(stable_softmax=endless)})
    watcher.start()
    time.sleep(4)  # until it runs; where it does not yet, the end is the same
    watcher.stop()
    assert results(watcher.out) == {}


@pytest.mark.parametrize("options", [["--platform", "nowhere"], ["--names", "("], ["--roster", __file__]])
def test_what_cannot_be_used_is_refused_at_the_start(watcher, options):
    watcher.start(*options)
    printed, _ = watcher.process.communicate(timeout=60)
    assert watcher.process.returncode != 0
    assert "Traceback" not in printed
    assert "try:" in printed or "Error" in printed
