"""The loss of a line, its contours and paths, against slow computations; the exhibit's text at every extreme."""

import itertools
import re
import statistics
import time
import xml.etree.ElementTree as ElementTree

import mxnet
import numpy as np
import pytest

from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.chapter.linear_regression import KILOMETRES, MINUTES
from d2l_helpers.figures import charts_svg, plot_descent, plot_fit
from d2l_helpers.figures.line_loss import line_loss
from d2l_helpers.panels.exhibits.descent import explore_descent

X, Y = np.array(KILOMETRES), np.array(MINUTES)


def slow_loss(w, b, x=X, y=Y):
    total = 0.0
    for one_x, one_y in zip(x, y, strict=True):
        total += (w * one_x + b - one_y) ** 2 / 2
    return total / len(x)


def view(exhibit, **values):
    return exhibit._show(**{**exhibit.values, **values})


def is_drawable(charts):
    drawn = charts_svg(charts, "alt")
    ElementTree.fromstring(drawn)
    return not re.search(r"\b(nan|inf)\b", drawn)


def test_the_best_line_is_what_numpy_fits():
    w, b = line_loss(X, Y).best
    np.testing.assert_allclose((w, b), np.polyfit(X, Y, 1))


@pytest.mark.parametrize("point", [(0, 0), (4, 8), (-3.5, 20)])
def test_the_loss_is_half_the_mean_square(point):
    assert line_loss(X, Y).at(point) == pytest.approx(slow_loss(*point))


def test_a_step_goes_down_the_slope_that_finite_differences_have():
    loss, rate, tiny = line_loss(X, Y), 0.05, 1e-5
    path = loss.path(rate, 3)
    assert path[0].tolist() == [0, 0]
    for (w, b), after in itertools.pairwise(path):
        slope_w = (slow_loss(w + tiny, b) - slow_loss(w - tiny, b)) / (2 * tiny)
        slope_b = (slow_loss(w, b + tiny) - slow_loss(w, b - tiny)) / (2 * tiny)
        np.testing.assert_allclose(after, (w - rate * slope_w, b - rate * slope_b), rtol=1e-6)


def test_contours_are_level_and_a_quarter_apart():
    loss = line_loss(X, Y)
    excess = [[slow_loss(w, b) - loss.at(loss.best) for w, b in contour.T[::20]] for contour in loss.contours()]
    for level in excess:
        np.testing.assert_allclose(level, level[0])
    np.testing.assert_allclose([level[0] for level in excess], excess[0][0] / 4.0 ** np.arange(5))
    assert excess[0][0] == pytest.approx(slow_loss(0, 0) - loss.at(loss.best))  # the first goes through the start


def test_descent_turns_from_converging_to_diverging_at_the_limit():
    loss = line_loss(X, Y)
    limit = 2 / loss.steepest
    assert loss.at(loss.path(0.99 * limit, 1000)[-1]) < 1.001 * loss.at(loss.best)
    assert loss.at(loss.path(1.01 * limit, 1000)[-1]) > 1000 * loss.at((0, 0))


@pytest.mark.parametrize(("rate", "word"), [(0.1, "Converging"), (0.3, "Oscillating, but conv"), (0.36, "Diverging")])
def test_the_text_says_what_happens(rate, word):
    said = view(explore_descent(X, Y), learning_rate=rate).text
    assert said.startswith(word)
    assert f"Rate {rate}, 30 steps" in said


def test_the_text_has_the_numbers_that_the_notebook_speaks_of():
    loss = line_loss(X, Y)
    last = loss.path(0.1, 30)[-1]
    said = view(explore_descent(X, Y), learning_rate=0.1).text
    assert f"loss {slow_loss(*last):.4g} (best 1.531)" in said
    assert f"{np.hypot(*(last - loss.best)):.3g} away" in said
    assert loss.at(loss.path(1.0, 30)[-1]) > 1e40  # more than forty digits
    along = np.linalg.norm([path[-1] - loss.best for path in (loss.path(0.1, 90), loss.path(0.3, 30))], axis=1)
    assert along[0] == pytest.approx(along[1], rel=0.1)  # three times the rate, nearly three times as fast


def test_steps_overshoot_and_climb_from_the_rates_that_the_notebook_tells():
    exhibit = explore_descent(X, Y)
    said = {rate: view(exhibit, learning_rate=rate).text.split()[0] for rate in (0.165, 0.175, 0.335, 0.345)}
    assert list(said.values()) == ["Converging:", "Oscillating,", "Oscillating,", "Diverging:"]


