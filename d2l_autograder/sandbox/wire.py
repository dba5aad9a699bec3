"""Messages over a pair of pipes whose other end may be hostile.

A frame is a length in four bytes and that many bytes of payload: the length of a JSON header in four bytes, the
header, and arrays as ``.npy``, one after the other; ``"arrays"`` in the header lists the length of each. The frame's
length is checked before anything is read, one deadline holds for the whole frame, and what is read is never copied.
So a peer can neither fill the grader's memory beyond the cap nor delay the grader by sending byte by byte.
"""

from __future__ import annotations

import json
import math
import os
import re
import select
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from d2l_autograder.sandbox.arrays import Array, from_npy, to_npy
from d2l_helpers.errors import BadFrame, FrameTimeout, PeerGone

__all__ = ["LONGEST_FRAME", "LONGEST_HEADER", "Channel", "Frame", "pack", "unpack"]

LONGEST_FRAME = 32 << 20  # bytes; 10,000 images as float32 are 31 MB
LONGEST_HEADER = 256 << 10
MOST_ARRAYS = 256
_DEEPEST = 24
_LONGEST_NUMBER = 20  # digits and sign of a 64-bit integer
_SURROGATE = re.compile("[\ud800-\udfff]")
_TICK = 0.1  # seconds between two calls of `watch`


@dataclass(frozen=True, eq=False)
class Frame:
    """One message.

    Parameters
    ----------
    header : dict
        Plain JSON, without the key ``"arrays"``.
    arrays : sequence of numpy.ndarray
        The arrays to which the header refers by number.
    """

    header: dict[str, Any]
    arrays: Sequence[Array] = ()


