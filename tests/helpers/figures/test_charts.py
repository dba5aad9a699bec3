"""Charts drawn as SVG and as pictures."""

from __future__ import annotations

import base64
import math
import re
import statistics
import time
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import Bars, Chart, Dots, Line, as_images, charts_svg, plot_charts

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.replace('<svg class="d2l-chart" ', '<svg xmlns="http://www.w3.org/2000/svg" '))


def plot_of(svg: str) -> ElementTree.Element:
    """The part of a chart that lies between its axes."""
    return next(parse(svg).iter(f"{SVG}svg")).find(f"{SVG}svg")


def points(element: ElementTree.Element) -> np.ndarray:
    return np.array([pair.split(",") for pair in element.attrib["points"].split()], dtype=float)


def test_points_lie_where_the_spans_say():
    chart = Chart("t", [Line([0, 5, 10], [0, 1, 0])], x_span=(0, 10), y_span=(0, 2))
    plot = plot_of(charts_svg([chart], "a tent"))
    width, height = float(plot.attrib["width"]), float(plot.attrib["height"])
    found = points(plot.find(f"{SVG}polyline"))
    assert np.allclose(found, [[0, height], [width / 2, height / 2], [width, height]], atol=0.06)


def test_a_legend_below_the_axes_covers_neither_a_mark_nor_the_label_of_the_axis():
    dots = Dots([0, 0, 0.5, 1, 1], [0, 1, 0.5, 0, 1], "dots")
    figure = plot_charts([Chart("t", [dots], "confidence", legend_below=True)], "").figure
    figure.draw_without_rendering()
    (axes,) = figure.axes
    legend, label = axes.get_legend().get_window_extent(), axes.xaxis.label.get_window_extent()
    assert 0 <= legend.y0 < legend.y1 < label.y0 < axes.get_window_extent().y0


def test_logarithmic_axes_put_decades_at_equal_distances():
    chart = Chart("t", [Line([1, 10, 100], [1e-4, 1e-2, 1])], log_x=True, log_y=True)
    found = points(next(parse(charts_svg([chart], "")).iter(f"{SVG}polyline")))
    steps = np.diff(found, axis=0)
    assert np.allclose(steps[0], steps[1], atol=0.15)


def test_bars_stand_side_by_side_and_hang_below_zero():
    chart = Chart("t", [Bars([1, -1]), Bars([0.5, float("nan")], style=1)], y_span=(-1, 1))
    plot = plot_of(charts_svg([chart], ""))
    places = ("x", "y", "width", "height")
    first, second, third = ({place: float(bar.attrib[place]) for place in places} for bar in plot.iter(f"{SVG}rect"))
    assert first["x"] + first["width"] == pytest.approx(third["x"], abs=0.2)
    assert first["y"] + first["height"] == pytest.approx(second["y"], abs=0.2)
    assert first["height"] == pytest.approx(2 * third["height"], abs=0.2)


def test_a_line_in_order_grows_stronger_and_stays_connected():
    x = list(range(101))
    pieces = Line(x, x, in_order=True).pieces()
    opacities = [opacity for _, opacity in pieces]
    assert opacities == sorted(set(opacities))
    assert (opacities[0] > 0, opacities[-1]) == (True, 1)
    joined = [piece.x for piece, _ in pieces]
    assert [joined[0][0], *(place for part in joined for place in part[1:])] == x
    assert all(before[-1] == after[0] for before, after in pairwise(joined))


@pytest.mark.parametrize(("length", "pieces"), [(0, 0), (1, 0), (2, 1), (5, 4)])
def test_a_short_line_in_order_is_drawn_too(length, pieces):
    line = Line([*range(length)], [*range(length)], "path", in_order=True)
    drawing = parse(charts_svg([Chart("t", [line])], ""))
    assert len([*drawing.iter(f"{SVG}polyline")]) == len(line.pieces()) == pieces
    axes = plot_charts([Chart("t", [line])], "").figure.axes[0]
    assert len(axes.lines) == pieces
    assert bool(axes.get_legend()) == bool(pieces)