def test_centred_features_make_circles_and_allow_six_times_the_rate():
    centred = X - X.mean()
    low, high = np.linalg.eigvalsh(line_loss(centred, Y).curvature)
    assert high / low < 1.1
    rates = [explore_descent(x, Y).values["learning_rate"] for x in (X, centred)]
    assert rates == [0.1, 0.6]
    assert "less than 0.000001 away" in view(explore_descent(centred, Y), num_steps=30).text
    path = line_loss(centred, Y).path(0.6, 30)
    away = path[:5] - path[-1]  # what is left then is too little to see
    directions = away / np.linalg.norm(away, axis=1)[:, None]
    assert (directions @ directions[0] > 0.98).all()  # straight to the middle


@pytest.mark.parametrize("x", [X, X - X.mean(), 1000 * X, X / 1000, X + 100])
def test_every_extreme_of_the_sliders_can_be_shown(x):
    exhibit = explore_descent(x, Y)
    rate, steps = (exhibit._controls[name] for name in ("learning_rate", "num_steps"))
    for lr in (10**rate.min, rate.value, 10**rate.max):
        for num_steps in (steps.min, 1, steps.max):
            shown = view(exhibit, learning_rate=lr, num_steps=num_steps)
            assert is_drawable(shown.charts)
            assert "nan" not in shown.text
    assert view(exhibit, learning_rate=10**rate.min).text.startswith("Converging")
    assert view(exhibit, learning_rate=10**rate.max).text.startswith("Diverging")


@pytest.mark.timing
def test_a_view_is_drawn_within_50_ms():
    exhibit, seconds = explore_descent(X, Y), []
    for _ in range(5):
        started = time.perf_counter()
        view(exhibit, num_steps=100)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.1


def test_arrays_of_mxnet_and_columns_are_accepted():
    x, y = mxnet.np.array(X).reshape(-1, 1), mxnet.np.array(Y).reshape(-1, 1)
    np.testing.assert_allclose(line_loss(x, y).best, line_loss(X, Y).best, rtol=1e-4)


@pytest.mark.parametrize(
    ("x", "y", "got"),
    [
        (X, Y[1:], "X of shape (12,) and y of shape (11,)"),
        (np.ones(12), Y, "X whose features are all 1"),
        (np.stack([X, X], axis=1), Y, "X of shape (12, 2) and y of shape (12,)"),
        (np.array(3.0), np.array(2.0), "X of shape () and y of shape ()"),
        (X[:0], Y[:0], "X of shape (0,) and y of shape (0,)"),
        (X[:1], Y[:1], f"X whose features are all {X[0]:g}"),
        (np.where(np.arange(12) == 2, np.nan, X), Y, "X[2] = nan"),
        (X, np.where(np.arange(12) == 0, np.inf, Y), "y[0] = inf"),
    ],
)
def test_other_shapes_and_numbers_that_are_not_finite_are_refused(x, y, got):
    for function in (explore_descent, plot_fit, lambda x, y: plot_descent(x, y, {"way": [(0, 0)]})):
        with pytest.raises(ArgumentError, match="one feature and one target per example") as refused:
            function(x, y)
        assert refused.value.got == got


def test_paths_are_plotted_side_by_side():
    picture = plot_descent(X, Y, {"one": [(0.0, 0.0), (1.0, 2.0)], "two": [(0.0, 0.0), (1e30, np.inf)]})
    assert len(picture.figure.axes) == 2
    assert "one, two" in picture.alt
    picture.png()
    with pytest.raises(ArgumentError, match=r"points of shape \(3,\)"):
        plot_descent(X, Y, {"one": [1, 2, 3]})


def test_a_plotted_path_shows_its_order_and_its_ends():
    path = [(0.0, 0.0), (1.0, 2.0), (3.0, 5.0), (4.0, 7.0)]
    axes = plot_descent(X, Y, {"one": path}).figure.axes[0]
    drawn = {line.get_label(): line for line in axes.lines}
    for name, place in (("start", path[0]), ("end", path[-1]), ("best", line_loss(X, Y).best)):
        np.testing.assert_allclose(np.ravel(drawn[name].get_data()), place)
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        assert left < place[0] < right
        assert bottom < place[1] < top
    opacities = [line.get_alpha() for line in axes.lines if len(line.get_xdata()) == 2]
    assert opacities == sorted(set(opacities))


def test_a_fit_shows_an_error_for_each_example():
    picture = plot_fit(X, Y, mxnet.np.array(4.0), 8, labels=("km", "minutes"))
    assert picture.alt == "12 examples as dots: minutes against km, a line, and their distances from it."
    assert len(picture.figure.axes[0].lines) == 12 + 1 + 1
    assert plot_fit(X, Y).alt == "12 examples as dots: y against x."
