"""Define and check the exercises of notebooks/06_softmax_regression_scratch.ipynb."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.exercises.chapter.numbers import FIRST_LOSS_SIGMA
from d2l_helpers.exercises.chapter.options import VOCABULARY_GRADIENT
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, choice, drawn, expect, expect_close, expect_shape

__all__ = ["EXERCISES"]

# Lengths of the held-out images of Fashion-MNIST, the root of the sum of squared pixels: means of ten groups of equal
# size, from the shortest to the longest
_LENGTHS = (5.8, 7.9, 9.3, 10.6, 11.7, 12.8, 13.9, 15.2, 16.5, 18.5)
_GRAIN = 5e-3  # 32-bit numbers around 20,000 are 0.002 apart, and an answer may round two of them
_NEAR_ENOUGH = 1.15  # averaging over twenty random initialisations determines sigma to about five percent
_LEARNT, _HELD_OUT = 10_000, 10_000  # images of `one_pass`: the first ones, and the last ones of the 60,000
_GOAL = 0.68  # the lowest loss that one pass can reach is about 0.645


def _check_log_softmax_of_allowed(log_softmax_of_allowed: Callable[..., Any]) -> None:
    rng = np.random.default_rng(1)
    z, everything = drawn((6, 5), seed=1, scale=2.0), np.ones((6, 5), dtype=bool)
    some = rng.random((6, 5)) < 0.6
    some[:, 0] = True
    some[:, 4] = False
    some[5] = [True, False, False, False, False]

    def result(z: Any, allowed: npt.NDArray[np.bool_], what: str) -> npt.NDArray[np.float64]:
        logs = as_array(log_softmax_of_allowed(z, _mx(allowed)), what)
        expect_shape(logs, z.shape, what)
        return logs

    what = "the result where all classes are allowed"
    _expect_log_softmax(result(z, everything, what), z.asnumpy(), everything, what)
    what = "the result where some classes are forbidden"
    masked = result(z, some, what)
    _expect_log_softmax(masked, z.asnumpy(), some, what)
    what = "the result for the rows (0, 200, 1000) and (-1000, -800, 0), where the last class is forbidden"
    far = _mx(np.array([[0.0, 200.0, 1000.0], [-1000.0, -800.0, 0.0]]))
    expect_close(result(far, np.array([[True, True, False]] * 2), what), [[-200.0, 0.0, -np.inf]] * 2, what)
    high = z + 1000.0
    _expect_log_softmax(result(high, some, what), high.asnumpy(), some, "the result for scores around 1,000")
    low = z - 20_000.0
    what = "the result for scores around -20,000"
    _expect_log_softmax(result(low, some, what), low.asnumpy(), some, what, atol=_GRAIN)
    tempted = z.copy()
    tempted[:, 4] = 10_000.0
    what = "the result where a forbidden class has the score 10,000, at an allowed class"
    expect_close(result(tempted, some, what)[some], masked[some], what)


def _expect_log_softmax(
    logs: npt.NDArray[np.float64],
    z: npt.NDArray[np.float32],
    allowed: npt.NDArray[np.bool_],
    what: str,
    atol: float = 1e-5,
) -> None:
    """Check log-probabilities of the allowed classes: each row's sum of probabilities, and the differences in a row."""
    for odd in logs[allowed & ~np.isfinite(logs)][:1]:
        raise NotYet(f"{what} is {odd} at an allowed class", "a finite number")
    if (~allowed).any():
        expect_close(logs[~allowed], -np.inf, f"{what}, at a forbidden class")
    sums = np.where(allowed, np.exp(logs), 0).sum(axis=1)
    expect_close(sums, 1, f"{what}: the sum of a row's probabilities", atol=atol)
    for scores, row, may in zip(z.astype(np.float64), logs, allowed, strict=True):
        apart = f"{what}: the difference between two allowed classes of a row"
        expect_close(np.diff(row[may]), np.diff(scores[may]), apart, atol=max(atol, 1e-3))


