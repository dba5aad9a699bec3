"""Files that are there whole or not at all, whatever ends the process that writes them."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from d2l_helpers import atomic as files
from d2l_helpers.atomic import write, write_once

WRITE = "import sys; from pathlib import Path; from d2l_helpers.atomic import write, write_once"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def start(code):
    """Start Python, and wait until it says that it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{WRITE}\n{code}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.read(1) == b"!"
    return process


def test_a_file_is_written_with_its_folders(tmp_path):
    file = tmp_path / "a" / "b" / ("n" * 200)
    before = os.umask(0o077)
    try:
        write(file, b"one")
        write(file, b"two", mode=0o640)
    finally:
        os.umask(before)
    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert names(file.parent) == [file.name]


def test_what_is_written_once_stays(tmp_path):
    assert write_once(tmp_path / "a" / "x", b"one")
    assert not write_once(tmp_path / "a" / "x", b"two")
    assert (tmp_path / "a" / "x").read_bytes() == b"one"
    assert names(tmp_path / "a") == ["x"]
    (tmp_path / "a" / "link").symlink_to(tmp_path / "nowhere")
    assert not write_once(tmp_path / "a" / "link", b"two")
    assert not (tmp_path / "nowhere").exists()


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "x").symlink_to(tmp_path / "other")
    write(tmp_path / "x", b"mine")
    assert (tmp_path / "other").read_bytes() == b"other"
    assert (tmp_path / "x").read_bytes() == b"mine"


@pytest.mark.parametrize("writes", [write, write_once])
def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch, writes):
    def fails(_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(files.os, "fsync", fails)
    with pytest.raises(OSError, match="no space left"):
        writes(tmp_path / "x", b"one")
    assert names(tmp_path) == []


def test_a_folder_in_a_files_place_is_not_replaced(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(IsADirectoryError):
        write(tmp_path / "x", b"one")
    assert not write_once(tmp_path / "x", b"one")
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("wait", [0.0, 0.003, 0.01, 0.03, 0.06, 0.1])
def test_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path, wait):
    file = tmp_path / "x"
    contents = [bytes([letter]) * 5_000_000 for letter in b"ab"]
    write(file, contents[0])
    code = "print('!', end='', flush=True)\nwhile True:\n    for letter in (b'a', b'b'):\n"
    process = start(f"{code}        write(Path({str(file)!r}), letter * 5_000_000)")
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert file.read_bytes() in contents
    assert all(name.startswith(".") for name in names(tmp_path) if name != "x")  # which no reader of results looks at


def test_of_writers_at_once_one_wins(tmp_path):
    code = (
        "print('!', end='', flush=True); sys.stdin.read(1)\n"
        f"won = [write_once(Path({str(tmp_path)!r}) / str(number), b'%d' % number + sys.argv[0].encode() * 100_000) "
        "for number in range(50)]\nprint(*map(int, won))"
    )
    processes = [start(code) for _ in range(2)]
    for process in processes:
        process.stdin.write(b"!")
        process.stdin.flush()
    won = [process.communicate()[0].split() for process in processes]
    assert [{first, second} for first, second in zip(*won, strict=True)] == [{b"0", b"1"}] * 50
    assert names(tmp_path) == sorted(map(str, range(50)))
    assert {file.stat().st_size for file in tmp_path.iterdir()} <= {200_001, 200_002}
