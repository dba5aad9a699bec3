"""Downloads from mirrors that are good, slow, silent, wrong or not there."""

import shutil
import signal
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from support.dataset import FILENAMES, is_complete, names_in, start

from d2l_helpers.data import mirrors, sources
from d2l_helpers.data.idx import FILES
from d2l_helpers.errors import DataUnavailable

pytestmark = pytest.mark.usefixtures("alone", "small")


def test_a_good_mirror_is_asked_once_for_each_file(serve, cache, small):
    mirror = serve()
    found = sources.obtain([mirror.url])
    assert mirror.downloads() == FILENAMES
    assert is_complete(cache)
    assert all(np.array_equal(found[name].contents, small[name]) for name in FILES)
    sources.obtain([mirror.url])
    assert mirror.downloads() == FILENAMES


@pytest.mark.parametrize("ranges", [True, False], ids=["with Range", "without Range"])
def test_a_broken_download_is_continued(serve, cache, ranges):
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
def test_a_wrong_part_of_an_earlier_download_is_replaced(serve, cache, published, left):
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


def test_mirrors_that_cannot_be_reached_are_given_up_together(monkeypatch):
    monkeypatch.setattr(mirrors, "PROBE_TIMEOUT", 0.5)
    downloads = []
    monkeypatch.setattr(mirrors, "download", lambda *args: downloads.append(args))
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.create_server(("127.0.0.1", 0)) as gone:
        silent, closed = (f"http://127.0.0.1:{each.getsockname()[1]}/" for each in (mute, gone))
        gone.close()
        with pytest.raises(DataUnavailable) as caught:
            sources.obtain([silent, "http://no-such-host.invalid/", closed])
    lines = [line.strip("- ") for line in str(caught.value.got).splitlines()]
    assert [line.split("/: ")[0] for line in lines if line.startswith("http")] == [
        silent.rstrip("/"), "http://no-such-host.invalid", closed.rstrip("/"),
    ]  # fmt: skip
    assert f"{silent}: no answer within 0.5 s" in lines
    assert downloads == []


@pytest.mark.timing
def test_silent_mirrors_are_waited_for_once():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = f"http://127.0.0.1:{mute.getsockname()[1]}"
        before = time.perf_counter()
        problems = mirrors.probe([f"{silent}/{number}/" for number in range(5)])
        assert time.perf_counter() - before < mirrors.PROBE_TIMEOUT + 1
    assert all(problems.values())


def test_a_killed_download_is_continued(serve, cache, published):
    never = threading.Event()
    mirror = serve(pause=never)
    process = start("sources.obtain(sys.argv[1:2])", mirror.url)
    part = cache / f"{FILENAMES[0]}.part"
    half = (published / FILENAMES[0]).stat().st_size // 2
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (part.exists() and part.stat().st_size > half * 0.7):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    kept = part.stat().st_size
    assert kept > half * 0.7
    never.set()
    sources.obtain([mirror.url])
    assert ("GET", f"/{FILENAMES[0]}", f"bytes={kept}-") in mirror.requests
    assert is_complete(cache)
