"""Find bold numbers in prose that have no mark: in the chapter, a bold number is one that was measured."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

__all__ = ["unmarked_numbers"]

_BOLD = {"b", "strong"}
_MARK = re.compile(r"\s*[^\W\d]\w*(?:\[[-−]?\d{1,9}\])?\s*")
_MOST_CHARACTERS = 60  # of a number with its unit
_DIGITS = r"[.,]?[\d½¼¾](?:[.,'’/:\s]?[\d½¼¾])*"
_POWER = r"(?:\s?[·×x*]\s?10)?(?:[⁺⁻⁰¹²³⁴-⁹]+|\^[-−]?\d+)|[eE][-−+]?\d+"
_NUMBER = rf"[-−+±]?\s*{_DIGITS}(?:{_POWER})?"
_NUMBER_AND_UNIT = re.compile(
    rf"""
    (?:about|almost|around|just|nearly|only|over|roughly|under)?  [\s~≈≃<>≤≥=×$€£]*
    {_NUMBER}  (?: \s* (?:[-−–—±…]|to|of|in|and|or) \s* {_NUMBER} )*
    (?: \s*[%‰°×] | (?!st|nd|rd|th)[a-zµ]{{1,2}} | \s+[^\W\d]+ )?  # 3.5%, 3x and 5ms, 10 epochs; not 3rd
    [\s.,;:!?]*
    """,
    re.VERBOSE | re.IGNORECASE,
)


def unmarked_numbers(markdown: str) -> list[str]:
    """Find what is bold and a number, perhaps with a unit, and is not followed by a mark such as ``<!--test_acc-->``.

    Parameters
    ----------
    markdown : str
        The source of a cell; bold is what Markdown or HTML make bold there.

    Returns
    -------
    list of str
        The numbers as a reader sees them, in their order.
    """
    reader = _Reader()
    reader.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
    reader.close()
    reader.end()
    return reader.unmarked


class _Reader(HTMLParser):
    """Collects the unmarked numbers of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.unmarked: list[str] = []
        self._depth = 0
        self._text = ""  # of what is bold, or was until its mark may come
        self._has_mark = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to read what is bold."""
        if not self._depth:
            self.end()
        self._depth += tag in _BOLD

    def handle_endtag(self, tag: str) -> None:
        """Note that what is bold has ended; its mark may stand behind other ends, as of italics or a link."""
        if tag in _BOLD and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        """Read a text."""
        if self._depth:
            self._text += data
        elif data.strip():
            self.end()

    def handle_comment(self, data: str) -> None:
        """Read what may be a mark."""
        self._has_mark = self._has_mark or bool(_MARK.fullmatch(data))

    def end(self) -> None:
        """Judge what was bold: no mark can follow any more."""
        text = " ".join(self._text.replace("$", "").replace("\\", "").split())
        is_short = 0 < len(text) <= _MOST_CHARACTERS
        if is_short and not self._has_mark and _NUMBER_AND_UNIT.fullmatch(text):
            self.unmarked.append(text)
        self._text, self._has_mark = "", False
