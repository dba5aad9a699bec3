"""One bad submission, stored result, page or gradebook ends no batch: the rest is written, and the fault is named."""

from __future__ import annotations

import errno
import fcntl
import json
import os

import pytest
from click.testing import CliRunner
from support.batches import NAME, hand_in, notebook, results, rows, solved
from support.courses import need_nbgrader
from support.leftovers import need_a_sandbox

from d2l_autograder.__main__ import _commands
from d2l_autograder.faults import Faults, fault_of
from d2l_helpers.errors import RecordError

pytestmark = pytest.mark.sandbox


def grade(*arguments):
    """Run ``d2l-grade grade`` in this process, without a traceback."""
    done = CliRunner().invoke(_commands, ["grade", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture
def graded(tmp_path):
    """Four students who handed in what was handed out, and the marks of a first run."""
    need_a_sandbox()
    submissions = hand_in(tmp_path / "submitted", {f"s{number}": notebook() + " " * number for number in range(4)})
    done = grade(submissions, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    return submissions, tmp_path / "out"


DEEP = {
    "lambdas": "f = " + "lambda: " * 990 + "0",
    "parentheses": "x = " + "(" * 3000 + ")" * 3000,
    "brackets": "x = " + "[" * 80 + "]" * 80,
    "signs": "x = " + "-" * 20_000 + "1",
    "attributes": "x = a" + ".a" * 20_000,
    "calls": "x = f" + "()" * 20_000,
    "sums": "x = 1" + " + 1" * 10_000,
    "if": "\n".join(" " * depth + "if x:" for depth in range(99)) + "\n" + " " * 99 + "pass",
    "else": "if x: pass\n" + "elif x: pass\n" * 3000,
    "comprehensions": "x = " + "[x for x in " * 60 + "y" + "]" * 60,
    "half a pair": "x = '\ud800'",
    "a null": "x = '\0'",
    "a long number": "x = " + "9" * 40_000,
    "a long line": "x = '" + "x" * 49_000 + "'",
}


def test_cells_that_are_hard_to_read_end_no_batch_and_cost_nobody_a_row(tmp_path):
    need_a_sandbox()
    contents = {}
    for name, source in DEEP.items():
        content = json.loads(notebook())
        content["cells"].insert(2, {"cell_type": "code", "id": "deep", "metadata": {}, "outputs": [], "source": source})
        contents[name] = json.dumps(content)
    submissions, out = hand_in(tmp_path / "submitted", contents | {"good": solved()}), tmp_path / "out"
    for _ in range(2):
        done = grade(submissions, "--out", out)
        found = rows(out)
        assert set(found) == {*DEEP, "good"}
        assert found["good"]["earned"] == "11"
        assert done.exit_code == any(row["status"] == "sandbox_fault" for row in found.values()), done.output
        assert all((out / "feedback" / student / f"{NAME}.html").is_file() for student in found)


def spoil(file, how):
    """Replace a stored result by something else."""
    file.unlink()
    if how == "a folder":
        file.mkdir()
    elif how == "a pipe":
        os.mkfifo(file)
    elif how == "a link to nothing":
        file.symlink_to("nowhere")
    elif how == "a file in the place of the student's folder":
        file.parent.rmdir()
        file.parent.write_text("x")
    else:
        file.write_bytes(how)


SPOILT = {
    **{how: how for how in ("a folder", "a pipe", "a link to nothing", "a file in the place of the student's folder")},
    **{"empty": b"", "half": b"{", "a list": b"[]", "null": b"null", "binary": bytes(range(256))},
    **{"too little": b'{"student": "s1"}', "too deep": b"[" * 100_000},
}


def test_a_notebook_whose_stored_result_is_unreadable_is_marked_again(tmp_path):
    need_a_sandbox()
    submissions, out = hand_in(tmp_path / "submitted", dict.fromkeys([*SPOILT, "whole"], notebook())), tmp_path / "out"
    assert grade(submissions, "--out", out).exit_code == 0
    before = rows(out)
    files = {json.loads(contents)["student"]: file for file, contents in results(out).items()}
    for student, how in SPOILT.items():
        spoil(files[student], how)
    assert grade(submissions, "--out", out).exit_code == 1
    assert rows(out) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_stored_result_without_permission_is_one_students_fault(graded):
    submissions, out = graded
    (file,) = (out / "results" / "s1").glob("*.json")
    for path in (file, file.parent):
        path.chmod(0)
        done = grade(submissions, "--out", out)
        path.chmod(0o755)
        assert done.exit_code == 1
        assert {row["status"] for row in rows(out).values()} == {"marked"}


def test_a_page_that_cannot_be_written_is_named_and_the_others_are_written(graded):
    submissions, out = graded
    for file in (out / "feedback").rglob("*.html"):
        file.unlink()
    folder = out / "feedback" / "s1"
    (folder / f"{NAME}.json").unlink()
    folder.rmdir()
    folder.write_text("in the way")
    done = grade(submissions, "--out", out)
    assert done.exit_code == 1
    assert "the feedback of s1, 04_softmax_regression" in done.output
    assert str(folder) in done.output.replace("\n", "")
    assert sorted(path.parent.name for path in (out / "feedback").rglob("*.html")) == ["s0", "s2", "s3"]
    assert {row["status"] for row in rows(out).values()} == {"marked"}


def test_a_table_that_cannot_be_written_is_named_and_the_rest_is_written(graded):
    submissions, out = graded
    (out / "grades.csv").unlink()
    (out / "grades.csv").mkdir()
    (out / "grades.csv" / "x").touch()
    (out / "feedback" / "s1" / f"{NAME}.html").unlink()
    done = grade(submissions, "--out", out)
    assert done.exit_code == 1
    assert "grades.csv" in done.output
    assert (out / "feedback" / "s1" / f"{NAME}.html").is_file()


@pytest.mark.nbgrader
@pytest.mark.parametrize("contents", [b"no database at all, but text" * 100, b"SQLite format 3\0" + bytes(5000), b""])
def test_a_spoilt_gradebook_is_named_and_all_the_rest_is_written(graded, contents):
    need_nbgrader()
    submissions, out = graded
    (out / "gradebook.db").write_bytes(contents)
    for file in (out / "feedback").rglob("*.html"):
        file.unlink()
    done = grade(submissions, "--out", out)
    assert len(list((out / "feedback").rglob("*.html"))) == 4
    assert len(rows(out)) == 4
    if contents:
        assert done.exit_code == 1
        assert "gradebook.db" in done.output
        assert (out / "gradebook.db").read_bytes() == contents
    else:  # an empty file is an empty database
        assert done.exit_code in (0, 1)


def test_a_file_system_without_hard_links_and_locks_will_do(graded, monkeypatch):
    def link(*_):
        raise OSError(errno.EPERM, "no hard links here")

    def flock(*_):
        raise OSError(errno.ENOLCK, "no locks here")

    submissions, out = graded
    before = {file: contents for file, contents in results(out).items() if file.parent.name != "s1"}
    for file in (out / "results" / "s1").iterdir():
        file.unlink()
    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(fcntl, "flock", flock)
    done = grade(submissions, "--out", out)
    assert done.exit_code == 0, done.output
    assert "has no locks" in done.output
    assert before.items() <= results(out).items()
    assert len(results(out)) == 4


def test_what_is_spoilt_of_the_last_reports_is_named_and_written_again(graded):
    submissions, out = graded
    (out / ".d2l-grade.reported.json").write_text("{")
    assert grade(submissions, "--out", out).exit_code == 1
    assert grade(submissions, "--out", out).exit_code == 0


def test_a_student_without_a_gradebook_entry_is_named(graded, monkeypatch):
    from d2l_autograder.gradebook.gradebook import Gradebook

    need_nbgrader()
    submissions, out = graded
    plain, asked = Gradebook.save, []

    def save(self, row, submission=None):
        asked.append(row.result.student)
        if row.result.student == "s1":
            raise RecordError("It broke.", got="a page", expected="another", remedy="look at it")
        return plain(self, row, submission)

    monkeypatch.setattr(Gradebook, "save", save)
    done = grade(submissions, "--out", out)
    assert done.exit_code == 1
    assert "the gradebook of s1, 04_softmax_regression: It broke. a page" in done.output
    assert "look at it" in done.output
    assert sorted(asked) == ["s0", "s1", "s2", "s3"]
    assert len(rows(out)) == len(results(out)) == 4


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/a/b"), "free some space"),
        (OSError(errno.EROFS, "Read-only file system", "/a/b"), "--out"),
        (PermissionError(errno.EACCES, "Permission denied", "/a/b"), "let this user"),
        (OSError("strange"), "look at the file"),
        (MemoryError(), "report it"),
        (SystemExit(2), "report it"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), "report it"),
    ],
)
def test_a_fault_says_what_failed_why_and_what_to_do(error, said):
    fault = fault_of("the page of ada", error)
    assert fault.what == "the page of ada"
    assert said in fault.remedy
    if isinstance(error, OSError) and error.filename:
        assert "/a/b" in fault.why


def test_an_interrupt_is_no_fault():
    faults = Faults()
    with pytest.raises(KeyboardInterrupt), faults.noted("it"):
        raise KeyboardInterrupt
    assert not faults
