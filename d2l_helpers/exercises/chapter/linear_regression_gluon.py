"""Define and check the exercises of notebooks/03_linear_regression_gluon.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from mxnet import gluon, init
from mxnet import np as mxnet_np
from mxnet.gluon import nn

from d2l_helpers.exercises.chapter.huber_loss import check_huber_loss, signed
from d2l_helpers.exercises.chapter.numbers import PULL_CAP
from d2l_helpers.exercises.chapter.options import RIDGE_LIMIT
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import (
    as_array,
    as_number,
    choice,
    describe,
    drawn,
    expect,
    expect_close,
    expect_shape,
)

__all__ = ["EXERCISES"]

_RATE = 0.1
_OFF_WITHIN = 0.0023  # slightly more than the prompt's 0.002: the reader's examples differ by up to 0.0003


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


def _slopes(net: Any, X: Any, y: Any, loss: str) -> npt.NDArray[np.float64]:
    """Return the gradient of the loss, summed over the examples, by w1, w2 and b."""
    error = np.ravel((net(X) - y).asnumpy()).astype(float)
    pull = error if loss == "L2Loss" else np.sign(error)
    return np.append(pull @ X.asnumpy(), pull.sum())


class _RecordingTrainer(gluon.Trainer):  # type: ignore[misc]
    """Record the batch sizes that step is called with."""

    def __init__(self, net: Any) -> None:
        super().__init__(net.collect_params(), "sgd", {"learning_rate": _RATE})
        self.called_with: list[Any] = []

    def step(self, batch_size: Any, ignore_stale_grad: bool = False) -> None:
        self.called_with.append(batch_size)
        super().step(batch_size, ignore_stale_grad)


def _check_step_on_the_mean(step_on_the_mean: Callable[..., Any]) -> None:
    for size, seed, loss in ((7, 1, "L2Loss"), (4, 11, "L1Loss"), (1, 21, "L2Loss")):
        net, X, y = _linear_net(seed), drawn((size, 2), seed + 2), drawn((size, 1), seed + 3)
        trainer, before, slopes = _RecordingTrainer(net), _vector(net), _slopes(net, X, y, loss)
        step_on_the_mean(net, getattr(gluon.loss, loss)(), trainer, X, y)
        moved, step = before - _vector(net), _RATE * slopes / size
        batch = f"a batch of {size} with {loss}"
        expect(bool(np.abs(moved).max() > 0), f"{batch}: the parameters have not moved", "one step of the trainer")
        ratio = float(moved @ step / (step @ step))
        if np.allclose(moved, ratio * step, rtol=1e-3, atol=1e-6) and not math.isclose(ratio, 1, rel_tol=1e-3):
            way = "in the right direction" if ratio > 0 else "in the wrong direction"
            raise NotYet(
                f"{batch}: a step {way}, {abs(ratio):.3g} times as long as it should be",
                "a step against the gradient of the mean loss, times the learning rate",
            )
        expect_close(moved, step, f"{batch}: how far w1, w2 and b moved", rtol=1e-3, atol=1e-6)
        if trainer.called_with not in ([1], []) and size > 1:
            asked = ", ".join(f"step({number!r})" for number in trainer.called_with)
            raise NotYet(f"{batch}: the step is as long as it should be, but came from {asked}", "backward on the mean")


def _check_pull_cap(pull_cap: Any) -> None:
    delta = as_number(pull_cap, "pull_cap")
    expect(math.isfinite(delta) and delta > 0, f"pull_cap = {delta:g}", "a delta above 0")
    off, goal = _bias_off(delta), PULL_CAP.number("off")
    expect(
        abs(off - goal) <= _OFF_WITHIN,
        f"with pull_cap = {delta:.4g} the bias ends {off:.4f} too high",
        f"{goal:g} too high, to within 0.002",
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


def _check_poisson_loss(poisson_loss: Callable[..., Any]) -> None:
    z, y = np.array([0.0, 0.0, 0.7, 1.5, -0.8, 2.0]), np.array([3.0, 1.0, 2.0, 0.0, 1.0, 9.0])
    result = poisson_loss(*(mxnet_np.array(part, dtype="float32") for part in (z, y)))
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise NotYet(f"poisson_loss(z, y) is {describe(result)}", "a pair: the losses, and their slopes by z")
    losses, slopes = (as_array(part, f"the {name}") for part, name in zip(result, ("losses", "slopes"), strict=True))
    expect_shape(losses, z.shape, f"the array of losses for {len(z)} examples")
    expect_shape(slopes, z.shape, f"the array of slopes for {len(z)} examples")
    for place, (score, count) in enumerate(zip(z.tolist(), y.tolist(), strict=True)):
        what = f"z = {signed(score)} and y = {count:g}"
        expect_close(losses[place], _minus_log_probability(score, count), f"{what}: the loss", rtol=1e-3, atol=1e-4)
        ends = (_minus_log_probability(score + way * 1e-5, count) for way in (1, -1))
        slope = (next(ends) - next(ends)) / 2e-5
        expect_close(slopes[place], slope, f"{what}: the slope of the loss by z", rtol=1e-3, atol=1e-4)


def _minus_log_probability(score: float, count: float) -> float:
    """Return -log of Poisson's probability of a count, without the part log(count!) that does not depend on z."""
    rate = math.exp(score)
    return -math.log(rate**count * math.exp(-rate) / math.factorial(int(count))) - math.lgamma(count + 1)


