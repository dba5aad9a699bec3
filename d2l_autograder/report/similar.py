"""Pairs of students whose answers are alike: as ``similar.json``, and in the terminal.

``similar.json`` is an object of UTF-8 with

- ``version``: 1; another number if a key below changes its meaning;
- ``says``: a sentence on what the list says and what it does not;
- ``assignments``: for each its ``assignment`` (name), ``compared`` (how many submissions), ``too_short`` (how many have
  too little of their own to be compared), ``not_read`` (how many hold code that cannot be read), ``pairs`` (how many
  were found);
- ``pairs``: those that share most first, at most 1,000, each with its ``assignment``, its ``exercise`` (the name of
  one, or "all exercises"), two ``students``, ``share`` (of the own tokens of the one who has fewer, the share that the
  other has, too: from 0 to 1), ``shared_tokens``, ``own_tokens`` (of each), and ``anchor`` (the place in
  ``similar.html``; missing where the page does not show the pair).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from d2l_autograder.report.text import safe_line
from d2l_autograder.similarity import Compared, Pair

__all__ = [
    "MOST_SHOWN",
    "SAYS",
    "SimilarIn",
    "anchor_of",
    "pairs_in",
    "sentence",
    "similar_json",
    "similar_text",
    "where",
]

MOST_SHOWN = 100  # pairs with their passages on the page
SAYS = (
    "These answers are alike. That is a reason to look at both, and no proof of anything: students who work together, "
    "follow the same hint or know the same book write alike, and a short exercise has few good answers."
)
_MOST_LISTED = 1000
_MOST_PRINTED = 20


@dataclass(frozen=True)
class SimilarIn:
    """What was found in one assignment.

    Attributes
    ----------
    assignment : str
        Its name.
    compared : Compared
        The pairs.
    answered : int
        How many submissions with an answer there are.
    unread : mapping of str to str
        By student: why not all could be read.
    titles : mapping of str to str
        The exercises' titles by their names.
    """

    assignment: str
    compared: Compared
    answered: int
    unread: Mapping[str, str]
    titles: Mapping[str, str]


def pairs_in(found: Sequence[SimilarIn]) -> list[tuple[SimilarIn, Pair]]:
    """Return the pairs of all assignments, those that share most first."""
    pairs = [(group, pair) for group in found for pair in group.compared.pairs]
    return sorted(pairs, key=lambda one: (-one[1].tokens, one[0].assignment, one[1].students))


def anchor_of(number: int) -> str:
    """Return the anchor on the page of the pair with this number, from 0."""
    return f"pair-{number + 1}"


def where(pair: Pair) -> str:
    """Return where two students' answers are alike."""
    return pair.exercise or "all exercises"


def sentence(pair: Pair) -> str:
    """Explain a pair's share in one sentence."""
    fewer = pair.students[pair.own[0] > pair.own[1]]
    other = pair.students[pair.own[0] <= pair.own[1]]
    return (
        f"Of the {min(pair.own)} tokens that are {safe_line(fewer)}'s own, {pair.tokens} ({pair.share:.0%}) "
        f"stand in {safe_line(other)}'s answers, too."
    )


def similar_json(found: Sequence[SimilarIn]) -> bytes:
    """Return ``similar.json``, as this module describes it."""
    content = {
        "version": 1,
        "says": SAYS,
        "assignments": [_assignment(group) for group in found],
        "pairs": [_pair(number, *one) for number, one in enumerate(pairs_in(found)[:_MOST_LISTED])],
    }
    return json.dumps(content, indent=1, ensure_ascii=False).encode(errors="replace")


def _assignment(group: SimilarIn) -> dict[str, Any]:
    return {
        "assignment": group.assignment,
        "compared": group.answered - len(group.compared.too_short),
        "too_short": len(group.compared.too_short),
        "not_read": len(group.unread),
        "pairs": len(group.compared.pairs),
    }


def _pair(number: int, group: SimilarIn, pair: Pair) -> dict[str, Any]:
    content = {
        "assignment": group.assignment,
        "exercise": where(pair),
        "students": list(pair.students),
        "share": round(pair.share, 3),
        "shared_tokens": pair.tokens,
        "own_tokens": list(pair.own),
    }
    return content | ({"anchor": anchor_of(number)} if number < MOST_SHOWN else {})


def similar_text(found: Sequence[SimilarIn]) -> RenderableType:
    """Return the first pairs, and what could not be compared, for the terminal."""
    pairs = pairs_in(found)
    parts: list[RenderableType] = [Text(_counted(found, len(pairs)), style="bold")]
    if pairs:
        parts += [Text(SAYS), _table(pairs[:_MOST_PRINTED])]
    if len(pairs) > _MOST_PRINTED:
        parts.append(Text(f"and {len(pairs) - _MOST_PRINTED} more"))
    for group in found:
        unread = [f"{safe_line(student)} ({safe_line(why)})" for student, why in group.unread.items()]
        if unread:
            more = f" and {len(unread) - 5} more" if len(unread) > 5 else ""
            parts.append(Text(f"not all could be read, {group.assignment}: {', '.join(unread[:5])}{more}", "yellow"))
    return Group(*parts)


def _counted(found: Sequence[SimilarIn], pairs: int) -> str:
    short = sum(len(group.compared.too_short) for group in found)
    compared = sum(group.answered for group in found) - short
    too_short = f", {short} too short to compare" if short else ""
    return f"{compared} submission{'s' * (compared != 1)} compared{too_short}: {pairs or 'no'} pair{'s' * (pairs != 1)}"


def _table(pairs: Sequence[tuple[SimilarIn, Pair]]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("students", overflow="fold", ratio=1)
    table.add_column("where", overflow="fold", ratio=1)
    table.add_column("tokens", justify="right")
    table.add_column("share", justify="right")
    for group, pair in pairs:
        students = " and ".join(map(safe_line, pair.students))
        place = f"{group.assignment}, {where(pair)}"
        table.add_row(Text(students), Text(place), str(pair.tokens), f"{pair.share:.0%}")
    return table
