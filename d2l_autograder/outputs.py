"""The outputs that a student's notebook came with, as a teacher may look at them: text and pictures."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import nbformat
from nbformat import NotebookNode

__all__ = ["joined", "tame"]

_MOST_OUTPUTS = 20  # of a cell
_MOST_LETTERS = 20_000  # of an output
_LARGEST_PICTURE = 1 << 20  # bytes
_WIDEST = 4000  # pixels
_PNG = b"\x89PNG\r\n\x1a\n"
_DRAWS = (b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT")  # chunks; others hold text, other pictures, or anything
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)
_CONTROL = re.compile(r"[^\S \t\n]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def tame(outputs: Any) -> list[NotebookNode]:
    """Keep of a cell's outputs the text and the PNG pictures, within sensible sizes.

    Parameters
    ----------
    outputs : object
        What the submitted notebook has for them, which may be anything.
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


def joined(text: Any) -> str:
    """Give the text that a notebook has as one string or as a list of lines; what is no text is left out."""
    parts = text if isinstance(text, list) else [text]
    return "".join(part for part in parts if isinstance(part, str)).encode(errors="replace").decode()


def _text(said: Any) -> str:
    """Give a text without what moves a terminal's cursor or colours it."""
    text = joined(said)[:_MOST_LETTERS].replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _ESCAPE.sub("", text))


def _picture(said: Any) -> str | None:
    text = joined(said)
    if len(text) > _LARGEST_PICTURE * 4 // 3 + 1000:
        return None
    try:
        drawn = _drawn(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(drawn).decode()


def _drawn(picture: bytes) -> bytes:
    """Keep of a PNG picture what draws it, and nothing that follows its end; raises ValueError for another file."""
    width, height = (int.from_bytes(picture[start : start + 4], "big") for start in (16, 20))
    if not (picture[:16] == _PNG + b"\0\0\0\rIHDR" and 0 < width <= _WIDEST and 0 < height <= _WIDEST):
        raise ValueError("no PNG picture of a sensible size")
    kept, place, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        kind = picture[place + 4 : place + 8]
        end = place + 12 + int.from_bytes(picture[place : place + 4], "big")
        if end > len(picture) or (kind == b"IHDR" and len(kept) > 1):
            raise ValueError("a PNG picture that is damaged")
        if kind in (*_DRAWS, b"IEND"):
            kept.append(picture[place:end])
        place = end
    return b"".join(kept)
