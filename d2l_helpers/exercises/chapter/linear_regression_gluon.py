"""Define and check the exercises of notebooks/03_linear_regression_gluon.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from mxnet import autograd, gluon, init
from mxnet import np as mxnet_np
from mxnet.gluon import nn

from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, drawn, expect, expect_close, expect_shape

__all__ = ["EXERCISES"]

_RATE = 0.1
_OFF, _OFF_WITHIN = 0.2, 0.012  # slightly more than the 0.01 of the prompt: these examples are not the reader's


def _linear_net(seed: int) -> Any:
    """Return a network of two features, without using the global random generator."""
    net = nn.Sequential()
    net.add(nn.Dense(1, in_units=2))
    net.initialize(init.Zero())
    net[0].weight.set_data(drawn((1, 2), seed))
    net[0].bias.set_data(drawn((1,), seed + 1))
    return net


def _vector(net: Any) -> npt.NDArray[np.float64]:
    """Return the two weights and the bias."""
    return np.append(net[0].weight.data().asnumpy().ravel(), net[0].bias.data().asnumpy()).astype(float)


def _slopes(net: Any, X: Any, y: Any) -> npt.NDArray[np.float64]:
    """Return the gradient of half the squared error, summed over the examples, by w1, w2 and b."""
    error = np.ravel((net(X) - y).asnumpy()).astype(float)
    return np.append(error @ X.asnumpy(), error.sum())


class _RecordingTrainer(gluon.Trainer):  # type: ignore[misc]
    """Record the batch sizes that step is called with."""

    def __init__(self, net: Any) -> None:
        super().__init__(net.collect_params(), "sgd", {"learning_rate": _RATE})
        self.called_with: list[Any] = []

    def step(self, batch_size: Any, ignore_stale_grad: bool = False) -> None:
        self.called_with.append(batch_size)
        super().step(batch_size, ignore_stale_grad)


def _check_step_on_the_mean(step_on_the_mean: Callable[..., Any]) -> None:
    for size, seed in ((7, 1), (4, 11), (1, 21)):
        net, X, y = _linear_net(seed), drawn((size, 2), seed + 2), drawn((size, 1), seed + 3)
        trainer, before, slopes = _RecordingTrainer(net), _vector(net), _slopes(net, X, y)
        step_on_the_mean(net, gluon.loss.L2Loss(), trainer, X, y)
        moved, step = before - _vector(net), _RATE * slopes / size
        batch = f"a batch of {size}"
        expect(bool(np.abs(moved).max() > 0), f"{batch}: the parameters have not moved", "one step of the trainer")
        ratio = float(moved @ step / (step @ step))
        if ratio > 0 and np.allclose(moved, ratio * step, rtol=1e-3, atol=1e-6):
            expect(
                math.isclose(ratio, 1, rel_tol=1e-3),
                f"{batch}: a step in the right direction, {ratio:.3g} times as long as it should be",
                "a step of the learning rate times the slope of the mean loss",
            )
        expect_close(moved, step, f"{batch}: how far w1, w2 and b moved against the slope", rtol=1e-3, atol=1e-6)
        if trainer.called_with not in ([1], []) and size > 1:
            asked = ", ".join(f"step({number!r})" for number in trainer.called_with)
            raise NotYet(f"{batch}: the step is as long as it should be, but came from {asked}", "backward on the mean")


def _check_gradient_norm(gradient_norm: Callable[..., Any]) -> None:
    def length(net: Any, what: str) -> float:
        value = as_number(gradient_norm(net), f"gradient_norm({what})")
        expect(math.isfinite(value), f"gradient_norm({what}) = {value}", "a finite number")
        return value

    net, X, y = _linear_net(31), drawn((8, 2), 33), drawn((8, 1), 34)
    for factor in (1.0, 3.0):
        slopes = factor * _slopes(net, X, y)
        with autograd.record():
            loss = factor * gluon.loss.L2Loss()(net(X), y)
        loss.backward()
        shown = ", ".join(f"{slope:.4f}" for slope in slopes)
        expect_close(
            length(net, "net"), np.sqrt(slopes @ slopes), f"slopes {shown} by w1, w2 and b; gradient_norm(net)"
        )
    deep = nn.Sequential()
    deep.add(nn.Dense(3, in_units=2), nn.Dense(1, in_units=3))
    deep.initialize(init.Zero())
    for place, parameter in enumerate(deep.collect_params().values()):
        parameter.set_data(drawn(parameter.shape, 40 + place))
    with autograd.record():
        loss = gluon.loss.L2Loss()(deep(X), y)
    loss.backward()
    parts = [math.sqrt(sum(float((p.grad() ** 2).sum()) for p in layer.collect_params().values())) for layer in deep]
    expect_close(
        length(deep, "net") ** 2,
        sum(part**2 for part in parts),
        f"two layers, whose own norms are {parts[0]:.4g} and {parts[1]:.4g}, stand at right angles to each other, "
        "so their squares add up to the square of gradient_norm(net)",
        rtol=1e-3,
    )


def _check_two_layers_of_parameters(two_layers_of_parameters: Any) -> None:
    predicted = as_number(two_layers_of_parameters, "two_layers_of_parameters")
    expect(predicted.is_integer(), f"two_layers_of_parameters = {predicted:,.10g}", "a whole number")
    net = nn.Sequential()
    net.add(nn.Dense(20), nn.Dense(1))
    net.initialize(init.Zero())
    net(mxnet_np.zeros((1, 1, 28, 28)))
    counted = sum(parameter.data().size for parameter in net.collect_params().values())
    if predicted != counted:
        raise NotYet(f"{predicted:,.10g}, which is too {'few' if predicted < counted else 'many'}", "another number")


def _check_huber_loss(huber_loss: Callable[..., Any]) -> None:
    for delta in (2.0, 0.5):
        r = np.array([-3.0, -1.2, -0.7, -0.3, 0.0, 0.3, 0.7, 1.2, 3.0]) * delta
        losses = _losses(huber_loss, r, delta)
        _expect_no_zeros(r, losses, delta)
        for error, loss in zip(r.tolist(), losses.tolist(), strict=True):
            if abs(error) <= delta:
                expect_close(loss, error**2 / 2, f"delta = {delta:g}: the loss of y_hat − y = {_signed(error)}")
        what = f"delta = {delta:g}: the loss of y_hat − y = {_signed(r[0])}, against that of {_signed(r[-1])}"
        expect_close(losses[0], losses[-1], what)
        gap = 1e-3 * delta
        at_edge = _losses(huber_loss, np.array([delta - gap, delta + gap]), delta)
        jump = f"delta = {delta:g}: from just below delta to just above, the loss jumps by"
        expect_close(at_edge[1] - at_edge[0], 2 * gap * delta, jump, rtol=0.1, atol=1e-3 * delta**2)
        beyond = _losses(huber_loss, np.array([4.0, 5.0]) * delta, delta)
        slope = f"delta = {delta:g}: from an error of {4 * delta:g} to one of {5 * delta:g}, the slope is"
        expect_close((beyond[1] - beyond[0]) / delta, delta, slope, rtol=1e-3)
        y_hat, y = mxnet_np.array(r).reshape(-1, 1), mxnet_np.zeros((len(r), 1))
        y_hat.attach_grad()
        with autograd.record():
            loss = huber_loss(y_hat, y, delta)
        loss.backward()
        pulls = y_hat.grad.asnumpy().ravel()
        expect_close(pulls, np.clip(r, -delta, delta), f"delta = {delta:g}: the gradient of the loss by y_hat")


def _expect_no_zeros(r: npt.NDArray[np.float64], losses: npt.NDArray[np.float64], delta: float) -> None:
    """Explain losses of 0 to learners who multiply by comparisons, which is right in NumPy but not in MXNet."""
    zeros = [error for error, loss in zip(r.tolist(), losses.tolist(), strict=True) if error and not loss]
    if zeros:
        raise NotYet(
            f"delta = {delta:g}: the loss of y_hat − y = {_signed(zeros[0])} is 0",
            "a loss above 0 for every error but 0. If you multiply by a comparison, such as size <= delta: in MXNet, "
            "a comparison times 0.5 is 0, not 0 or 0.5; join the pieces without multiplying",
        )


def _signed(number: float) -> str:
    return f"{number:g}".replace("-", "−")


def _losses(huber_loss: Callable[..., Any], errors: npt.NDArray[np.float64], delta: float) -> npt.NDArray[np.float64]:
    """Return the losses that the learner's function computes for these errors."""
    y = drawn((len(errors), 1), 51)
    y_hat = y + mxnet_np.array(errors).reshape(-1, 1)
    losses = as_array(huber_loss(y_hat, y, delta), "huber_loss(y_hat, y, delta)")
    expect_shape(losses, (len(errors), 1), f"huber_loss(y_hat, y, delta) for {len(errors)} examples")
    return losses.ravel()


