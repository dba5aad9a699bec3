"""Read the cells of a submitted file, which may hold anything, without taking much more memory than the file."""

from __future__ import annotations

import json
import re
from typing import Any

from d2l_helpers.errors import NotebookError

__all__ = ["LARGEST", "damaged", "read_cells"]

LARGEST = 20 << 20  # bytes of a file
_SMALL = 1 << 20  # bytes; whatever a file of this size is made of takes 50 MB at most
_MOST_STRINGS, _MOST_LISTS, _MOST_VALUES = 400_000, 200_000, 2_000_000  # of a larger file; objects count as lists
_MOST_CELLS = 1000
_ESCAPED = b"\x01\x02"
_LONGEST, _CUT = 2_000_000, 1_300_000  # no cell and no picture needs a string of more bytes than the first
# All that is read of a notebook. Other values are dropped as soon as they are parsed
_READ = {
    *("cells", "worksheets", "cell_type", "source", "input", "metadata", "id", "nbgrader", "grade_id"),
    *("outputs", "output_type", "text", "data", "attachments", "text/plain", "image/png", "image/jpeg", "image/gif"),
}


def read_cells(contents: bytes) -> list[dict[str, Any]]:
    """Return the cells of a notebook as they are in its file; nothing is known of their values.

    Numbers are read as None.

    Parameters
    ----------
    contents : bytes
        The file.

    Raises
    ------
    NotebookError
        If the file is too large, or no notebook; the message is for the student.
    """
    if len(contents) > LARGEST:
        raise damaged(f"a file of more than {LARGEST >> 20} MB", f"{LARGEST >> 20} MB at most")
    try:
        text = _text_of(contents)
        content = json.loads(
            text, parse_int=_nothing, parse_float=_nothing, parse_constant=_nothing, object_pairs_hook=_read
        )
    except RecursionError:
        raise damaged("JSON that is nested too deeply", "a notebook as Jupyter saves it") from None
    except ValueError as error:
        raise damaged(f"a file that is not JSON ({str(error)[:100]})", "a notebook as Jupyter saves it") from None
    cells = _cells_of(content) if isinstance(content, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise damaged("JSON that is no notebook", "a notebook of nbformat 4 with its cells")
    if len(cells) > _MOST_CELLS:
        raise damaged(f"{len(cells):,} cells", f"{_MOST_CELLS:,} at most")
    return cells


def damaged(got: str, expected: str) -> NotebookError:
    """Return the error for a submission that cannot be marked."""
    return NotebookError(
        "This submission cannot be marked.",
        got=got,
        expected=expected,
        remedy="open the notebook in Jupyter, save it, and hand it in again",
    )


def _text_of(contents: bytes) -> str:
    """Decode the file: UTF-8, 16 or 32. Of a large one, count the parts first, and cut strings that are too long."""
    encoding = json.detect_encoding(contents)
    if len(contents) > _SMALL:
        if not encoding.startswith("utf-8"):
            contents = contents.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
            encoding = "utf-8"
        contents = _within_bounds(contents)
    return contents.decode(encoding, "surrogatepass")


def _within_bounds(contents: bytes) -> bytes:
    # Escapes become other characters, as many, so that each quotation mark begins or ends a string
    bare = contents.replace(b"\\\\", _ESCAPED).replace(b'\\"', _ESCAPED)
    _require_at_most(_MOST_STRINGS, bare.count(b'"') // 2, "pieces of text")
    long, lists, values = [], 0, 0
    for part in re.finditer(rb'"[^"]*"?|([\[{])|,', bare):
        start, end = part.span()
        if end - start > 1:
            long += [(start, end)] if end - start > _LONGEST else []
        elif part.lastindex:
            _require_at_most(_MOST_LISTS, lists := lists + 1, "lists and objects")
        else:
            _require_at_most(_MOST_VALUES, values := values + 1, "values")
    for start, end in reversed(long):
        cut = start + _CUT
        if (escape := bare.rfind(b"\\", cut - 6, cut)) >= 0:
            cut = escape
        while contents[cut] & 0xC0 == 0x80 or bare[cut] == _ESCAPED[1]:
            cut -= 1  # or the cut would lie inside a character, or inside an escape
        contents = contents[:cut] + contents[end - 1 :]
    return contents


def _require_at_most(most: int, count: int, what: str) -> None:
    if count > most:
        raise damaged(f"more than {most:,} {what}", f"{most:,} at most")


def _nothing(_: str) -> None:
    """Take the place of a number: no number of a notebook is read, and a list of None takes the least memory."""


def _read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value for key, value in pairs if key in _READ or isinstance(value, dict)}


def _cells_of(content: dict[str, Any]) -> Any:
    """Return a notebook's cells, which were on worksheets before nbformat 4."""
    sheets = content.get("worksheets")
    if "cells" in content or not isinstance(sheets, list):
        return content.get("cells")
    found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in found if isinstance(cells, list) for cell in cells]
