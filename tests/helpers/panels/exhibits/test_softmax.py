"""Three logits: the probabilities against slow sums in exact numbers, the text at every end of every slider."""

import itertools
import math
import re
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2l_helpers as helpers
from d2l_helpers.figures import charts_svg
from d2l_helpers.panels.exhibits.softmax import as_written, entropy_bits, explore_softmax, shifted

BOOK = {"a": 2.0, "b": 1.0, "c": 0.0, "temperature": 1.0, "shift": 0, "bits": "float32"}
logit = st.floats(-5, 5)


def shown(**values):
    """What the exhibit shows when some controls are moved."""
    return explore_softmax()._show(**(BOOK | values))


def bars(view):
    """Return the heights: logits, formula as written, largest subtracted."""
    return [mark.heights for chart in view.charts for mark in chart.marks]


def slow_softmax(logits):
    """Return the softmax in exact fractions of the exponentials' floats."""
    powers = [Fraction(math.exp(value)) for value in logits]
    return [float(power / sum(powers)) for power in powers]


@given(st.lists(logit, min_size=1, max_size=6))
def test_both_ways_are_the_softmax_where_nothing_overflows(logits):
    assert as_written(logits) == pytest.approx(slow_softmax(logits))
    assert shifted(logits) == pytest.approx(slow_softmax(logits))


@given(st.lists(logit, min_size=2, max_size=6), st.integers(-120, 120))
def test_a_shift_changes_nothing_when_the_largest_is_subtracted(logits, shift):
    moved = [value + shift for value in logits]
    assert shifted(moved) == pytest.approx(slow_softmax(logits))
    assert shifted(moved, "float32") == pytest.approx(slow_softmax(logits), abs=1e-4)


@pytest.mark.parametrize(("kind", "fits", "too_large"), [("float16", 11, 12), ("float32", 88, 89)])
def test_the_formula_as_written_overflows_where_the_exponential_does(kind, fits, too_large):
    assert as_written([fits, 0], kind)[0] == pytest.approx(1, abs=1e-3)
    assert np.isnan(as_written([too_large, 0], kind)[0])
    assert shifted([too_large, 0], kind)[0] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("probabilities", "bits"), [([1, 0, 0], 0), ([0.5, 0.5], 1), ([0.5, 0.25, 0.25], 1.5), ([0.125] * 8, 3)]
)
def test_entropy(probabilities, bits):
    assert entropy_bits(probabilities) == bits
    assert math.copysign(1, entropy_bits(probabilities)) == 1


def test_the_books_values():
    view = shown()
    logits, formula, safe = bars(view)
    assert logits == [2, 1, 0]
    assert formula == pytest.approx([0.66524, 0.24473, 0.09003], abs=1e-5)
    assert safe == pytest.approx(formula)
    assert "A leads, 2.72 times as probable as B: A 66.5%, B 24.5%, C 9.0%." in view.text
    assert "Entropy 1.20 bits of at most 1.58." in view.text
    assert "both formulas agree" in view.text


def test_temperature():
    assert bars(shown(temperature=0.1))[2] == pytest.approx(slow_softmax([20, 10, 0]))
    assert bars(shown(temperature=10.0))[2] == pytest.approx(slow_softmax([0.2, 0.1, 0]))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"b": 2.0}, "A and B share the lead"),
        ({"a": -1.0, "b": -1.0, "c": -1.0}, "A, B and C share the lead"),
        ({"c": 5.0, "temperature": 0.1}, "C leads, more than 1,000,000 times as probable as A"),
        ({"a": 5.0, "b": 0.0, "temperature": 0.5}, "A leads, 22,026 times as probable as B"),
        ({"shift": 87}, "e^89 is infinite: the formula as written gives nan, 0, 0"),
        ({"shift": 88, "a": 0.0, "b": 0.0}, "e^88 is finite, but the sum is not: the formula as written gives 0, 0, 0"),
        ({"shift": -120}, "e^−118 is rounded to 0: the formula as written gives nan, nan, nan"),
        ({"shift": -17, "bits": "float16"}, "In 16 bits, e^−15 is so small that few of its digits are kept"),
        ({"shift": 8, "bits": "float16"}, "In 16 bits, with a largest logit of 10, both formulas"),
    ],
)
def test_the_text_says_the_numbers(values, said):
    assert said in shown(**values).text


def test_every_end_of_every_slider():
    ends = itertools.product(
        (-5.0, 0.0, 5.0), (-5.0, 5.0), (-5.0, 5.0), (0.1, 10.0), (-120, 0, 120), ("float16", "float32")
    )
    for values in ends:
        view = shown(**dict(zip(BOOK, values, strict=True)))
        svg = charts_svg(view.charts, view.text)
        drawn = svg.partition(">")[2]
        assert drawn.count(">nan<") == sum(math.isnan(value) for value in bars(view)[1])
        assert not re.search(r"\bnan|\binf", drawn.replace(">nan<", ""))
        assert sum(bars(view)[2]) == pytest.approx(1, abs=0.01)


@pytest.mark.timing
def test_a_view_is_drawn_within_50_ms():
    exhibit = helpers.explore_softmax()
    assert exhibit.values == BOOK
    seconds = []
    for _ in range(9):
        started = time.perf_counter()
        exhibit._show(**BOOK)
        seconds.append(time.perf_counter() - started)
    assert sorted(seconds)[4] < 0.05
