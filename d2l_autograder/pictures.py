"""Pictures that a student pasted into text: shown to a teacher, and nothing but pictures."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

__all__ = ["as_markdown"]

_MOST = 20  # pictures of a cell
_LARGEST = 5 << 20  # characters of a picture
_KINDS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}  # with the bytes that each begins with


def as_markdown(text: str, attachments: Any) -> tuple[str, NotebookNode]:
    """Return Markdown with the pictures below it, and the attachments that it shows.

    Parameters
    ----------
    text : str
        Markdown that shows no attachment by itself.
    attachments : object
        What a submitted cell has as attachments.

    Returns
    -------
    tuple of str and NotebookNode
        The names of attachments are new, because a student's own names could be anything. Whatever is no PNG or JPEG
        by its first bytes is left out.
    """
    kept = NotebookNode()
    for number, (kind, data) in enumerate(_pictures(attachments), start=1):
        kept[f"picture-{number}"] = NotebookNode({kind: data})
    shown = "".join(f"\n\n![{name}](attachment:{name})" for name in kept)
    return f"{text}{shown}", kept


def _pictures(attachments: Any) -> Iterator[tuple[str, str]]:
    bundles = list(attachments.values())[:_MOST] if isinstance(attachments, dict) else []
    for bundle in bundles:
        for kind, start in _KINDS.items():
            data = bundle.get(kind) if isinstance(bundle, dict) else None
            if isinstance(data, str) and len(data) <= _LARGEST and (clean := _decoded(data)).startswith(start):
                yield kind, base64.b64encode(clean).decode()
                break


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
