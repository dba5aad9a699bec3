"""Wrong answers to the exercises whose numbers differ from student to student.

What a learner would write for the numbers of the notebook's text comes first; `by_student` makes the same mistake with
a student's own numbers. An answer without it is wrong for everybody.
"""

import math
from functools import partial

from d2l_autograder.key import Wrong


def _same_mistake(by_student, answers):
    """Return wrong answers by their messages, each with the same mistake for a student's numbers."""
    return tuple(
        Wrong(answer, message, by_student=partial(by_student, answer))
        for message, listed in answers.items()
        for answer in listed
    )


def _wrong(message, *answers):
    return tuple(Wrong(answer, message) for answer in answers)


ONE_STEP_RATE = (
    *_same_mistake(lambda rate, goal, **_: rate * goal / 3, {"short of 3": (0.1, 0.45), "beyond 3": (1, 3)}),
    Wrong(0.51, "beyond 3", by_student=lambda goal, **_: goal / 6 + 0.01),
    *_wrong("a learning rate, above 0", 0, -1, float("nan")),
)


def descent_limit(fastest_rate):
    """Return the wrong answers, given the function that returns the right one."""
    return (
        # 0.17 is where steps begin to overshoot, 2 the limit along b alone, 5.875 the largest curvature
        *_same_mistake(
            lambda rate, unit, **_: rate / 0.3404 * fastest_rate(unit),
            {
                "the loss still goes from": (0.1, 0.17, 0.3, 0.33),
                "even with a rate 2 % below": (0.35, 0.36, 0.5, 1.0, 2.0, 5.875),
            },
        ),
        *_wrong("a learning rate, above 0", -0.3, 0.0),
    )


GALILEOS_CONSTANT = (
    *_same_mistake(
        lambda number, unit, **_: number / unit,
        {
            # The mean of distance / beats²; half of it; divided by 49 where it should be multiplied
            "half a per cent larger": (30, 32.945, 16.525, 0.6745),
            # With beats as the feature; not divided by 49
            "half a per cent smaller": (33.15, 34.5, 185.02, 1619.4),
        },
    ),
    *_wrong("a number of points, above 0", -33.05, 0, float("nan")),
    *_wrong("one number", [33.05, 0.0]),
)

EXAMPLES_NEEDED = (
    *_same_mistake(
        lambda number, error, **_: number * (0.01 / error) ** 2,
        {
            "wrong by about 0.022": (500,),  # a fifth of the error with five times as many
            "wrong by about 0.013": (1592,),  # the mean size of the errors, not the root of their mean square
            "wrong by about 0.071": (50,),  # 0.5 / 0.01
            "wrong by about 0.1": (25,),  # the factor
            **{f"wrong by about {0.5 / n**0.5:.2g}": (n,) for n in (1250, 3500, 5000, 10_000, 250_000)},
        },
    ),
    *_wrong("a number of examples", 0.01, -2500, float("inf")),
    *_wrong("one number", [0.05, 0.025]),
)

PULL_CAP = (
    Wrong(1.0, "0.1111 too high", by_student=lambda off, **_: 5 * off),
    Wrong(1.69, "0.1881 too high", by_student=lambda off, **_: 9 * off - 0.11),
    Wrong(1.9, "0.2116 too high", by_student=lambda off, **_: 9 * off + 0.1),
    Wrong(1.77, "0.1971 too high", by_student=lambda off, **_: 9 * off - max(0.03, 0.15 * off)),
    Wrong(20, "2.00"),
    Wrong(0.2, "0.0218 too high", by_student=lambda off, **_: off),
    Wrong(2.0, "0.222", by_student=lambda off, **_: 10 * off),
    *_wrong("a delta above 0", -1.8, 0, float("nan")),
)

