"""Define and check the exercises of notebooks/04_softmax_regression.ipynb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, drawn, expect, expect_close, expect_shape

__all__ = ["EXERCISES"]

_BITS = 64
_MAX_SYMBOLS = 1000  # a larger answer is far off, and computing 3**n would take long
_SCORES = np.array([3.0, 2.5, 1.0])
_GAP = 0.01
_NEAR_ENOUGH = 1.05  # the prompt asks for the answer to within five percent


def _check_stable_softmax(stable_softmax: Callable[..., Any]) -> None:
    Z = drawn((5, 3), seed=1)
    P = _softmax_of(stable_softmax, Z, "a batch Z of shape (5, 3)")
    scores = Z.asnumpy().astype(np.float64)
    what = "in one row, the logarithm of how many times one class is as probable as another"
    expect_close(np.log(P[:, :1] / P[:, 1:]), scores[:, :1] - scores[:, 1:], what, atol=1e-3)
    own = np.array([[-3.0], [0.0], [7.0], [20.0], [-20.0]])
    moved = _softmax_of(stable_softmax, _mx(scores + own), "a batch, each row shifted by a number of its own,")
    expect_close(moved, P, "a probability after each row's logits were shifted by one number", rtol=1e-3)
    apart = np.array([[0.0, 1.0], [1000.0, 1001.0], [-1000.0, -999.0]])
    far = _softmax_of(stable_softmax, _mx(apart), "rows of logits around 0, 1000 and -1000")
    expect_close(far[1:], far[:1].repeat(2, axis=0), "a probability of logits around 1000 or -1000, against around 0")
    # Two probabilities of this row are too small for 32 bits, so 0 is right for them
    what = "the softmax of the row [1000, 0, -1000]"
    wide = as_array(stable_softmax(_mx([[1000.0, 0.0, -1000.0]])), what)
    expect_shape(wide, (1, 3), what)
    expect_close(wide[0], [1.0, 0.0, 0.0], f"{what}: a probability")


def _softmax_of(stable_softmax: Callable[..., Any], Z: Any, what: str) -> npt.NDArray[np.float64]:
    """Check the shape, the sums and the signs of probabilities, and return them."""
    what = f"the softmax of {what}"
    P = as_array(stable_softmax(Z), what)
    expect_shape(P, Z.shape, what)
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
    what = "the losses of 4 examples with 3 classes"
    expect_close(_losses_of(loss_from_labels, P, y, what), losses, f"{what}: a loss", rtol=1e-3)
    others = _beliefs(losses, y, np.array([0.9, 0.1]))
    what = "the losses when only the probabilities of wrong classes change"
    expect_close(_losses_of(loss_from_labels, others, y, what), losses, f"{what}: a loss", rtol=1e-3)
    sure = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
    what = "the losses of the beliefs [0, 1, 0] and [0.5, 0, 0.5], right in class 1 and in class 2"
    found = _losses_of(loss_from_labels, sure, np.array([1, 2]), what)
    expect(bool(np.isfinite(found).all()), f"{what}: {found.tolist()}", "finite losses: both right classes are above 0")
    expect_close(found, [0.0, -np.log(0.5)], f"{what}: a loss")


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
    G = as_array(weight_gradient(W, X, _labels(y)), "the gradient")
    expect_shape(G, (2, 3), "the gradient for W of shape (2, 3)")
    expect_close(G.sum(axis=1), 0, "the sum of a row of the gradient, as all logits may rise together")
    weights, features = W.asnumpy().astype(np.float64), X.asnumpy().astype(np.float64)
    h = 1e-5
    slopes = np.empty_like(weights)
    for place in np.ndindex(*slopes.shape):
        step = np.zeros_like(weights)
        step[place] = h
        slopes[place] = (_mean_loss(features @ (weights + step), y) - _mean_loss(features @ (weights - step), y)) / (
            2 * h
        )
    expect_close(G, slopes, "an entry, against the finite difference of the mean loss", rtol=1e-3, atol=1e-4)
    twice = as_array(
        weight_gradient(W, _mx(features.repeat(2, axis=0)), _labels(y.repeat(2))), "the gradient of a batch twice"
    )
    expect_close(twice, G, "an entry when each example comes twice, against once", rtol=1e-3, atol=1e-4)


def _mean_loss(Z: npt.NDArray[np.float64], y: npt.NDArray[np.int64]) -> float:
    return float((np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y]).mean())


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


def _check_most_symbols(answer: Any) -> None:
    n = as_number(answer, "most_symbols")
    expect(np.isfinite(n) and n == np.floor(n), f"{n:g}", "a whole number")
    expect(1 <= n <= _MAX_SYMBOLS, f"{n:.0f}", f"a number of symbols between 1 and {_MAX_SYMBOLS}")
    count = int(n)
    got = f"{count}, which have more sequences than {_BITS} bits have patterns"
    expect(3**count <= 2**_BITS, got, "a pattern of its own for each sequence")
    got = f"{count}, which leave room for another"
    expect(3 ** (count + 1) > 2**_BITS, got, "the largest number for which the patterns suffice")


def _check_warmest(answer: Any) -> None:
    T = as_number(answer, "warmest")
    expect(np.isfinite(T) and 1e-3 <= T <= 1e3, f"{T:g}", "a temperature between 0.001 and 1000")
    gap = _gap(T)
    expect(gap <= _GAP, f"{T:g}, where the smooth maximum is {gap:.4f} above the maximum", f"at most {_GAP}")
    warmer = T * _NEAR_ENOUGH
    got = f"{T:g}; but at {warmer:.4g} the smooth maximum is still within, {_gap(warmer):.4f} above"
    expect(_gap(warmer) > _GAP, got, "the highest such temperature, to within five percent")


def _gap(T: float) -> float:
    """Return how far the smooth maximum lies above the maximum."""
    return float(T * np.log(np.exp((_SCORES - _SCORES.max()) / T).sum()))


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
            "Softmax stays the same if one number is added to all logits of a row. Which number would you add so "
            "that no exponential is too large?",
            "The largest logit of each row, subtracted from that row, leaves exponents of 0 and below. "
            "keepdims=True keeps a maximum or a sum of shape (n, 1), which then fits all rows.",
            "E = np.exp(Z - Z.max(axis=1, keepdims=True)); then divide E by the sums of its rows, in the same way.",
        ),
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
            "Take the right class's probability first, and only then the logarithm, of that one number; mind the sign.",
        ),
        reason="This saves work, and it never computes 0 · log 0, which is not a number: a wrong class with "
        "probability 0 costs nothing.",
    ),
    Exercise(
        "weight_gradient",
        "The gradient, down to the weights",
        kind="written",
        points=2,
        check=_check_weight_gradient,
        hints=(
            "The gradient with respect to the logits of one example is p − y. The weight W[i, j] enters "
            "logit j alone, times x[i].",
            "For one example, the entry for W[i, j] is x[i] (p[j] − y[j]). For a batch, a matrix product with X.T "
            "adds up these products over the examples; the mean needs one more step.",
            "X.T @ (…) has the right shape; in the brackets is a row p − y for each example. Which number turns "
            "a sum into a mean?",
        ),
        reason="Linear regression has the same gradient, features times error, with the prediction in place of p.",
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
            "Where p is 0, 0 times an infinite logarithm is not a number: np.where(p > 0, a, b) takes from b there.",
            "Where p is 0, replace the argument of the logarithm by a harmless number first, with np.where.",
        ),
        reason="The cost is 0 if the belief is true and above 0 otherwise. It is no distance: the two directions "
        "differ. If the truth is a one-hot code, the cost is the loss, in bits.",
    ),
    Exercise(
        "most_symbols",
        "Three classes in 64 bits",
        kind="predicted",
        points=1,
        check=_check_most_symbols,
        hints=(
            "A code with two bits per symbol wastes one of its four patterns each time. Do not use separate bits for "
            "each symbol: number the whole sequences.",
            "There are 3 to the power of n sequences of n symbols, and 2 to the power of 64 patterns.",
            "64 bits are worth 64 / log₂ 3 symbols; round down.",
        ),
        reason="3⁴⁰ = 1.2 × 10¹⁹ sequences fit into 2⁶⁴ = 1.8 × 10¹⁹ patterns, 3⁴¹ do not. That is 1.6 bits per "
        "symbol. With two bits per symbol, 32 would fit; the codes 0, 10 and 11 need 5/3 bits on average. For longer "
        "sequences the bits per symbol approach the entropy, log₂ 3 = 1.585 bits, and never fall below it.",
    ),
    Exercise(
        "warmest",
        "A smooth maximum",
        kind="measured",
        points=2,
        check=_check_warmest,
        hints=(
            "Write a function of T and print the smooth maximum minus 3 for T = 1, 0.3, 0.1. It always grows with T.",
            "If a small T gives inf, subtract the largest score first: max + T log Σ exp((z − max) / T) is the same.",
            "Halve the interval: if the middle is too warm, the answer lies below it. Five or six halvings from 0.1 "
            "to 0.3 are enough.",
        ),
        reason="The smooth maximum is always above the maximum, by at most T log 3. Its gradient with "
        "respect to the scores is softmax(z / T), which approaches the one-hot code of the largest as T "
        "goes to 0. So softmax is the smooth version of arg max, not of max.",
    ),
)
