"""The picture of least squares as a projection, against distances that NumPy computes."""

from __future__ import annotations

import mxnet
import numpy as np
import pytest

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import plot_projection
from d2l_helpers.figures.projection import _TILT

RANDOM = np.random.default_rng(1)
A, Y = RANDOM.normal(size=(12, 2)), RANDOM.normal(size=12)
GUESS = np.array([0.5, -0.3])


def in_space(picture, index):
    """Return the difference of a line's ends, by (right, back, up); exact where one of them is known to be zero."""
    x, y = picture.figure.axes[0].lines[index].get_data()
    return x[1] - x[0], y[1] - y[0]


def test_the_error_is_upright_and_as_long_as_computed():
    right, up = in_space(plot_projection(A, Y), 0)
    error = Y - A @ np.linalg.lstsq(A, Y, rcond=None)[0]
    assert right == pytest.approx(0)
    assert up / np.sqrt(1 - _TILT**2) == pytest.approx(np.linalg.norm(error))


def test_a_guess_is_as_far_from_y_as_its_prediction():
    picture = plot_projection(A, Y, GUESS)
    right, seen = in_space(picture, 0)
    above = np.linalg.norm(Y - A @ np.linalg.lstsq(A, Y, rcond=None)[0])
    back = (np.sqrt(1 - _TILT**2) * above - seen) / _TILT
    assert np.sqrt(right**2 + back**2 + above**2) == pytest.approx(np.linalg.norm(Y - A @ GUESS))
    assert "guess" in picture.alt
    assert "guess" not in plot_projection(A, Y).alt


def test_the_picture_is_the_same_each_time_and_names_the_parameters():
    picture = plot_projection(mxnet.np.array(A), mxnet.np.array(Y), (0.5, -0.3), names=("slope", "height"))
    assert picture.png() == plot_projection(A, Y, GUESS, names=("slope", "height")).png()
    assert {"more slope", "more height"} <= {text.get_text() for text in picture.figure.axes[0].texts}


@pytest.mark.parametrize(
    ("columns", "labels"),
    [
        (A[:, 0], Y),
        (A, Y[1:]),
        (A[:, [0, 0]], Y),
        (A, A @ GUESS),
        (A[:2], Y[:2]),
        (A, np.where(np.arange(12) == 3, np.nan, Y)),
    ],
)
def test_what_spans_no_plane_below_y_is_refused(columns, labels):
    with pytest.raises(ArgumentError, match="Cannot draw the projection"):
        plot_projection(columns, labels)


@pytest.mark.parametrize("guess", [1.0, [1.0], [1.0, 2.0, 3.0], [1.0, np.nan]])
def test_a_guess_that_is_no_pair_of_numbers_is_refused(guess):
    with pytest.raises(ArgumentError, match="Cannot draw the guess"):
        plot_projection(A, Y, guess)
