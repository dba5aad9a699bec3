"""Written files are complete or absent, whatever ends the process that writes them."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from d2l_helpers import atomic
from d2l_helpers.atomic import write, write_once

WRITE = "import os, sys; from pathlib import Path; from d2l_helpers.atomic import write, write_once"


def no_hard_links(code):
    """Write Python that has os.link fail as on a file system without hard links."""
    return f"def link(*_):\n    raise OSError({code}, 'no hard links')\nos.link = link\n"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def start(code):
    """Start Python, and wait until it says that it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{WRITE}\n{code}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.read(1) == b"!"
    return process


@pytest.fixture(params=["hard links", errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def any_file_system(request, monkeypatch):
    """Run a test with hard links, and with each error that file systems without them raise."""
    if request.param != "hard links":

        def link(*_):
            raise OSError(request.param, "no hard links")

        monkeypatch.setattr(atomic.os, "link", link)


def test_write_makes_folders_and_sets_permissions_whatever_the_umask(tmp_path):
    file = tmp_path / "a" / "b" / ("n" * 200)
    before = os.umask(0o077)
    try:
        write(file, b"one")
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
        write(file, b"two", mode=0o640)
        write(file, b"three")
    finally:
        os.umask(before)
    assert file.read_bytes() == b"three"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert names(file.parent) == [file.name]


@pytest.mark.usefixtures("any_file_system")
def test_write_once_keeps_what_has_the_name(tmp_path):
    folder = tmp_path / "a"
    assert write_once(folder / "x", b"one", mode=0o600)
    assert not write_once(folder / "x", b"two")
    assert (folder / "x").read_bytes() == b"one"
    assert stat.S_IMODE((folder / "x").stat().st_mode) == 0o600
    (folder / "link").symlink_to(tmp_path / "nowhere")
    (folder / "folder").mkdir()
    assert not write_once(folder / "link", b"two")
    assert not write_once(folder / "folder", b"two")
    assert not (tmp_path / "nowhere").exists()
    assert names(folder) == ["folder", "link", "x"]


@pytest.mark.usefixtures("any_file_system")
def test_write_once_does_not_replace_a_file_that_appears_while_it_writes(tmp_path, monkeypatch):
    file, fsync = tmp_path / "x", os.fsync

    def appears(descriptor):
        fsync(descriptor)
        file.write_bytes(b"other")

    monkeypatch.setattr(atomic.os, "fsync", appears)
    assert not write_once(file, b"mine")
    assert file.read_bytes() == b"other"
    assert names(tmp_path) == ["x"]


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "x").symlink_to(tmp_path / "other")
    write(tmp_path / "x", b"mine")
    assert (tmp_path / "other").read_bytes() == b"other"
    assert (tmp_path / "x").read_bytes() == b"mine"


@pytest.mark.parametrize("writes", [write, write_once])
@pytest.mark.usefixtures("any_file_system")
def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch, writes):
    def fails(_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(atomic.os, "fsync", fails)
    with pytest.raises(OSError, match="no space left"):
        writes(tmp_path / "x", b"one")
    assert names(tmp_path) == []


def test_another_error_of_a_link_is_raised(tmp_path, monkeypatch):
    def link(*_):
        raise OSError(errno.EIO, "a broken disk")

    monkeypatch.setattr(atomic.os, "link", link)
    with pytest.raises(OSError, match="a broken disk"):
        write_once(tmp_path / "x", b"one")
    assert names(tmp_path) == []


def test_a_folder_in_a_files_place_is_not_replaced(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(IsADirectoryError):
        write(tmp_path / "x", b"one")
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("wait", [0.0, 0.01, 0.06])
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
    assert all(name.startswith(".") for name in names(tmp_path) if name != "x")  # readers of results skip such names


def test_a_writer_killed_with_the_folder_locked_blocks_no_other(tmp_path):
    code = f"{no_hard_links(errno.EPERM)}def replace(*_):\n    print('!', end='', flush=True)\n    sys.stdin.read()\n"
    process = start(f"{code}Path.replace = replace\nwrite_once(Path({str(tmp_path / 'x')!r}), b'one')")
    done = []
    other = threading.Thread(target=lambda: done.append(atomic._rename_once(tmp_path / "mine", tmp_path / "x")))
    (tmp_path / "mine").write_bytes(b"two")
    other.start()
    other.join(0.2)
    assert not done  # it waits for the lock
    process.send_signal(signal.SIGKILL)
    process.communicate()
    other.join(60)
    assert done == [True]
    assert (tmp_path / "x").read_bytes() == b"two"


@pytest.mark.parametrize("before", ["", no_hard_links(errno.EPERM)], ids=["hard links", "no hard links"])
def test_of_writers_at_once_one_wins(tmp_path, before):
    code = (
        f"{before}print('!', end='', flush=True); sys.stdin.read(1)\n"
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


def test_a_file_with_the_same_contents_is_left_alone(tmp_path):
    file = tmp_path / "file"
    write(file, b"one")
    before = file.stat()
    write(file, b"one")
    write(file, memoryview(b"one"), mode=0o644)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    write(file, b"one", mode=0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    write(file, b"two")
    assert file.read_bytes() == b"two"


def test_a_link_to_the_same_contents_is_replaced_by_a_file(tmp_path):
    (tmp_path / "other").write_bytes(b"one")
    (tmp_path / "other").chmod(0o644)
    (tmp_path / "file").symlink_to("other")
    write(tmp_path / "file", b"one")
    assert not (tmp_path / "file").is_symlink()


def test_without_hard_links_and_locks_a_file_is_written_once(tmp_path, monkeypatch):
    import fcntl

    def refuse(*_):
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(atomic.os, "link", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)
    assert write_once(tmp_path / "file", b"one")
    assert not write_once(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"one"
