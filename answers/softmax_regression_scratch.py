"""Solutions and wrong answers to notebooks/06_softmax_regression_scratch.ipynb."""

from mxnet import np, npx

from d2l_autograder.key import Answer, Wrong

from .wrong import numbers


def log_softmax_of_allowed(z, allowed):
    """Return log-probabilities among the allowed classes, elsewhere -inf.

    z: scores, shape (n, classes). allowed: true or false, the same shape,
    with at least one true in each row.
    """
    z = np.where(allowed, z, -np.inf)
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _forbidden_afterwards(z, allowed):
    return np.where(allowed, _log_softmax(z), -np.inf)


def _without_a_shift(z, allowed):
    e = np.exp(z) * allowed
    return np.log(e / e.sum(axis=1, keepdims=True))


def _shifted_by_the_forbidden(z, allowed):
    e = np.exp(z - z.max(axis=1, keepdims=True)) * allowed
    return np.log(e / e.sum(axis=1, keepdims=True))


def _very_low_score(z, allowed):
    return _log_softmax(np.where(allowed, z, -1000.0))


def _low_score_then_masked(z, allowed):
    return np.where(allowed, _log_softmax(np.where(allowed, z, -10_000.0)), -np.inf)


def _log_of_softmax(z, allowed):
    return np.log(npx.softmax(np.where(allowed, z, -np.inf), axis=1))


def _log_of_a_little_more(z, allowed):
    logs = np.log(npx.softmax(np.where(allowed, z, -np.inf), axis=1) + 1e-8)
    return np.where(allowed, logs, -np.inf)


def _divided_afterwards(z, allowed):
    logs = np.where(allowed, _log_softmax(z), -np.inf)
    return logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))


def _probabilities(z, allowed):
    return npx.softmax(np.where(allowed, z, -np.inf), axis=1)


def _zero_for_the_forbidden(z, allowed):
    return np.where(allowed, log_softmax_of_allowed(z, allowed), 0.0)


def _the_others(z, allowed):
    return _log_softmax(np.where(allowed, -np.inf, z))


def _along_the_columns(z, allowed):
    z = np.where(allowed, z, -np.inf)
    z = z - z.max(axis=0, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=0, keepdims=True))


def _shifted_by_one_for_all_rows(z, allowed):
    z = np.where(allowed, z, -np.inf)
    z = z - z.max()
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def top_k_accuracy(z, y, k):
    """Return the fraction of images whose right class is among the first k.

    z: scores, shape (n, classes). y: right classes, shape (n,). A class
    that ties with the right one counts as higher.
    """
    right = npx.pick(z, y).reshape(-1, 1)
    at_least_as_high = (z >= right).sum(axis=1)
    return float((at_least_as_high <= k).sum()) / len(y)


def _count_instead_of_fraction(z, y, k):
    return top_k_accuracy(z, y, k) * len(y)


def _ties_are_right(z, y, k):
    right = npx.pick(z, y).reshape(-1, 1)
    return float(((z > right).sum(axis=1) < k).sum()) / len(y)


def _ties_with_the_kth_are_right(z, y, k):
    kth = np.sort(z, axis=1)[:, -k]
    return float((npx.pick(z, y) >= kth).mean())


def _itself_is_not_counted(z, y, k):
    right = npx.pick(z, y).reshape(-1, 1)
    return float(((z >= right).sum(axis=1) < k).sum()) / len(y)


def _higher_at_most_k(z, y, k):
    right = npx.pick(z, y).reshape(-1, 1)
    return float(((z > right).sum(axis=1) <= k).sum()) / len(y)


def _lowest_k(z, y, k):
    return _among(z.argsort(axis=1)[:, :k], y)


def _sorted(z, y, k):
    return _among((-z).argsort(axis=1)[:, :k], y)


def _last_of_the_sorted(z, y, k):
    return _among(z.argsort(axis=1)[:, -k:], y)


def _among(classes, y):
    return sum(label in row for row, label in zip(classes.tolist(), y.tolist(), strict=True)) / len(y)


def _only_the_first(z, y, k):
    return float((z.argmax(axis=1).astype(y.dtype) == y).mean())


def _divided_by_k(z, y, k):
    return top_k_accuracy(z, y, k) / k


def decide(p, costs):
    """Return for each row of p the action with the lowest expected cost.

    p: probabilities of the classes, shape (n, classes). costs[i, j]: what
    action j costs if class i is true, shape (classes, actions). Result: (n,).
    """
    return np.dot(p, costs).argmin(axis=1)


def _most_probable(p, costs):
    return p.argmax(axis=1)


def _most_expensive(p, costs):
    return np.dot(p, costs).argmax(axis=1)


def _transposed(p, costs):
    return np.dot(p, costs.T).argmin(axis=1)


def _for_the_most_probable(p, costs):
    return costs.take(p.argmax(axis=1), axis=0).argmin(axis=1)


def _expected_costs(p, costs):
    return np.dot(p, costs)


