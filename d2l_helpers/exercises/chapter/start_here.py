"""Define and check the exercises of notebooks/00_start_here.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from d2l_helpers.exercises.chapter.numbers import ONE_STEP_RATE
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.expectations import as_number, expect, expect_close

__all__ = ["EXERCISES"]

_TARGET = 3.0
_CLOSE = 0.005


def _check_take_step(take_step: Callable[..., Any]) -> None:
    for w, lr in ((0.0, 0.1), (3.0, 0.4), (5.0, 0.25), (-2.0, 0.75), (7.0, 0.0)):
        moved = as_number(take_step(w, lr), f"take_step({w:g}, {lr:g})")
        expect_close(moved, _TARGET + (1 - 2 * lr) * (w - _TARGET), f"take_step({w:g}, {lr:g})")


def _check_one_step_rate(one_step_rate: Any) -> None:
    rate = as_number(one_step_rate, "one_step_rate")
    expect(math.isfinite(rate) and rate > 0, f"one_step_rate = {rate:g}", "a learning rate, above 0")
    goal = ONE_STEP_RATE.number("goal")
    after = goal - 2 * rate * _TARGET
    word = "short of" if after > 0 else "beyond"
    expect(
        abs(after) <= _CLOSE * _TARGET,
        f"one_step_rate = {rate:g}: one step from 0 ends {abs(after):.3g} {word} {goal:g}",
        f"a rate with which one step ends at {goal:g}" + ", where the loss is 0" * (goal == _TARGET),
    )


EXERCISES = (
    Exercise(
        "one_step_rate",
        "One step is enough",
        kind="measured",
        points=1,
        check=_check_one_step_rate,
        hints=(
            "Move the slider of the rate until the first point of the curve lies at {loss:.3g}.",
            "The gradient at w = 0 is 2 · (0 − 3) = −6, so the step is 6 times the rate. It should be {goal:g} long.",
            "Solve 6 · rate = {goal:g}.",
        ),
        variant=ONE_STEP_RATE,
        reason="The step is the rate times the gradient, and this gradient is twice the distance to the lowest point. "
        "Real losses are not so simple: section 1 shows what decides there.",
    ),
    Exercise(
        "take_step",
        "One step as a function",
        kind="written",
        points=1,
        check=_check_take_step,
        hints=(
            "The loop in `train` does it in one line. Which of its names are the function's arguments?",
            "The gradient is 2 * (w - 3). Against the gradient means: subtract.",
            "return w - lr * 2 * (w - 3)",
        ),
        reason="All training in this chapter repeats this line, with more weights and with gradients that are computed "
        "from data.",
    ),
)
