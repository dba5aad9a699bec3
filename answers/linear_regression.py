"""Solutions and wrong answers to notebooks/01_linear_regression.ipynb."""

from mxnet import np

from d2l_autograder.key import Answer, Wrong


def best_constants(y):
    """Give the two best constants for the numbers y, shape (n,).

    Returns the c with the smallest sum of (y - c)**2, and a c with the
    smallest sum of |y - c|.
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


def weighted_least_squares(X, y, weights):
    """Give the w with the smallest sum of weights * (X w - y)**2.

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


def _weighs_one_side(X, y, weights):
    weighted = weights.reshape(-1, 1) * X
    return np.linalg.solve(np.dot(weighted.T, X), np.dot(X.T, y))


def _without_solving(X, y, weights):
    return np.dot(X.T, weights * y)


def laplace_nll(y_hat, y, scale):
    """Give -log of the probability density of y, summed over all trips.

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


def _multiplies_first(y_hat, y, scale):
    density = np.exp(-np.abs(y - y_hat) / scale) / (2 * scale)
    return -np.log(density.prod())


def _takes_the_logarithm_of_the_density(y_hat, y, scale):
    return -np.log(np.exp(-np.abs(y - y_hat) / scale) / (2 * scale)).sum()


ANSWERS = (
    Answer(
        "best_constants",
        best_constants,
        wrong=(
            Wrong(_means_twice, "smallest sum of absolute values"),
            Wrong(_swapped, "smallest sum of squares"),
            Wrong(_unsorted_middle, "smallest sum of absolute values"),
            Wrong(_mean_only, "return for_squares, for_absolutes"),
            Wrong(_middle_of_an_odd_number_only, "IndexError", earns=0.5),
        ),
    ),
    Answer(
        "weighted_least_squares",
        weighted_least_squares,
        wrong=(
            Wrong(_forgets_weights, "as if it were not there"),
            Wrong(_weighs_twice, "as if it stood 2 times in the log"),
            Wrong(_weighs_one_side, "as if it were not there"),
            Wrong(_without_solving, "y was made as X w without noise"),
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
            Wrong(_multiplies_first, "laplace_nll(1,000 trips) = inf", earns=0.5),
            Wrong(_takes_the_logarithm_of_the_density, "an error of 500 scales) = inf", earns=0.5),
        ),
    ),
    Answer(
        "descent_limit",
        0.34,
        wrong=(
            Wrong(0.3, "the loss still goes from"),
            Wrong(0.36, "even with a rate 2 % below"),
            Wrong(-0.3, "a learning rate, above 0"),
        ),
    ),
    Answer(
        "metres",
        "c",
        wrong=(
            Wrong("a", "which is not what happens"),
            Wrong("b", "which is not what happens"),
            Wrong(1000, "one of 'a', 'b', 'c', 'd'"),
        ),
    ),
)