def _lowest_costs(p, costs):
    return np.dot(p, costs).min(axis=1)


def _along_the_images(p, costs):
    return np.dot(p, costs).argmin(axis=0)


def _one_for_all(p, costs):
    return int(np.dot(p, costs).sum(axis=0).argmin())


def _lowest_worst_case(p, costs):
    return np.repeat(costs.max(axis=0).argmin(), len(p))


def _largest_part(p, costs):
    return (np.expand_dims(p, 2) * costs).max(axis=1).argmin(axis=1)


def _as_a_column(p, costs):
    return np.dot(p, costs).argmin(axis=1).reshape(-1, 1)


# Sigma by how many times ln 10 the first loss is, to three digits
SIGMAS = {1.5: 0.138, 2: 0.214, 2.8: 0.322, 4: 0.476, 5.5: 0.664, 8: 0.974, 12: 1.467, 18: 2.204}

ANSWERS = (
    Answer(
        "log_softmax_of_allowed",
        log_softmax_of_allowed,
        wrong=(
            Wrong(_very_low_score, "at a forbidden class"),
            Wrong(_low_score_then_masked, "scores around -20,000: the sum of a row's probabilities: 0", earns=0.5),
            Wrong(_forbidden_afterwards, "the sum of a row's probabilities"),
            Wrong(_without_a_shift, "where the last class is forbidden: nan", earns=0.5),
            Wrong(_shifted_by_the_forbidden, "where the last class is forbidden: nan", earns=0.5),
            Wrong(_log_of_softmax, "where the last class is forbidden: -inf", earns=0.5),
            Wrong(_log_of_a_little_more, "where the last class is forbidden: -18", earns=0.5),
            Wrong(_divided_afterwards, "where the last class is forbidden", earns=0.5),
            Wrong(_probabilities, "the sum of a row's probabilities"),
            Wrong(_zero_for_the_forbidden, "at a forbidden class"),
            Wrong(_the_others, "where all classes are allowed is nan"),
            Wrong(_along_the_columns, "the sum of a row's probabilities"),
            Wrong(_shifted_by_one_for_all_rows, "where the last class is forbidden: inf", earns=0.5),
        ),
    ),
    Answer(
        "top_k_accuracy",
        top_k_accuracy,
        wrong=(
            Wrong(_count_instead_of_fraction, "where 3 have the right class at rank 1 or better: 3\n0.375"),
            Wrong(_lowest_k, "k = 1"),
            Wrong(_only_the_first, "k = 2"),
            Wrong(_divided_by_k, "k = 2"),
            Wrong(_itself_is_not_counted, "k = 1"),
            Wrong(_higher_at_most_k, "k = 1"),
            Wrong(_sorted, "all five scores of each image are equal", earns=0.5),
            Wrong(_last_of_the_sorted, "all five scores of each image are equal", earns=0.5),
            Wrong(_ties_are_right, "all five scores of each image are equal", earns=0.5),
            Wrong(_ties_with_the_kth_are_right, "all five scores of each image are equal", earns=0.5),
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
            Wrong(_lowest_costs, "the actions, 0 or 1"),
            Wrong(_along_the_images, "shape (2,)"),
            Wrong(_one_for_all, "shape ()"),
            Wrong(_lowest_worst_case, "0.001 is 1, treatment"),
            Wrong(_largest_part, "whatever is done"),
            Wrong(_as_a_column, "shape (3, 1)"),
        ),
    ),
    Answer(
        "first_loss_sigma",
        0.21,
        wrong=numbers.first_loss_sigma(SIGMAS),
        by_student=lambda factor, **_: SIGMAS[factor],
        seconds=30,
    ),
    Answer(
        "one_pass",
        (16, 0.05),
        wrong=(
            Wrong((256, 0.1), "a held-out loss of 0.97"),  # the chapter's settings
            Wrong((256, 0.5), "0.68 or lower"),
            Wrong((16, 0.5), "0.68 or lower"),
            Wrong((16, 0.01), "0.68 or lower"),
            Wrong((1, 0.1), "0.68 or lower"),
            Wrong((64, 0.1), "a held-out loss of 0.71"),
            Wrong((10_000, 0.1), "0.68 or lower"),  # one step
            Wrong((1, 1e30), "0.68 or lower"),
            Wrong((0.05, 16), "it comes first"),
            Wrong((20_000, 0.1), "a whole number from 1 to 10,000"),
            Wrong((16, -0.05), "a rate above 0"),
            Wrong(16, "two numbers"),
            Wrong((16, 0.05, 0.651), "two numbers"),
        ),
    ),
    Answer(
        "vocabulary_gradient",
        "b",
        wrong=(
            Wrong("a", "did not divide by a sum over all words"),
            Wrong("c", "with a small probability added nothing"),
            Wrong("d", "which word is the most probable"),
            Wrong("none", "one of"),
            Wrong(0, "one of"),
        ),
    ),
)
