"""Results to report on, and how to read the reports; some hold what a hostile student would put there."""

from __future__ import annotations

import csv
import dataclasses
import io
import unicodedata
from html.parser import HTMLParser

from hypothesis import strategies as st
from rich.console import Console

from d2l_autograder.results import Finding, Mark, Result, Status
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
RESULT = Result("Zoë 李", "04_softmax", Status.MARKED, "", (PARTLY, RIGHT, OPEN), ("a cell was put back",), "5eed" * 16)
DAMAGED = Result(
    "Ada", "04_softmax", Status.DAMAGED, "a file that is not JSON", (dataclasses.replace(OPEN, hint="Psst"),)
)
FAULT = Result("Bob", "04_softmax", Status.SANDBOX_FAULT, "bwrap at /opt/graders/bin is missing")

HOSTILE = (
    '"><script>alert(1)</script>',
    "</style><img src=x onerror=alert(1)>",
    "\x1b[2J\x1b]0;title\x07",
    "\u202edesrever\u2066",
    '=HYPERLINK("http://a.example")',
    "\t=1+1",
    "../../etc/passwd",
    "\ud800",
    "[bold]rich[/bold] [link=http://a.example]",
    "line\r\nline\nline",
    "\x00\x85\u2028",
)
texts = st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=30)
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
    """The tags of a page with their attributes, and its text."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))

    def handle_endtag(self, tag):
        self.tags.append((f"/{tag}", []))

    def handle_data(self, data):
        self.text += data


def shown(renderable, width=100):
    stream = io.StringIO()
    Console(file=stream, width=width, force_terminal=True, color_system=None).print(renderable)
    return stream.getvalue()


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def is_harmless(letter):
    return letter in "\n\t\u200c\u200d" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
