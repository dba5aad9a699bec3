"""The page ``similar.html``: pairs of students with their answers side by side, shared passages marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from d2l_autograder.report.rendering import heading_of, render
from d2l_autograder.report.similar import MOST_SHOWN, SAYS, SimilarIn, anchor_of, pairs_in, sentence
from d2l_autograder.report.text import safe_text
from d2l_autograder.similarity import Answer, Match, Pair
from d2l_autograder.similarity.pairs import FEWEST_TOKENS, LOWEST_SHARE

__all__ = ["similar_page"]

_MOST_LINES = 200  # of an answer
_AROUND = 3  # lines that are shown before and after a passage, in a long answer


def similar_page(found: Sequence[SimilarIn]) -> str:
    """Return the page with what was found in each assignment."""
    pairs = pairs_in(found)
    return render(
        "similar.html",
        says=SAYS,
        fewest_tokens=FEWEST_TOKENS,
        lowest_share=LOWEST_SHARE,
        groups=[(heading_of(group.assignment), group) for group in found],
        pairs=[_shown(number, *one) for number, one in enumerate(pairs[:MOST_SHOWN])],
        left_out=max(len(pairs) - MOST_SHOWN, 0),
    )


def _shown(number: int, group: SimilarIn, pair: Pair) -> dict[str, Any]:
    return {
        "anchor": anchor_of(number),
        "students": pair.students,
        "assignment": heading_of(group.assignment),
        "where": group.titles.get(pair.exercise, pair.exercise) or "all exercises",
        "sentence": sentence(pair),
        "share": pair.share,
        "tokens": pair.tokens,
        "matches": [_match(group, match) for match in pair.matches],
    }


def _match(group: SimilarIn, match: Match) -> dict[str, Any]:
    exercise = match.answers[0].exercise
    sides = []
    for side, answer in enumerate(match.answers):
        marks: dict[int, int] = {}
        for number, passage in enumerate(match.passages, start=1):
            start = passage[side]
            marks |= dict.fromkeys(answer.lines[start : start + passage.length], number)
        sides.append(list(_lines(answer, marks)))
    return {"title": group.titles.get(exercise, exercise), "tokens": match.tokens, "sides": sides}


def _lines(answer: Answer, marks: dict[int, int]) -> Iterator[tuple[int, str, int]]:
    """Yield the number, the text and the passage of each line that is shown; 0 for no passage, and for what is cut."""
    lines = answer.text.rstrip().split("\n")
    shown = _chosen(len(lines), marks)
    before = 0
    for number in shown:
        if number != before + 1:
            yield 0, "…", 0
        yield number, safe_text(lines[number - 1]), marks.get(number, 0)
        before = number
    if before != len(lines):
        yield 0, "…", 0


def _chosen(count: int, marks: Iterable[int]) -> list[int]:
    if count <= _MOST_LINES:
        return list(range(1, count + 1))
    near = {line + step for line in marks for step in range(-_AROUND, _AROUND + 1)}
    return sorted(line for line in near if 1 <= line <= count)[:_MOST_LINES]
