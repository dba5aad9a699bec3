"""Text in reports: verdicts and points in words, and submitted text made safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from support.sample_results import is_safe, texts

from d2l_autograder.report.text import points_text, safe_line, safe_text, state_of, verdict_text
from d2l_autograder.sandbox import Verdict


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë 李小龍 علي हिन्दी", "Zoë 李小龍 علي हिन्दी"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u200fb", "a⟨U+200F⟩b"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("\ud800", "⟨U+D800⟩"),
        ("x" * 700, "x" * 600 + " …"),
    ],
)
def test_names_of_all_scripts_stay_and_controls_become_visible(text, expected):
    assert safe_text(text) == expected


@given(texts)
def test_any_text_becomes_safe_short_and_one_line(text):
    assert is_safe(safe_text(text))
    line = safe_line(text)
    assert is_safe(line)
    assert len(line) <= 602 * len("⟨U+10FFFF⟩")
    assert len(line.splitlines()) <= 1


def test_every_verdict_has_words_and_a_state():
    assert {state_of(verdict) for verdict in Verdict} == {"right", "partly", "open"}
    assert len({verdict_text(verdict) for verdict in Verdict}) == len(Verdict)
    assert verdict_text(Verdict.TIMEOUT, 1.5) == "partly right: took too long"
    assert verdict_text(Verdict.WRONG, 1.5) == "partly right"


@pytest.mark.parametrize(
    ("earned", "points", "expected"),
    [(5.0, 7.0, "5 of 7 points"), (0.67, 1.0, "0.67 of 1 point"), (0.0, 0.0, "0 of 0 points"), (None, 7, "not marked")],
)
def test_points_are_written_without_needless_digits(earned, points, expected):
    assert points_text(earned, points) == expected
