"""The outputs that a student's notebook came with, as a teacher may look at them: text and pictures."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import nbformat
from nbformat import NotebookNode

__all__ = ["tame"]

_MOST_OUTPUTS = 20  # of a cell
_MOST_LETTERS = 20_000  # of an output
_LARGEST_PICTURE = 1 << 20  # bytes
_WIDEST = 4000  # pixels
_PNG = b"\x89PNG\r\n\x1a\n"


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


def _text(said: Any) -> str:
    text = "".join(map(str, said)) if isinstance(said, list) else said if isinstance(said, str) else ""
    return text[:_MOST_LETTERS].encode(errors="replace").decode()


def _picture(said: Any) -> str | None:
    text = "".join(map(str, said)) if isinstance(said, list) else said
    if not isinstance(text, str) or len(text) > _LARGEST_PICTURE * 4 // 3 + 1000:
        return None
    try:
        picture = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    width, height = (int.from_bytes(picture[start : start + 4], "big") for start in (16, 20))
    is_sane = picture.startswith(_PNG) and 0 < width <= _WIDEST and 0 < height <= _WIDEST
    return base64.b64encode(picture).decode() if is_sane else None
