"""Solutions and wrong answers to notebooks/01_linear_regression.ipynb."""

from mxnet import np

from d2l_autograder.key import Answer, Wrong

from .wrong import numbers


def best_constants(y):
    """Return the two best constants for the numbers y, shape (n,).

    The first is the c with the smallest sum of (y - c)**2, the second a c
    with the smallest sum of |y - c|.
    """
    return y.mean(), np.sort(y)[len(y) // 2]


def _means_twice(y):
    return y.mean(), y.mean()


def _swapped(y):
    return np.sort(y)[len(y) // 2], y.mean()


def _unsorted_middle(y):
    return y.mean(), y[len(y) // 2]


def _mean_only(y):
    return y.mean()


def _middle_of_an_odd_number_only(y):
    number = [c for c in y.tolist() if (y < c).sum() == (y > c).sum()]
    return y.mean(), number[0]


def _beside_the_middle(y):
    return y.mean(), np.sort(y)[len(y) // 2 - 1]


def _rounded_index(y):
    return y.mean(), np.sort(y)[round(len(y) / 2)]


def _mean_of_two_in_the_middle(y):
    number = np.sort(y)
    return y.mean(), (number[len(y) // 2 - 1] + number[len(y) // 2]) / 2


def _sums(y):
    middle = np.sort(y)[len(y) // 2]
    return ((y - y.mean()) ** 2).sum(), np.abs(y - middle).sum()


def weighted_least_squares(X, y, weights):
    """Return the w with the smallest sum of weights * (X w - y)**2.

    X has shape (n, d), its last column is ones; y and weights have shape
    (n,); w has shape (d,).
    """
    weighted = weights.reshape(-1, 1) * X
    return np.linalg.solve(np.dot(weighted.T, X), np.dot(weighted.T, y))


def _forgets_weights(X, y, weights):
    return np.linalg.solve(np.dot(X.T, X), np.dot(X.T, y))


def _weighs_twice(X, y, weights):
    X, y = weights.reshape(-1, 1) * X, weights * y
    return np.linalg.solve(np.dot(X.T, X), np.dot(X.T, y))


def _weighs_by_roots(X, y, weights):
    weighted = np.sqrt(weights).reshape(-1, 1) * X
    return np.linalg.solve(np.dot(weighted.T, X), np.dot(weighted.T, y))


def _weighs_one_side(X, y, weights):
    weighted = weights.reshape(-1, 1) * X
    return np.linalg.solve(np.dot(weighted.T, X), np.dot(X.T, y))


def _without_solving(X, y, weights):
    return np.dot(X.T, weights * y)


def _repeats_whole_numbers(X, y, weights):
    rows = [row for row, weight in enumerate(weights.tolist()) for _ in range(int(weight))]
    return np.linalg.solve(np.dot(X[rows].T, X[rows]), np.dot(X[rows].T, y[rows]))


def _repeats_rounded_numbers(X, y, weights):
    rows = [row for row, weight in enumerate(weights.tolist()) for _ in range(round(weight))]
    return np.linalg.solve(np.dot(X[rows].T, X[rows]), np.dot(X[rows].T, y[rows]))


def _drops_trips_of_weight_0_only(X, y, weights):
    rows = [row for row, weight in enumerate(weights.tolist()) if weight > 0]
    return np.linalg.solve(np.dot(X[rows].T, X[rows]), np.dot(X[rows].T, y[rows]))


def _forgets_to_weigh_the_ones(X, y, weights):
    weighted = weights.reshape(-1, 1) * X
    weighted[:, -1] = 1
    return np.linalg.solve(np.dot(weighted.T, X), np.dot(weighted.T, y))


def laplace_nll(y_hat, y, scale):
    """Return -log of the probability density of y, summed over all trips.

    y_hat and y have shape (n,); the density of one error e is
    exp(-|e| / scale) / (2 * scale).
    """
    return (np.abs(y - y_hat) / scale).sum() + len(y) * np.log(2 * scale)


def _averages(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale + np.log(2 * scale)).mean()


def _forgets_the_area(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale).sum()


def _adds_the_area_once(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale).sum() + np.log(2 * scale)


def _forgets_a_half(y_hat, y, scale):
    return (np.abs(y - y_hat) / scale).sum() + len(y) * np.log(scale)


def _after_gauss(y_hat, y, scale):
    return ((y - y_hat) ** 2 / (2 * scale**2) + np.log(scale * np.sqrt(2 * np.pi))).sum()


def _forgets_the_bars(y_hat, y, scale):
    return ((y - y_hat) / scale).sum() + len(y) * np.log(2 * scale)


def _forgets_the_minus(y_hat, y, scale):
    return -(np.abs(y - y_hat) / scale).sum() - len(y) * np.log(2 * scale)


def _takes_bars_around_the_sum(y_hat, y, scale):
    return np.abs((y - y_hat).sum()) / scale + len(y) * np.log(2 * scale)


def _multiplies_first(y_hat, y, scale):
    density = np.exp(-np.abs(y - y_hat) / scale) / (2 * scale)
    return -np.log(density.prod())


def _takes_the_logarithm_of_the_density(y_hat, y, scale):
    return -np.log(np.exp(-np.abs(y - y_hat) / scale) / (2 * scale)).sum()


def ridge(X, y, wd):
    """Return the w with the smallest sum of (X w - y)**2 + wd * sum of w**2.

    X has shape (n, d), y has shape (n,), and wd is above 0; w has shape (d,).
    """
    return np.linalg.solve(np.dot(X.T, X) + wd * np.eye(X.shape[1]), np.dot(X.T, y))


def _without_penalty(X, y, wd):
    return np.linalg.solve(np.dot(X.T, X), np.dot(X.T, y))


def _shortest_without_penalty(X, y, wd):
    return np.dot(np.linalg.pinv(X), y)


def _adds_wd_to_all_entries(X, y, wd):
    return np.linalg.solve(np.dot(X.T, X) + wd, np.dot(X.T, y))


def _averages_the_errors(X, y, wd):
    return np.linalg.solve(np.dot(X.T, X) / len(y) + wd * np.eye(X.shape[1]), np.dot(X.T, y) / len(y))


def _halves_wd(X, y, wd):
    return np.linalg.solve(np.dot(X.T, X) + wd / 2 * np.eye(X.shape[1]), np.dot(X.T, y))


def _doubles_wd(X, y, wd):
    return np.linalg.solve(np.dot(X.T, X) + 2 * wd * np.eye(X.shape[1]), np.dot(X.T, y))


def _subtracts_wd(X, y, wd):
    return np.linalg.solve(np.dot(X.T, X) - wd * np.eye(X.shape[1]), np.dot(X.T, y))


def _shrinks_afterwards(X, y, wd):
    return np.dot(np.linalg.pinv(X), y) / (1 + wd)


def _adds_a_bias(X, y, wd):
    X = np.concatenate([X, np.ones((len(y), 1))], axis=1)
    return np.linalg.solve(np.dot(X.T, X) + wd * np.eye(X.shape[1]), np.dot(X.T, y))


def _spares_the_last_weight(X, y, wd):
    penalty = wd * np.eye(X.shape[1])
    penalty[-1, -1] = 0
    return np.linalg.solve(np.dot(X.T, X) + penalty, np.dot(X.T, y))


def _without_solving_ridge(X, y, wd):
    return np.dot(X.T, y) / wd


def fastest_rate(unit):
    """Return 2 / the largest curvature, with the distances in another unit than km."""
    mean, square = 2.025 / unit, 5.03417 / unit**2
    return 4 / (square + 1 + ((square - 1) ** 2 + 4 * mean**2) ** 0.5)


ANSWERS = (
    Answer(
        "best_constants",
        best_constants,
        wrong=(
            Wrong(_means_twice, "smallest sum of absolute values"),
            Wrong(_swapped, "smallest sum of squares"),
            Wrong(_unsorted_middle, "smallest sum of absolute values"),
            Wrong(_mean_only, "best_constants(y) is one number"),
            Wrong(_middle_of_an_odd_number_only, "IndexError", earns=0.5),
            Wrong(_beside_the_middle, "smallest sum of absolute values"),
            Wrong(_rounded_index, "smallest sum of absolute values"),
            Wrong(_mean_of_two_in_the_middle, "smallest sum of absolute values"),
            Wrong(_sums, "smallest sum of squares"),
        ),
    ),
    Answer(
        "weighted_least_squares",
        weighted_least_squares,
        wrong=(
            Wrong(_forgets_weights, "as if it were not there"),
            Wrong(_weighs_twice, "the first twice and the others once"),
            Wrong(_weighs_by_roots, "the first twice and the others once"),
            Wrong(_weighs_one_side, "as if it were not there"),
            Wrong(_without_solving, "y was made as X w without noise"),
            Wrong(_repeats_whole_numbers, "the first 3 times and the others twice"),
            Wrong(_repeats_rounded_numbers, "the first 3 times and the others twice"),
            Wrong(_drops_trips_of_weight_0_only, "the first twice and the others once"),
            Wrong(_forgets_to_weigh_the_ones, "as if it were not there"),
        ),
    ),
    Answer(
        "laplace_nll",
        laplace_nll,
        wrong=(
            Wrong(_averages, "laplace_nll of two and four trips"),
            Wrong(_adds_the_area_once, "laplace_nll of two and four trips"),
            Wrong(_forgets_the_area, "its area over all y"),
            Wrong(_forgets_a_half, "its area over all y is: 2"),
            Wrong(_after_gauss, "an error of 3 scales against one of 1 scale"),
            Wrong(_forgets_the_bars, "its area over all y"),
            Wrong(_forgets_the_minus, "its area over all y"),
            Wrong(_takes_bars_around_the_sum, "laplace_nll of two and four trips"),
            Wrong(_multiplies_first, "laplace_nll(200 trips) = inf", earns=0.5),
            Wrong(_takes_the_logarithm_of_the_density, "an error of 500 scales) = inf", earns=0.5),
        ),
    ),
    Answer(
        "ridge",
        ridge,
        wrong=(
            Wrong(_without_penalty, "without the penalty"),
            Wrong(_shortest_without_penalty, "without the penalty"),
            Wrong(_adds_wd_to_all_entries, "would make it smaller"),
            Wrong(_averages_the_errors, "is right for wd = 4.5"),
            Wrong(_halves_wd, "is right for wd = 0.25"),
            Wrong(_doubles_wd, "is right for wd = 1"),
            Wrong(_subtracts_wd, "is right for wd = -0.5"),
            Wrong(_shrinks_afterwards, "would make it smaller"),
            Wrong(_adds_a_bias, "has shape (4,)"),
            Wrong(_spares_the_last_weight, "would make it smaller"),
            Wrong(_without_solving_ridge, "would make it smaller"),
        ),
    ),
    Answer(
        "descent_limit", 0.34, numbers.descent_limit(fastest_rate), (), lambda unit, **_: fastest_rate(unit), seconds=30
    ),
    Answer(
        "metres",
        "c",
        wrong=(
            Wrong("a", "it depends on how steep the bowl is"),
            Wrong("b", "how x enters the second derivative"),
            Wrong("d", "if metres made the bowl flatter"),
            *(Wrong(answer, "one of 'a', 'b', 'c', 'd'") for answer in ("e", "bc", "", 3, 1000)),
        ),
    ),
)