def _check_top_k_accuracy(top_k_accuracy: Callable[..., Any]) -> None:
    # By construction, the right class of row i has the rank ranks[i]
    num_classes, ranks = 5, np.array([1, 1, 1, 2, 3, 3, 5, 2])
    rng = np.random.default_rng(2)
    z, y = np.empty((len(ranks), num_classes)), rng.integers(0, num_classes, len(ranks))
    for row, rank in enumerate(ranks):
        others = [other for other in range(1, num_classes + 1) if other != rank]
        z[row] = 10.0 - 4.0 * np.insert(rng.permutation(others), y[row], rank)

    def fraction(z: npt.NDArray[Any], y: npt.NDArray[Any], k: int, what: str) -> float:
        return as_number(top_k_accuracy(_mx(z), _labels(y), k), what)

    for k in range(1, num_classes + 1):
        right = int((ranks <= k).sum())
        what = f"top_k_accuracy of 8 images, k = {k}, where {right} have the right class at rank {k} or better"
        expect_close(fraction(z, y, k, what), right / len(ranks), what)
    flat, some = np.zeros((4, num_classes)), np.array([0, 1, 2, 4])
    for k in (1, num_classes - 1):
        what = f"top_k_accuracy where all five scores of each image are equal, k = {k}"
        expect_close(fraction(flat, some, k, what), 0.0, what)
    first, later = np.array([[3.0, 3.0, 1.0]]), np.array([[2.0, 5.0, 2.0]])
    for scores, k, expected in ((first, 1, 0.0), (first, 2, 1.0), (later, 2, 0.0), (later, 3, 1.0)):
        what = f"top_k_accuracy of one image with the scores {scores[0].tolist()}, right class 0, k = {k}"
        expect_close(fraction(scores, np.array([0]), k, what), expected, what)


def _check_decide(decide: Callable[..., Any]) -> None:
    def actions(p: Any, costs: Any, what: str) -> npt.NDArray[np.float64]:
        chosen = as_array(decide(_mx(p), _mx(costs)), what)
        expect_shape(chosen, (len(p),), what)
        return chosen

    p = np.array([[0.95, 0.05], [0.999, 0.001], [0.3, 0.7]])
    medicine = np.array([[0.0, 1.0], [100.0, 1.0]])
    patients = "the result for three patients, ill with probability 0.05, 0.001 and 0.7,"
    found = actions(p, medicine, patients)
    expect(bool(np.isin(found, (0, 1)).all()), f"{patients} is {found.tolist()}", "the actions, 0 or 1")
    what = "the action for a patient who is ill with probability"
    expect(found[0] != 0, f"{what} 0.05 is 0, no treatment, at an expected cost of 5", "the action that costs 1")
    expect(found[1] == 0, f"{what} 0.001 is {found[1]:g}, treatment, at a cost of 1", "the action that costs 0.1")
    expect_close(found, [1, 0, 1], f"{what} 0.05, 0.001 or 0.7")
    ask = np.array([[0.0, 10.0, 2.0], [10.0, 0.0, 2.0]])
    what = "decide with a third action, which costs 2 whatever is true, where the classes are equally probable"
    expect_close(actions(np.array([[0.5, 0.5]]), ask, what), [2], what)
    what = "decide with this third action, where one class is nearly certain"
    expect_close(actions(np.array([[0.95, 0.05], [0.05, 0.95]]), ask, what), [0, 1], what)
    rng = np.random.default_rng(3)
    many = rng.dirichlet(np.ones(4), 50).astype(np.float32)
    what = "decide where every error costs the same, against the most probable class"
    expect_close(actions(many, 1.0 - np.eye(4), what), many.argmax(axis=1), what)
    costs = rng.uniform(0, 9, (4, 3))
    what = "decide where being in class 2 costs 50 more whatever is done, against without"
    expect_close(actions(many, costs + np.array([[0.0], [0.0], [50.0], [0.0]]), what), actions(many, costs, what), what)


