"""Repair in a page's HTML what a screen reader would stumble over."""

from __future__ import annotations

import html
import re

__all__ = ["accessible"]

_HEADER = re.compile(r"<th\b(?P<attributes>[^>]*)>(?P<content>.*?)</th>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def accessible(body: str) -> str:
    """Return a page's HTML with named table headers.

    An empty corner of a table becomes a cell, since a header without a name names nothing. A formula as a header gets
    its characters as its name, which not all screen readers take from MathML.
    """
    return _HEADER.sub(_header, body)


def _header(found: re.Match[str]) -> str:
    content = found["content"]
    text = _TAG.sub("", content).strip()
    if not text:
        return f"<td{found['attributes']}></td>"
    if not _TAG.sub("", re.sub(r"<math\b.*?</math>", "", content, flags=re.DOTALL)).strip():
        content = content.replace("<math", f'<math role="math" aria-label="{html.escape(html.unescape(text))}"', 1)
    return f"<th{found['attributes']}>{content}</th>"