_ROOM = "leave room for another"
_TOO_MANY = "more sequences than 64 bits have patterns"
MOST_SYMBOLS = (
    Wrong(21, _ROOM, by_student=lambda bits, **_: bits // 3),
    Wrong(32, _ROOM, by_student=lambda bits, **_: bits // 2),  # two bits per fruit
    Wrong(38, _ROOM, by_student=lambda bits, **_: bits * 3 // 5),  # 5/3 bits per fruit: 0, 10, 11
    Wrong(39, _ROOM, by_student=lambda bits, **_: int(bits / math.log2(3)) - 1),
    Wrong(40.4, "a whole number", by_student=lambda bits, **_: bits / math.log2(3)),  # not rounded
    Wrong(41, _TOO_MANY, by_student=lambda bits, **_: int(bits / math.log2(3)) + 1),  # rounded up
    Wrong(64, _TOO_MANY, by_student=lambda bits, **_: bits),  # a bit per fruit
    Wrong(101, _TOO_MANY, by_student=lambda bits, **_: int(bits * math.log2(3))),
    Wrong(2**64 // 3, "between 1 and 1000", by_student=lambda bits, **_: 2**bits // 3),  # patterns, not fruits
)

FLOAT_MEGABYTES = (
    *_same_mistake(
        lambda megabytes, images, **_: megabytes * images / 60_000,
        {
            "one byte per pixel": (47.04,),
            "64 bits per pixel": (376.32,),
            "a number of bytes": (188_160_000,),
            "a number of kilobytes": (188_160,),
            "a number of gigabytes": (0.18816,),
            "a number of megabits": (1505.28,),
            "2²⁰ bytes": (179.4,),
            "240 megabytes": (240,),
        },
    ),
    *_wrong("all 70,000 images", 219.52),
    *_wrong("the size of one image", 0.003136),
    *_wrong("one number", "188.16 MB"),
)


def held_out_by_amount(right):
    """Return the wrong answers, given the right ones."""
    return (
        Wrong((0.82, 0.70, 0.6885), "the images that the means were computed from"),
        Wrong((0.6899, 0.6834, 0.6528), "the smallest amount first", by_student=lambda few, **_: right[few][::-1]),
        Wrong(
            (0.3472, 0.3166, 0.3101),
            "shares of errors",
            by_student=lambda few, **_: tuple(1 - share for share in right[few]),
        ),
        Wrong((0.6586, 0.6844, 0.6899), "the first of all classes together"),
        Wrong((65.28, 68.34, 68.99), "not percentages"),
        Wrong((6528, 6834, 6899), "not percentages or counts"),
        Wrong((0.65, 0.68, 0.69), "to three digits"),
        Wrong((0.6528, 0.6834), "shape (3,)", by_student=lambda few, **_: right[few][:2]),
        Wrong(0.6528, "shape (3,)", by_student=lambda few, **_: right[few][0]),
        Wrong(
            (0.6528, 0.6528, 0.6528),
            "0.6528 for 100 images per class, which is too low",
            by_student=lambda few, **_: right[few][:1] * 3,
        ),
        Wrong({10: 0.6528, 100: 0.6834, 1000: 0.6899}, "an array of numbers"),
    )


def best_pixel(right):
    """Return the wrong answers, given the right ones."""
    return (
        Wrong((8, 22), "others are right more often"),  # where the mean images differ most
        Wrong(
            (12, 21),
            "the column and the row of the best pixel",
            by_student=lambda dark, bright, **_: right[dark, bright][::-1],
        ),
        Wrong((21, 13), "1 other is right more often"),
        Wrong((22, 13), "others are right more often"),  # counted from 1
        Wrong((20, 11), "others are right more often"),  # counted from 1, the other way
        Wrong((14, 14), "others are right more often"),  # the middle of the image
        Wrong(600, "has shape ()"),  # its place in the flat image
        Wrong((28, 12), "from 0 to 27"),
        Wrong((21.5, 12), "whole numbers from 0 to 27"),
        Wrong((21, 12, 10_518), "has shape (3,)"),
    )


def first_loss_sigma(right):
    """Return the wrong answers, given the right ones."""
    return (
        *_wrong("a larger sigma", 0.01),  # that of the chapter
        *_same_mistake(
            lambda sigma, factor, **_: sigma * right[factor] / 0.214,
            {
                "a larger sigma": (0.044, 0.1, 0.17),  # the first is the variance
                "a smaller sigma": (0.26, 0.285, 1.0),  # the second is that of the seed 0 alone
            },
        ),
        Wrong(4.605, "a smaller sigma", by_student=lambda loss, **_: loss),
        *_wrong("above 0", -0.2, 0.0),
        *_wrong("one number", (0.2, 0.22)),
    )


def _beside(steps):
    """Return the smallest margin in steps of 0.1 for a bound, and so many further."""
    return lambda margin, **_: math.ceil(10 * margin) / 10 + steps / 10


SURE_MARGIN = (
    Wrong(6.7, "a loss of 0.01102 at the margin 6.7", by_student=_beside(-1)),
    Wrong(7, "a loss of 0.009029 already at the margin 6.9", by_student=_beside(2)),
    Wrong(6.85, "a margin of 6.85, which has more than one decimal", by_student=_beside(0.5)),
    Wrong(6.7972, "a loss of 0.01 at the margin 6.7972", by_student=lambda margin, **_: margin - 0.0002),
    Wrong(6.798, "a margin of 6.798, which has more than one decimal", by_student=lambda margin, **_: margin + 0.0006),
    Wrong(4.6, "a loss of 0.08661 at the margin 4.6", by_student=_beside(-22)),
    Wrong(0.7, "a loss of 1.699"),
    Wrong(70, "already at the margin 69.9"),
    Wrong(-6.8, "at the margin -6.8"),
    Wrong("6.8", "a str"),
)

GRADIENT_SHRINK = (
    Wrong(10, "too small"),  # of equal scores
    Wrong(1 / 180, "a factor above 1"),
    Wrong(200, "too large"),  # the guess of the prompt
    Wrong(20, "too small"),
    Wrong(2, "too small"),
    Wrong(1.58, "too small"),  # at a margin of +3
    Wrong(0.989, "a factor above 1"),  # the difference
    Wrong(1800, "too large"),
    Wrong(-180, "a factor above 1"),
    Wrong((0.9945, 0.0055), "one number"),
)
