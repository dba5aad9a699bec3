"""Define and check the exercises of notebooks/06_softmax_regression_scratch.ipynb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import (
    as_array,
    as_number,
    choice,
    drawn,
    expect,
    expect_close,
    expect_shape,
)

__all__ = ["EXERCISES"]

# Lengths of Fashion-MNIST's test images, the root of the sum of squared pixels: means of ten groups of equal size
_LENGTHS = (5.9, 7.9, 9.3, 10.5, 11.6, 12.7, 13.8, 15.1, 16.4, 18.4)
_GRAIN = 5e-3  # 32-bit numbers around 20,000 are 0.002 apart, and an answer may round two of them
_NEAR_ENOUGH = 1.15  # averaging over twenty random initialisations determines sigma to about five percent


def _check_largest_exponent(answer: Any) -> None:
    x = as_number(answer, "largest_exponent")
    expect(np.isfinite(x) and x == np.floor(x), f"{x:g}", "a whole number")
    with np.errstate(over="ignore"):
        fits, next_fits = np.isfinite(np.exp(np.array([x, x + 1], dtype=np.float32)))
    expect(bool(fits), f"{x:.0f}, whose exponential is infinite in 32 bits", "a number whose exponential is finite")
    expect(not next_fits, f"{x:.0f}; but the exponential of {x + 1:.0f} is finite, too", "the largest such number")


def _check_log_softmax_of_allowed(log_softmax_of_allowed: Callable[..., Any]) -> None:
    rng = np.random.default_rng(1)
    Z, everything = drawn((6, 5), seed=1, scale=2.0), np.ones((6, 5), dtype=bool)
    some = rng.random((6, 5)) < 0.6
    some[:, 0] = True
    some[:, 4] = False

    def result(Z: Any, allowed: npt.NDArray[np.bool_], what: str) -> npt.NDArray[np.float64]:
        L = as_array(log_softmax_of_allowed(Z, _mx(allowed)), what)
        expect_shape(L, Z.shape, what)
        return L

    what = "the result where all classes are allowed"
    _expect_log_softmax(result(Z, everything, what), Z.asnumpy(), everything, what)
    what = "the result where some classes are forbidden"
    masked = result(Z, some, what)
    _expect_log_softmax(masked, Z.asnumpy(), some, what)
    high = Z + 1000.0
    _expect_log_softmax(result(high, some, what), high.asnumpy(), some, "the result for scores around 1,000")
    low = Z - 20_000.0
    what = "the result for scores around -20,000"
    _expect_log_softmax(result(low, some, what), low.asnumpy(), some, what, atol=_GRAIN)
    tempted = Z.copy()
    tempted[:, 4] = 10_000.0
    what = "the result where a forbidden class has the score 10,000, at an allowed class"
    expect_close(result(tempted, some, what)[some], masked[some], what)


def _expect_log_softmax(
    L: npt.NDArray[np.float64],
    Z: npt.NDArray[np.float32],
    allowed: npt.NDArray[np.bool_],
    what: str,
    atol: float = 1e-5,
) -> None:
    """Check log-probabilities of the allowed classes: each row's sum of probabilities, and the differences in a row."""
    for odd in L[allowed & ~np.isfinite(L)][:1]:
        raise NotYet(f"{what} is {odd} at an allowed class", "a finite number")
    if (~allowed).any():
        expect_close(L[~allowed], -np.inf, f"{what}, at a forbidden class")
    sums = np.where(allowed, np.exp(L), 0).sum(axis=1)
    expect_close(sums, 1, f"{what}: the sum of a row's probabilities", atol=atol)
    for scores, row, may in zip(Z.astype(np.float64), L, allowed, strict=True):
        apart = f"{what}: the difference between two allowed classes of a row"
        expect_close(np.diff(row[may]), np.diff(scores[may]), apart, atol=max(atol, 1e-3))


