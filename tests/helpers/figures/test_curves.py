"""A fit's curves: whatever it measured is drawn, and the axes seldom change while the fit goes on."""

import math
import re
import statistics
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2l_helpers.figures import Dots, Line, curves_svg
from d2l_helpers.figures.charts import stroke
from d2l_helpers.figures.curves import has_accuracies, history_charts, loss_span
from d2l_helpers.training.history import History

losses = st.floats(0, 1e6) | st.sampled_from([math.inf, math.nan])
accuracies = st.floats(0, 1)
any_losses = st.lists(st.floats(width=64), min_size=1, max_size=40)
TEXTS = ("train loss", "held-out loss", "train accuracy", "held-out accuracy")
REGRESSION = History([0.0250, 0.00009, 0.00005])


@st.composite
def histories(draw, min_size=0):
    size = draw(st.integers(min_size, 30))
    quantities = (losses, accuracies, losses, accuracies)
    return History(*(draw(st.lists(values, min_size=size, max_size=size)) for values in quantities))


def a_history(num_epochs, loss=0.5, accuracy=0.8):
    return History(*([value] * num_epochs for value in (loss, accuracy, loss + 0.1, accuracy - 0.1)))


def markers(root):
    return [*root.iter("circle"), *root.iter("polygon")]


@settings(max_examples=50)
@given(history=histories(), before=st.none() | histories())
def test_every_finite_number_has_its_point_and_the_run_before_its_faint_lines(history, before):
    root = ElementTree.fromstring(curves_svg(history, 30, before))
    numbers = [*history.train_loss, *history.held_out_loss, *history.train_acc, *history.held_out_acc]
    assert len(markers(root)) == sum(map(math.isfinite, numbers))
    is_faint = bool(before) and bool(len(before))
    assert any(line.get("opacity") == "0.7" for line in root.iter("polyline")) == (
        is_faint and any(map(math.isfinite, [*before.train_loss, *before.held_out_loss, *before.train_acc]))
    )
    assert ("previous run" in "".join(root.itertext())) == is_faint


@settings(max_examples=50)
@given(history=histories(min_size=1), before=st.none() | histories(), more=st.integers(0, 30))
def test_no_number_leaves_the_axes(history, before, more):
    charts = history_charts(history, len(history) + more, before)
    for chart in charts:
        low, high = chart.y_span
        assert all(low <= y <= high for mark in chart.marks for y in mark.y if math.isfinite(y))
        assert all(chart.x_span[0] <= x <= chart.x_span[1] for mark in chart.marks for x in mark.x)


@settings(max_examples=50)
@given(history=histories(min_size=1))
def test_the_label_says_the_newest_numbers(history):
    label = ElementTree.fromstring(curves_svg(history, 30)).get("aria-label")
    newest = (history.train_loss[-1], history.held_out_loss[-1], history.train_acc[-1], history.held_out_acc[-1])
    said = ", ".join(f"{text} {number:.3f}" for text, number in zip(TEXTS, newest, strict=True))
    assert label == f"Curves after {len(history)} epoch{'s' if len(history) > 1 else ''}: {said}."


def test_the_label_says_that_no_epoch_is_finished():
    root = ElementTree.fromstring(curves_svg(History(), 10))
    assert root.get("aria-label") == "Curves of loss and accuracy; no epoch has ended yet."
    assert not markers(root)
    assert root.get("role") == "img"


def test_the_axes_do_not_change_while_a_fit_goes_on():
    def axes(num_epochs, loss):
        return [
            (chart.x_span, chart.y_span, chart.x_names) for chart in history_charts(a_history(num_epochs, loss), 10)
        ]

    assert axes(1, 0.79) == axes(5, 0.5) == axes(10, 0.42)


def test_train_and_test_differ_in_colour_and_in_dashes():
    lines = list(ElementTree.fromstring(curves_svg(a_history(3), 3)).iter("polyline"))
    assert len({line.get("stroke") for line in lines}) == 2
    assert len({line.get("stroke-dasharray") for line in lines}) == 2
    assert {line.get("stroke") for line in lines} == {stroke(index).colour for index in (0, 1)}