def _check_first_loss_sigma(answer: Any) -> None:
    sigma = as_number(answer, "first_loss_sigma")
    expect(np.isfinite(sigma) and sigma > 0, f"{sigma:g}", "a standard deviation above 0")
    goal = FIRST_LOSS_SIGMA.number("loss")
    loss = _first_loss(sigma)
    got = f"a sigma of {sigma:g}, with which the first loss is {loss:.3g} on average over many draws of the weights"
    expect(_first_loss(sigma * _NEAR_ENOUGH) > goal, got, f"a larger sigma: the loss should be {goal:.3f}")
    expect(_first_loss(sigma / _NEAR_ENOUGH) < goal, got, f"a smaller sigma: the loss should be {goal:.3f}")


def _first_loss(sigma: float) -> float:
    """Return the average loss over random weights, which make an image's scores normal with sigma * length."""
    normal = np.random.default_rng(4).normal(size=(len(_LENGTHS), 4000, 10))
    z = min(sigma, 1e6) * np.array(_LENGTHS)[:, None, None] * normal
    highest = z.max(axis=2)
    sums = np.exp(z - highest[..., None]).sum(axis=2)
    return float((highest + np.log(sums) - z[..., 0]).mean())


def _check_one_pass(answer: Any) -> None:
    pair = as_array(answer, "one_pass")
    expect(pair.shape == (2,), f"an answer of shape {pair.shape}", "two numbers: the batch size and the rate")
    batch_size, lr = pair.tolist()
    is_possible = 1 <= batch_size <= _LEARNT and batch_size == np.floor(batch_size)
    expect(is_possible, f"a batch size of {batch_size:g}", f"a whole number from 1 to {_LEARNT:,}; it comes first")
    expect(np.isfinite(lr) and lr > 0, f"a rate of {lr:g}", "a rate above 0")
    loss = _loss_after_one_pass(int(batch_size), lr)
    got = f"a held-out loss of {loss:.3g} with batches of {batch_size:g} and a rate of {lr:g}"
    expect(loss <= _GOAL, got, f"{_GOAL} or lower")


def _loss_after_one_pass(batch_size: int, lr: float) -> float:
    """Train as the notebook's `one_pass_loss` does, from zero weights and in the order of the file."""
    X, y, held_out, labels = _images()
    W, b = np.zeros((X.shape[1], 10), np.float32), np.zeros(10, np.float32)
    for start in range(0, len(X), batch_size):
        batch = X[start : start + batch_size]
        surplus = np.exp(_log_softmax(batch @ W + b)) - y[start : start + batch_size]
        W -= np.float32(lr / len(batch)) * (batch.T @ surplus)
        b -= np.float32(lr / len(batch)) * surplus.sum(axis=0)
    return float(-_log_softmax(held_out @ W + b)[np.arange(len(held_out)), labels].mean())


