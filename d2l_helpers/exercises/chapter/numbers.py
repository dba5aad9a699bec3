"""The numbers of the chapter's exercises that differ from student to student; the first row is the notebooks' text.

Each row holds what the question, the hints and the reason say, and what the check computes with. Neighbouring numbers
are so far apart that the answer to one is wrong for the other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from d2l_helpers.exercises.variant import Numbers

__all__ = [
    "BEST_PIXEL",
    "DESCENT_LIMIT",
    "EXAMPLES_NEEDED",
    "FIRST_LOSS_SIGMA",
    "FLOAT_MEGABYTES",
    "GALILEOS_CONSTANT",
    "GRADIENT_SHRINK",
    "HELD_OUT_BY_AMOUNT",
    "MOST_SYMBOLS",
    "ONE_STEP_RATE",
    "PULL_CAP",
    "SURE_MARGIN",
]

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

ONE_STEP_RATE = Numbers(
    "one_step_rate",
    "the very first step should end at w = {goal:g}",
    tuple({"goal": goal / 10, "loss": (goal / 10 - 3) ** 2} for goal in (30, *range(6, 30, 2), *range(32, 56, 2))),
    {"reach the lowest loss": "end at the weight that the cell below names"},
)

DESCENT_LIMIT = Numbers(
    "descent_limit",
    "the unit of the distances is {unit:g} km, so put km / {unit:g} in the place of km",
    tuple(
        {
            "unit": unit / 10,
            "there": "The limit is there." if unit == 10 else "The limit for kilometres is there.",
            "call": "Call descend(lr, 500)"
            if unit == 10
            else f"In a copy of descend, put km[i] / {unit / 10:g} in the "
            "place of km[i]. Call the copy with lr and 500",
        }
        for unit in (10, *range(4, 10), *range(11, 21))
    ),
    {
        "on `km` and `y`": "on `y` and distances in a unit of your own, which the cell below names",
        "roughly where the limit lies, and `descend(lr, 500)` tells it more exactly": "roughly where the limit lies "
        "for kilometres. A copy of `descend` that takes your distances, with 500 steps, tells your limit more exactly",
    },
)

GALILEOS_CONSTANT = Numbers(
    "galileos_constant",
    "a should be in units of {unit:g} points: divide the distances by {unit:g}",
    tuple(
        {
            "unit": unit / 10,
            "more": "" if unit == 10 else f" In units of {unit / 10:g} points, this is {330.5 / unit:.2f}.",
        }
        for unit in (10, *range(5, 10), *range(11, 31))
    ),
    {"Find $a$ with": "Find $a$, in the unit that the cell below names, with"},
)

EXAMPLES_NEEDED = Numbers(
    "examples_needed",
    "the first weight should typically be wrong by only {error:g}",
    tuple(
        {
            "error": error,
            "share": "a fifth" if error == 0.01 else f"{error / 0.05:g}",
            "times": f"{(0.05 / error) ** 2:.3g}",
        }
        for error in (0.01, 0.004, 0.005, 0.0064, 0.008, 0.0128, 0.016, 0.02, 0.026)
    ),
    {"by only 0.01?": "by only the error that the cell below names?"},
)

PULL_CAP = Numbers(
    "pull_cap",
    "the bias should end {off:g} too high, to within 0.002",
    tuple({"off": off / 100, "delta": 9 * off / 100} for off in (20, *range(6, 20), *range(21, 31))),
    {"end 0.2 too high": "end as much too high as the cell below says"},
)


def _symbols(bits: int) -> dict[str, Any]:
    fit = max(n for n in range(bits) if 3**n <= 2**bits)
    patterns, sequences = (f"{number:.1e}".replace("e+", " × 10") for number in (2.0**bits, 3.0**fit))
    shown = [number[:-2] + number[-2:].lstrip("0").translate(_RAISED) for number in (sequences, patterns)]
    raised = [str(number).translate(_RAISED) for number in (fit, bits, fit + 1)]
    return {
        "bits": bits,
        "fit": f"3{raised[0]} = {shown[0]} sequences fit into 2{raised[1]} = {shown[1]} patterns, 3{raised[2]} do not. "
        f"That is {bits / fit:.3g} bits per fruit",
        "half": bits // 2,
    }


MOST_SYMBOLS = Numbers(
    "most_symbols",
    "each block has {bits} bits",
    tuple(map(_symbols, (64, *range(42, 64, 2), *range(66, 130, 2)))),
    {"in blocks of 64 bits": "in blocks of as many bits as the cell below says"},
)

FLOAT_MEGABYTES = Numbers(
    "float_megabytes",
    "how many megabytes do the first {images:,} training images take?",
    tuple(
        {"images": 1000 * images, "array": "The array" if images == 60 else "The array of all 60,000 images"}
        for images in (60, *range(12, 60))
    ),
    {
        "each pixel of the 60,000 training images": "each pixel of a training image",
        "do they take?": "do the images that the cell below names take?",
    },
)

_GAINS = "Ten times the data first gains {}, then less{}. On the images behind the means, the accuracy falls meanwhile"
HELD_OUT_BY_AMOUNT = Numbers(
    "held_out_by_amount",
    "take the first {few}, {more} and {most:,} images of each class",
    tuple(
        {
            "few": few,
            "more": 10 * few,
            "most": 100 * few,
            "gains": _GAINS.format(*(("three points", " than one") if few == 10 else ("more", ""))),
            "fall": " from 82 % to 69 %" * (few == 10),
        }
        for few in (10, 5, 6, 7, 8, 12, 14, 16, 20, 25, 30, 40)
    ),
    {
        "from the first 10 images": "from the first few images",
        "with the first 100 and the first 1,000 images of each class.": "with ten times and a hundred times as many "
        "images of each class. The cell below says how many to take.",
    },
)

# By classes of Fashion-MNIST, the one that the rule calls bright last: pairs whose best pixel is the only best one, is
# right on at least 87 %, and differs from that of all other pairs here
_PAIRS = (
    (7, 9), (7, 1), (5, 1), (1, 9), (3, 9), (7, 4), (9, 4), (0, 9), (7, 3), (2, 9), (5, 3), (1, 7), (1, 4), (3, 7),
    (9, 3), (9, 2), (1, 8), (1, 3), (2, 7), (9, 8), (1, 2), (7, 0),
)  # fmt: skip
_GARMENTS = (
    "T-shirts", "trousers", "pullovers", "dresses", "coats", "sandals", "shirts", "sneakers", "bags", "ankle boots",
)  # fmt: skip
_SOLE = (
    "The best pixel lies at the sole, not in the shaft: a sneaker is low, and in most of its pictures this row is "
    "empty. The rule is right on 87.7 % of the 12,000 images; a classifier that looks at more has to beat that."
)


def _pair(dark: int, bright: int) -> Mapping[str, Any]:
    is_texts = (dark, bright) == (7, 9)
    return {
        "dark": dark,
        "bright": bright,
        "darks": _GARMENTS[dark],
        "brights": _GARMENTS[bright],
        "boots": "boots" if is_texts else _GARMENTS[bright],
        "images": "shoes" if is_texts else "images",
        "why": _SOLE if is_texts else "A classifier that looks at more than one pixel has to beat this rule.",
    }


BEST_PIXEL = Numbers(
    "best_pixel",
    "your garments are {darks} ({dark}) and {brights} ({bright}); above 127, the rule says {brights}",
    tuple(_pair(*pair) for pair in _PAIRS),
    {
        "that are sneakers (7) or ankle boots (9), and": "of the two kinds of garments that the cell below names, and",
        "say boot, else sneaker": "say the one kind, else the other",
    },
)

FIRST_LOSS_SIGMA = Numbers(
    "first_loss_sigma",
    "the first loss should be {factor:g} ln 10 = {loss:.3f}",
    tuple(
        {"factor": factor, "loss": factor * math.log(10), "low": low, "high": high}
        for factor, low, high in (
            (2, 0.1, 0.5), (1.5, 0.05, 0.3), (2.8, 0.2, 0.7), (4, 0.2, 1), (5.5, 0.3, 1.5), (8, 0.5, 2), (12, 0.7, 3),
            (18, 1, 5),
        )
    ),
    {r"is the first loss $2 \ln 10 = 4.605$": "is the first loss as high as the cell below says"},
)  # fmt: skip

SURE_MARGIN = Numbers(
    "sure_margin",
    "the loss should be below {bound:g}",
    tuple(
        {"bound": bound / 1000, "about": 9000 / bound, "margin": math.log(9 / math.expm1(bound / 1000))}
        for bound in (10, 1, 2, 3, 4, 5, 6, 8, 15, 20, 30, 40, 50, 60, 80, 100)
    ),
    {"for a loss below 0.01?": "for a loss below the bound that the cell below names?"},
)

GRADIENT_SHRINK = Numbers(
    "gradient_shrink",
    "the right score is {below:g} below the nine others",
    tuple(
        {"margin": -below, "below": below, "about": f"{float(f'{1 + 9 * math.exp(below):.2g}'):g}"}
        for below in (3.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.5, 4.0, 4.5, 5.0)
    ),
    {"is 3 *below* the nine others": "is *below* the nine others, by as much as the cell below says"},
)
