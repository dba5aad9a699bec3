"""Feedback as HTML: it says everything, runs nothing, and shows every text as text."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime

from hypothesis import example, given
from markdown_it import MarkdownIt
from support.sample_results import BY_HAND, DAMAGED, FAULT, HOSTILE, RESULT, RIGHT, Structure, results, with_plain_texts

from d2l_autograder.report.feedback import feedback_on
from d2l_autograder.report.feedback_html import check_html, feedback_page, notes_html
from d2l_autograder.results import Result, Row, Status

HOSTILE_EXAMPLE = example(dataclasses.replace(RESULT, student=HOSTILE[0], marks=(), repairs=HOSTILE))


def page_of(result):
    return Structure(feedback_page(feedback_on(Row(result))))


def test_the_page_says_what_was_tested_what_came_out_and_what_helps():
    text = page_of(RESULT).text
    for part in (
        "5 of 7 points",
        "Zoë 李",
        "large logits: not right yet",
        "3 of 8 numbers are nan",
        "numbers",
        "Subtract the maximum.",
        "not attempted",
        "a cell was added",
        "● right",
        "◐ partly right",
        "○ not attempted",
    ):
        assert part in text


def test_a_damaged_notebook_has_a_page_with_the_reason_and_without_hints():
    text = page_of(DAMAGED).text
    assert "a file that is not JSON" in text
    assert "not marked" in text
    assert "Psst" not in text


def test_a_sandbox_fault_has_a_page_that_says_not_marked_yet():
    assert "Not marked yet" in page_of(FAULT).text
    assert "not marked" in page_of(FAULT).text


def test_the_page_says_that_tests_were_not_run_only_where_the_first_one_fails():
    first_fails = dataclasses.replace(RESULT.marks[0], findings=RESULT.marks[0].findings[1:])
    assert "other tests are not run" not in page_of(RESULT).text
    assert "other tests are not run" in page_of(dataclasses.replace(RESULT, marks=(RIGHT, first_fails))).text


def test_the_page_says_that_nothing_was_handed_in():
    text = page_of(Result("Ada", "04_softmax", Status.MISSING, "nothing")).text
    assert "Nothing was handed in" in text
    assert "not marked" in text
    assert "Not marked yet" not in text


def test_the_page_says_when_a_submission_came_and_what_it_loses():
    late = Structure(feedback_page(feedback_on(Row(RESULT, datetime(2026, 3, 2, tzinfo=UTC), True, 1.5)))).text
    for part in ("Late", "2026-03-02 00:00:00+00:00", "loses 1.5 points", "3.5 of 7 count", "5 of 7 points"):
        assert part in late
    assert "Late" not in Structure(feedback_page(feedback_on(Row(RESULT, datetime(2026, 3, 2, tzinfo=UTC))))).text


def test_what_else_a_mark_follows_from_is_shown():
    noted = dataclasses.replace(RESULT, marks=(dataclasses.replace(RIGHT, findings=(), note="Cell 3 <stopped>."),))
    assert "Cell 3 <stopped>." in page_of(noted).text
    assert "Cell 3 &lt;stopped&gt;." in check_html(feedback_on(Row(noted))["exercises"][0])


def test_the_page_says_when_there_was_no_sandbox():
    assert "without a sandbox" in page_of(dataclasses.replace(RESULT, is_sandboxed=False)).text
    assert "without a sandbox" not in page_of(RESULT).text


def test_the_page_runs_nothing_and_fetches_nothing():
    tags = page_of(RESULT).tags
    assert not {tag for tag, _ in tags} & {"script", "img", "link", "iframe", "object", "form"}
    assert ("html", [("lang", "en")]) in tags
    policy = next(dict(found)["content"] for tag, found in tags if dict(found).get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert all(value.startswith("#") for _, found in tags for key, value in found if key in ("href", "src"))


def test_every_link_of_the_page_leads_to_an_exercise():
    tags = page_of(RESULT).tags
    anchors = {dict(found).get("id") for _, found in tags}
    links = [dict(found)["href"][1:] for tag, found in tags if tag == "a"]
    assert links
    assert anchors.issuperset(links)


@given(results)
@HOSTILE_EXAMPLE
def test_no_text_adds_a_tag_or_an_attribute_to_a_page(result):
    assert page_of(result).tags == page_of(with_plain_texts(result)).tags


@given(results)
@HOSTILE_EXAMPLE
def test_every_text_is_shown_as_it_stands_in_the_feedback(result):
    feedback = feedback_on(Row(result))
    text = feedback_page(feedback)
    assert len(text) < 100_000  # huge texts are cut
    shown = Structure(text).text
    assert feedback["student"] in shown
    for exercise in feedback["exercises"]:
        for part in (exercise["title"], exercise["hint"], *(probe["got"] for probe in exercise["probes"])):
            assert part in shown
    assert all(repair in shown for repair in feedback["repairs"])


@given(results)
@HOSTILE_EXAMPLE
def test_no_text_adds_a_tag_to_a_check(result):
    pairs = zip(
        feedback_on(Row(result))["exercises"], feedback_on(Row(with_plain_texts(result)))["exercises"], strict=True
    )
    for exercise, plain in pairs:
        assert Structure(check_html(exercise)).tags == Structure(check_html(plain)).tags


@given(results)
@HOSTILE_EXAMPLE
def test_no_text_adds_a_tag_or_a_link_to_the_notes_when_markdown_is_rendered(result):
    rendered, plain = (
        MarkdownIt().render(notes_html(feedback_on(Row(each)))) for each in (result, with_plain_texts(result))
    )
    assert Structure(rendered).tags == Structure(plain).tags


def test_a_result_without_anything_to_note_has_no_notes():
    assert notes_html(feedback_on(Row(dataclasses.replace(RESULT, repairs=())))) == ""
    assert re.search("Repaired before marking: a cell was added", notes_html(feedback_on(Row(RESULT))))


def test_a_teachers_points_and_comments_are_shown_as_text():
    evil = tuple(dataclasses.replace(hand, comment="<script>x</script>") for hand in BY_HAND.by_hand)
    page = feedback_page(feedback_on(dataclasses.replace(BY_HAND, by_hand=evil)))
    shown = " ".join(Structure(page).text.split())
    assert "9.25 of 14 points" in shown
    assert "Error analysis marked 4.5 of 6" in shown
    assert "Outlook not marked yet: your teacher does that 2" in shown
    assert "Your teacher gave 1.5 of 4 in place of 3. Your teacher added 0.25 as extra credit." in shown
    assert "1 of 1 extra" in shown
    assert "Not all is marked yet" in shown
    assert shown.count("Your teacher's comment. <script>x</script>") == 3
    only_second = tuple(dataclasses.replace(hand, comment=hand.name * (hand.name == "outlook")) for hand in evil)
    linked = feedback_page(feedback_on(dataclasses.replace(BY_HAND, by_hand=only_second)))
    assert 'href="#answer-2">Outlook</a>' in linked
    assert '<section class="exercise" id="answer-2">\n<h2>Outlook</h2>' in linked
    assert "<script" not in page
    assert "Not all is marked yet" not in feedback_page(feedback_on(Row(RESULT)))
