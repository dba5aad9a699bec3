"""Solutions and wrong answers to notebooks/06_softmax_regression_scratch.ipynb."""

from mxnet import np, npx

from d2l_autograder.key import Answer, Wrong


def log_softmax_of_allowed(Z, allowed):
    """Log-probabilities among the allowed classes; minus infinity elsewhere.

    Z: scores, shape (n, classes). allowed: true or false, the same shape,
    with at least one true in each row.
    """
    Z = np.where(allowed, Z, -np.inf)
    Z = Z - Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


def _log_softmax(Z):
    Z = Z - Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


def _forbidden_times_zero(Z, allowed):
    return _log_softmax(Z * allowed)


def _forbidden_afterwards(Z, allowed):
    return np.where(allowed, _log_softmax(Z), -np.inf)


def _without_a_shift(Z, allowed):
    E = np.exp(Z) * allowed
    return np.log(E / E.sum(axis=1, keepdims=True))


def _shifted_by_the_forbidden(Z, allowed):
    E = np.exp(Z - Z.max(axis=1, keepdims=True)) * allowed
    return np.log(E / E.sum(axis=1, keepdims=True))


def _very_low_score(Z, allowed):
    return _log_softmax(np.where(allowed, Z, -1000.0))


def _low_score_then_masked(Z, allowed):
    return np.where(allowed, _log_softmax(np.where(allowed, Z, -10_000.0)), -np.inf)


def top_k_accuracy(y_hat, y, k):
    """Fraction of images whose right class has one of the k highest scores.

    y_hat: scores, shape (n, classes). y: right classes, shape (n,). A class
    that ties with the right one counts as higher.
    """
    right = npx.pick(y_hat, y).reshape(-1, 1)
    at_least_as_high = (y_hat >= right).sum(axis=1)
    return float((at_least_as_high <= k).sum()) / len(y)


def _count_instead_of_fraction(y_hat, y, k):
    return top_k_accuracy(y_hat, y, k) * len(y)


def _ties_are_right(y_hat, y, k):
    right = npx.pick(y_hat, y).reshape(-1, 1)
    return float(((y_hat > right).sum(axis=1) < k).sum()) / len(y)


def _lowest_k(y_hat, y, k):
    return _among(y_hat.argsort(axis=1)[:, :k], y)


def _sorted(y_hat, y, k):
    return _among((-y_hat).argsort(axis=1)[:, :k], y)


def _among(classes, y):
    return sum(label in row for row, label in zip(classes.tolist(), y.tolist(), strict=True)) / len(y)


def _only_the_first(y_hat, y, k):
    return float((y_hat.argmax(axis=1).astype(y.dtype) == y).mean())


def decide(P, costs):
    """Choose for each row of P the action with the lowest expected cost.

    P: probabilities of the classes, shape (n, classes). costs[i, j]: what
    action j costs if class i is true, shape (classes, actions). Result: (n,).
    """
    return np.dot(P, costs).argmin(axis=1)


def _most_probable(P, costs):
    return P.argmax(axis=1)


def _most_expensive(P, costs):
    return np.dot(P, costs).argmax(axis=1)


def _transposed(P, costs):
    return np.dot(P, costs.T).argmin(axis=1)


def _for_the_most_probable(P, costs):
    return costs.take(P.argmax(axis=1), axis=0).argmin(axis=1)


def _expected_costs(P, costs):
    return np.dot(P, costs)


ANSWERS = (
    Answer(
        "largest_exponent",
        88,
        wrong=(
            Wrong(89, "infinite in 32 bits"),
            Wrong(709, "infinite in 32 bits"),  # that of float64
            Wrong(38, "the exponential of 39 is finite, too"),  # the exponent of ten
            Wrong(88.7, "a whole number"),
        ),
    ),
    Answer(
        "log_softmax_of_allowed",
        log_softmax_of_allowed,
        wrong=(
            Wrong(_forbidden_times_zero, "at a forbidden class"),
            Wrong(_very_low_score, "at a forbidden class"),
            Wrong(_low_score_then_masked, "scores around -20,000: the sum of a row's probabilities: 0", earns=0.5),
            Wrong(_forbidden_afterwards, "the sum of a row's probabilities"),
            Wrong(_without_a_shift, "scores around 1,000 is nan", earns=0.5),
            Wrong(_shifted_by_the_forbidden, "a forbidden class has the score 10,000", earns=0.5),
        ),
    ),
    Answer(
        "top_k_accuracy",
        top_k_accuracy,
        wrong=(
            Wrong(_count_instead_of_fraction, "k = 1, of which 3 have the right class that high: 3\n0.375"),
            Wrong(_lowest_k, "k = 1"),
            Wrong(_only_the_first, "k = 2"),
            Wrong(_sorted, "all five scores of each image are equal", earns=0.5),
            Wrong(_ties_are_right, "all five scores of each image are equal", earns=0.5),
        ),
    ),
    Answer(
        "decide",
        decide,
        wrong=(
            Wrong(_most_probable, "no treatment, at an expected cost of 5"),
            Wrong(_for_the_most_probable, "no treatment, at an expected cost of 5"),
            Wrong(_transposed, "no treatment, at an expected cost of 5"),
            Wrong(_most_expensive, "no treatment, at an expected cost of 5"),
            Wrong(_expected_costs, "shape (3, 2)"),
        ),
    ),
    Answer(
        "first_loss_sigma",
        0.21,
        wrong=(
            Wrong(0.01, "a larger one"),
            Wrong(0.285, "a smaller one"),  # the seed 0 alone
            Wrong(1.0, "a smaller one"),
            Wrong(-0.2, "above 0"),
        ),
    ),
    Answer(
        "vocabulary_gradient",
        "b",
        wrong=(Wrong("a", "which is not what happens"), Wrong("c", "which is not what happens")),
    ),
)
