"""Two softmaxes against the slow formula and finite differences; the text and charts at the slider's ends."""

import math
import statistics
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2l_helpers as helpers
from d2l_helpers.figures import charts_svg
from d2l_helpers.panels.exhibits.double_softmax import effects_at, explore_double_softmax, loss_floor_of_ten

margins = st.floats(-10, 10)


def softmax(values):
    exponentials = [math.exp(value) for value in values]
    return [value / sum(exponentials) for value in exponentials]


def slow_probability(margin, times):
    """Return the right class's probability after so many softmaxes, the right one first."""
    values = [margin] + [0.0] * 9
    for _ in range(times):
        values = softmax(values)
    return values[0]


def slow_loss(margin, times):
    return -math.log(slow_probability(margin, times))


@given(margins)
def test_probability_and_loss(margin):
    for times, effect in enumerate(effects_at(margin), start=1):
        assert effect.margin == margin
        assert effect.probability == pytest.approx(slow_probability(margin, times))
        assert effect.loss == pytest.approx(slow_loss(margin, times), abs=1e-12)


@given(margins)
def test_the_push_is_the_slope_of_the_loss(margin):
    h = 1e-5
    for times, effect in enumerate(effects_at(margin), start=1):
        slope = (slow_loss(margin - h, times) - slow_loss(margin + h, times)) / (2 * h)
        assert effect.push == pytest.approx(slope, abs=1e-9, rel=1e-4)


def test_the_push_agrees_with_autograd():
    from mxnet import autograd, gluon, np, npx

    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    for margin in (-6.0, -1.0, 0.0, 2.0, 6.0):
        z = np.array([[margin] + [0.0] * 9])
        z.attach_grad()
        with autograd.record():
            value = loss(npx.softmax(z), np.array([0]))
        value.backward()
        assert effects_at(margin)[1].push == pytest.approx(-z.grad[0, 0].item(), rel=1e-3)


def test_the_loss_floor_is_that_of_a_certain_network():
    assert loss_floor_of_ten() == pytest.approx(slow_loss(100.0, 2))
    assert loss_floor_of_ten() < effects_at(10.0)[1].loss < loss_floor_of_ten() + 1e-3


def test_at_equal_logits_the_second_softmax_leaves_a_tenth_of_the_push():
    once, twice = effects_at(0.0)
    assert once.loss == pytest.approx(math.log(10)) == twice.loss
    assert once.push / twice.push == pytest.approx(10)


def test_large_margins_do_not_overflow():
    for margin in (-700.0, 700.0):
        assert all(math.isfinite(effect.loss) for effect in effects_at(margin))


@pytest.mark.parametrize(
    ("margin", "said"),
    [
        (0.0, "The right logit is equal to the nine others. Softmax once: probability 0.1, loss 2.303, push 0.9.\n"),
        (0.0, "Twice: probability 0.1, loss 2.303, push 0.09, which is 10.00 times smaller."),
        (-3.0, "The right logit is 3.0 below the nine others."),
        (-3.0, "180 times smaller"),
        (10.0, "The right logit is 10.0 above the nine others. Softmax once: probability 1, loss 0.000"),
        (-10.0, "push 5.1e−06, which is 196,155 times smaller."),
    ],
)
def test_the_text_says_the_numbers(margin, said):
    assert said in explore_double_softmax()._show(margin=margin).text


@pytest.mark.parametrize("margin", [-10.0, -0.1, 0.0, 0.1, 10.0])
def test_every_end_of_the_slider_can_be_drawn(margin):
    view = explore_double_softmax()._show(margin=margin)
    svg = charts_svg(view.charts, view.text)
    assert "nan" not in svg
    assert "inf" not in svg
    _, loss, push = view.charts
    assert all(loss.y_span[0] < value < loss.y_span[1] for value in loss.marks[0].y)  # the floor is to be seen
    assert push.y_span[1] > 1


def test_the_slider_is_public_and_goes_back():
    exhibit = helpers.explore_double_softmax()
    assert exhibit.values == {"margin": 0.0}
    exhibit._controls["margin"].value = -3.0
    assert "180 times smaller" in exhibit._status.value
    exhibit.reset()
    assert "10.00 times smaller" in exhibit._status.value


@pytest.mark.timing
def test_a_view_is_drawn_within_50_ms():
    exhibit, seconds = explore_double_softmax(), []
    for step in range(7):
        started = time.perf_counter()
        exhibit._show(margin=step - 3.0)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.2
