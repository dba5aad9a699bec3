"""Pairs as a list, in the terminal and as a page: every text is shown as text, and nobody is accused."""

from __future__ import annotations

import dataclasses
import json

from support.sample_results import Structure

from d2l_autograder.report.similar import MOST_SHOWN, SimilarIn, similar_json
from d2l_autograder.report.similar_page import similar_page
from d2l_autograder.report.similar_pairs import read_similar
from d2l_autograder.similarity import compare
from d2l_autograder.similarity.answers import answer_of

NAME, ATTACK = "06_softmax_regression_scratch", "<script>alert(1)</script>\x1b\u202e"
SOURCE = "\n".join(
    ["def decide(p, costs):", "    bill = {}", f"    # {ATTACK}"]
    + [f"    bill[{n}] = float(costs[{n}, 0]) * p[{n * n}] - {7 * n}" for n in range(8)]
    + ["    return bill"]
)


def found(answers=None, **changes):
    """Return what comparing two equal answers gives."""
    answers = answers or {"ann": SOURCE, "bob": SOURCE}
    compared = compare({who: [answer_of("decide", [(source, source)])] for who, source in answers.items()})
    return dataclasses.replace(SimilarIn(NAME, compared, len(answers), {}, {"decide": "Costs decide"}), **changes)


def test_the_list_is_what_the_teachers_report_reads(tmp_path):
    file = tmp_path / "similar.json"
    file.write_bytes(similar_json([found()]))
    (pair,) = read_similar(file)
    assert (pair.students, pair.assignment, pair.exercise) == (("ann", "bob"), NAME, "all exercises")
    assert (pair.share, pair.anchor) == (1.0, "pair-1")
    assert json.loads(file.read_bytes())["pairs"][0]["shared_tokens"] >= 60


def test_the_page_shows_passages_side_by_side_and_explains_the_share():
    page = similar_page([found()])
    text = Structure(page).text
    assert "(100 %) stand in bob's answers, too" in text or "(100 %) stand in ann's answers, too" in text
    assert "no proof of anything" in text
    assert "Costs decide" in text
    assert page.count('class="mark mark-') == 2 * SOURCE.count("\n")  # all lines but the comment
    for word in ("cheat", "plagiar", "guilty", "suspect", "fraud"):
        assert word not in page.lower()


def test_what_students_wrote_is_shown_as_text():
    page = similar_page([found({ATTACK: SOURCE, "b'\"><img src=x>": SOURCE})])
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_ids_of_halves_of_surrogate_pairs_are_written():
    group = found({"a\ud800": SOURCE, "b": SOURCE})
    assert json.loads(similar_json([group]))["pairs"]
    assert similar_page([group]).encode()


def test_the_page_has_so_many_pairs_and_says_how_many_more():
    (pair,) = found().compared.pairs
    group = found()
    many = dataclasses.replace(group.compared, pairs=(pair,) * (MOST_SHOWN + 7))
    group = dataclasses.replace(group, compared=many)
    page = similar_page([group])
    assert page.count("<section aria-labelledby") == MOST_SHOWN
    assert "and 7 more" in page
    pairs = json.loads(similar_json([group]))["pairs"]
    assert len(pairs) == MOST_SHOWN + 7
    assert "anchor" not in pairs[MOST_SHOWN]


def test_of_a_long_answer_what_is_around_the_passages_is_shown():
    long = SOURCE.replace("    return bill", "\n".join(f"    # {n}" for n in range(1000)) + "\n    return bill")
    page = similar_page([found({"ann": long, "bob": SOURCE})])
    assert "<td>…</td>" in page
    assert "# 500" not in page


def test_without_pairs_the_page_says_so():
    assert "No two students share so much." in similar_page([found({"ann": SOURCE, "bob": "x = 1"})])
    assert similar_page([])
    assert json.loads(similar_json([]))["pairs"] == []
