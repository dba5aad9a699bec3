"""Hidden probes of the answers to notebooks/06_softmax_regression_scratch.ipynb."""

from d2l_autograder.key import Probe


def _ordinary_scores(rng):
    n, classes = map(int, rng.integers((4, 4), (9, 8)))
    allowed = rng.random((n, classes)) < 0.6
    one = rng.integers(0, classes, n)
    allowed[range(n), one] = True
    allowed[range(n), (one + 1) % classes] = False
    return rng.normal(0.0, 2.0, (n, classes)), allowed


def _scores_of_any_size(rng):
    z, allowed = _ordinary_scores(rng)
    z[0] += rng.uniform(1000.0, 2000.0)
    z[1] -= rng.uniform(1000.0, 2000.0)
    allowed[2, :3] = True, True, False
    # float32 numbers of this size lie 0.03 apart; this row's scores differ by so much that this error does not count
    z[2] = -rng.uniform(200_000.0, 300_000.0) - 150.0 * rng.permutation(z.shape[1])
    z[3:] += ~allowed[3:] * rng.uniform(200_000.0, 300_000.0)
    order = rng.permutation(len(z))
    return z[order], allowed[order]


def _ranked(rng, n, k):
    classes = 2 * k + int(rng.integers(2, 5))
    # A right class of rank k counts and one of rank k + 1 does not; exactly one is among the k lowest scores
    ranks = rng.permutation([1, k, k + 1, classes, *rng.integers(1, k + 2, n - 4)])
    order = rng.permuted([range(1, classes + 1)] * n, axis=1)
    z = rng.normal(0.0, 3.0, (n, 1)) - order * rng.uniform(0.5, 2.0, (n, 1))
    return z, (order == ranks[:, None]).argmax(axis=1).astype("int32")


def _without_ties(rng):
    n, k = map(int, rng.integers((6, 2), (13, 4)))
    return _for_each_k(*_ranked(rng, n, k))


def _with_ties(rng):
    z, y = _ranked(rng, 16, int(rng.integers(2, 4)))
    classes = z.shape[1]
    # Each class is the right one in one of these rows of equal scores: whatever order a sort gives to ties, it counts
    # some of them as right
    z[:classes], y[:classes] = rng.integers(-3, 4, (classes, 1)), range(classes)
    z[-1, [y[-1], y[-1] - 1]] = z[-1].max() + 1.0
    z[[-2, -3], y[[-2, -3]] - 1] = z[[-2, -3], y[[-2, -3]]]
    order = rng.permutation(len(y))
    return _for_each_k(z[order], y[order])


def _for_each_k(z, y):
    """Ask for every k: one fraction of a few images could be guessed."""
    return [(z, y, k) for k in range(1, z.shape[1] + 1)]


def _as_many_actions(rng):
    classes = int(rng.integers(3, 6))
    return _decisions(rng, classes, classes)


def _more_actions(rng):
    classes = int(rng.integers(3, 6))
    return _decisions(rng, classes, classes + int(rng.integers(1, 4)))


def _decisions(rng, classes, actions):
    every = range(classes)
    costs = rng.uniform(2.0, 9.0, (classes, actions))
    costs[:, classes:] = rng.uniform(
        1.0, 2.0, (classes, actions - classes)
    )  # the best choice where no class is probable enough
    costs[rng.integers(classes), :classes] *= rng.uniform(5.0, 9.0)  # missing this class is expensive
    costs[every, rng.permutation(classes)] = rng.uniform(0.0, 1.0, classes)
    p = rng.dirichlet([0.4] * classes, 40)
    expected = p @ costs
    expected.sort(axis=1)
    return p[expected[:, 1] - expected[:, 0] > 0.05], costs  # rows that rounding could decide are left out


PROBES = {
    "log_softmax_of_allowed": (
        Probe("ordinary scores", _ordinary_scores),
        Probe("very high and very low scores, also of forbidden classes", _scores_of_any_size),
    ),
    "top_k_accuracy": (
        Probe("scores that are all different", _without_ties),
        Probe("ties, with k from 1 to the number of classes", _with_ties),
    ),
    "decide": (
        Probe("as many actions as classes", _as_many_actions),
        Probe("more actions than classes", _more_actions),
    ),
}
