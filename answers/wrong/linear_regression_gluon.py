"""Wrong answers to notebooks/03_linear_regression_gluon.ipynb, as learners write them."""

from mxnet import autograd, np

from d2l_autograder.key import Wrong


def _divides_twice(net, loss, trainer, X, y):
    with autograd.record():
        mean = loss(net(X), y).mean()
    mean.backward()
    trainer.step(len(y))


def _never_divides(net, loss, trainer, X, y):
    with autograd.record():
        losses = loss(net(X), y)
    losses.backward()
    trainer.step(1)


def _on_the_sum(net, loss, trainer, X, y):
    with autograd.record():
        losses = loss(net(X), y)
    losses.backward()
    trainer.step(len(y))


def _without_a_step(net, loss, trainer, X, y):
    with autograd.record():
        mean = loss(net(X), y).mean()
    mean.backward()


def _without_backward(net, loss, trainer, X, y):
    with autograd.record():
        loss(net(X), y).mean()
    trainer.step(1)


def _without_recording(net, loss, trainer, X, y):
    mean = loss(net(X), y).mean()
    mean.backward()
    trainer.step(1)


def _divides_by_ten(net, loss, trainer, X, y):
    with autograd.record():
        total = loss(net(X), y).sum()
    total.backward()
    trainer.step(10)


def _whole_squares(net, loss, trainer, X, y):
    with autograd.record():
        mean = ((net(X) - y) ** 2).mean()
    mean.backward()
    trainer.step(1)


def _halves_squares_itself(net, loss, trainer, X, y):
    with autograd.record():
        mean = ((net(X) - y) ** 2 / 2).mean()
    mean.backward()
    trainer.step(1)


def _uphill(net, loss, trainer, X, y):
    with autograd.record():
        mean = -loss(net(X), y).mean()
    mean.backward()
    trainer.step(1)


def _steps_twice(net, loss, trainer, X, y):
    for _ in range(2):
        with autograd.record():
            mean = loss(net(X), y).mean()
        mean.backward()
        trainer.step(1)


STEP_ON_THE_MEAN = (
    Wrong(_divides_twice, "0.143 times as long"),
    Wrong(_never_divides, "7 times as long"),
    Wrong(_on_the_sum, "but came from step(7)"),
    Wrong(_without_a_step, "have not moved"),
    Wrong(_without_backward, "has not been updated by backward"),
    Wrong(_without_recording, "backward() finds no parameter"),
    Wrong(_divides_by_ten, "0.7 times as long"),
    Wrong(_whole_squares, "2 times as long"),
    Wrong(_halves_squares_itself, "with L1Loss", earns=0.5),
    Wrong(_uphill, "in the wrong direction"),
    Wrong(_steps_twice, "how far w1, w2 and b moved"),
)


def _jumps(y_hat, y, delta):
    r = y_hat - y
    return np.where(np.abs(r) <= delta, r**2 / 2, delta * np.abs(r))


def _divided(y_hat, y, delta):
    size = np.abs(y_hat - y)
    return np.where(size <= delta, size**2 / (2 * delta), size - delta / 2)


def _one_sided(y_hat, y, delta):
    r = y_hat - y
    return np.where(r <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2))


def _flat(y_hat, y, delta):
    return np.minimum((y_hat - y) ** 2, delta**2) / 2


def _summed(y_hat, y, delta):
    size = np.abs(y_hat - y)
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)).sum()


def _asks_an_array(y_hat, y, delta):
    r = y_hat - y
    return r**2 / 2 if np.abs(r) <= delta else delta * (np.abs(r) - delta / 2)


def _multiplies_with_comparisons(y_hat, y, delta):
    size = np.abs(y_hat - y)
    return (size <= delta) * size**2 / 2 + (size > delta) * delta * (size - delta / 2)


def _halves_a_comparison(y_hat, y, delta):
    size = np.abs(y_hat - y)
    return np.where(size <= delta, 0.5 * (size <= delta) * size**2, delta * (size - delta / 2))


def _leaves_mxnet(y_hat, y, delta):
    errors = (y_hat - y).reshape(-1).tolist()
    return np.array([[e**2 / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2)] for e in errors])


def _forgets_the_brackets(y_hat, y, delta):
    size = np.abs(y_hat - y)
    return np.where(size <= delta, size**2 / 2, delta * size - delta / 2)


