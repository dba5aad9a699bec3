"""The live curves are well-formed SVG inside their frame, whatever a fit measured."""

import math
import re
import statistics
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2l_helpers.figures import curves_svg
from d2l_helpers.figures.style import SERIES
from d2l_helpers.training import History

losses = st.floats(0, 1e6) | st.sampled_from([math.inf, math.nan])
accuracies = st.floats(0, 1)
TEXTS = ("train loss", "test loss", "train accuracy", "test accuracy")


@st.composite
def histories(draw, min_size=0):
    size = draw(st.integers(min_size, 30))
    quantities = (losses, accuracies, losses, accuracies)
    return History(*(draw(st.lists(values, min_size=size, max_size=size)) for values in quantities))


def a_history(num_epochs, loss=0.5, accuracy=0.8):
    return History(*([value] * num_epochs for value in (loss, accuracy, loss + 0.1, accuracy - 0.1)))


def parse(svg):
    """Parse it as XML; gives the root."""
    return ElementTree.fromstring(svg)


def coordinates(root):
    """Give every x and every y that something is drawn at."""
    points = [
        tuple(map(float, pair.split(","))) for line in root.iter("polyline") for pair in line.get("points").split()
    ]
    x, y = ([point[axis] for point in points] for axis in (0, 1))
    for element in root.iter():
        radius = float(element.get("r", 0))
        for names, values in ((("x", "x1", "x2", "cx"), x), (("y", "y1", "y2", "cy"), y)):
            for name in names:
                if name in element.attrib:
                    values += [float(element.get(name)) - radius, float(element.get(name)) + radius]
    return x, y


@settings(max_examples=50, deadline=None)
@given(history=histories(), before=st.none() | histories(), more=st.integers(0, 30))
def test_it_is_well_formed_and_stays_inside_its_frame(history, before, more):
    root = parse(curves_svg(history, max(1, len(history) + more), before))
    left, top, width, height = map(float, root.get("viewBox").split())
    x, y = coordinates(root)
    assert all(left <= value <= left + width for value in x), "a NaN is not inside, either"
    assert all(top <= value <= top + height for value in y)
    assert {element.tag for element in root.iter()} <= {"svg", "g", "line", "polyline", "circle", "text"}


@settings(max_examples=50, deadline=None)
@given(history=histories(), before=st.none() | histories())
def test_every_finite_number_has_its_point_and_the_run_before_its_faint_lines(history, before):
    root = parse(curves_svg(history, 30, before))
    numbers = [*history.train_loss, *history.test_loss, *history.train_acc, *history.test_acc]
    assert len(list(root.iter("circle"))) == sum(map(math.isfinite, numbers))
    faint = [group for group in root.iter("g") if float(group.get("opacity")) < 0.5]
    drawn = [line for group in faint for line in group.iter("polyline")]
    earlier = [before.train_loss, before.test_loss, before.train_acc, before.test_acc] if before else []
    assert len(drawn) == sum(any(map(math.isfinite, values)) for values in earlier)
    assert ("faint: run before" in "".join(root.itertext())) == bool(before)


@settings(max_examples=50, deadline=None)
@given(history=histories(min_size=1))
def test_its_label_says_the_newest_numbers(history):
    label = parse(curves_svg(history, 30)).get("aria-label")
    newest = (history.train_loss[-1], history.test_loss[-1], history.train_acc[-1], history.test_acc[-1])
    said = ", ".join(f"{text} {number:.3f}" for text, number in zip(TEXTS, newest, strict=True))
    assert label == f"Curves after {len(history)} epochs: {said}."


def test_before_the_first_epoch_it_says_so():
    root = parse(curves_svg(History(), 10))
    assert root.get("aria-label") == "Curves of loss and accuracy; no epoch is finished yet."
    assert list(root.iter("circle")) == []
    assert root.get("role") == "img"


def test_a_lower_loss_is_lower_and_a_later_epoch_is_to_the_right():
    history = History([0.9, 0.5, 0.1], [0.1, 0.5, 0.9], [0.8, 0.4, 0.2], [0.2, 0.4, 0.8])
    lines = [line.get("points") for line in parse(curves_svg(history, 3)).iter("polyline")]
    points = [[tuple(map(float, pair.split(","))) for pair in line.split()] for line in lines]
    assert len(points) == 4
    for line in points:
        assert [x for x, _ in line] == sorted({x for x, _ in line})
    falling, rising = points[:2], points[2:]
    assert all(line == sorted(line, key=lambda point: point[1]) for line in falling), "y grows downwards"
    assert all(line == sorted(line, key=lambda point: -point[1]) for line in rising)
    assert [x for x, _ in points[2]] == [pytest.approx(x + 340) for x, _ in points[0]]


def test_numbers_on_the_axes_are_where_they_are_drawn():
    history = a_history(5, loss=0.5, accuracy=0.8)
    root = parse(curves_svg(history, 5))
    marks = {(mark.text, float(mark.get("x")) < 340): float(mark.get("y")) - 4 for mark in root.iter("text")}
    train_loss = float(next(root.iter("polyline")).get("points").split()[0].split(",")[1])
    assert marks["0.5", True] == pytest.approx(train_loss, abs=0.2)
    assert marks["0.8", False] < marks["0.7", False]


def test_the_axes_stand_still_while_a_fit_goes_on():
    def marks(num_epochs, loss):
        root = parse(curves_svg(a_history(num_epochs, loss), 10))
        return [mark.text for mark in root.iter("text") if mark.get("text-anchor") == "end"]

    assert marks(1, 0.79) == marks(5, 0.5) == marks(10, 0.42)


def test_train_and_test_differ_in_colour_and_in_dashes():
    lines = list(parse(curves_svg(a_history(3), 3)).iter("polyline"))
    assert len({line.get("stroke") for line in lines}) == 2
    assert len({line.get("stroke-dasharray") for line in lines}) == 2
    assert {line.get("stroke") for line in lines} == {style.colour for style in SERIES.values()}


def test_a_run_before_that_was_longer_is_cut_where_the_axis_ends():
    x, _ = coordinates(parse(curves_svg(a_history(2), 5, a_history(30))))
    assert max(x) <= 680


def test_it_is_drawn_in_less_than_5_ms():
    history, before, seconds = a_history(30), a_history(30), []
    for _ in range(50):
        start = time.perf_counter()
        svg = curves_svg(history, 30, before)
        seconds.append(time.perf_counter() - start)
    assert statistics.median(seconds) < 0.005
    assert len(svg) < 30_000, "it crosses the wire with every report"
    assert not re.search("script|onload|href", svg)