def _check_leave_one_out(leave_one_out: Callable[..., Any]) -> None:
    for n, d, seed in ((8, 2, 61), (12, 3, 71)):
        A = np.column_stack([np.ones(n), drawn((n, d - 1), seed).asnumpy()])
        y = drawn((n,), seed + 1, 2.0).asnumpy().astype(float)
        what = f"{n} examples, {d} features: leave_one_out(A, y)"
        arrays = (mxnet_np.array(part, dtype="float32") for part in (A, y))
        got = as_number(leave_one_out(*arrays), what)
        hat = A @ np.linalg.solve(A.T @ A, A.T)
        seen = y - hat @ y
        unseen = seen / (1 - np.diag(hat))  # what the errors would be without each example's own pull on the fit
        for other, meaning in (
            (np.sqrt((seen**2).mean()), "the error on the examples that the fit has seen"),
            ((unseen**2).mean(), "the mean of the squares, without the root"),
            (np.abs(unseen).mean(), "the mean of the absolute errors"),
            (np.sqrt((unseen**2).sum()), "the root of the sum, not of the mean"),
        ):
            if math.isclose(got, other, rel_tol=1e-3):
                raise NotYet(f"{what} = {got:.4g}, {meaning}", "the root mean squared error on held-out examples")
        expect_close(got, np.sqrt((unseen**2).mean()), what, rtol=1e-3)


EXERCISES = (
    Exercise(
        "step_on_the_mean",
        "The mean instead of the sum",
        kind="written",
        points=2,
        check=_check_step_on_the_mean,
        hints=(
            "Start from the body of the training loop. One word is added, and one number changes.",
            "backward on the mean computes a gradient that is already divided. What should step still divide by?",
            "Inside record: l = loss(net(X), y).mean(). Then l.backward(), and a trainer.step that divides by nothing.",
        ),
        reason="The gradient of the mean is the gradient of the sum, divided by the number of examples. step(1) then "
        "divides by nothing more, so the step has the same length as backward on the sum and step(len(y)).",
    ),
    Exercise(
        "huber_loss",
        "The loss behind the cap",
        kind="written",
        points=2,
        check=check_huber_loss,
        hints=(
            "Up to delta the loss is half the square, and beyond it a straight line: you know its slope and one point.",
            "At |r| = delta both pieces must be delta² / 2. So the line is delta × |r| minus something: what?",
            "np.where(size <= delta, a, b) joins the pieces; find b's constant from the value at delta. (In MXNet, a "
            "comparison times 0.5 is 0: do not multiply by it.)",
        ),
        reason="Beyond delta the slope stays delta, so the line is delta × |r| + c. At |r| = delta it must be "
        "delta² / 2, which makes c = −delta² / 2.",
    ),
    Exercise(
        "pull_cap",
        "How tight must the cap be?",
        kind="measured",
        points=2,
        check=_check_pull_cap,
        hints=(
            "At rest, the pull up and the pull down are equal. Which labels pull up, and with what force each?",
            "The bias is {off:g} too high, so each of the 900 right labels pulls down with {off:g}.",
            "100 wrong labels pull up with delta each, 900 right ones down with {off:g} each. When are the two "
            "sums equal?",
        ),
        variant=PULL_CAP,
        reason="The wrong labels pull up with 100 × delta, and the 900 others, each {off:g} too low, down with "
        "900 × {off:g}. The two are equal at delta = {delta:g}. Labels that are wrong by 30 instead of 20 would "
        "change nothing.",
    ),
    Exercise(
        "poisson_loss",
        "A loss for counts",
        kind="written",
        points=2,
        check=_check_poisson_loss,
        hints=(
            "Take the logarithm of the probability: a product becomes a sum, and a power becomes a factor.",
            "log λ is z, and λ is exp(z). Write −log of the probability with z alone, and leave out log y!.",
            "The loss has two parts: λ, and −y times log λ. The derivative of exp(z) is exp(z) itself.",
        ),
        reason="−log(λ^y e^−λ) = λ − y log λ = exp(z) − y z, and its derivative by z is exp(z) − y: again the "
        "prediction minus the truth, as for the squared loss.",
    ),
    Exercise(
        "ridge_limit",
        "Decay without end",
        kind="predicted",
        points=1,
        check=choice(
            RIDGE_LIMIT,
            "805c2e256d1e08ea",
            "ridge_limit",
            wrong={
                "a": "It would be zero if the bias decayed, too.",
                "c": "It would be that line if the weight of the first power did not decay.",
                "d": "It would need weight decay 0, and as many weights as there are training nebulae.",
            },
        ),
        hints=(
            "What does a very large decay do to a weight that is not worth its price?",
            "The exhibit shows the way there: move the weight decay to the right end, and think further.",
            "All weights but one go to 0. Which one does not decay, and where is the squared loss lowest for it alone?",
        ),
        variant=RIDGE_LIMIT,
        reason="A very large decay makes every weight but the bias 0. The bias alone is a constant, and the constant "
        "with the lowest squared loss is the mean of the training labels.",
    ),
    Exercise(
        "leave_one_out",
        "Every example held out once",
        kind="written",
        points=2,
        check=_check_leave_one_out,
        hints=(
            "Loop over the examples. In each pass, solve the normal equations without example i.",
            "keep = [j for j in range(len(A)) if j != i] lists the others, and A[keep], y[keep] are their rows.",
            "The error is A[i] times the weights, minus y[i]. Of all n errors, take the root mean square.",
        ),
        reason="Each of the n fits is judged by the one example that it has not seen. With few examples this wastes "
        "less than holding out a third, at the price of n fits.",
    ),
)