HUBER_LOSS = (
    Wrong(_jumps, "the loss jumps by"),
    Wrong(_divided, "the loss of y_hat − y = −1.4"),
    Wrong(_one_sided, "against that of"),
    Wrong(_flat, "the slope is"),
    Wrong(_summed, "shape"),
    Wrong(_asks_an_array, "truth value"),
    Wrong(_multiplies_with_comparisons, "a comparison times 0.5 is 0"),
    Wrong(_halves_a_comparison, "a comparison times 0.5 is 0"),
    Wrong(_leaves_mxnet, "backward() finds no parameter", earns=0.5),
    Wrong(_forgets_the_brackets, "the loss jumps by"),
)


def _takes_the_score_for_the_count(z, y):
    rate = np.exp(z)
    return rate - y * np.log(np.abs(z) + 1e-6), rate - y


def _without_the_power(z, y):
    return z - y * np.log(np.abs(z) + 1e-6), 1 - y / (np.abs(z) + 1e-6)


def _squared(z, y):
    return (np.exp(z) - y) ** 2 / 2, (np.exp(z) - y) * np.exp(z)


def _likelihood(z, y):
    return y * z - np.exp(z), y - np.exp(z)


def _uphill_slope(z, y):
    return np.exp(z) - y * z, y - np.exp(z)


def _slope_by_the_rate(z, y):
    return np.exp(z) - y * z, 1 - y / np.exp(z)


def _slope_without_y(z, y):
    return np.exp(z) - y * z, np.exp(z) - z


def _averaged(z, y):
    return (np.exp(z) - y * z).mean(), np.exp(z) - y


def _loss_alone(z, y):
    return np.exp(z) - y * z


def _forgets_the_rate(z, y):
    return -y * z, -y


def _slope_for_the_sum(z, y):
    return np.exp(z) - y * z, (np.exp(z) - y).sum()


POISSON_LOSS = (
    Wrong(_takes_the_score_for_the_count, "z = 0 and y = 3: the loss"),
    Wrong(_without_the_power, "z = 0 and y = 3: the loss"),
    Wrong(_squared, "z = 0 and y = 3: the loss: 2"),
    Wrong(_likelihood, "z = 0 and y = 3: the loss: -1"),
    Wrong(_uphill_slope, "the slope of the loss by z: 2"),
    Wrong(_slope_by_the_rate, "the slope of the loss by z"),
    Wrong(_slope_without_y, "the slope of the loss by z: 1"),
    Wrong(_averaged, "the array of losses"),
    Wrong(_loss_alone, "a pair"),
    Wrong(_forgets_the_rate, "z = 0 and y = 3: the loss"),
    Wrong(_slope_for_the_sum, "the array of slopes"),
)


def _solve(A, y):
    return np.linalg.solve(np.dot(A.T, A), np.dot(A.T, y))


def _errors(A, y, without=0):
    """Return the error on each example that was held out; `without` moves the place of the one left out."""
    n, errors = len(A), []
    for i in range(n):
        keep = [j for j in range(n) if j != (i + without) % n]
        errors.append(float(np.dot(A[i], _solve(A[keep], y[keep])) - y[i]))
    return np.array(errors)


def _on_what_it_has_seen(A, y):
    return float(((np.dot(A, _solve(A, y)) - y) ** 2).mean()) ** 0.5


def _forgets_the_root(A, y):
    return float((_errors(A, y) ** 2).mean())


def _absolute(A, y):
    return float(np.abs(_errors(A, y)).mean())


def _sums(A, y):
    return float((_errors(A, y) ** 2).sum()) ** 0.5


def _signed_mean(A, y):
    return float(_errors(A, y).mean())


def _leaves_another_out(A, y):
    return float((_errors(A, y, without=1) ** 2).mean()) ** 0.5


def _errors_one_by_one(A, y):
    return _errors(A, y)


def _only_the_last(A, y):
    return abs(float(_errors(A, y)[-1]))


def _divides_by_one_less(A, y):
    return float((_errors(A, y) ** 2).sum() / (len(A) - 1)) ** 0.5


def _halves(A, y):
    half = len(A) // 2
    return float(((np.dot(A[half:], _solve(A[:half], y[:half])) - y[half:]) ** 2).mean()) ** 0.5


LEAVE_ONE_OUT = (
    Wrong(_on_what_it_has_seen, "the fit has seen"),
    Wrong(_forgets_the_root, "without the root"),
    Wrong(_absolute, "absolute errors"),
    Wrong(_sums, "the root of the sum"),
    Wrong(_signed_mean, "leave_one_out(A, y)"),
    Wrong(_leaves_another_out, "leave_one_out(A, y)"),
    Wrong(_errors_one_by_one, "one number"),
    Wrong(_only_the_last, "leave_one_out(A, y)"),
    Wrong(_divides_by_one_less, "leave_one_out(A, y)"),
    Wrong(_halves, "leave_one_out(A, y)"),
)
