"""Sanitize the outputs of a submitted notebook: keep text and pictures that a teacher can look at safely."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import nbformat
from nbformat import NotebookNode

__all__ = ["join_lines", "sanitize_outputs"]

_MOST_OUTPUTS = 20  # of a cell
_MOST_CHARACTERS = 20_000  # of an output
_LARGEST_PICTURE = 1 << 20  # bytes
_WIDEST = 4000  # pixels
_PNG = b"\x89PNG\r\n\x1a\n"
_PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT")  # others hold text, other pictures, or anything
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)
_CONTROL = re.compile(r"[^\S \t\n]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def sanitize_outputs(outputs: Any) -> list[NotebookNode]:
    """Return the text and the PNG pictures of a cell's outputs, cut to what a teacher can look at.

    Parameters
    ----------
    outputs : object
        What the submitted notebook has in the place of outputs, which may be anything.
    """
    kept = []
    for output in outputs[:_MOST_OUTPUTS] if isinstance(outputs, list) else []:
        kind = output.get("output_type") if isinstance(output, dict) else None
        if kind == "stream":
            kept.append(nbformat.v4.new_output("stream", name="stdout", text=_text(output.get("text"))))
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            data = {"text/plain": _text(output["data"].get("text/plain"))}
            if (picture := _picture(output["data"].get("image/png"))) is not None:
                data["image/png"] = picture
            kept.append(nbformat.v4.new_output("display_data", data=data))
    return kept


def join_lines(value: Any) -> str:
    """Return the text that a notebook has as one string or as a list of lines; what is no text is left out."""
    parts = value if isinstance(value, list) else [value]
    return "".join(part for part in parts if isinstance(part, str)).encode(errors="replace").decode()


def _text(value: Any) -> str:
    """Return text without sequences that move a terminal's cursor or colour its text."""
    text = join_lines(value)[:_MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _ESCAPE.sub("", text))


def _picture(value: Any) -> str | None:
    text = join_lines(value)
    if len(text) > _LARGEST_PICTURE * 4 // 3 + 1000:
        return None
    try:
        picture = _pixels_only(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(picture).decode()


def _pixels_only(picture: bytes) -> bytes:
    """Return a PNG picture without metadata and without what follows its end; raise ValueError for another file."""
    width, height = (int.from_bytes(picture[start : start + 4], "big") for start in (16, 20))
    if not (picture[:16] == _PNG + b"\0\0\0\rIHDR" and 0 < width <= _WIDEST and 0 < height <= _WIDEST):
        raise ValueError("no PNG picture of a sensible size")
    kept, place, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        kind = picture[place + 4 : place + 8]
        end = place + 12 + int.from_bytes(picture[place : place + 4], "big")
        if end > len(picture) or (kind == b"IHDR" and len(kept) > 1):
            raise ValueError("a PNG picture that is damaged")
        if kind in (*_PIXEL_CHUNKS, b"IEND"):
            kept.append(picture[place:end])
        place = end
    return b"".join(kept)
