"""Define and check the exercises of notebooks/04_softmax_regression.ipynb."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.exercises.chapter.numbers import MOST_SYMBOLS
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, drawn, expect, expect_close, expect_shape

__all__ = ["EXERCISES"]

_MAX_SYMBOLS = 1000  # a larger answer is far off, and computing 3**n would take long
_TINY = 1e-30  # a probability that adding 1e-8, or cutting off below 1e-12, would change


def _check_stable_softmax(stable_softmax: Callable[..., Any]) -> None:
    z = drawn((5, 3), seed=1)
    P = _softmax_of(stable_softmax, z, "a batch z of shape (5, 3)")
    scores = z.asnumpy().astype(np.float64)
    what = "in one row, the logarithm of how many times one class is as probable as another"
    expect_close(np.log(P[:, :1] / P[:, 1:]), scores[:, :1] - scores[:, 1:], what, atol=1e-3)
    own = np.array([[-3.0], [0.0], [7.0], [20.0], [-20.0]])
    moved = _softmax_of(stable_softmax, _mx(scores + own), "a batch, with another number added to each row,")
    expect_close(moved, P, "a probability after one number was added to all scores of a row", rtol=1e-3)
    apart = np.array([[0.0, 1.0], [1000.0, 1001.0], [-1000.0, -999.0]])
    far = _softmax_of(stable_softmax, _mx(apart), "rows of scores around 0, 1000 and -1000")
    expect_close(far[1:], far[:1].repeat(2, axis=0), "a probability of scores around 1000 or -1000, against around 0")
    # Two probabilities of this row are too small for 32 bits, so 0 is right for them
    what = "the softmax of the row [1000, 0, -1000]"
    wide = as_array(stable_softmax(_mx([[1000.0, 0.0, -1000.0]])), what)
    expect_shape(wide, (1, 3), what)
    expect_close(wide[0], [1.0, 0.0, 0.0], f"{what}: a probability")


def _softmax_of(stable_softmax: Callable[..., Any], z: Any, what: str) -> npt.NDArray[np.float64]:
    """Check the shape, the sums and the signs of probabilities, and return them."""
    what = f"the softmax of {what}"
    P = as_array(stable_softmax(z), what)
    expect_shape(P, z.shape, what)
    for odd in P[~np.isfinite(P)][:1]:
        raise NotYet(f"{what} holds {odd}", "a finite number everywhere")
    expect_close(P.sum(axis=1), 1, f"{what}: the sum of a row")
    for odd in P[P <= 0][:1]:
        raise NotYet(f"{what} holds {odd:.4g}", "probabilities above 0")
    return P


def _check_loss_from_labels(loss_from_labels: Callable[..., Any]) -> None:
    # The probabilities are computed from the losses that are expected
    losses, y = np.array([0.5, 1.0, 2.0, 3.5]), np.array([2, 0, 1, 2])
    P = _beliefs(losses, y, np.array([0.3, 0.7]))
    what = "the result for 4 examples with 3 classes"
    expect_close(_losses_of(loss_from_labels, P, y, what), losses, f"{what}: a loss in nats", rtol=1e-3)
    others = _beliefs(losses, y, np.array([0.9, 0.1]))
    what = "the result when only the probabilities of wrong classes change"
    expect_close(_losses_of(loss_from_labels, others, y, what), losses, f"{what}: a loss in nats", rtol=1e-3)
    sure = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
    what = "the result for the beliefs [0, 1, 0] and [0.5, 0, 0.5], right in class 1 and in class 2"
    found = _losses_of(loss_from_labels, sure, np.array([1, 2]), what)
    expect(bool(np.isfinite(found).all()), f"{what}: {found.tolist()}", "finite losses: both right classes are above 0")
    expect_close(found, [0.0, -np.log(0.5)], f"{what}: a loss in nats")
    what = f"the loss where the right class has probability {_TINY:g}"
    (found,) = _losses_of(loss_from_labels, np.array([[1.0, _TINY]]), np.array([1]), what)
    wanted = "69.078, the negative logarithm of that number as it is: nothing added, nothing cut off"
    expect(bool(np.isclose(found, -np.log(_TINY), rtol=1e-3)), f"{what}: {found:.5g}", wanted)


def _beliefs(losses: npt.NDArray[np.float64], y: npt.NDArray[np.int64], shares: npt.NDArray[np.float64]) -> Any:
    """Return probabilities with these losses; the wrong classes share the rest."""
    P = np.empty((len(losses), len(shares) + 1))
    for row, loss, right in zip(P, losses, y, strict=True):
        row[:] = np.insert((1 - np.exp(-loss)) * shares, right, np.exp(-loss))
    return P


def _losses_of(loss_from_labels: Callable[..., Any], P: Any, y: Any, what: str) -> npt.NDArray[np.float64]:
    losses = as_array(loss_from_labels(_mx(P), _labels(y)), what)
    expect_shape(losses, (len(P),), what)
    return losses


def _check_weight_gradient(weight_gradient: Callable[..., Any]) -> None:
    W, X, y = drawn((2, 3), seed=2), drawn((6, 2), seed=3), np.array([0, 1, 2, 2, 1, 2])
    with _without_autograd():
        G = as_array(weight_gradient(W, X, _labels(y)), "the gradient")
    expect_shape(G, (2, 3), "the gradient for W of shape (2, 3)")
    expect_close(
        G.sum(axis=1), 0, "the sum of a row of the gradient: raising all scores together changes no loss", atol=1e-3
    )
    weights, features = W.asnumpy().astype(np.float64), X.asnumpy().astype(np.float64)
    h = 1e-5
    slopes = np.empty_like(weights)
    for place in np.ndindex(*slopes.shape):
        step = np.zeros_like(weights)
        step[place] = h
        slopes[place] = (_mean_loss(features @ (weights + step), y) - _mean_loss(features @ (weights - step), y)) / (
            2 * h
        )
    _expect_formula(G, slopes, "an entry, against the finite difference of the mean loss")
    twice = as_array(
        weight_gradient(W, _mx(features.repeat(2, axis=0)), _labels(y.repeat(2))), "the gradient of a batch twice"
    )
    _expect_formula(twice, G, "an entry when each example comes twice, against once")


@contextmanager
def _without_autograd() -> Iterator[None]:
    """Raise NotYet in an answer that starts to record for autograd."""
    from mxnet import autograd

    set_recording, thread = autograd.set_recording, threading.get_ident()

    def refuse(is_recording: bool) -> Any:
        if is_recording and threading.get_ident() == thread:  # a training panel may record in its own thread
            raise NotYet("a function that records for autograd", "a formula of your own, derived without autograd")
        return set_recording(is_recording)

    autograd.set_recording = refuse  # which every recording scope calls
    try:
        yield
    finally:
        autograd.set_recording = set_recording


def _expect_formula(got: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64], what: str) -> None:
    """Check numbers as closely as a formula in 32 bits comes; finite differences in 32 bits do not."""
    expect_close(got, wanted, what, rtol=1e-3, atol=1e-4)
    is_exact = bool(np.allclose(got, wanted, rtol=1e-4, atol=2e-6))
    expect(is_exact, f"{what}: right to three digits only", "a formula: finite differences in 32 bits are too coarse")


def _mean_loss(z: npt.NDArray[np.float64], y: npt.NDArray[np.int64]) -> float:
    return float((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean())


def _check_kl_bits(kl_bits: Callable[..., Any]) -> None:
    def bits(p: npt.ArrayLike, q: npt.ArrayLike, what: str) -> float:
        return as_number(kl_bits(_mx(p), _mx(q)), what)

    coin, loaded = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    expect_close(bits(loaded, loaded, what := "kl_bits of [1/4, 3/4] and itself"), 0, what)
    expect_close(bits([0.75, 0.25], [0.5, 0.5], what := "kl_bits([3/4, 1/4], [1/2, 1/2])"), 0.188722, what)
    sure, believed = [0.0, 1.0, 0.0], [0.5, 0.25, 0.25]
    what = "kl_bits([0, 1, 0], [1/2, 1/4, 1/4]), the surprise at an outcome of probability 1/4"
    expect_close(bits(sure, believed, what), 2, what)
    rng = np.random.default_rng(4)
    p, q = rng.dirichlet(np.ones(4), 2)
    pairs = bits(np.outer(p, coin).ravel(), np.outer(q, loaded).ravel(), what := "kl_bits of two draws at once")
    expect_close(pairs, bits(p, q, what) + bits(coin, loaded, what), f"{what}, against the sum of each one's")
    expect(min(bits(a, b, what) for a, b in ((p, q), (q, p))) > 0, "a number that is not above 0", "one above 0")
    what = "kl_bits([1/2, 1/2], [1e-12, 1]): believing that one of two sides of a coin hardly ever comes"
    expect_close(bits(coin, [1e-12, 1.0], what), -1 - 0.5 * np.log2(1e-12), what, rtol=1e-3)


def _check_most_symbols(answer: Any) -> None:
    n = as_number(answer, "most_symbols")
    expect(np.isfinite(n) and n == np.floor(n), f"{n:g}", "a whole number")
    expect(1 <= n <= _MAX_SYMBOLS, f"{n:.0f}", f"a number of fruits between 1 and {_MAX_SYMBOLS}")
    count, bits = int(n), MOST_SYMBOLS.number("bits")
    got = f"{count} fruits, which have more sequences than {bits} bits have patterns"
    expect(3**count <= 2**bits, got, "a pattern of its own for each sequence")
    got = f"{count} fruits, which leave room for another"
    expect(3 ** (count + 1) > 2**bits, got, "the largest number for which the patterns suffice")


def _check_second_derivatives(second_derivatives: Callable[..., Any]) -> None:
    z = drawn((4,), seed=5)
    with _without_autograd():
        H = as_array(second_derivatives(z), "the second derivatives")
    expect_shape(H, (4, 4), "the matrix of second derivatives for 4 scores")
    scores, steps, h = z.asnumpy().astype(np.float64), np.eye(4), 1e-3
    wanted = np.zeros((4, 4))
    for i, j in np.ndindex(4, 4):
        for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            moved = scores + h * (a * steps[i] + b * steps[j])
            wanted[i, j] += a * b * _mean_loss(moved[None], np.array([0])) / (4 * h * h)
    against = "against second differences of the loss"
    _expect_formula(H.diagonal(), wanted.diagonal(), f"an entry on the diagonal, {against}")
    _expect_formula(H, wanted, f"an entry beside the diagonal, {against}")


def _mx(array: npt.ArrayLike) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(np.asarray(array, dtype=np.float32))


def _labels(y: npt.NDArray[Any]) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(y, dtype="int32")


EXERCISES = (
    Exercise(
        "stable_softmax",
        "A softmax that survives a thousand",
        kind="written",
        points=2,
        check=_check_stable_softmax,
        hints=(
            "Softmax stays the same if one number is added to all scores of a row. Which number would you add so "
            "that no exponential is too large?",
            "Subtract the largest score of each row from that row: no exponent is then above 0. keepdims=True keeps a "
            "maximum or a sum in the shape (n, 1), which broadcasts along the rows.",
            "E = np.exp(z - z.max(axis=1, keepdims=True)); then divide E by the sums of its rows, with keepdims again.",
        ),
        reason="Subtracting the same number from all scores of a row changes no probability. After subtracting the "
        "maximum, the largest exponential is 1, so nothing overflows, and no row's sum is 0.",
    ),
    Exercise(
        "loss_from_labels",
        "The loss without codes",
        kind="written",
        points=2,
        check=_check_loss_from_labels,
        hints=(
            "With one-hot codes, all but one of the products in a row are 0. Which entry of each row is left?",
            "npx.pick(y_hat, y) takes from row i the entry in column y[i].",
            "Take the right class's probability first, then the logarithm of that one number. Mind the sign.",
        ),
        reason="Picking saves work. It also never computes 0 · log 0, which is nan: a wrong class with probability 0 "
        "costs nothing.",
    ),
    Exercise(
        "weight_gradient",
        "The gradient, down to the weights",
        kind="written",
        points=2,
        check=_check_weight_gradient,
        hints=(
            "The gradient with respect to the scores of one example is ŷ − y. The weight W[i, j] enters score j "
            "alone, multiplied by x[i].",
            "For one example, the entry for W[i, j] is x[i] (ŷ[j] − y[j]). For a batch, a matrix product with X.T "
            "adds these products up over the examples. The mean needs one more step.",
            "X.T @ (…) has the right shape; in the brackets is a row ŷ − y for each example. Which number turns "
            "a sum into a mean?",
        ),
        reason="Linear regression has the same gradient: features times error, where the error is ŷ − y.",
    ),
    Exercise(
        "kl_bits",
        "What a wrong belief costs",
        kind="written",
        points=2,
        check=_check_kl_bits,
        hints=(
            "It is the cross-entropy of p and q minus the entropy of p, in base 2. What should an outcome that "
            "never happens add?",
            "Where p is 0, the product of 0 and an infinite logarithm is nan. np.where(p > 0, a, b) takes b there.",
            "Where p is 0, replace the argument of the logarithm by a harmless number first, with np.where.",
        ),
        reason="The cost is 0 if the belief is true and above 0 otherwise. It is not a distance: the two directions "
        "differ. If p is a one-hot code, the cost is the cross-entropy loss, in bits.",
    ),
    Exercise(
        "most_symbols",
        "Three classes in a block",
        kind="predicted",
        points=1,
        check=_check_most_symbols,
        hints=(
            "A code with two bits per fruit never uses one of its four patterns. Do not use separate bits for "
            "each fruit: number the whole sequences.",
            "There are 3 to the power of n sequences of n fruits, and 2 to the power of {bits} patterns.",
            "{bits} bits are enough for {bits} / log₂ 3 fruits; round down.",
        ),
        variant=MOST_SYMBOLS,
        reason="{fit}; the entropy, log₂ 3 = 1.585 bits, is the limit that longer blocks approach. Two bits per fruit "
        "would make {half}.",
    ),
    Exercise(
        "second_derivatives",
        "Derive and check: the second derivative",
        kind="written",
        points=2,
        check=_check_second_derivatives,
        hints=(
            "The first derivative by z_j is ŷ_j − y_j, and y does not depend on the scores. So only the derivative of "
            "ŷ_j by z_i is needed: apply the quotient rule to the softmax.",
            "Two cases. For i = j the derivative of ŷ_j by z_j is ŷ_j (1 − ŷ_j). For i ≠ j only the sum in the "
            "denominator depends on z_i: −ŷ_i ŷ_j.",
            "np.diag(y_hat) holds the ŷ_j of the first case. np.outer(y_hat, y_hat) holds all the products.",
        ),
        reason="The matrix is diag(ŷ) − ŷŷᵀ, the covariance of a one-hot code drawn with the probabilities ŷ; on the "
        "diagonal are the variances ŷ_j (1 − ŷ_j). No direction has a negative variance, so the loss is convex.",
    ),
)
