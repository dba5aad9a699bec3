"""Solutions and wrong answers to notebooks/04_softmax_regression.ipynb."""

from mxnet import np, npx

from d2l_autograder.key import Answer, Wrong


def stable_softmax(Z):
    """The softmax of each row of Z, of shape (n, classes)."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _of_columns(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def _as_written(Z):
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


def _one_maximum_for_all(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=1, keepdims=True)


def _mean_subtracted(Z):
    E = np.exp(Z - Z.mean(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _of_all(Z):
    E = np.exp(Z - Z.max())
    return E / E.sum()


def _without_exp(Z):
    E = Z - Z.min(axis=1, keepdims=True) + 1
    return E / E.sum(axis=1, keepdims=True)


def loss_from_labels(y_hat, y):
    """The cross-entropy of each example in nats, shape (n,).

    y_hat: probabilities, shape (n, classes). y: right classes, shape (n,).
    """
    return -np.log(npx.pick(y_hat, y))


def _with_codes(y_hat, y):
    return -(npx.one_hot(y, y_hat.shape[1]) * np.log(y_hat)).sum(axis=1)


def _mean_of_them(y_hat, y):
    return loss_from_labels(y_hat, y).mean()


def _sign_forgotten(y_hat, y):
    return np.log(npx.pick(y_hat, y))


def _whole_columns(y_hat, y):
    return -np.log(np.take(y_hat, y, axis=1))


def _in_bits(y_hat, y):
    return -np.log2(npx.pick(y_hat, y))


def weight_gradient(W, X, y):
    """The gradient of the mean cross-entropy with respect to W.

    It has the shape of W, (features, classes). The logits are X @ W.
    X: shape (n, features). y: right classes, shape (n,).
    """
    P = npx.softmax(X @ W)
    return X.T @ (P - npx.one_hot(y, W.shape[1])) / len(X)


def _sum_not_mean(W, X, y):
    return weight_gradient(W, X, y) * len(X)


def _downhill(W, X, y):
    return -weight_gradient(W, X, y)


def _codes_forgotten(W, X, y):
    return X.T @ npx.softmax(X @ W) / len(X)


def _only_by_the_logits(W, X, y):
    return npx.softmax(X @ W) - npx.one_hot(y, W.shape[1])


def kl_bits(p, q):
    """The KL divergence of q from p in bits: what believing q costs.

    p: what happens, shape (outcomes,); may hold zeros. q: what is
    believed, of the same shape, above 0 everywhere.
    """
    ratio = np.where(p > 0, p / q, 1)
    return (p * np.log2(ratio)).sum()


def _zero_times_infinity(p, q):
    return (p * np.log2(p / q)).sum()


def _in_nats(p, q):
    return (p * np.log(np.where(p > 0, p / q, 1))).sum()


def _the_other_way(p, q):
    return kl_bits(q, p)


def _cross_entropy(p, q):
    return -(p * np.log2(q)).sum()


ANSWERS = (
    Answer(
        "stable_softmax",
        stable_softmax,
        wrong=(
            Wrong(_of_columns, "the sum of a row"),
            Wrong(_of_all, "the sum of a row"),
            Wrong(_without_exp, "the logarithm of how many times one class is as probable"),
            Wrong(_as_written, "around 0, 1000 and -1000 holds nan", earns=0.5),
            Wrong(_one_maximum_for_all, "around 0, 1000 and -1000 holds nan", earns=0.5),
            Wrong(_mean_subtracted, "the row [1000, 0, -1000]: a probability: nan", earns=0.5),
        ),
    ),
    Answer(
        "loss_from_labels",
        loss_from_labels,
        wrong=(
            Wrong(_with_codes, "finite losses: both right classes are above 0", earns=0.5),
            Wrong(_mean_of_them, "shape (4,)"),
            Wrong(_sign_forgotten, "a loss: -0.5"),
            Wrong(_whole_columns, "has shape (4, 4)"),
            Wrong(_in_bits, "a loss: 0.72"),
        ),
    ),
    Answer(
        "weight_gradient",
        weight_gradient,
        wrong=(
            Wrong(_sum_not_mean, "the finite difference of the mean loss"),
            Wrong(_downhill, "the finite difference of the mean loss"),
            Wrong(_codes_forgotten, "the sum of a row of the gradient"),
            Wrong(_only_by_the_logits, "has shape (6, 3)"),
        ),
    ),
    Answer(
        "kl_bits",
        kl_bits,
        wrong=(
            Wrong(_zero_times_infinity, "the surprise at an outcome of probability 1/4: nan", earns=0.5),
            Wrong(_in_nats, "kl_bits([3/4, 1/4], [1/2, 1/2]): 0.13"),
            Wrong(_the_other_way, "kl_bits([3/4, 1/4], [1/2, 1/2]): 0.2"),
            Wrong(_cross_entropy, "kl_bits of [1/4, 3/4] and itself"),
        ),
    ),
    Answer(
        "most_symbols",
        40,
        wrong=(
            Wrong(32, "leave room for another"),
            Wrong(38, "leave room for another"),
            Wrong(41, "more sequences than 64 bits have patterns"),
            Wrong(40.4, "a whole number"),
        ),
    ),
    Answer(
        "warmest",
        0.17,
        wrong=(
            Wrong(0.05, "still within"),
            Wrong(1.0, "above the maximum"),
            Wrong(5.8, "above the maximum"),
            Wrong(-0.17, "a temperature between"),
        ),
    ),
)
