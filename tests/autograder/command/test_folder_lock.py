"""Of two graders on one folder the second is told who the first is; a dead grader's lock blocks nobody."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys

import pytest
from support.batches import ENDLESS, environment, grade, hand_in, results, rows, solved, start, wait_for
from support.courses import NAME, answered, make_course, nbgrader
from support.courses import hand_in as hand_in_to_course
from support.leftovers import need_a_sandbox

from d2l_autograder.command.folder_lock import keep_locked, locked
from d2l_helpers.errors import ArgumentError

HOLD = """
import sys
from pathlib import Path
from d2l_autograder.command.folder_lock import locked
with locked(Path(sys.argv[1])) as has_locks:
    print(has_locks, flush=True)
    sys.stdin.read()
"""


def hold(folder):
    """Hold the lock in another process."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"True\n"
    return process


def test_the_second_grader_is_told_who_the_first_is(tmp_path):
    with hold(tmp_path) as other:
        with pytest.raises(ArgumentError) as raised, locked(tmp_path):
            pass
        said = str(raised.value)
        assert f"process {other.pid} on {socket.gethostname()!r}, since '20" in said
        assert "run the same command again" in said
        other.stdin.close()
    with locked(tmp_path) as has_locks:
        assert has_locks


def test_what_a_lock_leaves_is_the_same_after_each_run(tmp_path):
    with locked(tmp_path):
        assert (tmp_path / ".d2l-grade.lock").read_bytes()
    assert (tmp_path / ".d2l-grade.lock").read_bytes() == b""


def test_a_killed_graders_lock_blocks_nobody(tmp_path):
    with hold(tmp_path) as other:
        other.kill()
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("contents", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff" * 600, b"[" * 600])
def test_a_lock_that_says_nothing_readable_is_still_a_lock(tmp_path, contents):
    with hold(tmp_path) as other:
        (tmp_path / ".d2l-grade.lock").write_bytes(contents)
        with pytest.raises(ArgumentError, match="another process"), locked(tmp_path):
            pass
        other.stdin.close()


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch, code):
    def flock(*_):
        raise OSError(code, "no locks")

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path) as has_locks:
        assert not has_locks


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ArgumentError, match="--out"), locked(tmp_path / "file"):
        pass
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / ".d2l-grade.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArgumentError, match="--out"), locked(tmp_path / "folder"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_one_process_may_hold_a_lock_many_times_until_its_end(tmp_path):
    code = "import sys; from pathlib import Path; from d2l_autograder.command.folder_lock import keep_locked as keep; "
    code += "print(keep(Path(sys.argv[1])), keep(Path(sys.argv[1])), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"True True\n"
        with pytest.raises(ArgumentError, match="Another grader"):
            keep_locked(tmp_path)
        other.stdin.close()
    with locked(tmp_path):
        pass


@pytest.mark.sandbox
def test_two_graders_on_one_folder_lose_nothing(tmp_path):
    need_a_sandbox()
    submissions, out = (
        hand_in(tmp_path / "submitted", {"a": solved(), "b": solved(stable_softmax=ENDLESS)}),
        tmp_path / "out",
    )
    first = start(submissions, out, "--jobs", "1")
    wait_for(lambda: results(out), first)
    second = grade(submissions, out)
    assert second.returncode == 1
    assert f"in use by process {first.pid}" in second.stderr
    assert len(results(out)) == 1
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    (submissions / "b" / "04_softmax_regression.ipynb").write_text(solved() + " ")
    third = grade(submissions, out)
    assert third.returncode == 0, third.stderr
    assert {student: row["earned"] for student, row in rows(out).items()} == {"a": "11", "b": "11"}


@pytest.mark.nbgrader
@pytest.mark.sandbox
def test_nbgrader_autograde_writes_nothing_beside_another_grader(tmp_path):
    need_a_sandbox()
    course = make_course(tmp_path / "course")
    hand_in_to_course(course, "ada", answered(course, {}))
    with hold(course) as other:
        said = nbgrader(course, "autograde", NAME, fails=True)
        assert "Another grader is writing to this folder" in said
        assert not list(course.glob("autograded/ada/*/*.ipynb"))
        other.stdin.close()
    nbgrader(course, "autograde", NAME)
    assert list(course.glob("autograded/ada/*/*.ipynb"))
