"""Results to report on, some with texts of a hostile student, and helpers that read the reports."""

from __future__ import annotations

import csv
import dataclasses
import io
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

from hypothesis import strategies as st
from rich.console import Console

from d2l_autograder.assignment import Assignment
from d2l_autograder.results import ByHand, Finding, Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict

RIGHT = Mark("loss", "The loss", 2.0, 2.0, Verdict.RIGHT, (Finding("one row", Verdict.RIGHT),))
PARTLY = Mark(
    "softmax",
    "The softmax",
    4.0,
    3.0,
    Verdict.WRONG,
    (Finding("a row", Verdict.RIGHT), Finding("large logits", Verdict.WRONG, "3 of 8 numbers are nan", "numbers")),
    "Subtract the maximum.",
)
OPEN = Mark("limit", "The limit", 1.0, 0.0, Verdict.NOT_ATTEMPTED, (), "Try some values.")
RESULT = Result("Zoë 李", "04_softmax", Status.MARKED, "", (PARTLY, RIGHT, OPEN), ("a cell was added",), "5eed" * 16)
DAMAGED = Result(
    "Ada", "04_softmax", Status.DAMAGED, "a file that is not JSON", (dataclasses.replace(OPEN, hint="Psst"),)
)
FAULT = Result("Bob", "04_softmax", Status.SANDBOX_FAULT, "bwrap at /opt/graders/bin is missing")
_EXTRA = dataclasses.replace(RESULT.marks[2], is_extra=True, earned=1.0)
BY_HAND = Row(
    dataclasses.replace(RESULT, marks=(*RESULT.marks[:2], _EXTRA)),
    by_hand=(
        ByHand("softmax", 0.0, 1.5, 0.25),  # in place of 3
        ByHand("error-analysis", 6.0, 4.5, comment="=1+1"),
        ByHand("outlook", 2.0, None, is_waiting=True),
    ),
)

HOSTILE = (
    '"><script>alert(1)</script>',
    "</style><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "<!-- &lt;b&gt; ]]>",
    "{{ 7 * 7 }} {% raw %} {# #}",
    "\n\n[a link](javascript:alert(1))\n\n<b>",
    "\x1b[2J\x1b]0;title\x07",
    "\u202edesrever\u2066",
    "\u200fright to left\u061c",
    '=HYPERLINK("http://a.example")',
    "\t=1+1",
    "../../etc/passwd",
    "\ud800",
    "[bold]rich[/bold] [link=http://a.example]",
    "line\r\nline\nline",
    "\x00\x85\u2028",
    "<W>" * 5_000,
)
EVIL = '<script>took()</script>\x1b[2J\u202e<b onclick="took()">'
# By their numbers: Hypothesis warns of a strategy that shows 46,000 characters
texts = st.integers(0, len(HOSTILE) - 1).map(lambda number: HOSTILE[number]) | st.text(st.characters(), max_size=30)
findings = st.builds(Finding, texts, st.sampled_from(Verdict), texts, texts)
numbers = st.floats(0, 100).map(lambda number: round(number, 2))
marks = st.builds(
    Mark, texts, texts, numbers, numbers, st.sampled_from(Verdict), st.tuples(findings) | st.just(()), texts
)
results = st.builds(
    Result,
    texts,
    texts,
    st.sampled_from(Status),
    texts,
    st.tuples(marks, marks) | st.tuples(marks) | st.just(()),
    st.tuples(texts) | st.just(()),
    is_sandboxed=st.booleans(),
)


class Structure(HTMLParser):
    """The tags of HTML with their attributes, its comments, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag):
        self.tags.append((f"/{tag}", []))

    def handle_comment(self, data):
        self.tags.append(("!--", [("", data)]))

    def handle_data(self, data):
        self.text += data


def with_plain_texts(value):
    """Return the same result with an x for each of its texts."""
    if isinstance(value, str) and not isinstance(value, Verdict | Status):
        return "x" if value else ""
    if isinstance(value, tuple):
        return tuple(map(with_plain_texts, value))
    if dataclasses.is_dataclass(value):
        fields = {field.name: with_plain_texts(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


def printed(renderable, width: int = 100) -> str:
    """Return what a terminal is sent."""
    stream = io.StringIO()
    Console(file=stream, width=width, force_terminal=True, color_system=None).print(renderable)
    return stream.getvalue()


def rows_of(content: bytes) -> list[list[str]]:
    """Read CSV as a spreadsheet does."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def texts_in(content: object) -> Iterator[str]:
    """Return every text in a JSON value, except the keys."""
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            yield from texts_in(item)
    elif isinstance(content, str):
        yield content


def is_safe(text: str) -> bool:
    """Return whether nothing in a text is invisible or steers a terminal."""
    return all(
        each in "\n\t\u200c\u200d" or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in text
    )


def class_of(*answers: str | None) -> list[Result]:
    """Return a class's results for two exercises: what each student got in the hard one, or None if it is right."""
    found = []
    for number, got in enumerate(answers):
        finding = Finding("a row", Verdict.WRONG if got else Verdict.RIGHT, got or "what is right")
        hard = Mark("hard", "A hard one", 2.0, 0.0 if got else 2.0, finding.verdict, (finding,))
        found.append(Result(f"student {number}", "04_softmax", Status.MARKED, "", (RIGHT, hard)))
    return found


def result_for(assignment: Assignment, student: str = "ada", share: float = 2 / 3, **changes) -> Result:
    """Return a result that earns a share of the points of each exercise; below 1, with hostile texts."""
    finding = Finding("an edge", Verdict.WRONG, EVIL, "numbers")
    verdict = Verdict.RIGHT if share == 1 else Verdict.WRONG
    marks = tuple(
        Mark(
            item.exercise.name,
            item.exercise.title,
            item.points,
            round(item.points * share, 2),
            verdict,
            (finding,),
            EVIL,
        )
        for item in assignment.items
    )
    return Result(student, assignment.name, **{"status": Status.MARKED, "marks": marks, **changes})
