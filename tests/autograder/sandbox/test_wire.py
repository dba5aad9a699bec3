"""Frames, written and read; the peer may send any bytes at any time, or none."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.random_arrays import any_array

from d2l_autograder.sandbox.wire import LONGEST_FRAME, Channel, Frame, pack, unpack
from d2l_helpers.errors import BadFrame, FrameTimeout, PeerGone

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | texts
json_values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


def payload(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return memoryview(bytearray(len(text).to_bytes(4, "big") + text + body))


@pytest.fixture
def pipes():
    """Open a channel, and the raw ends of its peer."""
    theirs, request = os.pipe()
    answer, mine = os.pipe()
    channel = Channel(answer, request)
    ends = {"in": theirs, "out": mine}
    yield channel, ends
    channel.close()
    for fd in ends.values():
        os.close(fd)


@given(st.dictionaries(texts.filter(lambda key: key != "arrays"), texts | st.integers(-9, 9)), st.lists(any_array))
@settings(max_examples=50)
def test_frames_cross_unchanged(content, arrays):
    frame = unpack(memoryview(bytearray(pack(Frame(content, arrays)))))
    assert frame.header == content
    for again, array in zip(frame.arrays, arrays, strict=True):
        np.testing.assert_array_equal(again, array)


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda text: bytes(payload(text))))
@example(b"")
@example(b"\xff" * 8)
def test_any_bytes_are_a_frame_or_refused(contents):
    with contextlib.suppress(BadFrame):
        unpack(memoryview(contents))


@given(st.dictionaries(texts | st.just("arrays"), json_values), st.binary(max_size=50))
@settings(max_examples=50)
def test_any_json_is_a_frame_or_refused(content, body):
    with contextlib.suppress(BadFrame):
        unpack(payload(content, body))


BAD_HEADERS = {
    "no object": (b"[1]", "no object"),
    "nothing": (b"", "Expecting value"),
    "NaN": (b'{"arrays": [], "a": NaN}', "NaN"),
    "infinity": (b'{"arrays": [], "a": -Infinity}', "Infinity"),
    "an infinite float": (b'{"arrays": [], "a": 1e999}', "infinite"),
    "one key twice": (b'{"arrays": [], "a": 1, "a": 2}', "one key twice"),
    "a huge integer": (b'{"arrays": [], "a": ' + b"9" * 100_000 + b"}", "100000 digits"),
    "a deep list": (b'{"arrays": [], "a": ' + b"[" * 100_000, "nested too deep"),
    "a deep list that ends": (b'{"arrays": [], "a": ' + b"[" * 500 + b"]" * 500 + b"}", "nested deeper"),
    "bytes that are no text": (b'{"arrays": [], "a": "\xff"}', "decode"),
    "half a character": (b'{"arrays": [], "a": "\\ud800"}', "no encoding"),
    "no lengths": (b"{}", "lengths"),
    "negative lengths": (b'{"arrays": [-1, 1]}', "lengths"),
    "true as a length": (b'{"arrays": [true]}', "lengths"),
    "many arrays": (b'{"arrays": [' + b"0," * 1000 + b"0]}", "lengths"),
    "other lengths": (b'{"arrays": [5]}', "the 5 that"),
}


@pytest.mark.parametrize("case", BAD_HEADERS)
def test_what_is_no_strict_json_is_refused_with_the_reason(case):
    text, named = BAD_HEADERS[case]
    with pytest.raises(BadFrame, match=named):
        unpack(payload(text))


def test_a_header_is_no_longer_than_its_cap():
    with pytest.raises(BadFrame, match="a header of 300000 bytes"):
        unpack(payload(b" " * 300_000))


def test_a_channel_carries_what_is_larger_than_a_pipe(pipes):
    channel, ends = pipes
    other = Channel(os.dup(ends["in"]), os.dup(ends["out"]))
    array = np.arange(500_000.0)
    sender = threading.Thread(target=channel.send, args=(Frame({"a": 1}, [array]), 5))
    sender.start()
    frame = other.receive(5)
    sender.join()
    other.close()
    assert frame.header == {"a": 1}
    np.testing.assert_array_equal(frame.arrays[0], array)


@pytest.mark.parametrize("length", [0, 3, LONGEST_FRAME + 1, 2**32 - 1])
def test_a_length_is_checked_before_anything_is_read(pipes, length):
    channel, ends = pipes
    os.write(ends["out"], length.to_bytes(4, "big") + b"more")
    with pytest.raises(BadFrame, match=f"a frame of {length} bytes"):
        channel.receive(5)
    assert os.read(channel._read_fd, 10) == b"more"


@pytest.mark.parametrize("sent", [b"", b"\0", b"\0\0\0\x10", b"\0\0\0\x10{}"])
def test_a_message_that_stops_ends_in_a_timeout(pipes, sent):
    channel, ends = pipes
    os.write(ends["out"], sent)
    with pytest.raises(FrameTimeout):
        channel.receive(0.05)
    os.close(ends.pop("out"))
    with pytest.raises(PeerGone):
        channel.receive(5)


def test_sending_byte_by_byte_does_not_extend_the_deadline(pipes):
    channel, ends = pipes
    stop = threading.Event()

    def send_slowly():
        os.write(ends["out"], (1000).to_bytes(4, "big"))
        while not stop.wait(0.02):
            os.write(ends["out"], b" ")

    sender = threading.Thread(target=send_slowly)
    sender.start()
    with pytest.raises(FrameTimeout):  # after 20 seconds of waiting for the whole frame, it would be BadFrame
        channel.receive(0.3)
    stop.set()
    sender.join()


def test_a_flood_of_single_bytes_does_not_extend_the_deadline(pipes):
    """The pipe is never empty, so no wait for bytes times out."""
    channel, ends = pipes
    os.write(ends["out"], (30_000_000).to_bytes(4, "big"))
    stop = threading.Event()
    os.set_blocking(ends["out"], False)

    def flood():
        while not stop.is_set():
            try:
                os.write(ends["out"], b" ")
            except BlockingIOError:
                time.sleep(0)

    flooding = threading.Thread(target=flood)
    flooding.start()
    with pytest.raises(FrameTimeout):
        channel.receive(0.3)
    stop.set()
    flooding.join()


def test_a_peer_that_does_not_read_ends_in_a_timeout(pipes):
    channel, ends = pipes
    large = Frame({}, [np.zeros(1 << 20, np.uint8)])
    with pytest.raises(FrameTimeout):
        channel.send(large, 0.1)
    os.close(ends.pop("in"))
    with pytest.raises(PeerGone, match="during a send"):
        channel.send(large, 5)


def test_an_exception_of_the_watcher_ends_the_wait(pipes):
    channel, _ = pipes

    def watch():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        channel.receive(5, watch)


def test_closing_twice_closes_once(pipes):
    channel, _ = pipes
    channel.close()
    other = os.open("/dev/null", os.O_RDONLY)  # takes one of the numbers
    channel.close()
    os.close(other)


MEMORY = """
import os, resource, sys, threading
from d2l_autograder.sandbox.wire import Channel, LONGEST_FRAME
from d2l_helpers.errors import WireError
sent = bytes.fromhex(sys.argv[1])
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
(theirs, request), (answer, mine) = os.pipe(), os.pipe()
channel = Channel(answer, request)
before = peak()
def send():
    try:
        os.write(mine, sent)
        block = b"[" * (1 << 20)
        for _ in range(64):
            os.write(mine, block)
    except OSError:
        pass
    os.close(mine)
threading.Thread(target=send, daemon=True).start()
try:
    channel.receive(60)
except WireError as error:
    print(type(error).__name__)
print(peak() - before, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize(
    ("sent", "outcome"),
    {
        b"\xff\xff\xff\xff": "BadFrame",
        LONGEST_FRAME.to_bytes(4, "big"): "BadFrame",
        LONGEST_FRAME.to_bytes(4, "big") + (256 << 10).to_bytes(4, "big"): "BadFrame",
    }.items(),
)
def test_64_megabytes_of_anything_cost_no_more_memory_than_the_cap(sent, outcome):
    root = Path(__file__).parents[3]
    code = [sys.executable, "-c", MEMORY, sent.hex()]
    done = subprocess.run(code, capture_output=True, text=True, timeout=100, check=True, cwd=root)
    said, grown = done.stdout.split()
    assert said == outcome
    assert int(grown) << 10 < LONGEST_FRAME + (8 << 20)
