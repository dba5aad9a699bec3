"""Check the numbers in a notebook's prose against the metrics that its cells recorded.

A measured number stands in bold with a mark after it, ``**83.0%**<!--test_acc-->``: a comment that names the metric.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from nbformat import NotebookNode

from d2l_helpers.errors import RecordError
from d2l_helpers.records import Metric, split_outputs, within

__all__ = ["check_prose", "unmarked_numbers"]

# Any one-word comment is a mark, even where no number stands before it: a number in a form that the pattern does not
# cover would otherwise pass unchecked
_MARK = re.compile(
    r"""
    (?: (?<![^\W_]) (?<![.,])  (?P<number> [-−+]? \d+ (?:\.\d+)? (?:[eE][-−+]?\d{1,3})? )
        (?P<percent> \s? % )?  [*_`]{0,3}  \s? )?
    <!--\s*  (?P<name> [^\W\d]\w* )  (?P<bracket> \[ (?P<index> [-−]?\d{1,9} ) \] )?  \s*-->
    """,
    re.VERBOSE,
)
_MARK_ALONE = re.compile(r"\s*[^\W\d]\w*(?:\[[-−]?\d{1,9}\])?\s*")  # the text of such a comment

_BOLD_TAGS = {"b", "strong"}
_MAX_CHARACTERS = 60  # of a number with its unit
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

_UNMARKED = "{} is bold but has no mark: record it and mark it, as in **83.0%**<!--test_acc-->, or do without bold type"


def check_prose(notebook: NotebookNode) -> list[str]:
    """Check the marked and the bold numbers in a notebook's prose against its recorded metrics.

    A mark is a comment of one name after a number, bold, in backticks or plain: ``**83.0%**<!--test_acc-->``. A bold
    number must have one. A percent sign multiplies the metric by 100. Of a metric with one number per epoch, the mark
    chooses one as in Python: ``0.485<!--train_loss[4]-->`` is the fifth epoch's, ``[-1]`` the last.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook whose cells have ids.

    Returns
    -------
    list of str
        The findings, as ``cell-id: message``: a number that is not the metric rounded to the decimals written, a mark
        without a number, a bold number without a mark, a name or index that was not recorded, a name recorded with two
        values.
    """
    recorded: dict[str, Metric] = {}
    findings = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            findings += [f"{cell['id']}: {message}" for message in _add_metrics(cell, recorded)]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            marks = _MARK.finditer(cell.source)
            findings += [f"{cell['id']}: {message}" for mark in marks for message in _check_mark(mark, recorded)]
            findings += [f"{cell['id']}: {_UNMARKED.format(number)}" for number in unmarked_numbers(cell.source)]
    return findings


def _add_metrics(cell: NotebookNode, recorded: dict[str, Metric]) -> Iterator[str]:
    """Add a cell's metrics to `recorded`, and yield what is wrong with them."""
    try:
        metrics, _ = split_outputs(cell.outputs)
    except RecordError as error:
        yield f"{error.failed}: got {error.got}, expected {error.expected}"
        return
    for name, metric in metrics.items():
        if recorded.setdefault(name, metric).value != metric.value:
            yield f"{name} is recorded a second time with another value; prose could mean either"


def _check_mark(mark: re.Match[str], recorded: dict[str, Metric]) -> Iterator[str]:
    """Yield what is wrong with one mark, if anything is."""
    name, index = mark["name"], mark["index"]
    if mark["number"] is None:
        yield f"no number stands before {mark[0]}; write it as in **83.0%**<!--test_acc-->"
        return
    if name not in recorded:
        yield f"prose quotes {name}, which no cell records"
        return
    value, quoted = recorded[name].value, name + (mark["bracket"] or "")
    if isinstance(value, tuple):
        position = int(index.replace("−", "-")) if index else None
        if position is None or not -len(value) <= position < len(value):
            yield f"prose quotes {quoted}, but {name} is a list: choose from {name}[0] to {name}[{len(value) - 1}]"
            return
        value = value[position]
    elif index:
        yield f"prose quotes {quoted}, but {name} is one number"
        return
    percent = "%" if mark["percent"] else ""
    if not within(mark["number"] + percent, value):
        shown = f"{value * 100:.8g}%" if percent else f"{value:.8g}"
        yield f"prose says {mark['number']}{percent}, but {quoted} is recorded as {shown}"


def unmarked_numbers(markdown: str) -> list[str]:
    """Find the bold numbers, perhaps with a unit, that no mark such as ``<!--test_acc-->`` follows.

    Parameters
    ----------
    markdown : str
        The source of a cell. Bold is what CommonMark or HTML tags make bold.

    Returns
    -------
    list of str
        The numbers as a reader sees them, in order.
    """
    parser = _BoldNumbers()
    parser.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
    parser.close()
    parser.finish()
    return parser.unmarked


class _BoldNumbers(HTMLParser):
    """Collect the bold numbers of a page that no mark follows."""

    def __init__(self) -> None:
        super().__init__()
        self.unmarked: list[str] = []
        self._depth = 0
        self._text = ""  # bold text whose mark, if it has one, is still to come
        self._has_mark = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a bold text at its outermost tag."""
        if not self._depth:
            self.finish()
        self._depth += tag in _BOLD_TAGS

    def handle_endtag(self, tag: str) -> None:
        """End a bold text; its mark may still follow other end tags, such as those of italics or a link."""
        if tag in _BOLD_TAGS and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        """Add to the bold text; other text means that no mark follows the bold text before it."""
        if self._depth:
            self._text += data
        elif data.strip():
            self.finish()

    def handle_comment(self, data: str) -> None:
        """Note whether a comment is a mark."""
        self._has_mark = self._has_mark or bool(_MARK_ALONE.fullmatch(data))

    def finish(self) -> None:
        """Keep the bold text if it is a number without a mark, and forget it."""
        text = " ".join(self._text.replace("$", "").replace("\\", "").split())
        is_short = 0 < len(text) <= _MAX_CHARACTERS
        if is_short and not self._has_mark and _NUMBER_AND_UNIT.fullmatch(text):
            self.unmarked.append(text)
        self._text, self._has_mark = "", False
