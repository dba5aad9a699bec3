"""Write the prose of a notebook for a page on which nothing runs."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote

__all__ = ["page_prose"]

_BADGES = re.compile(r"\n*\[!\[Open in [^\n]*")
_MARK = re.compile(r"<!--\s*[^\W\d]\w*(?:\[[-−]?\d+\])?\s*-->")
_CODE = re.compile(r"(?<![\[`])`(\w+)`(?!`)")
_EXERCISES = re.compile(r"^## Exercises[^\n]*$", re.MULTILINE)
_NOTE = "In the notebook, a check says at once what an answer still lacks. Here, three hints unfold, one after another."
# Sentences about the button below a check, which a page has not
_BUTTON = re.compile(r"(?:^|(?<=\. ))[^.]*\bbutton below each check\b[^.]*\.\s*")
# A link to a heading as Jupyter names it, such as 04_softmax_regression.ipynb#The-sections
_ANCHOR = re.compile(r"(?<=\]\()((?:\w+\.ipynb)?#)([^)\s]+)")
_NOT_IN_ANCHORS = re.compile(r"[^\w -]")
_REWORDED = {"before you run the cell": "before you read on"}


def page_prose(source: str, pages: Collection[str]) -> str:
    """Return the Markdown of a cell without badges, marks of metrics, and what it says about a check's button.

    The names of notebooks become links to their pages; `pages` has the names of all pages.
    """
    source = _MARK.sub("", _BADGES.sub("", source))
    blocks = [_block(block) for block in re.split(r"\n{2,}", source)]
    source = _EXERCISES.sub(rf"\g<0>\n\n{_NOTE}", "\n\n".join(filter(None, blocks)))
    for said, instead in _REWORDED.items():
        source = source.replace(said, instead)
    source = _ANCHOR.sub(_anchor, source)
    return _CODE.sub(lambda code: f"[{code[0]}]({code[1]}.ipynb)" if code[1] in pages else code[0], source)


def _anchor(link: re.Match[str]) -> str:
    """Return a link to a heading with the name that MyST gives to the heading."""
    return f"{link[1]}{_NOT_IN_ANCHORS.sub('', unquote(link[2]).lower())}"


def _block(block: str) -> str:
    """Return a block of Markdown; a paragraph is left out, or loses a sentence, where it explains the hints' button."""
    if block.lstrip().startswith(("-", "|", "#", "$")):
        return block
    if "helpers.hint(" in block:
        return ""
    line = " ".join(block.split())
    return _BUTTON.sub("", line) if "button below each check" in line else block