def _check_pull_cap(pull_cap: Any) -> None:
    delta = as_number(pull_cap, "pull_cap")
    expect(math.isfinite(delta) and delta > 0, f"pull_cap = {delta:g}", "a delta above 0")
    off = _bias_off(delta)
    expect(
        abs(off - _OFF) <= _OFF_WITHIN,
        f"with pull_cap = {delta:.4g} the bias ends {off:.3f} too high",
        f"{_OFF:g} too high",
    )


@cache
def _examples() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return features and label errors as in the notebook: one label in ten is 20 too high."""
    random = np.random.default_rng(0)
    X = np.column_stack([random.normal(size=(1000, 2)), np.ones(1000)])
    noise = random.normal(0.0, 0.01, 1000)
    noise[:100] += 20
    return X, noise


def _bias_off(delta: float) -> float:
    """Return how far the bias moves from its true value in a fit that clips each error to `delta`."""
    X, noise = _examples()
    moved = np.zeros(3)
    for _ in range(100):
        moved -= 0.5 * X.T @ np.clip(X @ moved - noise, -delta, delta) / len(X)
    return float(moved[2])


EXERCISES = (
    Exercise(
        "step_on_the_mean",
        "The mean instead of the sum",
        kind="written",
        points=2,
        check=_check_step_on_the_mean,
        hints=(
            "It is the body of the training loop, with one more word and one changed number.",
            "backward on the mean computes a gradient that is already divided. What should step still divide by?",
            "Inside record: l = loss(net(X), y).mean(). Then l.backward(), and a trainer.step that divides by nothing.",
        ),
    ),
    Exercise(
        "gradient_norm",
        "How long is the gradient?",
        kind="written",
        points=2,
        check=_check_gradient_norm,
        hints=(
            "net.collect_params().values() gives the parameters of all layers; each has its gradient in grad().",
            "The length of a vector is the root of the sum of its squares; here its entries lie in several arrays.",
            "Add up (p.grad() ** 2).sum() over all parameters p, weights and biases, and take one root at the end.",
        ),
    ),
    Exercise(
        "two_layers_of_parameters",
        "Two layers",
        kind="predicted",
        points=1,
        check=_check_two_layers_of_parameters,
        hints=(
            "Dense flattens each example first. How many inputs does the first layer see? The batch does not count.",
            "A layer with m inputs and n outputs has n × m weights and n biases.",
            "The first layer has 784 inputs and 20 outputs; the outputs of the first are the inputs of the second.",
        ),
        reason="784 × 20 + 20 in the first layer and 20 × 1 + 1 in the second, 15,721 together. The 64 are examples: "
        "they share the parameters.",
    ),
    Exercise(
        "huber_loss",
        "The loss behind the cap",
        kind="written",
        points=2,
        check=_check_huber_loss,
        hints=(
            "Up to delta the loss is half the square, and beyond it a straight line: you know its slope and one point.",
            "At |r| = delta both pieces must be delta² / 2. So the line is delta × |r| minus something: what?",
            "np.where(size <= delta, a, b) joins the pieces; find b's constant from the value at delta. (In MXNet, a "
            "comparison times 0.5 is 0: do not multiply by it.)",
        ),
    ),
    Exercise(
        "pull_cap",
        "How tight must the cap be?",
        kind="measured",
        points=2,
        check=_check_pull_cap,
        hints=(
            "Call fit_capped with two or three values and look at the last entry of what it returns.",
            "You know one pair already, delta = 1. How does the end move when you double delta?",
            "At the end the pulls balance: 100 labels pull up with delta each, 900 pull down with 0.2 each.",
        ),
        reason="The wrong labels pull up with 100 × delta, the 900 others, each 0.2 too low, down with 900 × 0.2. They "
        "balance at delta = 1.8; a different distance of the wrong labels would change nothing.",
    ),
)