@pytest.mark.timing
def test_curves_are_drawn_within_5_ms():
    history, before, seconds = a_history(30), a_history(30), []
    for _ in range(50):
        start = time.perf_counter()
        svg = curves_svg(history, 30, before)
        seconds.append(time.perf_counter() - start)
    assert statistics.median(seconds) < 0.005
    assert len(svg) < 30_000, "it crosses the wire with every report"
    assert not re.search("script|onload|href", svg)


@settings(max_examples=100)
@given(values=any_losses, test=st.just([]) | any_losses, before=st.none() | any_losses, more=st.integers(0, 30))
def test_a_fit_without_accuracies_has_one_logarithmic_chart(values, test, before, more):
    history = History(values, held_out_loss=test)
    svg = curves_svg(history, len(values) + more, History(before) if before else None)
    svg = re.sub(r">(nan|−?inf)<", "><", svg)  # what is not finite is written in its place
    root = ElementTree.fromstring(svg)
    assert f"Curves after {len(values)} epoch{'s' if len(values) > 1 else ''}: train loss {values[-1]:.4g}" in root.get(
        "aria-label"
    )
    assert not re.search(r"\bnan\b|\binf\b", svg.replace(root.get("aria-label"), ""))
    assert "accuracy" not in svg
    low, high = loss_span(history)
    assert 0 < low < high < math.inf
    shown = [loss for loss in (*values, *test) if 1e-100 < loss < 1e100]
    assert all(low <= loss <= high * (1 + 1e-12) for loss in shown)


def test_the_logarithmic_axis_reaches_from_one_power_of_ten_to_another():
    assert loss_span(REGRESSION) == pytest.approx((1e-5, 0.1))
    assert loss_span(History([1.0])) == pytest.approx((0.1, 10))
    assert loss_span(History([math.nan, 0.0, math.inf])) == (0.1, 1.0)


def test_a_run_before_that_diverged_does_not_squeeze_this_one():
    low, high = loss_span(REGRESSION, History([1e3, 1e30, math.inf]))
    assert (low, high) == pytest.approx((1e-5, 10))


def test_epochs_are_named_by_their_numbers_and_the_runs_in_the_legend():
    (chart,) = history_charts(REGRESSION, 3)
    assert list(chart.x_names) == ["1", "2", "3"]
    assert [type(mark) for mark in chart.marks] == [Line, Dots]
    (thirty,) = history_charts(REGRESSION, 30)
    assert [name for name in thirty.x_names if name] == [str(n) for n in range(1, 31, 3)]
    (both,) = history_charts(REGRESSION, 3, REGRESSION)
    lines = [mark for mark in both.marks if isinstance(mark, Line)]
    assert [(line.label, line.faint) for line in lines] == [("previous run", True), ("train", False)]


@pytest.mark.parametrize("accuracy", [83.0, -0.1])
def test_accuracies_that_are_no_fractions_are_drawn_all_the_same(accuracy):
    _, chart = history_charts(History([0.5], held_out_acc=[accuracy]), 3)
    assert chart.y_span == (min(0, accuracy), max(1, accuracy))
    assert len(markers(ElementTree.fromstring(curves_svg(History([0.5], held_out_acc=[accuracy]), 3)))) == 2


def test_accuracies_are_drawn_if_they_were_measured():
    assert has_accuracies(History())
    assert has_accuracies(History([0.5], [0.8]))
    assert not has_accuracies(REGRESSION)


def test_a_history_with_some_accuracies_has_the_charts_of_those():
    root = ElementTree.fromstring(curves_svg(History([0.5, 0.4], [], [], [math.nan, 0.8]), 5))
    assert root.get("aria-label") == "Curves after 2 epochs: train loss 0.400, held-out accuracy 0.800."
    assert len(markers(root)) == 3
