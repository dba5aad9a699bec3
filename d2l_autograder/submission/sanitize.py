"""Sanitize the outputs and attachments of a submitted notebook: text and pictures that a teacher can look at safely."""

from __future__ import annotations

import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from d2l_autograder.submission import pictures

__all__ = ["join_lines", "sanitize_attachments", "sanitize_outputs"]

_MOST_OUTPUTS = 20  # of a cell
_MOST_CHARACTERS = 20_000  # of an output
_LONGEST_PICTURE = 2_000_000  # characters in base64
_MOST_ATTACHMENTS = 10  # of a cell
_LONGEST_NAME = 200
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
            encoded = join_lines(output["data"].get("image/png"), _LONGEST_PICTURE)
            if picture := pictures.sanitized("image/png", encoded):
                data["image/png"] = picture
            kept.append(nbformat.v4.new_output("display_data", data=data))
    return kept


def sanitize_attachments(attachments: Any) -> dict[str, dict[str, str]]:
    """Return the pictures that a cell of text shows, by the names that the text calls them.

    Parameters
    ----------
    attachments : object
        What the submitted notebook has in the place of attachments, which may be anything.
    """
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if len(kept) == _MOST_ATTACHMENTS:
            break
        for kind in pictures.KINDS if isinstance(bundle, dict) and len(name) <= _LONGEST_NAME else ():
            if picture := pictures.sanitized(kind, join_lines(bundle.get(kind), _LONGEST_PICTURE)):
                kept[join_lines(name)] = {kind: picture}
                break
    return kept


def join_lines(value: Any, most: int | None = None) -> str:
    """Return the text that a notebook has as one string or as a list of lines; what is no text is left out.

    Parameters
    ----------
    value : object
        The string, the list, or anything else.
    most : int, optional
        How many characters to return at most.
    """
    kept, room = [], most
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str):
            kept.append(part if room is None else part[:room])
            room = None if room is None else room - len(kept[-1])
        if room == 0:
            break
    return "".join(kept).encode(errors="replace").decode()


def _text(value: Any) -> str:
    """Return text without sequences that move a terminal's cursor or colour its text."""
    text = join_lines(value, _MOST_CHARACTERS).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _ESCAPE.sub("", text))