@pytest.mark.parametrize("draw", [charts_svg, plot_charts])
def test_bars_of_arrays(draw):
    draw([Chart("t", [Bars(np.ones(3)), Bars(np.ones(3))])], "")


def test_a_gap_where_a_value_is_not_finite():
    line = Line([0, 1, 2, 3, 4], [0, 1, float("nan"), 1, 0])
    drawing = parse(charts_svg([Chart("t", [line])], ""))
    assert [len(points(part)) for part in drawing.iter(f"{SVG}polyline")] == [2, 2]


def test_texts_are_escaped_and_the_label_says_what_is_seen():
    svg = charts_svg([Chart("<b>", [Line([0, 1], [0, 1], "a & b")], "<x>", "<y>", x_names=("<n>",))], 'says "so"')
    assert parse(svg).attrib["aria-label"] == 'says "so"'
    assert {text.text for text in parse(svg).iter(f"{SVG}text")} >= {"<b>", "a & b", "<x>", "<y>", "<n>"}


def test_a_label_stands_once_in_the_legend():
    lines = [Line([0, 1], [i, i + 1], "path") for i in range(3)]
    svg = charts_svg([Chart("t", lines)], "")
    assert svg.count(">path<") == 1


@pytest.mark.parametrize(
    "charts",
    [[], [Chart("t", [])] * 4, [Chart("t", [Line([0, 1], [0])])], [Chart("t", [Dots([0], [0, 1])])]],
)
@pytest.mark.parametrize("draw", [charts_svg, plot_charts])
def test_what_cannot_be_drawn_is_refused(draw, charts):
    with pytest.raises(ArgumentError, match="Cannot draw the charts"):
        draw(charts, "")


_numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(
    values=st.lists(st.tuples(_numbers, _numbers), max_size=8),
    kind=st.sampled_from([Line, Dots]),
    log_x=st.booleans(),
    log_y=st.booleans(),
)
@settings(max_examples=200)
def test_any_numbers_give_coordinates_that_a_browser_can_draw(values, kind, log_x, log_y):
    x, y = [pair[0] for pair in values], [pair[1] for pair in values]
    svg = charts_svg([Chart("t", [kind(x, y)], log_x=log_x, log_y=log_y)], "")
    for element in parse(svg).iter():
        for place in ("points", "cx", "cy", "x", "y"):
            assert all(math.isfinite(float(number)) for number in re.split(r"[ ,]", element.attrib.get(place, "0")))


def test_a_picture_has_what_the_page_has():
    chart = Chart("Title", [Line([1, 2], [1, 2], "line"), Dots([1], [2], "dots", 2)], "x", "y", (0, 3), (0, 4))
    bars = Chart("Bars", [Bars([1, 2], "bars", 1)], x_names=("a", "b"))
    logs = Chart("Logs", [Line([1, 10], [1, 100])], log_x=True, log_y=True)
    picture = plot_charts([chart, bars, logs], "three charts")
    first, second, third = picture.figure.axes
    assert (first.get_title(loc="left"), first.get_xlim(), first.get_ylim()) == ("Title", (0, 3), (0, 4))
    assert [text.get_text() for text in first.get_legend().get_texts()] == ["line", "dots"]
    assert [text.get_text() for text in second.get_xticklabels()] == ["a", "b"]
    assert (third.get_xscale(), third.get_yscale()) == ("log", "log")
    assert picture.alt == "three charts"
    assert picture.png() == picture.png()


LONG = ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


