"""Answers to notebooks/03_linear_regression_gluon.ipynb."""

from itertools import pairwise

from mxnet import autograd, np

import d2l_helpers  # noqa: F401  (lets MXNet be imported)
from d2l_autograder.key import Answer, Probe, Wrong


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


def _one_batch(rng):
    d = int(rng.integers(2, 5))
    weight, bias = rng.normal(size=(1, d)), rng.normal(size=1)
    return weight, bias, float(rng.uniform(0.05, 0.3)), "L2Loss", [_batch(rng, int(rng.integers(4, 10)), d)]


def _batches_of_other_sizes(rng):
    weight, bias, rate, _, _ = _one_batch(rng)
    sizes = rng.permutation([1, int(rng.integers(2, 6)), int(rng.integers(11, 20))]).tolist()
    return weight, bias, rate, "L1Loss", [_batch(rng, size, weight.shape[1]) for size in sizes]


def _batch(rng, size, d):
    return rng.normal(size=(size, d)), rng.normal(5, 2, (size, 1))  # far from 0, and so are the gradients


def _steps_with(function, weight, bias, rate, loss, batches):
    from mxnet import gluon, init
    from mxnet.gluon import nn

    net = nn.Sequential()
    net.add(nn.Dense(1, in_units=weight.shape[1]))
    net.initialize(init.Zero())
    params = [net[0].weight, net[0].bias]
    for param, value in zip(params, (weight, bias), strict=True):
        param.set_data(value)
    used = []  # the gradients at the step, for they may be cleared after it

    class Watched(gluon.Trainer):
        def step(self, *arguments, **keywords):
            used[:] = [param.grad().copy() for param in params]
            super().step(*arguments, **keywords)

        def update(self, *arguments, **keywords):
            used[:] = [param.grad().copy() for param in params]
            super().update(*arguments, **keywords)

    trainer, steps = Watched(net.collect_params(), "sgd", {"learning_rate": rate}), {}
    for number, (X, y) in enumerate(batches, start=1):
        before = [param.data().copy() for param in params]
        used.clear()
        function(net, getattr(gluon.loss, loss)(), trainer, X, y)
        batch = f"batch {number}, of {len(y)},"
        steps[f"{batch} the gradient of weights and bias"] = [*used] or [param.grad().copy() for param in params]
        steps[f"{batch} how far they moved"] = [old - param.data() for old, param in zip(before, params, strict=True)]
    return steps


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


def _one_layer(rng):
    return _layers(rng, 1)


def _several_layers(rng):
    return _layers(rng, int(rng.integers(2, 5)))


def _layers(rng, depth):
    n, widths = int(rng.integers(4, 10)), [*rng.integers(2, 6, depth).tolist(), 1]
    layers = [(rng.normal(size=(units, inputs)), rng.normal(size=units)) for inputs, units in pairwise(widths)]
    return rng.normal(size=(n, widths[0])), rng.normal(8, 2, (n, 1)), layers


def _after_backward(function, X, y, layers):
    from mxnet import autograd, gluon, init
    from mxnet.gluon import nn

    net = nn.Sequential()
    for weight, _ in layers:
        net.add(nn.Dense(weight.shape[0], in_units=weight.shape[1]))
    net.initialize(init.Zero())
    for layer, (weight, bias) in zip(net, layers, strict=True):
        layer.weight.set_data(weight)
        layer.bias.set_data(bias)
    with autograd.record():
        losses = gluon.loss.L2Loss()(net(X), y)
    losses.backward()
    return function(net)


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


def _near_and_far(rng):
    """Draw errors of both signs on both sides of delta, which is not near 1: dividing by it must show."""
    delta = float(rng.choice([rng.uniform(0.2, 0.7), rng.uniform(1.5, 3)]))
    inside = delta * rng.uniform(0.2, 0.9, int(rng.integers(2, 5)))
    outside = delta * rng.uniform(1.1, 6, int(rng.integers(2, 5)))
    errors = rng.permutation([*inside, *-inside, *outside, *-outside])[:, None]
    y = rng.normal(size=errors.shape)
    return y + errors, y, delta


def _near_and_far_and_none(rng):
    y_hat, y, delta = _near_and_far(rng)
    y_hat[0] = y[0]
    return y_hat, y, delta


def _slopes(function, y_hat, y, delta):
    from mxnet import autograd

    y_hat.attach_grad()
    with autograd.record():
        losses = function(y_hat, y, delta)
    losses.backward()
    return y_hat.grad


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
        probes=(
            Probe("one step", _one_batch, _steps_with),
            Probe("batches of other sizes, and another loss", _batches_of_other_sizes, _steps_with),
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
        probes=(
            Probe("a network of one layer", _one_layer, _after_backward),
            Probe("a network of several layers", _several_layers, _after_backward),
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
        probes=(
            Probe("errors on both sides of delta", _near_and_far),
            Probe("the gradient, and an error of zero", _near_and_far_and_none, _slopes),
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
