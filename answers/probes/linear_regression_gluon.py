"""Hidden probes of the answers to notebooks/03_linear_regression_gluon.ipynb."""

import numpy as np

from d2l_autograder.key import Probe, runs_in_sandbox


def _one_batch(rng):
    d = int(rng.integers(2, 5))
    weight, bias = rng.normal(size=(1, d)), rng.normal(size=1)
    return weight, bias, float(rng.uniform(0.05, 0.3)), "L2Loss", [_batch(rng, int(rng.integers(4, 10)), d)]


def _batches_of_other_sizes(rng):
    weight, bias, rate, _, _ = _one_batch(rng)
    sizes = rng.permutation([1, int(rng.integers(2, 6)), int(rng.integers(11, 20))]).tolist()
    return weight, bias, rate, "L1Loss", [_batch(rng, size, weight.shape[1]) for size in sizes]


def _batch(rng, size, d):
    return rng.normal(size=(size, d)), rng.normal(5, 2, (size, 1))  # labels far from 0 make gradients far from 0


@runs_in_sandbox
def _steps_with(function, weight, bias, rate, loss, batches):
    from mxnet import gluon, init
    from mxnet.gluon import nn

    net = nn.Sequential()
    net.add(nn.Dense(1, in_units=weight.shape[1]))
    net.initialize(init.Zero())
    params = [net[0].weight, net[0].bias]
    for param, value in zip(params, (weight, bias), strict=True):
        param.set_data(value)
    used = []  # the gradients at the step: an answer may clear them afterwards

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


@runs_in_sandbox
def _slopes(function, y_hat, y, delta):
    from mxnet import autograd

    y_hat.attach_grad()
    with autograd.record():
        losses = function(y_hat, y, delta)
    losses.backward()
    return y_hat.grad


def _scores_and_counts(rng):
    """Draw scores of both signs, and counts that differ from what they expect."""
    n = int(rng.integers(4, 9))
    z = rng.uniform(-1.5, 2, n)
    return z, rng.poisson(np.exp(z)) + rng.integers(1, 5, n).astype(float)


def _no_counts(rng):
    n = int(rng.integers(4, 9))
    return rng.uniform(-2.5, 2.5, n), np.where(np.arange(n) % 2, 0.0, rng.integers(1, 9, n).astype(float))


def _points_of_a_line(rng):
    return _examples(rng, 2)


def _several_features(rng):
    return _examples(rng, int(rng.integers(3, 5)))


def _examples(rng, d):
    n = int(rng.integers(2 * d + 2, 2 * d + 8))
    A = np.column_stack([np.ones(n), rng.normal(size=(n, d - 1))])
    return A, A @ rng.normal(0, 2, d) + rng.normal(0, 1.5, n)


PROBES = {
    "step_on_the_mean": (
        Probe("one step", _one_batch, _steps_with),
        Probe("batches of other sizes, and another loss", _batches_of_other_sizes, _steps_with),
    ),
    "huber_loss": (
        Probe("errors on both sides of delta", _near_and_far),
        Probe("the gradient, and an error of zero", _near_and_far_and_none, _slopes),
    ),
    "poisson_loss": (
        Probe("scores and counts", _scores_and_counts),
        Probe("counts of zero", _no_counts),
    ),
    "leave_one_out": (
        Probe("points of a line", _points_of_a_line),
        Probe("several features", _several_features),
    ),
}