class Channel:
    """The grader's end of two pipes.

    Parameters
    ----------
    read_fd, write_fd : int
        File descriptors of pipes; the channel owns them from now on and makes them non-blocking.
    longest : int, optional
        The most bytes of payload that are accepted.
    """

    def __init__(self, read_fd: int, write_fd: int, longest: int = LONGEST_FRAME) -> None:
        self.longest = longest
        self._read_fd, self._write_fd = read_fd, write_fd
        self._is_open = True
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)

    def send(self, frame: Frame, seconds: float, watch: Callable[[], None] | None = None) -> None:
        """Send one frame; the arguments are those of `receive`.

        Raises
        ------
        FrameTimeout
            If the peer has not read the whole frame within `seconds`.
        PeerGone
            If the peer has closed its end.
        """
        payload = pack(frame)
        view = memoryview(len(payload).to_bytes(4, "big") + payload)
        deadline = time.monotonic() + seconds
        while view:
            self._wait(self._write_fd, select.POLLOUT, deadline, watch)
            try:
                view = view[os.write(self._write_fd, view[: 1 << 20]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise _gone("during a send") from error

    def receive(self, seconds: float, watch: Callable[[], None] | None = None) -> Frame:
        """Receive one frame.

        Parameters
        ----------
        seconds : float
            The timeout for the whole frame, however its bytes arrive.
        watch : callable, optional
            Called before each wait, and ten times a second while it lasts; an exception that it raises ends the wait.

        Raises
        ------
        BadFrame
            If what came is no frame, or a frame longer than `longest`.
        FrameTimeout
            If the whole frame did not come in time.
        PeerGone
            If the peer closed its end before or within the frame.
        """
        deadline = time.monotonic() + seconds
        length = int.from_bytes(self._read(4, deadline, watch), "big")
        if not 4 <= length <= self.longest:
            raise _bad(f"a frame of {length} bytes", f"one of 4 to {self.longest}")
        return unpack(self._read(length, deadline, watch))

    def close(self) -> None:
        """Close both ends; safe to call twice."""
        if self._is_open:
            self._is_open = False
            os.close(self._read_fd)
            with suppress(OSError):  # both are the same descriptor where the pair is a socket
                os.close(self._write_fd)

    def _read(self, length: int, deadline: float, watch: Callable[[], None] | None) -> memoryview:
        view = memoryview(bytearray(length))  # the kernel allocates page by page, as bytes arrive
        filled = 0
        while filled < length:
            self._wait(self._read_fd, select.POLLIN, deadline, watch)
            try:
                count = os.readv(self._read_fd, [view[filled:]])
            except BlockingIOError:
                continue
            if count == 0:
                raise _gone(f"after {filled} of {length} bytes")
            filled += count
        return view

    @staticmethod
    def _wait(fd: int, event: int, deadline: float, watch: Callable[[], None] | None) -> None:
        poll = select.poll()
        poll.register(fd, event)
        while True:
            now = time.monotonic()
            if now >= deadline:  # checked even if bytes are there: a peer may send byte by byte for ever
                raise _late()
            if watch:
                watch()
            if poll.poll(1000 * (min(deadline - now, _TICK) if watch else deadline - now)):
                return


def pack(frame: Frame) -> bytes:
    """Write a frame's payload.

    Raises
    ------
    ArgumentError
        If an array cannot be sent.
    """
    parts = [to_npy(array) for array in frame.arrays]
    header = json.dumps(frame.header | {"arrays": [len(part) for part in parts]}, allow_nan=False).encode()
    return b"".join([len(header).to_bytes(4, "big"), header, *parts])


def unpack(payload: memoryview) -> Frame:
    """Read a frame's payload, which may be any bytes.

    Returns
    -------
    Frame
        The frame; its arrays are views of `payload`.

    Raises
    ------
    BadFrame
        If the payload is not what `pack` writes; the error names what is wrong.
    """
    length = int.from_bytes(payload[:4], "big")
    if len(payload) < 4 or length > min(len(payload) - 4, LONGEST_HEADER):
        raise _bad(
            f"a header of {length} bytes in {len(payload)}", f"one of at most {LONGEST_HEADER}, within the frame"
        )
    header = _parse(bytes(payload[4 : 4 + length]))
    lengths = header.pop("arrays", None)
    if not isinstance(lengths, list) or len(lengths) > MOST_ARRAYS or any(type(n) is not int or n < 0 for n in lengths):
        raise _bad("no list of the arrays' lengths", f"at most {MOST_ARRAYS} whole numbers")
    body = payload[4 + length :]
    if sum(lengths) != len(body):
        raise _bad(f"{len(body)} bytes of arrays", f"the {sum(lengths)} that the header announces")
    arrays, start = [], 0
    for size in lengths:
        arrays.append(from_npy(body[start : start + size]))
        start += size
    return Frame(header, arrays)


def _parse(text: bytes) -> dict[str, Any]:
    """Parse a JSON object, without what Python's parser accepts beyond JSON."""
    try:
        header = json.loads(
            text.decode(),
            object_pairs_hook=_without_duplicates,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
        if not isinstance(header, dict):
            raise ValueError("a header that is no object")
        _check(header, 0)
    except RecursionError:
        raise _bad("JSON that is nested too deep", "a small JSON object") from None
    except ValueError as error:  # also raised for bytes that are no UTF-8
        raise _bad(str(error)[:200], "a small JSON object") from None
    return header


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(result := dict(pairs)) != len(pairs):
        raise ValueError("an object with one key twice")
    return result


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"an integer of {len(digits)} digits")
    return int(digits)


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"the number {digits[:20]}, which is infinite")
    return number


def _no_constant(name: str) -> None:
    raise ValueError(f"{name}, which is no JSON")


def _check(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError(f"values nested deeper than {_DEEPEST}")
    if isinstance(value, str) and _SURROGATE.search(value):
        raise ValueError("text that no encoding can write")  # writing the report would fail on it
    children = value if isinstance(value, list) else [*value, *value.values()] if isinstance(value, dict) else ()
    for child in children:
        _check(child, depth + 1)


def _bad(got: str, expected: str) -> BadFrame:
    return BadFrame(
        "The sandbox sent something that is no message.",
        got=got,
        expected=expected,
        remedy="end the sandbox; where its next message begins is unknown",
    )


def _gone(when: str) -> PeerGone:
    return PeerGone(
        "The sandbox has closed the connection.",
        got=f"its end {when}",
        expected="a whole message",
        remedy="end the sandbox, and find out how it died",
    )


def _late() -> FrameTimeout:
    return FrameTimeout(
        "The sandbox takes too long.",
        got="no whole message before the deadline",
        expected="a whole message in time",
        remedy="end the sandbox; a late message must not pass for the reply to the next request",
    )
