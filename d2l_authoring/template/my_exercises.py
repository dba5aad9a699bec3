"""The exercises of the notebook beside this file."""

from d2l_autograder.key import Answer, Probe, Wrong
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.expectations import as_number, choice, expect, expect_close
from d2l_helpers.predictions.question import NumberQuestion

# What students see: checks, hints and questions. A check raises NotYet at the first thing that is not right; the
# functions of d2l_helpers.exercises.expectations do. It tests properties of an answer, and contains no solution.


def _check_middle_value(middle_value):
    for values, middle in (([3, 1, 2], 2), ([4, 1, 3, 2], 2.5), ([7], 7), ([5, 6, 5, 50], 5.5)):
        got = as_number(middle_value(values), f"middle_value({values})")
        expect_close(got, middle, f"middle_value({values})")


def _check_last_price(last_price):
    mean = (3 + 4 + 4 + 5 + 5 + 6 + as_number(last_price, "last_price")) / 7
    expect(abs(mean - 10) <= 0.01, f"last_price = {last_price:g}, and a mean of {mean:.2f}", "a mean of 10")


EXERCISES = (
    Exercise(
        "middle_value",
        "The value in the middle",
        kind="written",
        points=2,
        check=_check_middle_value,
        hints=(
            "sorted(values) returns a new list in order, and leaves the old one as it is.",
            "With n = len(values), the place of the middle is n // 2, counted from 0.",
            "If n is even, there are two values in the middle, at n // 2 - 1 and n // 2. Return their mean.",
        ),
        reason="Half of the values are smaller and half are larger, however far away they are.",
    ),
    Exercise(
        "last_price",
        "A price that moves the mean",
        kind="measured",
        points=1,
        check=_check_last_price,
        hints=(
            "Change the last price in the cell that computes the mean, and run the cell again.",
            "A mean of 10 over seven prices means that they sum to 70.",
            "The other six prices sum to 27.",
        ),
        reason="One value can put the mean anywhere.",
    ),
    Exercise(
        "doubled_prices",
        "All prices double",
        kind="predicted",
        points=1,
        check=choice(
            "abc",
            "DIGEST",  # `d2l-author try` prints the digest of the right letter, so that the letter need not stand here
            "doubled_prices",
            wrong={
                "a": "The mean would stay the same if some prices fell by as much as others rose.",
                "c": "The mean would grow fourfold if every price did.",
            },
        ),
        hints=(
            "Write the mean of two prices as a formula, and double both prices in it.",
            "The sum of the doubled prices is twice the sum.",
            "The number of prices stays the same.",
        ),
        reason="A factor that all values share can be taken out of the sum.",
    ),
)

QUESTIONS = (
    NumberQuestion(
        name="mean_price",
        text="Seven prices are 3, 4, 4, 5, 5, 6 and 50. How large is their mean?",
        near=0.1,
        shown="it is {:.1f}",
        note="Six of the seven prices lie below it.",
    ),
)

# The key, which `d2l-grade course build` keeps back: solutions, wrong answers with a part of the feedback on each, and
# probes, which call a function with random arguments. It may also stand in a file of the same name in a folder answers.


def middle_value(values):
    """Return the median: the value in the middle, or the mean of both."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _forgets_the_order(values):
    return values[len(values) // 2]


def _forgets_even_numbers(values):
    return sorted(values)[len(values) // 2]


def _returns_the_mean(values):
    return sum(values) / len(values)


ANSWERS = (
    Answer(
        "middle_value",
        middle_value,
        wrong=(
            Wrong(_forgets_the_order, "middle_value([3, 1, 2])"),
            Wrong(_forgets_even_numbers, "middle_value([4, 1, 3, 2])", earns=1 / 2),
            Wrong(_returns_the_mean, "middle_value([5, 6, 5, 50])"),
        ),
    ),
    Answer("last_price", 43, wrong=(Wrong(10, "a mean of 5.29"), Wrong(50, "a mean of 11.00"))),
    Answer("doubled_prices", "b", wrong=(Wrong("a", "stay the same"), Wrong("c", "fourfold"), Wrong("d", "one of"))),
)


def _odd_numbers_of_prices(rng):
    return [(rng.integers(1, 99, size).tolist(),) for size in (5, 9, 15)]


def _even_numbers_of_prices(rng):
    return [(rng.integers(1, 99, size).tolist(),) for size in (4, 8, 16)]


PROBES = {
    "middle_value": (
        Probe("an odd number of prices", _odd_numbers_of_prices),
        Probe("an even number of prices", _even_numbers_of_prices),
    ),
}