def _check_top_k_accuracy(top_k_accuracy: Callable[..., Any]) -> None:
    # By construction, the right class of row i has the rank ranks[i]
    num_classes, ranks = 5, np.array([1, 1, 1, 2, 3, 3, 5, 2])
    rng = np.random.default_rng(2)
    scores, y = np.empty((len(ranks), num_classes)), rng.integers(0, num_classes, len(ranks))
    for row, rank in enumerate(ranks):
        others = [other for other in range(1, num_classes + 1) if other != rank]
        order = np.insert(rng.permutation(others), y[row], rank)
        scores[row] = 10.0 - 4.0 * order
    for k in range(1, num_classes + 1):
        what = f"top_k_accuracy for 8 images, k = {k}, of which {(ranks <= k).sum()} have the right class that high"
        expect_close(as_number(top_k_accuracy(_mx(scores), _labels(y), k), what), float((ranks <= k).mean()), what)
    flat, some = np.zeros((4, num_classes)), np.array([0, 1, 2, 4])
    for k in (1, num_classes - 1):
        what = f"top_k_accuracy where all five scores of each image are equal, k = {k}"
        expect_close(as_number(top_k_accuracy(_mx(flat), _labels(some), k), what), 0.0, what)
    tied = np.array([[3.0, 3.0, 1.0], [2.0, 5.0, 2.0]])
    what = "top_k_accuracy where one other class ties with the right one"
    first = as_number(top_k_accuracy(_mx(tied[:1]), _labels(np.array([0])), 1), what)
    expect_close(first, 0.0, f"{what} at the top, k = 1")
    expect_close(as_number(top_k_accuracy(_mx(tied[:1]), _labels(np.array([0])), 2), what), 1.0, f"{what}, k = 2")
    expect_close(as_number(top_k_accuracy(_mx(tied[1:]), _labels(np.array([0])), 2), what), 0.0, f"{what}, k = 2")


def _check_decide(decide: Callable[..., Any]) -> None:
    def actions(P: Any, costs: Any, what: str) -> npt.NDArray[np.float64]:
        A = as_array(decide(_mx(P), _mx(costs)), what)
        expect_shape(A, (len(P),), what)
        return A

    P = np.array([[0.95, 0.05], [0.999, 0.001], [0.3, 0.7]])
    medicine = np.array([[0.0, 1.0], [100.0, 1.0]])
    what = "decide for a patient who is ill with probability"
    found = actions(P, medicine, f"{what} 0.05, 0.001, 0.7")
    expect(found[0] != 0, f"{what} 0.05 is 0, no treatment, at an expected cost of 5", "the action with cost 1")
    expect(found[1] == 0, f"{what} 0.001 is {found[1]:g}, treatment, at a cost of 1", "the action with cost 0.1")
    expect_close(found, [1, 0, 1], f"{what} 0.05, 0.001, 0.7")
    ask = np.array([[0.0, 10.0, 2.0], [10.0, 0.0, 2.0]])
    what = "decide with a third action, which costs 2 whatever is true, where the classes are equally probable"
    expect_close(actions(np.array([[0.5, 0.5]]), ask, what), [2], what)
    rng = np.random.default_rng(3)
    many = rng.dirichlet(np.ones(4), 50).astype(np.float32)
    equal = 1.0 - np.eye(4)
    what = "decide where every error costs the same, against the most probable class"
    expect_close(actions(many, equal, what), many.argmax(axis=1), what)
    costs = rng.uniform(0, 9, (4, 3))
    what = "decide where being in class 2 costs 50 more whatever is done, against without"
    expect_close(actions(many, costs + np.array([[0.0], [0.0], [50.0], [0.0]]), what), actions(many, costs, what), what)


def _check_first_loss_sigma(answer: Any) -> None:
    sigma = as_number(answer, "first_loss_sigma")
    expect(np.isfinite(sigma) and sigma > 0, f"{sigma:g}", "a standard deviation above 0")
    goal = 2 * np.log(10)
    loss = _first_loss(sigma)
    got = f"{sigma:g}, with which the first loss is {loss:.3g} on average over many draws of the weights"
    expect(_first_loss(sigma * _NEAR_ENOUGH) > goal, got, f"a larger one: the loss should be {goal:.3f}")
    expect(_first_loss(sigma / _NEAR_ENOUGH) < goal, got, f"a smaller one: the loss should be {goal:.3f}")


def _first_loss(sigma: float) -> float:
    """Return the average loss over random weights, which make an image's scores normal with sigma * length."""
    normal = np.random.default_rng(4).normal(size=(len(_LENGTHS), 4000, 10))
    Z = min(sigma, 1e6) * np.array(_LENGTHS)[:, None, None] * normal
    highest = Z.max(axis=2)
    sums = np.exp(Z - highest[..., None]).sum(axis=2)
    return float((highest + np.log(sums) - Z[..., 0]).mean())


