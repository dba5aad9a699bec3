"""Wrong training loops for exercise fit_softmax in notebooks/09_review.ipynb, as learners write them."""

import random

from mxnet import np, npx

from d2l_autograder.key import Wrong


def _shuffled(n):
    order = list(range(n))
    random.shuffle(order)
    return order


def _fit(X, y, num_classes, lr, num_epochs, batch_size, **slip):
    """Train as asked, but for one slip."""
    softmax = slip.get("softmax", npx.softmax)
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(slip.get("epochs", num_epochs)):
        order = list(range(len(X))) if slip.get("in_order") else _shuffled(len(X))
        last = len(X) - batch_size + 1 if slip.get("full_batches") else len(X)
        for start in range(0, last, batch_size):
            batch = order[start : start + batch_size]
            error = softmax(np.dot(X[batch], W) + b) - npx.one_hot(y[batch], num_classes)
            error = slip.get("sign", 1) * error / slip.get("divisor", len(batch))
            W = W - lr * np.dot(X[batch].T, error)
            b = b - slip.get("b_rate", lr) * error.sum(axis=0)
    return W, b


def _sums(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, divisor=1)


def _divides_by_batch_size(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, divisor=batch_size)


def _divides_by_n(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, divisor=len(X))


def _never_shuffles(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, in_order=True)


def _draws_without_chance(X, y, num_classes, lr, num_epochs, batch_size):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(num_epochs):
        order = np.random.choice(len(X), len(X), replace=False).tolist()  # MXNet 1.9.1 returns 0, 1, 2, …
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            error = npx.softmax(np.dot(X[batch], W) + b) - npx.one_hot(y[batch], num_classes)
            W = W - lr * np.dot(X[batch].T, error) / len(batch)
            b = b - lr * error.mean(axis=0)
    return W, b


def _drops_the_last_batch(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, full_batches=True)


def _uphill(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, sign=-1)


def _without_bias(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, b_rate=0)


def _one_epoch(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, epochs=1)


def _overflows(X, y, num_classes, lr, num_epochs, batch_size):
    def softmax(Z):
        return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)

    return _fit(X, y, num_classes, lr, num_epochs, batch_size, softmax=softmax)


def _softmax_over_examples(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size, softmax=lambda Z: npx.softmax(Z, axis=0))


def _ignores_the_rate(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, 0.1, num_epochs, batch_size)


def _ignores_the_batch_size(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, 32)


def _counts_classes(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, int(y.max()) + 1, lr, num_epochs, batch_size)


def _as_gluon_keeps_it(X, y, num_classes, lr, num_epochs, batch_size):
    W, b = _fit(X, y, num_classes, lr, num_epochs, batch_size)
    return W.T, b


def _only_the_weights(X, y, num_classes, lr, num_epochs, batch_size):
    return _fit(X, y, num_classes, lr, num_epochs, batch_size)[0]


def _shuffles_in_place(X, y, num_classes, lr, num_epochs, batch_size):
    order = _shuffled(len(X))
    X[:], y[:] = X[order], y[order]
    return _fit(X, y, num_classes, lr, num_epochs, batch_size)


FIT_SOFTMAX = (
    Wrong(_sums, "features that are all 0"),
    Wrong(_divides_by_batch_size, "one batch with all examples", earns=0),
    Wrong(_divides_by_n, "three examples, one by one"),
    Wrong(_never_shuffles, "sorted by their class", earns=2 / 3),
    Wrong(_draws_without_chance, "sorted by their class", earns=2 / 3),
    Wrong(_drops_the_last_batch, "the steps are too few"),
    Wrong(_uphill, "the steps are too few, too short or too long"),
    Wrong(_without_bias, "features that are all 0"),
    Wrong(_one_epoch, "the steps are too few"),
    Wrong(_overflows, "must not overflow", earns=2 / 3),
    Wrong(_softmax_over_examples, "one batch with all examples"),
    Wrong(_ignores_the_rate, "too short"),
    Wrong(_ignores_the_batch_size, "one batch with all examples"),
    Wrong(_counts_classes, "W for 4 features and 5 classes"),
    Wrong(_as_gluon_keeps_it, "as Gluon keeps it"),
    Wrong(_only_the_weights, "a pair"),
    Wrong(_shuffles_in_place, "has changed X or y"),
)
