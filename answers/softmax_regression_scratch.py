"""Answers to notebooks/06_softmax_regression_scratch.ipynb."""

from mxnet import np, npx

from d2l_autograder.key import Answer, Probe, Wrong


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


def _ordinary_scores(rng):
    n, classes = map(int, rng.integers((4, 4), (9, 8)))
    allowed = rng.random((n, classes)) < 0.6
    one = rng.integers(0, classes, n)
    allowed[range(n), one] = True
    allowed[range(n), (one + 1) % classes] = False
    return rng.normal(0.0, 2.0, (n, classes)), allowed


def _scores_of_any_size(rng):
    Z, allowed = _ordinary_scores(rng)
    Z[0] += rng.uniform(1000.0, 2000.0)
    Z[1] -= rng.uniform(1000.0, 2000.0)
    allowed[2, :3] = True, True, False
    # In 32 bits, numbers of this size lie 0.03 apart: the scores of this row are so different that it does not show
    Z[2] = -rng.uniform(200_000.0, 300_000.0) - 150.0 * rng.permutation(Z.shape[1])
    Z[3:] += ~allowed[3:] * rng.uniform(200_000.0, 300_000.0)
    order = rng.permutation(len(Z))
    return Z[order], allowed[order]


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


def _ranked(rng, n, k):
    classes = 2 * k + int(rng.integers(2, 5))
    # A right class of rank k counts, one of rank k + 1 does not, and one only is among the k lowest
    ranks = rng.permutation([1, k, k + 1, classes, *rng.integers(1, k + 2, n - 4)])
    order = rng.permuted([range(1, classes + 1)] * n, axis=1)
    y_hat = rng.normal(0.0, 3.0, (n, 1)) - order * rng.uniform(0.5, 2.0, (n, 1))
    return y_hat, (order == ranks[:, None]).argmax(axis=1).astype("int32")


def _without_ties(rng):
    n, k = map(int, rng.integers((6, 2), (13, 4)))
    return *_ranked(rng, n, k), k


def _with_ties(rng):
    y_hat, y = _ranked(rng, 16, int(rng.integers(2, 4)))
    classes = y_hat.shape[1]
    # Whatever order a sort gives to equal scores, it would find some of these right: each class is the right one once
    y_hat[:classes], y[:classes] = rng.integers(-3, 4, (classes, 1)), range(classes)
    y_hat[-1, [y[-1], y[-1] - 1]] = y_hat[-1].max() + 1.0
    y_hat[[-2, -3], y[[-2, -3]] - 1] = y_hat[[-2, -3], y[[-2, -3]]]
    order = rng.permutation(len(y))
    return y_hat[order], y[order]


def _for_each_k(function, y_hat, y):
    return [function(y_hat.copy(), y.copy(), k) for k in range(1, y_hat.shape[1] + 1)]


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


def _as_many_actions(rng):
    classes = int(rng.integers(3, 6))
    return _decisions(rng, classes, classes)


def _more_actions(rng):
    classes = int(rng.integers(3, 6))
    return _decisions(rng, classes, classes + int(rng.integers(1, 4)))


def _decisions(rng, classes, actions):
    every = range(classes)
    costs = rng.uniform(2.0, 9.0, (classes, actions))
    costs[:, classes:] = rng.uniform(1.0, 2.0, (classes, actions - classes))  # good for those who are not sure
    costs[rng.integers(classes), :classes] *= rng.uniform(5.0, 9.0)  # one class must not be missed
    costs[every, rng.permutation(classes)] = rng.uniform(0.0, 1.0, classes)
    P = rng.dirichlet([0.4] * classes, 40)
    expected = P @ costs
    expected.sort(axis=1)
    return P[expected[:, 1] - expected[:, 0] > 0.05], costs  # rounding must not decide


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
        probes=(
            Probe("ordinary scores", _ordinary_scores),
            Probe("very high and very low scores, also of forbidden classes", _scores_of_any_size),
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
        probes=(
            Probe("scores that are all different", _without_ties),
            Probe("ties, with k from 1 to the number of classes", _with_ties, through=_for_each_k),
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
        probes=(
            Probe("as many actions as classes", _as_many_actions),
            Probe("more actions than classes", _more_actions),
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
