"""Three losses and four outliers: the fits against slow searches, and what is shown of them."""

import itertools
import math
import re
import statistics
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import d2l_helpers as helpers
from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import charts_svg
from d2l_helpers.panels.exhibit import Exhibit
from d2l_helpers.panels.exhibits import robust_loss
from d2l_helpers.panels.exhibits.robust_loss import explore_robust_loss, points
from d2l_helpers.training.regression import huber_fit, huber_loss, huber_pull, least_absolute, least_squares

X = robust_loss._X
DISTANCES, DELTAS = (0.0, 0.5, 8.0, 12.0), (0.01, 0.1, 1.0, 7.5, 100.0)


def one_loss(residual, delta):
    """Return the Huber loss of one residual, as its definition says."""
    size = abs(residual)
    return size * size / 2 if size <= delta else delta * size - delta * delta / 2


def cost(w, b, x, y, delta):
    return sum(one_loss(target - (w * place + b), delta) for place, target in zip(x, y, strict=True))


def lowest(function, low, high):
    """Find where a convex function is lowest, by thirds."""
    while high - low > 1e-7:
        third = (high - low) / 3
        if function(low + third) < function(high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2


def slow_fit(x, y, delta):
    """Search all intercepts for each of all slopes."""

    def best_b(w):
        return lowest(lambda b: cost(w, b, x, y, delta), -30, 30)

    w = lowest(lambda w: cost(w, best_b(w), x, y, delta), -20, 20)
    return w, best_b(w)


@given(st.floats(-50, 50), st.floats(0.01, 100))
def test_the_loss_is_the_definitions(residual, delta):
    assert huber_loss(np.array([residual]), delta)[0] == pytest.approx(one_loss(residual, delta))
    assert huber_pull(np.array([residual]), delta)[0] == max(-delta, min(delta, residual))


@given(st.floats(-20, 20), st.floats(0.01, 10))
def test_the_pull_is_the_slope_of_the_loss(residual, delta):
    step = 1e-6
    behind, ahead = (float(huber_loss(np.array([residual + way * step]), delta)[0]) for way in (-1, 1))
    assert float(huber_pull(np.array([residual]), delta)[0]) == pytest.approx((ahead - behind) / (2 * step), abs=1e-4)


@pytest.mark.parametrize("delta", [0.05, 0.5, 1.0, 4.0])
def test_the_fit_is_the_one_of_a_slow_search(delta):
    x, y = X[::2].tolist(), points(8.0)[::2].tolist()
    slow = slow_fit(x, y, delta)
    fit = huber_fit(np.array(x), np.array(y), delta)
    assert cost(*fit, x, y, delta) == pytest.approx(cost(*slow, x, y, delta), abs=1e-7)
    assert fit == pytest.approx(slow, abs=1e-4)


def test_of_several_best_lines_one_is_returned():
    x, y = X[::4].tolist(), points(8.0)[::4].tolist()
    slow, fit = slow_fit(x, y, 0.05), huber_fit(np.array(x), np.array(y), 0.05)
    assert cost(*fit, x, y, 0.05) == pytest.approx(cost(*slow, x, y, 0.05), abs=1e-7)
    assert abs(fit[0] - slow[0]) > 0.1


@given(st.integers(0, 1000), st.integers(4, 30), st.floats(0.01, 100))
@settings(max_examples=50)
def test_no_line_near_the_fit_costs_less(seed, n, delta):
    random = np.random.default_rng(seed)
    x, y = np.linspace(-3, 3, n), random.standard_cauchy(n)
    w, b = huber_fit(x, y, delta)
    least = cost(w, b, x, y, delta)
    for dw, db in itertools.product((-1e-3, 0, 1e-3), repeat=2):
        assert least <= cost(w + dw, b + db, x, y, delta) + 1e-7


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_large_delta_is_l2_and_a_small_one_nearly_l1(distance):
    y = points(distance)
    assert huber_fit(X, y, 100.0) == pytest.approx(least_squares(X, y))
    assert huber_fit(X, y, 0.001) == pytest.approx(least_absolute(X, y), abs=0.01)


def test_beyond_delta_the_distance_does_not_change_the_fit():
    near, far = (huber_fit(X, points(distance), 1.0) for distance in (4.0, 12.0))
    assert near == pytest.approx(far)


@pytest.mark.parametrize("delta", [0, -1.0, math.nan])
def test_a_delta_that_is_not_above_zero_is_refused(delta):
    with pytest.raises(ArgumentError, match="delta="):
        huber_fit(X, points(8.0), delta)


def test_the_exhibit_has_the_books_values():
    assert isinstance(explore_robust_loss(), Exhibit)
    assert helpers.explore_robust_loss is explore_robust_loss


def test_the_text_says_slopes_and_errors():
    text = explore_robust_loss()._show(distance=8.0, delta=1.0).text
    y = points(8.0)
    fits = {"L2": least_squares(X, y), "L1": least_absolute(X, y), "Huber": huber_fit(X, y, 1.0)}
    assert "Four of 25 points lie 8 too high. The true slope is 1.00" in text
    for name, (w, _) in fits.items():
        assert f"{name} {w:.2f} (off by {abs(w - 1):.2f})" in text
    assert "caps the pull of 4 points" in text
    assert "No point is far off" in robust_loss._show(0.0, 1.0).text
    assert "caps the pull of 0 points" in robust_loss._show(0.0, 100.0).text


@pytest.mark.parametrize(("distance", "delta"), list(itertools.product(DISTANCES, DELTAS)))
def test_every_setting_is_drawn_in_finite_numbers(distance, delta):
    view = robust_loss._show(distance, delta)
    drawing = charts_svg(view.charts, view.text)
    ET.fromstring(drawing)
    assert not re.search("nan|inf", drawing)
    for chart in view.charts:
        low, high = chart.y_span
        assert low < high
    shown = view.charts[0].marks[1]
    assert all(view.charts[0].y_span[0] < value < view.charts[0].y_span[1] for value in shown.y)


@pytest.mark.timing
def test_a_view_is_drawn_within_50_ms():
    seconds = []
    for distance, delta in itertools.product(DISTANCES, DELTAS):
        started = time.perf_counter()
        robust_loss._show(distance, delta)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.05
