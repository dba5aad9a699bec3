"""What each student's variant of the chapter's exercises is: the numbers of a question, or the order of options.

The first row of numbers has those of the notebook's text, and the options stand in the text's order.
"""

from __future__ import annotations

from d2l_helpers.exercises.variant import Numbers, Options

__all__ = ["METRES", "PULL_CAP"]

METRES = Options(
    "metres",
    (
        "nothing, since the best line predicts the same times",
        "it becomes about a thousand times smaller",
        "it becomes about a million times smaller",
        "it becomes about a thousand times larger",
    ),
)

PULL_CAP = Numbers(
    "pull_cap",
    "the bias should end {off:g} too high, to within 0.002",
    tuple({"off": off / 100, "delta": 9 * off / 100} for off in (20, *range(6, 20), *range(21, 41))),
)