def _log_softmax(z: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    z = z - z.max(axis=1, keepdims=True)
    logs: npt.NDArray[np.float32] = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return logs


@lru_cache(maxsize=1)
def _images() -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Return pixels and one-hot classes of the first images, and pixels and classes of the held-out ones."""
    images, labels, _, _ = load_fashion_mnist()
    parts = [images[:_LEARNT], images[-_HELD_OUT:]]
    X, held_out = (np.asarray(part, np.float32).reshape(len(part), -1) / 255 for part in parts)
    return X, np.eye(10, dtype=np.float32)[labels[:_LEARNT]], held_out, np.asarray(labels[-_HELD_OUT:])


def _mx(array: npt.NDArray[Any]) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(array, dtype="bool" if array.dtype == bool else "float32")


def _labels(y: npt.NDArray[Any]) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(y, dtype="int32")


EXERCISES = (
    Exercise(
        "log_softmax_of_allowed", "Some classes are impossible", "written", 2, _check_log_softmax_of_allowed,
        hints=(
            "What score must a class have so that its probability is exactly 0?",
            "np.where(allowed, a, b) takes from a where allowed is true and from b elsewhere; b may be one number. "
            "Use it before you compute the largest score.",
            "Which number z has e^z = 0 exactly? Let np.where put it in the place of the forbidden scores, and give "
            "the result to log_softmax. The logarithm of softmax would be minus infinity for an allowed class whose "
            "score is 200 below the largest.",
        ),
        reason="e to the power of minus infinity is exactly 0, so a forbidden class adds nothing to the sum. It is "
        "never the largest score of its row either, so subtracting the maximum stays safe.",
    ),
    Exercise(
        "top_k_accuracy", "Right among the first k", "written", 2, _check_top_k_accuracy,
        hints=(
            "No sorting is needed. Which of an image's scores do you have to compare with which?",
            "npx.pick(z, y) is the score of the right class. Count, in each row, the scores that are at least as "
            "high; the right class itself is one of them.",
            "An image counts if that number is at most k: reshape what pick returns to (n, 1), compare with >=, sum "
            "along axis 1, compare with k, and divide the number of images that count by n.",
        ),
        reason="If ties counted as right, a network whose scores are all equal would have an accuracy of 100%.",
    ),
    Exercise(
        "decide", "When errors cost differently", "written", 2, _check_decide,
        hints=(
            "Take one image and one action. What does the action cost on average, given the probabilities?",
            "The expected cost of action j is the sum over the classes i of p[i] × costs[i, j]. That is a row times a "
            "matrix.",
            "One matrix product computes all expected costs, a row per image; then find the lowest one in each row.",
        ),
        reason="Only where every error costs the same is the cheapest action always the most probable class. So a "
        "network should return its probabilities, not only its most probable class.",
    ),
    Exercise(
        "first_loss_sigma", "Too sure before it has begun", "measured", 2, _check_first_loss_sigma,
        hints=(
            "Write a loop: for some sigmas, draw W and b with new_parameters(sigma) and look at "
            "evaluate(held_out_iter, W, b)[0].",
            "One draw of the weights says little: another seed easily changes the loss by a sixth. Average over "
            "twenty seeds.",
            "The answer lies between {low:g} and {high:g}. Halve the interval until its ends are a few percent apart.",
        ),
        variant=FIRST_LOSS_SIGMA,
        reason="A score is a sum of 784 pixels, each times a random weight: its standard deviation is sigma times the "
        "length of the image, about 12. So at a sigma of 0.2 scores of plus and minus 2.4 are common, and their "
        "probabilities are far from a tenth.",
    ),
    Exercise(
        "one_pass", "Ten thousand images, once", "measured", 2, _check_one_pass,
        prepare=_images,
        hints=(
            "One pass with batches of 256 is 40 steps. How many steps is it with batches of 16?",
            "Make a table: batch sizes 4, 16, 64 and 256 against rates 0.01, 0.03, 0.1 and 0.3. In which direction "
            "does the best rate move when the batches get smaller?",
            "Small batches make more steps, and each step points in a noisier direction; so the best rate is smaller. "
            "Take batches of about 16, and a rate between 0.01 and 0.1.",
        ),
        reason="The best rate falls with the batch size, and the loss does, too, down to about 16. Batches of 256 at a "
        "rate of 0.1 reach 0.97, and 64 at 0.1 reach 0.71. Batches of 16 at 0.05, 4 at 0.01 and 1 at 0.003 all reach "
        "0.65. Ten thousand images in small batches teach as much as 50,000 in batches of 256.",
    ),
    Exercise(
        "vocabulary_gradient",
        "Fifty thousand classes",
        kind="predicted",
        points=1,
        check=choice(
            VOCABULARY_GRADIENT,
            digest="3df44efc9d29b500",
            name="vocabulary_gradient",
            wrong={
                "a": "This would hold if the softmax did not divide by a sum over all words.",
                "c": "This would hold if a word with a small probability added nothing to the sum.",
                "d": "This would hold if the loss only asked which word is the most probable one.",
            },
        ),
        hints=(
            "The gradient of one column of W is the input times one number. Which number?",
            "For the right class it is its probability minus 1, for every other class its probability.",
            "Is there a class to which the softmax gives a probability of exactly 0?",
        ),
        variant=VOCABULARY_GRADIENT,
        reason="Every wrong word has a probability above 0, so every column has a gradient: each step computes "
        "with all 39 million numbers, mostly to make tiny corrections. Hence models of large vocabularies sample a few "
        "of the wrong words at random, or arrange the words as a tree.",
    ),
)  # fmt: skip
