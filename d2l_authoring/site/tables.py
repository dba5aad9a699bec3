"""Write tables that a screen reader can go through: of what `helpers.show` recorded, and those of a page."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

__all__ = ["measured_html", "with_named_headers"]

_COLUMNS = re.compile(r" {2,}")
_PAIR = re.compile(r"(\S.*?): (\S+)(?: {2,}|$)")
_HEADER = re.compile(r"<th\b(?P<attributes>[^>]*)>(?P<content>.*?)</th>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def measured_html(text: str) -> str:
    """Return recorded metrics as HTML.

    Parameters
    ----------
    text : str
        The metrics as a notebook shows them: a table with a row per epoch or per name, then names and numbers.

    Returns
    -------
    str
        A table, a list of names and numbers, or both; empty if the text has another form.
    """
    lines = text.splitlines()
    pairs = [_PAIR.findall(line) for line in lines if ": " in line]
    table = [_COLUMNS.split(line.strip()) for line in lines if ": " not in line]
    if table and not _is_table(table, has_corner=not lines[0].startswith(" ")):
        return ""
    if any(not line for line in pairs) or not lines:
        return ""
    parts = [_table(table, has_corner=not lines[0].startswith(" "))] if table else []
    parts += [_list([pair for line in pairs for pair in line])] if pairs else []
    return f'<div class="measured">{"".join(parts)}</div>'


def with_named_headers(body: str) -> str:
    """Return a page's HTML with named table headers.

    An empty corner of a table becomes a cell, since a header without a name names nothing. A formula as a header gets
    its characters as its name, which not all screen readers take from MathML.
    """
    return _HEADER.sub(_header, body)


def _is_table(rows: Sequence[Sequence[str]], has_corner: bool) -> bool:
    """Return whether each row has a name and as many numbers as the head has names."""
    columns = len(rows[0]) + (not has_corner)
    return len(rows) > 1 and columns > 1 and all(len(row) == columns for row in rows[1:])


def _table(rows: Sequence[Sequence[str]], has_corner: bool) -> str:
    names = rows[0] if has_corner else ["", *rows[0]]
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' if name else "<td></td>" for name in names)
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>{"".join(f"<td>{html.escape(n)}</td>" for n in row[1:])}</tr>'
        for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _list(pairs: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(n)}</dd></div>" for name, n in pairs)
    return f"<dl>{rows}</dl>"


def _header(found: re.Match[str]) -> str:
    content = found["content"]
    text = _TAG.sub("", content).strip()
    if not text:
        return f"<td{found['attributes']}></td>"
    if not _TAG.sub("", re.sub(r"<math\b.*?</math>", "", content, flags=re.DOTALL)).strip():
        content = content.replace("<math", f'<math role="math" aria-label="{html.escape(html.unescape(text))}"', 1)
    return f"<th{found['attributes']}>{content}</th>"
