"""The loss and its gradient against the slow formula and finite differences; the text at the sliders' ends."""

import itertools
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2l_helpers as helpers
from d2l_helpers.figures import charts_svg
from d2l_helpers.panels.exhibits.cross_entropy import explore_cross_entropy, gradient_at, loss_at, squared_at

margins, counts = st.floats(-10, 10), st.sampled_from([2, 3, 10])


def slow_loss(logits):
    """Return the cross-entropy of class 0."""
    return -math.log(math.exp(logits[0]) / sum(math.exp(value) for value in logits))


@given(margins, counts)
def test_the_loss(margin, classes):
    assert loss_at(margin, classes) == pytest.approx(slow_loss([margin] + [0.0] * (classes - 1)))


@given(margins, counts)
def test_the_gradient(margin, classes):
    logits, h = [margin] + [0.0] * (classes - 1), 1e-5
    for index, slope in enumerate(gradient_at(margin, classes)):
        up, down = ([z + sign * h * (i == index) for i, z in enumerate(logits)] for sign in (1, -1))
        assert slope == pytest.approx((slow_loss(up) - slow_loss(down)) / (2 * h), abs=1e-6)
    assert sum(gradient_at(margin, classes)) == pytest.approx(0, abs=1e-12)


@given(margins, counts)
def test_the_squared_loss(margin, classes):
    p = [math.exp(value) / (math.exp(margin) + classes - 1) for value in [margin] + [0.0] * (classes - 1)]
    assert squared_at(margin, classes) == pytest.approx((1 - p[0]) ** 2 + sum(value**2 for value in p[1:]))


def test_large_margins_neither_overflow_nor_underflow():
    assert loss_at(-800, 3) == 800 + math.log(2)
    assert loss_at(50, 3) == pytest.approx(2 * math.exp(-50))


@pytest.mark.parametrize(
    ("margin", "classes", "said"),
    [
        (
            0.0,
            3,
            "Margin 0.0 among 3 classes: the right one has probability 0.333; the loss is 1.10 nats, or 1.58 bits.",
        ),
        (0.0, 3, "Gradient ŷ − y: −0.667 for the right logit, 0.333 for each of the other 2."),
        (
            0.0,
            2,
            "0.5; the loss is 0.69 nats, or 1.00 bits.\nGradient ŷ − y: −0.5 for the right logit, 0.5 for the other.",
        ),
        (-10.0, 3, "Margin −10.0 among 3 classes: the right one has probability 2.27e−05; the loss is 10.69 nats"),
        (10.0, 10, "for each of the other 9"),
    ],
)
def test_the_text_says_the_numbers(margin, classes, said):
    assert said in explore_cross_entropy()._show(margin=margin, classes=classes).text


def test_every_end_of_every_slider():
    for margin, classes in itertools.product((-10.0, 0.0, 10.0), (2, 3, 10)):
        view = explore_cross_entropy()._show(margin=margin, classes=classes)
        curve, bars = view.charts
        assert curve.y_span[0] < loss_at(margin, classes) < curve.y_span[1]
        assert len(bars.marks[0].heights) == len(bars.x_names) == classes
        svg = charts_svg(view.charts, view.text)
        assert "nan" not in svg
        assert "inf" not in svg


@pytest.mark.timing
def test_a_view_is_drawn_within_50_ms():
    exhibit = helpers.explore_cross_entropy()
    assert exhibit.values == {"margin": 0.0, "classes": 3}
    seconds = []
    for _ in range(9):
        started = time.perf_counter()
        exhibit._show(**exhibit.values)
        seconds.append(time.perf_counter() - started)
    assert sorted(seconds)[4] < 0.05
