"""Hidden probes of the answers to notebooks/04_softmax_regression.ipynb."""

from d2l_autograder.key import Probe


def _ordinary_logits(rng):
    return (rng.normal(0.0, 1.5, rng.integers(3, 8, 2)),)


def _far_logits(rng):
    classes = int(rng.integers(3, 6))
    every = range(classes)
    Z = rng.normal(0.0, 1.5, (classes + 3, classes)) + rng.uniform(1000.0, 2000.0, (classes + 3, 1))
    Z[every, every] -= 3000.0  # each class is far below the others in one row: only subtracting the maximum is safe
    Z[-2] = rng.uniform(-2000.0, 2000.0, classes)
    Z[-1] -= 3000.0
    return (Z[rng.permutation(len(Z))],)


def _beliefs(rng):
    n, classes = map(int, rng.integers((5, 3), (10, 7)))
    y_hat = rng.uniform(0.1, 1.0, (n, classes))
    return y_hat / y_hat.sum(axis=1, keepdims=True), rng.integers(0, classes, n).astype("int32")


def _beliefs_with_zeros(rng):
    y_hat, y = _beliefs(rng)
    n, classes = y_hat.shape
    possible = rng.random((n, classes)) < 0.6
    possible[range(n), (y + 1) % classes] = False  # a zero in each row
    possible[0] = False
    possible[range(n), y] = True  # and in the first row, only the right class is possible
    y_hat = y_hat * possible
    return y_hat / y_hat.sum(axis=1, keepdims=True), y


def _batch(rng):
    n, features, classes = map(int, rng.integers((6, 2, 3), (11, 6, 6)))
    y = (rng.permutation(n) % classes).astype("int32")  # each class occurs
    return rng.normal(0.0, 1.0, (features, classes)), rng.normal(0.0, 1.0, (n, features)), y


def _one_class_only(rng):
    W, X, y = _batch(rng)
    few = int(rng.integers(1, 4))
    return W, X[:few], y[:few] * 0  # so that y does not show how many classes there are


def _all_possible(rng):
    outcomes = int(rng.integers(3, 9))
    p, q = rng.dirichlet([0.7] * outcomes, 2)
    return 0.9 * p + 0.1 / outcomes, 0.9 * q + 0.1 / outcomes


def _some_impossible(rng):
    p, q = _all_possible(rng)
    p[rng.permutation(len(p))[: rng.integers(1, len(p))]] = 0.0
    return p / p.sum(), q


PROBES = {
    "stable_softmax": (
        Probe("ordinary logits", _ordinary_logits),
        Probe("logits of 1000 and more, above and below 0", _far_logits),
    ),
    "loss_from_labels": (
        Probe("ordinary probabilities", _beliefs),
        Probe("wrong classes of probability 0", _beliefs_with_zeros),
    ),
    "weight_gradient": (
        Probe("a batch in which each class comes", _batch),
        Probe("one to three examples, all of class 0", _one_class_only),
    ),
    "kl_bits": (
        Probe("outcomes that are all possible", _all_possible),
        Probe("outcomes that never happen", _some_impossible),
    ),
}
