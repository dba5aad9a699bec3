"""A strange locale, closed or narrow pipes, a full disk: nothing is lost, and the message is ours."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from support.batches import NAME, ROOT, command, environment, grade, hand_in, notebook, results, rows
from support.lacking import lacking
from support.leftovers import need_a_sandbox

pytestmark = pytest.mark.sandbox
STUDENTS = ("José", "Ольга", "李", "o'brien")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    need_a_sandbox()
    return hand_in(tmp_path_factory.mktemp("class") / "submitted", {student: notebook() for student in STUDENTS})


@pytest.fixture(scope="module")
def latin_1(tmp_path_factory):
    """Make a Latin-1 locale, and return the variables that choose it."""
    folder = tmp_path_factory.mktemp("locales")
    if not shutil.which("localedef"):
        lacking("needs localedef: sudo apt-get install locales")
    made = subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "ISO-8859-1", str(folder / "de_DE.ISO-8859-1")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not (folder / "de_DE.ISO-8859-1").is_dir():
        lacking(f"needs the sources of a locale: sudo apt-get install locales ({made.stderr.strip()})")
    return {"LOCPATH": str(folder), "LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0"}


@pytest.fixture(scope="module")
def plain(submissions, tmp_path_factory):
    """Grade in UTF-8, and return what was written."""
    out = tmp_path_factory.mktemp("utf-8") / "out"
    assert grade(submissions, out, env=environment(LC_ALL="C.UTF-8")).returncode == 0
    return out


@pytest.mark.parametrize("name", ["C", "POSIX", "Latin-1"])
def test_a_locale_changes_no_byte_of_what_is_written_and_reads_what_another_wrote(
    submissions, plain, tmp_path, name, request
):
    variables = request.getfixturevalue("latin_1") if name == "Latin-1" else ASCII | {"LC_ALL": name}
    out = tmp_path / "out"
    done = grade(submissions, out, env=environment(**variables), encoding="latin-1")
    assert done.returncode == 0, done.stderr
    assert (out / "grades.csv").read_bytes() == (plain / "grades.csv").read_bytes()
    assert {file.relative_to(out) for file in results(out)} == {file.relative_to(plain) for file in results(plain)}
    assert {path.name for path in (out / "feedback").iterdir()} == {
        path.name for path in (plain / "feedback").iterdir()
    }
    shutil.copytree(plain, tmp_path / "other")  # resumed in this locale
    done = grade(submissions, tmp_path / "other", env=environment(**variables), encoding="latin-1")
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "other") == {
        tmp_path / "other" / file.relative_to(plain): text for file, text in results(plain).items()
    }


def test_a_file_name_that_is_no_text_is_a_row(tmp_path):
    need_a_sandbox()
    folder = os.fsencode(tmp_path / "submitted") + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir(parents=True)
    (Path(os.fsdecode(folder)) / f"{NAME}.ipynb").write_text(notebook(), encoding="utf-8")
    for variables in ({}, ASCII):
        done = grade(tmp_path / "submitted", tmp_path / "out", env=environment(**variables))
        assert done.returncode == 0, done.stderr
        (student,) = rows(tmp_path / "out")
        assert student.startswith("caf")
    assert len(results(tmp_path / "out")) == 1


def test_output_that_nobody_reads_costs_no_file(submissions, tmp_path):
    for number, redirected in enumerate(
        ("| head -c 1", ">&-", "2>&-", ">&- 2>&-", "> /dev/full", "2> /dev/full", "< /dev/null")
    ):
        out = tmp_path / str(number)
        line = f"set -o pipefail; {shlex.join(command(submissions, out))} {redirected}"
        done = subprocess.run(
            ["bash", "-c", line], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, (redirected, done.stderr)
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr
        assert len(rows(out)) == len(STUDENTS)
        assert len(list((out / "feedback").glob("*/*.html"))) == len(STUDENTS)


def test_pipes_of_one_page_that_are_read_at_the_end_hold_up_no_file(tmp_path):
    need_a_sandbox()
    submissions = hand_in(tmp_path / "submitted", {f"student {number} {'x' * 150}": "{" for number in range(30)})
    out = tmp_path / "out"
    ends = [os.pipe(), os.pipe()]
    for _, end in ends:
        fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 4096)
    grader = subprocess.Popen(
        command(submissions, out), cwd=ROOT, env=environment(), stdout=ends[0][1], stderr=ends[1][1]
    )
    for _, end in ends:
        os.close(end)
    for _ in range(1200):
        if (out / "grades.csv").exists() and len(rows(out)) == 30:
            break
        try:
            grader.wait(0.1)
            break
        except subprocess.TimeoutExpired:
            continue
    assert len(rows(out)) == 30
    assert len(list((out / "feedback").glob("*/*.html"))) == 30
    printed = ""
    for end, _ in ends:
        with os.fdopen(end, encoding="utf-8") as stream:
            printed += stream.read()
    assert grader.wait(60) == 0, printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    "variables", [{"TERM": "dumb"}, {"COLUMNS": "10"}, {"COLUMNS": "1"}, {"TERM": "", "COLUMNS": "x"}]
)
def test_a_terminal_of_any_kind_and_width_will_do(submissions, plain, variables):
    done = grade(submissions, plain, env=environment(**variables))
    assert done.returncode == 0, done.stderr


def needs_mounts():
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk: run the tests as root")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this container does not let root mount: run it with --privileged")


def in_mounts(script, *arguments):
    """Run a shell script in a namespace of mounts of its own, with a folder's path as $1 and on."""
    return subprocess.run(
        ["unshare", "-m", "bash", "-c", script, "bash", *map(str, arguments)],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_a_full_disk_loses_nothing_and_the_next_run_finishes(submissions, plain, tmp_path):
    needs_mounts()
    out, copy = tmp_path / "out", tmp_path / "copy"
    out.mkdir()
    run = shlex.join(command(submissions, out))
    done = in_mounts(
        f'mount -t tmpfs -o size=80k tmpfs "$1"; head -c 40000 /dev/zero > "$1/other"; {run}; echo "status $?";'
        f'find "$1" -name "*.json" -size 0; rm "$1/other"; mount -o remount,size=30m "$1"; {run}; echo "status $?";'
        'cp -r "$1" "$2"',
        out, copy,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    first, _, second = done.stdout.partition("status 1\n")
    assert second.strip().endswith("status 0"), done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert "free some space" in done.stderr
    assert (copy / "grades.csv").read_bytes() == (plain / "grades.csv").read_bytes()
    assert all(json.loads(text) for text in results(copy).values())
    assert first is not None


def test_a_read_only_folder_for_marks_is_refused_before_any_work(submissions, tmp_path):
    needs_mounts()
    out = tmp_path / "out"
    out.mkdir()
    done = in_mounts(f'mount -t tmpfs -o ro tmpfs "$1"; {shlex.join(command(submissions, out))}', out)
    assert done.returncode == 1
    assert "Cannot write marks to this folder" in done.stderr
    assert "Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_deleted_current_folder_ends_nothing(submissions, tmp_path):
    line = f"mkdir gone; cd gone; rmdir ../gone; {shlex.join(command(submissions, tmp_path / 'out'))}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "out")) == len(STUDENTS)
    assert Path(tmp_path / "out" / "feedback").is_dir()
