"""Every source, every way in which each can fail, with the real bytes."""

import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.lacking import lacking

from d2l_helpers.data import debian, mirrors, sources
from d2l_helpers.data.idx import CHECKSUMS, FILES, read_verified
from d2l_helpers.errors import ArgumentError, DataCorrupt, DataError, DataUnavailable

LABELS = FILES["t10k-labels"]
FILENAMES = [f"{file.filename}.gz" for file in FILES.values()]


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """A user with an empty cache, on a machine with neither Debian's package nor apt-get."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.delenv("D2L_DATA", raising=False)
    monkeypatch.setattr(debian, "INSTALLED", tmp_path / "not installed")


@pytest.fixture
def cache(alone):
    return sources.cache_folder()


def start(code, *arguments, **options):
    """Run code in a process of its own, in the world that the fixture made."""
    code = f"import sys; from pathlib import Path; from d2l_helpers.data import debian, sources\n{code}"
    prelude = [sys.executable, "-W", "error", "-c"]
    return subprocess.Popen([*prelude, code, *arguments], stderr=subprocess.PIPE, text=True, **options)


def filled(cache, official):
    cache.mkdir(parents=True)
    for name, file in FILES.items():
        (cache / file.filename).write_bytes(official[name].data)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def is_complete(cache):
    return names_in(cache) == sorted(file.filename for file in FILES.values())


# --- the files themselves


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(contents=st.binary(max_size=20_000), compressed=st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00"]))
def test_no_bytes_but_the_published_ones_are_read(tmp_path, contents, compressed):
    path = tmp_path / "file"
    path.write_bytes(compressed + contents)
    with pytest.raises(DataCorrupt, match="t10k-labels-idx1-ubyte"):
        read_verified(path, LABELS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(where=st.integers(0, LABELS.size - 1), flip=st.integers(1, 255), cut=st.booleans())
def test_one_changed_or_missing_byte_is_noticed(tmp_path, official, where, flip, cut):
    contents = bytearray(official["t10k-labels"])
    contents[where] ^= flip
    (tmp_path / "file").write_bytes(contents[:where] if cut else contents)
    with pytest.raises(DataCorrupt):
        read_verified(tmp_path / "file", LABELS)


def test_compression_is_recognised_without_the_name(tmp_path, official):
    (tmp_path / "renamed").write_bytes(gzip.compress(official["t10k-labels"].data))
    assert np.array_equal(read_verified(tmp_path / "renamed", LABELS), official["t10k-labels"])


def test_a_gz_file_that_grows_without_end_is_cut_short(tmp_path):
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(300_000_000), compresslevel=1))
    before = time.perf_counter()
    with pytest.raises(DataCorrupt, match="more than 10008 bytes"):
        read_verified(tmp_path / "bomb.gz", LABELS)
    assert time.perf_counter() - before < 0.4  # all of it takes a second


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_verified(tmp_path / "pipe", LABELS)


# --- $D2L_DATA


@pytest.mark.parametrize("rename", [lambda file: f"{file.filename}.gz", lambda file: f"{file.name}.gz"])
def test_the_readers_folder_comes_first_and_is_left_alone(tmp_path, monkeypatch, published, cache, official, rename):
    own = tmp_path / "own"
    own.mkdir()
    for file in FILES.values():
        shutil.copy(published / f"{file.filename}.gz", own / rename(file))
    before = names_in(own)
    monkeypatch.setenv("D2L_DATA", str(own))
    found = sources.obtain([])
    assert {one.source for one in found.values()} == {"D2L_DATA"}
    assert all(np.array_equal(found[name].contents, official[name]) for name in FILES)
    assert list(found) == list(CHECKSUMS)
    assert names_in(own) == before
    assert not cache.exists()


@pytest.mark.parametrize("damage", ["spoiled", "cut off", "missing"])
def test_a_bad_file_of_the_readers_is_named_and_skipped(tmp_path, monkeypatch, official, published, cache, damage):
    filled(cache, official)
    own = shutil.copytree(published, tmp_path / "own")
    victim = own / "train-labels-idx1-ubyte.gz"
    good = victim.read_bytes()
    victim.unlink()
    if damage != "missing":
        victim.write_bytes(good[:-1000] if damage == "cut off" else good[:1000] + b"\0" * 9 + good[1009:])
    before = names_in(own)
    monkeypatch.setenv("D2L_DATA", str(own))
    with pytest.warns(RuntimeWarning, match="train-labels-idx1-ubyte.* is not used"):
        found = sources.obtain([])
    assert [one.source for one in found.values()] == ["D2L_DATA", "the cache", "D2L_DATA", "D2L_DATA"]
    assert names_in(own) == before


@pytest.mark.parametrize("chosen", ["/does/not/exist", "~nobody-of-this-name/data", __file__])
def test_a_readers_folder_that_is_none_is_an_error(monkeypatch, cache, official, chosen):
    filled(cache, official)
    monkeypatch.setenv("D2L_DATA", chosen)
    with pytest.raises(DataError, match="D2L_DATA") as caught:
        sources.obtain([])
    assert not isinstance(caught.value, DataUnavailable)


# --- the cache


@pytest.mark.parametrize(
    "damage", [lambda good: good[:-1], lambda good: good[:99] + b"\xff" + good[100:], lambda _: b""]
)
def test_a_spoiled_file_in_the_cache_is_set_aside_and_replaced(official, cache, serve, damage):
    filled(cache, official)
    mirror = serve()
    victim = cache / "train-labels-idx1-ubyte"
    spoiled = damage(victim.read_bytes())
    victim.write_bytes(spoiled)
    with pytest.warns(RuntimeWarning, match="train-labels-idx1-ubyte is spoiled"):
        found = sources.obtain([mirror.url])
    assert mirror.downloads() == ["train-labels-idx1-ubyte.gz"]
    assert np.array_equal(found["train-labels"].contents, official["train-labels"])
    assert victim.read_bytes() == official["train-labels"].tobytes()
    assert victim.with_name("train-labels-idx1-ubyte.corrupt").read_bytes() == spoiled


def test_a_cache_that_cannot_be_written_does_not_stop_what_is_on_the_machine(monkeypatch, published):
    monkeypatch.setenv("XDG_CACHE_HOME", __file__)  # permissions would not stop root, a file does
    monkeypatch.setattr(debian, "INSTALLED", published)
    found = sources.obtain([])
    assert [one.path.parent for one in found.values()] == [published] * 4
    with pytest.raises(DataError, match="XDG_CACHE_HOME"):
        sources.find("train-labels")


def test_a_cache_that_cannot_be_written_is_an_error_where_one_is_needed(monkeypatch, serve):
    monkeypatch.setenv("XDG_CACHE_HOME", __file__)
    mirror = serve()
    with pytest.raises(DataError, match="XDG_CACHE_HOME"):
        sources.obtain([mirror.url])
    assert not mirror.requests


FULL_DISK = """
import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
from d2l_helpers.errors import DataError, DataUnavailable
debian.INSTALLED = Path(sys.argv[2])
try: print(*{found.source for found in sources.obtain(sys.argv[1:2]).values()})
except DataUnavailable: raise
except DataError as error: print(error)
"""


def test_a_full_disk_is_an_error_and_leaves_nothing_half_written(serve, cache):
    process = start(FULL_DISK, serve().url, "/not/installed", stdout=subprocess.PIPE)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "File too large" in output
    assert "free some space" in output
    assert names_in(cache) == []


def test_a_full_disk_does_not_stop_what_is_on_the_machine(published, cache):
    process = start(FULL_DISK, "http://127.0.0.1:1/", str(published), stdout=subprocess.PIPE)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert output == "Debian's installed package\n"
    assert names_in(cache) == []


# --- Debian's package


def test_the_installed_package_is_cached_and_left_alone(monkeypatch, published, cache, official):
    monkeypatch.setattr(debian, "INSTALLED", published)
    before = names_in(published)
    assert {found.source for found in sources.obtain([]).values()} == {"Debian's installed package"}
    assert is_complete(cache)
    assert {found.source for found in sources.obtain([]).values()} == {"the cache"}
    assert (cache / "t10k-labels-idx1-ubyte").read_bytes() == official["t10k-labels"].tobytes()
    assert names_in(published) == before


@pytest.mark.parametrize("own_lists", [True, False], ids=["the machine's lists", "private lists"])
def test_the_package_is_fetched_without_being_installed(monkeypatch, tmp_path, cache, own_lists):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    if not own_lists:
        (tmp_path / "apt.conf").write_text(f'Dir::State "{tmp_path}/empty/";')
        monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    try:
        found = sources.obtain([])
    except DataUnavailable as error:
        if "apt-get" not in str(error.got):
            raise
        lacking(f"needs Debian's package servers; on Debian or Ubuntu run apt-get update: {error.got}")
    assert {one.source for one in found.values()} == {"Debian's package servers"}
    assert is_complete(cache)


# --- mirrors


def test_a_good_mirror_is_asked_once_for_each_file(serve, cache, official):
    mirror = serve()
    found = sources.obtain([mirror.url])
    assert mirror.downloads() == FILENAMES
    assert is_complete(cache)
    assert all(np.array_equal(found[name].contents, official[name]) for name in FILES)
    sources.obtain([mirror.url])
    assert mirror.downloads() == FILENAMES


@pytest.mark.parametrize("ranges", [True, False], ids=["with Range", "without Range"])
def test_a_broken_download_goes_on(serve, cache, ranges):
    mirror = serve(drops=1, ranges=ranges)
    sources.obtain([mirror.url])
    assert mirror.downloads() == [FILENAMES[0], *FILENAMES]
    assert mirror.requests[2][2].startswith("bytes=")
    assert is_complete(cache)


def test_a_mirror_that_always_breaks_off_is_given_up(serve, cache, published):
    broken, good = serve(drops=10**6, ranges=False), serve()
    found = sources.obtain([broken.url, good.url])
    assert {one.source for one in found.values()} == {good.url}
    assert len(broken.downloads()) <= mirrors.MAX_TRIES
    assert is_complete(cache)


@pytest.mark.parametrize("left", ["another file's beginning", "all of it", "more than all of it"])
def test_what_an_earlier_try_left_can_do_no_harm(serve, cache, published, left):
    mirror = serve()
    cache.mkdir(parents=True)
    whole = (published / FILENAMES[1]).read_bytes()
    leftovers = {"another file's beginning": b"\x1f\x8b?" * 99, "all of it": whole, "more than all of it": whole * 2}
    (cache / f"{FILENAMES[1]}.part").write_bytes(leftovers[left])
    sources.obtain([mirror.url])
    assert is_complete(cache)


@pytest.mark.parametrize(
    "behaviour",
    [
        {"garbage": b"<html>Please log in to the hotel's network</html>"},
        {"garbage": b"\x1f\x8b\x08\x00" + bytes(500)},
        {"garbage": bytes(1 << 20), "endless": True},
        {"folder": Path("/nowhere")},
        {"silent": True},
        {"refuses": True},
    ],
    ids=["a web page", "bad gzip", "endless", "404", "silent", "hangs up"],
)
def test_a_bad_mirror_is_named_and_the_next_one_used(serve, cache, monkeypatch, behaviour):
    monkeypatch.setattr(mirrors, "READ_TIMEOUT", 0.5)
    bad, good = serve(**behaviour), serve()
    assert {one.source for one in sources.obtain([bad.url, good.url]).values()} == {good.url}
    assert is_complete(cache)
    shutil.rmtree(cache)
    with pytest.raises(DataUnavailable) as caught:
        sources.obtain([bad.url])
    assert bad.url in str(caught.value)
    assert names_in(cache) == []


def test_mirrors_that_cannot_be_reached_cost_seconds_once():
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.create_server(("127.0.0.1", 0)) as gone:
        silent, closed = (f"http://127.0.0.1:{each.getsockname()[1]}/" for each in (mute, gone))
        gone.close()
        before = time.perf_counter()
        with pytest.raises(DataUnavailable) as caught:
            sources.obtain([silent, "http://no-such-host.invalid/", closed])
        assert time.perf_counter() - before < mirrors.PROBE_TIMEOUT + 1
    lines = [line.strip("- ") for line in str(caught.value.got).splitlines()]
    assert [line.split("/: ")[0] for line in lines if line.startswith("http")] == [
        silent.rstrip("/"), "http://no-such-host.invalid", closed.rstrip("/"),
    ]  # fmt: skip


def test_when_all_fails_every_source_is_listed_with_its_reason(tmp_path, monkeypatch, serve):
    monkeypatch.setenv("D2L_DATA", str(tmp_path / "bin"))
    mirror = serve(folder=Path("/nowhere"))
    with pytest.warns(RuntimeWarning, match="D2L_DATA|is not used"), pytest.raises(DataUnavailable) as caught:
        sources.obtain([mirror.url])
    for said in ("D2L_DATA", "the cache", "Debian's installed package", mirror.url, "404", "no apt-get"):
        assert said in str(caught.value.got)
    assert "set D2L_DATA" in caught.value.remedy
    assert "apt-get install dataset-fashion-mnist" in caught.value.remedy


# --- processes


def test_two_processes_at_once_fetch_once(serve, cache):
    both_wait = threading.Event()
    mirror = serve(pause=both_wait)
    processes = [start("sources.obtain(sys.argv[1:2])", mirror.url) for _ in range(2)]
    time.sleep(2)  # enough for both to start; one of them then waits at the lock
    both_wait.set()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert mirror.downloads() == FILENAMES
    assert is_complete(cache)


def test_a_killed_download_goes_on_where_it_was(serve, cache, published):
    never = threading.Event()
    mirror = serve(pause=never)
    process = start("sources.obtain(sys.argv[1:2])", mirror.url)
    part = cache / f"{FILENAMES[0]}.part"
    half = (published / FILENAMES[0]).stat().st_size // 2
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (part.exists() and part.stat().st_size > half * 0.9):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    kept = part.stat().st_size
    assert kept > half * 0.9
    never.set()
    sources.obtain([mirror.url])
    assert ("GET", f"/{FILENAMES[0]}", f"bytes={kept}-") in mirror.requests
    assert is_complete(cache)


# --- find


def test_find_gives_a_decompressed_file_whatever_the_source(monkeypatch, published, cache, official):
    monkeypatch.setenv("D2L_DATA", str(published))
    path = sources.find("t10k-labels", [])
    assert path == cache / "t10k-labels-idx1-ubyte"
    assert path.read_bytes() == official["t10k-labels"].tobytes()


def test_find_refuses_other_names():
    with pytest.raises(ArgumentError, match="train-imagse"):
        sources.find("train-imagse")
