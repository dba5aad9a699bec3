"""Solutions and wrong answers to notebooks/03_linear_regression_gluon.ipynb."""

from mxnet import autograd, np

from d2l_autograder.key import Answer, Wrong


def step_on_the_mean(net, loss, trainer, X, y):
    """Take one training step on the mean of the batch's losses.

    It changes net as backward on the sum and step(len(y)) would.
    """
    with autograd.record():
        mean = loss(net(X), y).mean()
    mean.backward()
    trainer.step(1)


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


def gradient_norm(net):
    """Give the length of the gradient of all of net's parameters together.

    backward has been called; the result is one number.
    """
    squares = [(p.grad() ** 2).sum() for p in net.collect_params().values()]
    return float(sum(squares)) ** 0.5


def _forgets_the_bias(net):
    squares = [(p.grad() ** 2).sum() for name, p in net.collect_params().items() if name.endswith("weight")]
    return float(sum(squares)) ** 0.5


def _adds_lengths(net):
    return sum(float((p.grad() ** 2).sum()) ** 0.5 for p in net.collect_params().values())


def _forgets_the_root(net):
    return sum(float((p.grad() ** 2).sum()) for p in net.collect_params().values())


def _of_the_values(net):
    return sum(float((p.data() ** 2).sum()) for p in net.collect_params().values()) ** 0.5


def _one_for_each(net):
    return [float((p.grad() ** 2).sum()) ** 0.5 for p in net.collect_params().values()]


def _of_the_first_layer(net):
    return float((net[0].weight.grad() ** 2).sum() + (net[0].bias.grad() ** 2).sum()) ** 0.5


def huber_loss(y_hat, y, delta):
    """Give half the squared error up to delta, a straight line beyond.

    y_hat and y have shape (n, 1), and so has the result. The line goes on
    where the square ends, with the same value and the same slope.
    """
    r = y_hat - y
    size = np.abs(r)
    return np.where(size <= delta, r**2 / 2, delta * (size - delta / 2))


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
    return huber_loss(y_hat, y, delta).sum()


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


ANSWERS = (
    Answer(
        "step_on_the_mean",
        step_on_the_mean,
        wrong=(
            Wrong(_divides_twice, "0.143 times as long"),
            Wrong(_never_divides, "7 times as long"),
            Wrong(_on_the_sum, "but came from step(7)"),
            Wrong(_without_a_step, "have not moved"),
        ),
    ),
    Answer(
        "gradient_norm",
        gradient_norm,
        wrong=(
            Wrong(_forgets_the_bias, "by w1, w2 and b"),
            Wrong(_adds_lengths, "gradient_norm(net)"),
            Wrong(_forgets_the_root, "gradient_norm(net)"),
            Wrong(_of_the_values, "gradient_norm(net)"),
            Wrong(_one_for_each, "one number"),
            Wrong(_of_the_first_layer, "stand at right angles", earns=0.5),
        ),
    ),
    Answer(
        "two_layers_of_parameters",
        15_721,
        wrong=(
            Wrong(15_700, "too few"),
            Wrong(64 * 15_721, "too many"),
            Wrong(41, "too few"),
            Wrong(float("nan"), "a whole number"),
            Wrong(15_720.5, "a whole number"),
        ),
    ),
    Answer(
        "huber_loss",
        huber_loss,
        wrong=(
            Wrong(_jumps, "the loss jumps by"),
            Wrong(_divided, "the loss of y_hat − y = −1.4"),
            Wrong(_one_sided, "against that of"),
            Wrong(_flat, "the slope is"),
            Wrong(_summed, "shape"),
            Wrong(_asks_an_array, "truth value"),
            Wrong(_multiplies_with_comparisons, "a comparison times 0.5 is 0"),
            Wrong(_halves_a_comparison, "a comparison times 0.5 is 0"),
            Wrong(_leaves_mxnet, "not in a computational graph", earns=0.5),
        ),
    ),
    Answer(
        "pull_cap",
        1.8,
        wrong=(
            Wrong(1.0, "0.111 too high"),
            Wrong(20, "2.00"),
            Wrong(0.2, "0.022 too high"),
            Wrong(-1.8, "a delta above 0"),
        ),
    ),
)
