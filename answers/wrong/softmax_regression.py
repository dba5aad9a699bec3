"""Wrong answers to notebooks/04_softmax_regression.ipynb, as learners write them."""

from mxnet import autograd, gluon, np, npx

from d2l_autograder.key import Wrong


def _of_columns(z):
    E = np.exp(z - z.max(axis=0))
    return E / E.sum(axis=0)


def _without_exp(z):
    E = z - z.min(axis=1, keepdims=True) + 1
    return E / E.sum(axis=1, keepdims=True)


def _divided_by_maximum(z):
    E = np.exp(z / abs(z).max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _as_written(z):
    E = np.exp(z)
    return E / E.sum(axis=1, keepdims=True)


def _one_maximum_for_all(z):
    E = np.exp(z - z.max())
    return E / E.sum(axis=1, keepdims=True)


def _scores_cut_off(z):
    E = np.exp(np.clip(z, -80, 80))
    return E / E.sum(axis=1, keepdims=True)


def _mean_subtracted(z):
    E = np.exp(z - z.mean(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _minimum_subtracted(z):
    E = np.exp(z - z.min(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


STABLE_SOFTMAX = (
    Wrong(_of_columns, "the sum of a row"),
    Wrong(_without_exp, "the logarithm of how many times one class is as probable"),
    Wrong(_divided_by_maximum, "the logarithm of how many times one class is as probable"),
    Wrong(_as_written, "around 0, 1000 and -1000 holds nan", earns=0.5),
    Wrong(_one_maximum_for_all, "around 0, 1000 and -1000 holds nan", earns=0.5),
    Wrong(_scores_cut_off, "against around 0", earns=0.5),
    Wrong(_mean_subtracted, "the row [1000, 0, -1000]: a probability: nan", earns=0.5),
    Wrong(_minimum_subtracted, "the row [1000, 0, -1000]: a probability: nan", earns=0.5),
)


def _with_codes(y_hat, y):
    return -(npx.one_hot(y, y_hat.shape[1]) * np.log(y_hat)).sum(axis=1)


def _a_little_added(y_hat, y):
    return -np.log(npx.pick(y_hat, y) + 1e-8)


def _cut_off(y_hat, y):
    return -np.log(np.clip(npx.pick(y_hat, y), 1e-12, 1.0))


def _mean_of_them(y_hat, y):
    return -np.log(npx.pick(y_hat, y)).mean()


def _sign_forgotten(y_hat, y):
    return np.log(npx.pick(y_hat, y))


def _whole_columns(y_hat, y):
    return -np.log(np.take(y_hat, y, axis=1))


def _in_bits(y_hat, y):
    return -np.log2(npx.pick(y_hat, y))


def _of_the_most_probable(y_hat, y):
    return -np.log(y_hat.max(axis=1))


def _softmax_again(y_hat, y):
    return -npx.pick(npx.log_softmax(y_hat), y)


def _logarithm_forgotten(y_hat, y):
    return 1 - npx.pick(y_hat, y)


LOSS_FROM_LABELS = (
    Wrong(_with_codes, "finite losses: both right classes are above 0", earns=2 / 3),
    Wrong(_a_little_added, "nothing added, nothing cut off", earns=2 / 3),
    Wrong(_cut_off, "nothing added, nothing cut off", earns=2 / 3),
    Wrong(_mean_of_them, "shape (4,)"),
    Wrong(_sign_forgotten, "a loss in nats: -0.5"),
    Wrong(_whole_columns, "has shape (4, 4)"),
    Wrong(_in_bits, "a loss in nats: 0.72"),
    Wrong(_of_the_most_probable, "a loss in nats: "),
    Wrong(_softmax_again, "a loss in nats: "),
    Wrong(_logarithm_forgotten, "a loss in nats: 0.39"),
)


def _by_autograd(W, X, y):
    W = W.copy()
    W.attach_grad()
    with autograd.record():
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(X @ W, y).mean()
    loss.backward()
    return W.grad


def _by_finite_differences(W, X, y):
    loss, h = gluon.loss.SoftmaxCrossEntropyLoss(), 0.01
    G = np.zeros_like(W)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            up, down = W.copy(), W.copy()
            up[i, j] += h
            down[i, j] -= h
            G[i, j] = (loss(X @ up, y).mean() - loss(X @ down, y).mean()) / (2 * h)
    return G


def _sum_not_mean(W, X, y):
    return X.T @ (npx.softmax(X @ W) - npx.one_hot(y, W.shape[1]))


def _downhill(W, X, y):
    return X.T @ (npx.one_hot(y, W.shape[1]) - npx.softmax(X @ W)) / len(X)


def _codes_forgotten(W, X, y):
    return X.T @ npx.softmax(X @ W) / len(X)


def _softmax_forgotten(W, X, y):
    return X.T @ (X @ W - npx.one_hot(y, W.shape[1])) / len(X)


def _softmax_of_columns(W, X, y):
    return X.T @ (npx.softmax(X @ W, axis=0) - npx.one_hot(y, W.shape[1])) / len(X)


def _only_by_the_scores(W, X, y):
    return npx.softmax(X @ W) - npx.one_hot(y, W.shape[1])


def _transposed(W, X, y):
    return (npx.softmax(X @ W) - npx.one_hot(y, W.shape[1])).T @ X / len(X)


WEIGHT_GRADIENT = (
    Wrong(_by_autograd, "a function that records for autograd"),
    Wrong(_by_finite_differences, "finite differences in 32 bits are too coarse"),
    Wrong(_sum_not_mean, "the finite difference of the mean loss"),
    Wrong(_downhill, "the finite difference of the mean loss"),
    Wrong(_codes_forgotten, "the sum of a row of the gradient"),
    Wrong(_softmax_forgotten, "the sum of a row of the gradient"),
    Wrong(_softmax_of_columns, "the sum of a row of the gradient"),
    Wrong(_only_by_the_scores, "has shape (6, 3)"),
    Wrong(_transposed, "has shape (3, 2)"),
)


def _zero_times_infinity(p, q):
    return (p * np.log2(p / q)).sum()


def _too_late(p, q):
    return np.where(q > 0, p * np.log2(p / q), 0).sum()


def _a_little_in_both(p, q):
    return (p * np.log2((p + 1e-8) / (q + 1e-8))).sum()


def _in_nats(p, q):
    return (p * np.log(np.where(p > 0, p / q, 1))).sum()


def _the_other_way(p, q):
    return (q * np.log2(np.where(q > 0, q / p, 1))).sum()


def _cross_entropy(p, q):
    return -(p * np.log2(q)).sum()


def _weights_forgotten(p, q):
    return np.log2(np.where(p > 0, p / q, 1)).sum()


def _mean_over_outcomes(p, q):
    return (p * np.log2(np.where(p > 0, p / q, 1))).mean()


def _differences(p, q):
    return abs(p - q).sum() / 2


KL_BITS = (
    Wrong(_zero_times_infinity, "the surprise at an outcome of probability 1/4: nan", earns=2 / 3),
    Wrong(_too_late, "the surprise at an outcome of probability 1/4: nan", earns=2 / 3),
    Wrong(_a_little_in_both, "hardly ever comes", earns=2 / 3),
    Wrong(_in_nats, "kl_bits([3/4, 1/4], [1/2, 1/2]): 0.13"),
    Wrong(_the_other_way, "kl_bits([3/4, 1/4], [1/2, 1/2]): 0.2"),
    Wrong(_cross_entropy, "kl_bits of [1/4, 3/4] and itself"),
    Wrong(_weights_forgotten, "kl_bits([3/4, 1/4], [1/2, 1/2]): -0.4"),
    Wrong(_mean_over_outcomes, "kl_bits([3/4, 1/4], [1/2, 1/2]): 0.09"),
    Wrong(_differences, "kl_bits([3/4, 1/4], [1/2, 1/2]): 0.25"),
)


def _variances_as_a_vector(z):
    y_hat = npx.softmax(z)
    return y_hat * (1 - y_hat)


def _variances_only(z):
    y_hat = npx.softmax(z)
    return np.diag(y_hat * (1 - y_hat))


def _product_forgotten(z):
    return np.diag(npx.softmax(z))


def _products_added(z):
    y_hat = npx.softmax(z)
    return np.diag(y_hat * (1 - y_hat)) + np.outer(y_hat, y_hat) * (1 - np.eye(len(z)))


def _one_case_for_all(z):
    y_hat = npx.softmax(z)
    return np.outer(y_hat, 1 - y_hat)


def _gradient_squared(z):
    error = npx.softmax(z) - npx.one_hot(z.argmax(), len(z))
    return np.outer(error, error)


def _logistic(z):
    y_hat = 1 / (1 + np.exp(-z))
    return np.diag(y_hat) - np.outer(y_hat, y_hat)


def _signs_turned(z):
    y_hat = npx.softmax(z)
    return np.outer(y_hat, y_hat) - np.diag(y_hat)


def _by_differences(z):
    h, steps = 0.1, 0.1 * np.eye(len(z))

    def loss(z):
        return np.log(np.exp(z).sum(axis=-1)) - z[..., 0]

    up, down = steps + steps[:, None], steps - steps[:, None]
    return (loss(z + up) - loss(z + down) - loss(z - down) + loss(z - up)) / (4 * h**2)


def _rows_by_autograd(z):
    z, rows = z.copy(), []
    z.attach_grad()
    for j in range(len(z)):
        with autograd.record():
            probability = npx.softmax(z)[j]
        probability.backward()
        rows.append(z.grad.copy())
    return np.stack(rows)


SECOND_DERIVATIVES = (
    Wrong(_variances_as_a_vector, "has shape (4,)"),
    Wrong(_variances_only, "beside the diagonal"),
    Wrong(_product_forgotten, "on the diagonal"),
    Wrong(_products_added, "beside the diagonal"),
    Wrong(_one_case_for_all, "beside the diagonal"),
    Wrong(_gradient_squared, "on the diagonal"),
    Wrong(_logistic, "on the diagonal"),
    Wrong(_signs_turned, "on the diagonal"),
    Wrong(_by_differences, "diagonal"),
    Wrong(_rows_by_autograd, "a function that records for autograd"),
)