@pytest.mark.parametrize(
    ("names", "is_turned"), [(LONG, True), (LONG[:3], False), ([str(n) for n in range(10)], False)]
)
def test_names_that_would_touch_are_turned(names, is_turned):
    charts = [Chart("t", [Bars([1.0] * len(names))], "class", x_names=names)] * 2
    drawn = [text.attrib.get("transform", "") for text in parse(charts_svg(charts, "")).iter(f"{SVG}text")]
    assert sum("rotate(-45)" in turned for turned in drawn) == 2 * len(names) * is_turned
    labels = plot_charts(charts, "").figure.axes[0].get_xticklabels()
    assert [label.get_text() for label in labels] == list(names)
    assert {label.get_rotation() for label in labels} == {45 if is_turned else 0}


@pytest.mark.parametrize("draw", [charts_svg, plot_charts])
def test_places_without_a_name_have_none(draw):
    draw([Chart("t", [Line([0, 1], [0, 1])], x_names=("", ""))], "")
    picture = plot_charts([Chart("t", [Line(range(4), range(4))], x_names=("1", "", "3", ""))], "")
    (axes,) = picture.figure.axes
    assert axes.get_xticks().tolist() == [0, 2]


@pytest.mark.timing
def test_two_charts_are_drawn_within_50_ms():
    x = np.linspace(0, 10, 500)
    charts = [Chart("t", [Line(x, np.sin(x + i), str(i), i) for i in range(4)]) for _ in range(2)]
    seconds = []
    for _ in range(9):
        started = time.perf_counter()
        charts_svg(charts, "waves")
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.05


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (Bars([1, NAN, INF]), [(1, "nan"), (2, "inf")]),
        (Bars([-INF]), [(0, "−inf")]),
        (Line([0, 1, 2, 3, 4], [1, NAN, NAN, 1, INF]), [(1, "nan"), (4, "inf")]),
        (Line([0, 1], [1, NAN], faint=True), []),
        (Line([0, NAN], [1, NAN]), []),
        (Line([0, 1e30], [1, NAN]), []),
        (Dots([0, 1], [1, NAN]), []),
    ],
)
def test_a_value_that_is_not_finite_is_written_where_it_would_be(mark, said):
    chart = Chart("t", [mark], x_span=(-1, 5), y_span=(0, 2))
    plot = plot_of(charts_svg([chart], ""))
    width = float(plot.attrib["width"])
    texts = [(float(text.attrib["x"]) / width * 6 - 1, text.text) for text in plot.iter(f"{SVG}text")]
    assert texts == [(pytest.approx(x, abs=0.01), text) for x, text in said]
    (axes,) = plot_charts([chart], "").figure.axes
    assert [(text.xy[0], text.get_text()) for text in axes.texts] == said


def test_bars_side_by_side_are_each_named():
    chart = Chart("t", [Bars([NAN]), Bars([INF], style=1)])
    (first, second) = plot_of(charts_svg([chart], "")).iter(f"{SVG}text")
    assert (first.text, second.text) == ("nan", "inf")
    assert float(first.attrib["x"]) < float(second.attrib["x"])


def test_kept_charts_are_images_with_alt_text_in_the_colours_of_both_themes():
    charts = [Chart("one & <1>", [Line([0, 1], [0, 1])]), Chart("two", [Bars([1])])]
    live = charts_svg(charts, 'It says "so".')
    kept = as_images(f"<p>before</p>{live}<p>after</p>")
    assert re.sub("<div.*</div>", "", kept) == "<p>before</p><p>after</p>"
    first, second = ElementTree.fromstring(re.search("<div.*</div>", kept)[0])
    assert (first.attrib["alt"], second.attrib["alt"]) == ('It says "so".', "Chart 2 of 2: two.")
    for image in (first, second):
        drawing = ElementTree.fromstring(base64.b64decode(image.attrib["src"].partition("base64,")[2]))
        assert (drawing.tag, drawing.attrib["width"]) == (f"{SVG}svg", image.attrib["width"])
        style = drawing.find(f"{SVG}style").text
        assert "prefers-color-scheme:dark" in style
        assert style.count("background") == 2, "where a page says no theme, dark text must not stand on dark"
    assert as_images(kept) == kept