def _mx(array: npt.NDArray[Any]) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(array, dtype="bool" if array.dtype == bool else "float32")


def _labels(y: npt.NDArray[Any]) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(y, dtype="int32")


EXERCISES = (
    Exercise(
        "largest_exponent",
        "Where the exponential ends",
        kind="predicted",
        points=1,
        check=_check_largest_exponent,
        hints=(
            "How many factors of e make a factor of ten?",
            "The limit is a little above 10 to the power of 38, and e to the power of 2.3026 is 10.",
            "Divide: you look for the largest whole x below the natural logarithm of 3.4 × 10³⁸.",
        ),
        reason="The logarithm of 3.4 × 10³⁸ is 38 × 2.3026 + 1.22 = 88.7. Larger scores do "
        "occur, for instance with pixels from 0 to 255 instead of 0 to 1. Hence softmax and log_softmax subtract the "
        "largest score first.",
    ),
    Exercise(
        "log_softmax_of_allowed",
        "Some classes are impossible",
        kind="written",
        points=2,
        check=_check_log_softmax_of_allowed,
        hints=(
            "What score must a class have so that its probability is exactly 0?",
            "np.where(allowed, a, b) takes from a where allowed is true and from b elsewhere; b may be one number. "
            "Use it before you compute the largest score.",
            "Which number z has e^z = 0 exactly, and not just nearly? np.where can put it in place before anything "
            "else happens.",
        ),
        reason="e to the power of minus infinity is 0, so a forbidden class adds nothing to the sum; and as it is "
        "never the largest, the shift by the maximum stays safe.",
    ),
    Exercise(
        "top_k_accuracy",
        "Right among the first k",
        kind="written",
        points=2,
        check=_check_top_k_accuracy,
        hints=(
            "No sorting is needed. Which of an image's scores do you have to compare with which?",
            "npx.pick(y_hat, y) is the score of the right class. Count, in each row, the scores that are at least as "
            "high; the right class itself is one of them.",
            "An image counts if that number is at most k: reshape what pick gives to (n, 1), compare with >=, sum "
            "along axis 1, compare with k, and divide the number of images that count by n.",
        ),
        reason="If ties counted as right, a network whose scores are all equal would have an accuracy of 100%.",
    ),
    Exercise(
        "decide",
        "When errors cost differently",
        kind="written",
        points=2,
        check=_check_decide,
        hints=(
            "Take one image and one action. What does the action cost on average, given the probabilities?",
            "The expected cost of action j is the sum over the classes i of P[i] × costs[i, j]. That is a row times a "
            "matrix.",
            "One matrix product gives all expected costs, a row per image; then look along each row.",
        ),
        reason="Only where every error costs the same is the cheapest action the most probable class. So a network "
        "should return its probabilities, not its argmax.",
    ),
    Exercise(
        "first_loss_sigma",
        "Too sure before it has begun",
        kind="measured",
        points=2,
        check=_check_first_loss_sigma,
        hints=(
            "Write a loop: for some sigmas, draw W and b with new_parameters(sigma) and look at evaluate(...)[0].",
            "One draw of the weights says little: another seed easily changes the loss by a sixth. Average over "
            "twenty seeds.",
            "The answer lies between 0.1 and 0.5. Halve the interval until its ends are a few percent apart.",
        ),
        reason="A score is a sum of 784 pixels, each times a random weight: its standard deviation is sigma times the "
        "length of the image, about 12. So at a sigma of 0.2 scores of plus and minus 2.4 are common, and their "
        "probabilities are far from a tenth.",
    ),
    Exercise(
        "vocabulary_gradient",
        "Fifty thousand classes",
        kind="predicted",
        points=1,
        check=choice("abc", digest="3df44efc9d29b500", name="vocabulary_gradient"),
        hints=(
            "The gradient of one column of W is the input times one number. Which number?",
            "For the right class it is its probability minus 1, for every other class its probability.",
            "Is there a class to which the softmax gives a probability of exactly 0?",
        ),
        reason="Every wrong word has a probability above 0, so every column has a gradient: each step computes "
        "with all 39 million numbers, mostly to make tiny corrections. Hence models of large vocabularies sample a few "
        "of the wrong words at random, or arrange the words as a tree.",
    ),
)
