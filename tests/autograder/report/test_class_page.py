"""The teacher's page on a class: complete, the same for any order, small, and no text of a student's is markup."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sample_results import EVIL, HOSTILE, Structure, class_of, is_safe, results, texts

from d2l_autograder.report import write_class_page
from d2l_autograder.report.class_page import class_page
from d2l_autograder.report.class_statistics import assignments_of, spread_of
from d2l_autograder.report.similar_pairs import SimilarPair, read_similar
from d2l_autograder.results import THE_ANSWER, Finding, Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict
from d2l_helpers.errors import RecordError

NAME = "04_softmax_regression"
HOSTILE_CLASS = settings(max_examples=40, deadline=None)
rows = st.builds(
    Row, results, st.just(None) | st.just(datetime(2026, 3, 1, tzinfo=UTC)), st.booleans(), st.sampled_from([0.0, 1.5])
)
pairs = st.builds(SimilarPair, st.tuples(texts, texts), texts, texts, st.floats(0, 1), st.sampled_from(["", "pair-1"]))


def section(page, heading):
    """Return the text of a section of the page."""
    text = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page))
    return text.partition(f" {heading} ")[2]


def row(student="ada", status=Status.MARKED, earned=2.0, **changes):
    marks = (Mark("loss", "The loss", 2.0, earned, Verdict.RIGHT if earned == 2 else Verdict.WRONG),)
    result = Result(student, NAME, status, "why", marks if status in (Status.MARKED, Status.DAMAGED) else ())
    return Row(dataclasses.replace(result, **{k: v for k, v in changes.items() if k in ("seconds", "repairs")}),
               **{k: v for k, v in changes.items() if k in ("is_late", "penalty", "submitted", "before")})  # fmt: skip


@given(st.lists(rows, max_size=4), st.none() | st.lists(pairs, max_size=3))
@HOSTILE_CLASS
def test_no_text_adds_a_tag_or_leads_anywhere_else(several, similar):
    page = class_page(several, similar)
    structure = Structure(page)
    assert not {tag for tag, _ in structure.tags} & {"script", "img", "link", "iframe", "object", "form", "!--"}
    assert page.count("<b>") == page.count("Fails most")
    assert not any(name.startswith("on") for _, found in structure.tags for name, _ in found)
    opened = []
    for tag, _ in structure.tags:  # each tag is closed, in order
        if tag.startswith("/"):
            assert opened.pop() == tag[1:]
        elif tag != "meta":
            opened.append(tag)
    assert not opened
    for _, found in structure.tags:
        for name, value in found:
            if name in ("href", "src"):
                assert re.match(r"#|feedback/[^/]+/[^/]+\.html$|similar\.html(#[\w-]+)?$", value), value
                assert ".." not in unquote(value).split("/")
    assert is_safe(structure.text.replace("\n", ""))
    assert len(page) < 200_000


@given(st.lists(rows, max_size=5))
@HOSTILE_CLASS
def test_the_page_does_not_depend_on_the_order_of_rows(several):
    keys = {(each.result.student, each.result.assignment): each for each in several}
    distinct = list(keys.values())
    assert class_page(distinct) == class_page(distinct[::-1])


@given(st.lists(st.tuples(st.floats(0, 8).map(lambda n: round(n, 2)), st.sampled_from([0.0, 1.0, 20.0])), max_size=30))
def test_totals_and_their_spread_are_those_of_a_slow_count(earned):
    several = [
        Row(Result(f"s{n}", NAME, Status.MARKED, "", (Mark("a", "A", 8.0, one, Verdict.WRONG),)), penalty=less)
        for n, (one, less) in enumerate(earned)
    ]
    found = assignments_of(several)
    if not earned:
        assert found == []
        return
    expected = sorted(round(max(0.0, one - less), 2) for one, less in earned)
    assert list(found[0].totals) == expected
    spread = spread_of(found[0].totals)
    assert (spread.lowest, spread.highest) == (expected[0], expected[-1])
    middle = len(expected) // 2
    assert spread.median == pytest.approx((expected[middle] + expected[-middle - 1]) / 2)
    bars = re.findall(r'<rect [^>]*height="([\d.]+)"', class_page(several).partition("Time to mark")[0])
    assert sum(float(height) > 0 for height in bars) == len({int(total) for total in expected})


def test_each_status_is_counted_and_named():
    several = [
        row("ada"), row("ben", earned=1.0, is_late=True, penalty=0.5, submitted=datetime(2026, 3, 1, tzinfo=UTC)),
        row("cleo", Status.DAMAGED), row("dan", Status.SANDBOX_FAULT), row("eve", Status.MISSING, before=1.0),
        row("fay", repairs=("cell 3 was cut",)), row("gus", repairs=("cell 12 was cut",)),
    ]  # fmt: skip
    page = class_page(several)
    assert "6 submissions by 7 students" in page
    said = section(page, "4 of 6 submissions marked; 1 could not be read; at 1 the grader failed; 1 missing; 1 late.")
    for part in (
        "88 % of 2 points", "75 % right (3) 25 % partly right (1)", "Not marked Student Assignment Why cleo Softmax",
        "dan Softmax regression why", "Missing Student Assignment Mark before eve Softmax regression 1",
        "ben Softmax regression 2026-03-01 00:00:00+00:00, loses 0.5", "2 cell … was cut",
    ):  # fmt: skip
        assert part in said
    assert 'href="feedback/cleo/04_softmax_regression.html"' in page


def test_the_slowest_come_first_with_what_took_the_time():
    slow = Finding("a row", Verdict.TIMEOUT, "more than 5 seconds", "a result")
    mark = Mark("loss", "The loss", 2.0, 0.0, Verdict.TIMEOUT, (slow,))
    endless = Row(Result("zoe", NAME, Status.MARKED, "", (mark,), seconds=65.0))
    page = class_page([*(row(f"s{n:02}", seconds=1.0 + n) for n in range(20)), endless])
    said = section(page, "The slowest submissions")
    assert said.startswith("Student Assignment Time What took it zoe Softmax regression 1.1 min The loss: timeout s19")
    assert "s09" not in said.partition("Not marked, missing, late")[0]


def test_a_table_of_many_names_says_how_many_more_there_are():
    page = class_page([row(f"s{n:03}", is_late=True) for n in range(80)])
    assert "and 30 more; grades.csv lists them all" in page


def test_charts_say_in_words_what_they_show():
    page = class_page([row("ada"), row("ben", earned=1.0), row("cleo", earned=1.0)])
    (alt,) = re.findall(r'role="img" aria-label="([^"]*)"', page)
    assert "3 marked submissions. Totals: from 1 to 2 of 2 points, median 1; the highest bar, of 2, begins at 1" in alt


def test_similar_submissions_are_listed_only_where_somebody_looked():
    assert "d2l-grade similar" in class_page([row()])
    assert "No two submissions" in class_page([row()], [])
    page = class_page([row()], [SimilarPair(("ada", EVIL), NAME, "loss", 0.925, "pair-1")])
    assert 'href="similar.html#pair-1"' in page
    assert "92 %" in page
    assert "<script" not in page


def test_a_class_of_3000_students_and_8_notebooks_has_a_small_page():
    said = [
        Finding("a row", Verdict.WRONG, f"the result: {n} of {n + 9} numbers are wrong {'W' * n}") for n in range(250)
    ]
    marks = [tuple(Mark(f"e{e}", "An exercise", 2.0, 0.0, Verdict.WRONG, (one,)) for e in range(6)) for one in said]
    several = [
        Row(Result(f"s{n:04}{'W' * 200}", f"0{a}_notebook", Status.MARKED, "", marks[(n + a) % 250]), is_late=True)
        for a in range(8)
        for n in range(3000)
    ]
    assert len(class_page(several)) < 500_000


CONTENT = {"students": ["ada", "ben"], "assignment": NAME, "exercise": "loss", "share": 0.5}


def test_pairs_are_read_in_the_order_of_the_file(tmp_path):
    file = tmp_path / "similar.json"
    assert read_similar(file) is None
    file.write_text(json.dumps({"pairs": [CONTENT, CONTENT | {"share": 1, "anchor": "pair-7", "more": 1}]}))
    assert read_similar(file) == [
        SimilarPair(("ada", "ben"), NAME, "loss", 0.5), SimilarPair(("ada", "ben"), NAME, "loss", 1.0, "pair-7"),
    ]  # fmt: skip


SPOILT = (
    "", "{", "[]", "5", "null", '{"pairs": 5}', '{"pairs": [5]}', '{"pairs": [{}]}', "[" * 100_000, '{"a": []}',
    *(json.dumps({"pairs": [CONTENT | change]}) for change in (
        {"students": ["ada"]}, {"students": ["ada", 5]}, {"students": "abc"}, {"share": "1"}, {"share": float("nan")},
        {"students": "ab"}, {"students": {"ada": 1, "ben": 2}}, {"share": 10**400},
        {"share": -0.1}, {"share": 1.5}, {"share": True}, {"exercise": None}, {"anchor": "javascript:alert(1)"},
        {"anchor": '"><script>'}, {"anchor": 5}, {"anchor": None},
    )),
)  # fmt: skip


@pytest.mark.parametrize("content", SPOILT)
def test_a_spoilt_list_of_pairs_is_named_and_the_page_is_written(tmp_path, content):
    (tmp_path / "similar.json").write_text(content)
    with pytest.raises(RecordError, match=r"similar\.json"):
        write_class_page([row()], tmp_path)
    assert "d2l-grade similar" in (tmp_path / "report.html").read_text()


def test_a_list_of_pairs_that_is_a_link_a_pipe_or_too_long_is_not_read(tmp_path):
    import os

    file = tmp_path / "similar.json"
    os.mkfifo(file)
    with pytest.raises(RecordError):
        read_similar(file)
    file.unlink()
    file.symlink_to(tmp_path / "other")
    with pytest.raises(RecordError):
        read_similar(file)
    file.unlink()
    with file.open("wb") as stream:
        stream.truncate(17 << 20)
    with pytest.raises(RecordError, match="ValueError"):
        read_similar(file)


def test_the_page_is_a_whole_document_with_a_way_to_each_part():
    tags = Structure(class_page([Row(each) for each in class_of("nan", "nan", None)])).tags
    assert ("html", [("lang", "en")]) in tags
    anchors = {dict(found).get("id") for _, found in tags}
    links = [dict(found)["href"][1:] for tag, found in tags if tag == "a" and dict(found)["href"].startswith("#")]
    assert len(links) >= 7
    assert anchors.issuperset(links)
    policy = next(dict(found)["content"] for tag, found in tags if dict(found).get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_answer_is_shown_as_text(text):
    finding = Finding(THE_ANSWER, Verdict.WRONG, text, text)
    mark = Mark("loss", text, 2.0, 0.0, Verdict.WRONG, (finding,))
    plain = class_page([Row(Result("x", "x", Status.MARKED, "", (dataclasses.replace(mark, title="x", findings=()),)))])
    found = class_page([Row(Result(text, text, Status.MARKED, text, (mark,), (text,)))])
    assert Structure(found).tags[-1] == Structure(plain).tags[-1] == ("/html", [])
    assert "<script" not in found
