"""Solutions and wrong answers to notebooks/04_softmax_regression.ipynb."""

import math

from mxnet import np, npx

from d2l_autograder.key import Answer

from .wrong import numbers
from .wrong import softmax_regression as wrong


def stable_softmax(z):
    """Return the softmax of each row of z, of shape (n, classes)."""
    E = np.exp(z - z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def loss_from_labels(y_hat, y):
    """Return the cross-entropy of each example in nats, shape (n,).

    y_hat: probabilities, shape (n, classes). y: right classes, shape (n,).
    """
    return -np.log(npx.pick(y_hat, y))


def weight_gradient(W, X, y):
    """Return the gradient of the mean cross-entropy with respect to W.

    It has the shape of W, (features, classes). The scores are X @ W.
    X: shape (n, features). y: right classes, shape (n,).
    """
    y_hat = npx.softmax(X @ W)
    return X.T @ (y_hat - npx.one_hot(y, W.shape[1])) / len(X)


def kl_bits(p, q):
    """Return the KL divergence of q from p in bits: what believing q costs.

    p: what happens, shape (outcomes,); may hold zeros. q: what is
    believed, of the same shape, above 0 everywhere.
    """
    ratio = np.where(p > 0, p / q, 1)
    return (p * np.log2(ratio)).sum()


def second_derivatives(z):
    """Return the second derivatives of one example's cross-entropy.

    z: scores, shape (classes,). The result has the shape (classes,
    classes): entry (i, j) is the derivative by z[i] and by z[j].
    """
    y_hat = npx.softmax(z)
    return np.diag(y_hat) - np.outer(y_hat, y_hat)


ANSWERS = (
    Answer("stable_softmax", stable_softmax, wrong=wrong.STABLE_SOFTMAX),
    Answer("loss_from_labels", loss_from_labels, wrong=wrong.LOSS_FROM_LABELS),
    Answer("weight_gradient", weight_gradient, wrong=wrong.WEIGHT_GRADIENT),
    Answer("kl_bits", kl_bits, wrong=wrong.KL_BITS),
    Answer(
        "most_symbols",
        40,
        wrong=numbers.MOST_SYMBOLS,
        by_student=lambda bits, **_: int(bits / math.log2(3)),
    ),
    Answer("second_derivatives", second_derivatives, wrong=wrong.SECOND_DERIVATIVES),
)
