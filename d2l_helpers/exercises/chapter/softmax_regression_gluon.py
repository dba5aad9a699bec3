"""Define and check the exercises of notebooks/07_softmax_regression_gluon.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, describe, drawn, expect, expect_close, expect_shape

__all__ = ["EXERCISES"]


@np.errstate(all="ignore")  # the verdict reports an overflow, so NumPy's warning of it is not needed
def _check_stable_log_sum_exp(stable_log_sum_exp: Callable[[Any], Any]) -> None:
    Z = drawn((5, 4), seed=1)
    sums = as_array(stable_log_sum_exp(Z.copy()), "stable_log_sum_exp(Z)")
    expect_shape(sums, (5,), "stable_log_sum_exp(Z) for Z of shape (5, 4)")
    shares = np.exp(Z.asnumpy() - sums[:, None]).sum(axis=1)
    expect_close(shares, 1, "the sum of exp(z - stable_log_sum_exp(z)) over a row z")
    moved = as_array(stable_log_sum_exp(Z + 3), "stable_log_sum_exp(Z + 3)")
    expect_close(moved - sums, 3, "how much stable_log_sum_exp(Z) grows if 3 is added to every logit")
    for rows, wanted in (
        ([[1000, 1000]], [1000 + math.log(2)]),
        ([[-1000, -1000]], [-1000 + math.log(2)]),
        ([[1000, 0], [0, 0]], [1000, math.log(2)]),
    ):
        got = as_array(stable_log_sum_exp(_array(rows)), f"stable_log_sum_exp({rows})")
        expect_close(got, wanted, f"an entry of stable_log_sum_exp({rows})", rtol=1e-6)


@np.errstate(all="ignore")
def _check_loss_and_gradient(loss_and_gradient: Callable[[Any, Any], Any]) -> None:
    Z, y = drawn((3, 4), seed=2), [0, 3, 1]
    _, gradient = _pair(loss_and_gradient(Z.copy(), _labels(y)), 3, 4)
    _expect_cross_entropy(loss_and_gradient, Z)
    expect_close(gradient.sum(axis=1), 0, "the sum of a row of the gradient", atol=1e-4)
    for (row, column), slope in np.ndenumerate(_slopes(loss_and_gradient, Z.asnumpy(), y)):
        expect(
            bool(abs(gradient[row, column] - slope) < 2e-3),
            got=f"gradient[{row}, {column}] = {gradient[row, column]:.3f} where y[{row}] is {y[row]}",
            expected=f"{slope:.3f}, by which your loss of that row grows for each unit of its logit {column}",
        )
    far, pull = _pair(loss_and_gradient(_array([[100, 0]]), _labels([1])), 1, 2)
    expect_close(far, 100, "the loss of the logits [100, 0] where the second class is right")
    expect_close(pull, [[1, -1]], "an entry of the gradient for the logits [100, 0] where the second class is right")


def _expect_cross_entropy(loss_and_gradient: Callable[[Any, Any], Any], Z: Any) -> None:
    """Check what defines the cross-entropy: exp(-loss) adds up to 1 over the classes, in the ratios of exp(logit)."""
    of_class = np.stack([_pair(loss_and_gradient(Z.copy(), _labels([k] * 3)), 3, 4)[0] for k in range(4)], axis=1)
    changes, wanted = of_class - of_class[:, :1], Z.asnumpy()[:, :1] - Z.asnumpy()
    for row, k in np.argwhere(~np.isclose(changes, wanted, atol=1e-3)):
        got = f"a loss of row {row} that changes by {changes[row, k]:.3f} if class {k} is right instead of class 0"
        raise NotYet(got, f"{wanted[row, k]:.3f}, which is logit 0 less logit {k}")
    expect_close(np.exp(-of_class).sum(axis=1), 1, "exp(-loss), summed over all classes that could be the right one")


def _pair(result: Any, num_examples: int, num_classes: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the two results of `loss_and_gradient` as arrays."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise NotYet(f"{describe(result)} from loss_and_gradient(Z, y)", "two results: the losses and the gradient")
    losses, gradient = as_array(result[0], "the losses"), as_array(result[1], "the gradient")
    given = f"for Z of shape ({num_examples}, {num_classes})"
    expect_shape(losses, (num_examples,), f"the first result, the losses {given},")
    expect_shape(gradient, (num_examples, num_classes), f"the second result, the gradient {given},")
    return losses, gradient


def _slopes(
    loss_and_gradient: Callable[[Any, Any], Any], logits: npt.NDArray[np.float32], y: Sequence[int]
) -> npt.NDArray[np.float64]:
    """Return the slopes of the losses by each logit, as finite differences."""
    num_examples, num_classes = logits.shape
    step = 0.05  # the error grows as step², rounding to 32 bits as 1/step; both stay far below 2e-3
    moves = step * np.concatenate([np.eye(num_classes), -np.eye(num_classes)])
    moved = (logits[:, None] + moves).reshape(-1, num_classes)
    labels = _labels(np.repeat(y, len(moves)).tolist())
    losses, _ = _pair(loss_and_gradient(_array(moved), labels), len(moved), num_classes)
    up, down = losses.reshape(num_examples, 2, num_classes).transpose(1, 0, 2)
    return np.asarray((up - down) / (2 * step))


def _check_sure_margin(margin: Any) -> None:
    got = as_number(margin, "the margin")
    expect(math.isfinite(got), got=f"a margin of {got}", expected="a finite number")
    before, after = _loss_at(got - 0.1), _loss_at(got)
    expect(after < 0.01, got=f"a loss of {after:.4g} at the margin {got:g}", expected="a loss below 0.01")
    early = f"a loss of {before:.4g} already at the margin {got - 0.1:g}"
    expect(before >= 0.01, got=early, expected="the smallest margin, in steps of 0.1, whose loss is below 0.01")


def _loss_at(margin: float) -> float:
    """Compute Gluon's loss of ten logits: `margin` for the right class and 0 for the others."""
    from mxnet import gluon

    logits = np.zeros((1, 10))
    logits[0, 0] = margin
    return float(gluon.loss.SoftmaxCrossEntropyLoss()(_array(logits), _labels([0])).item())


def _check_hidden_parameters(number: Any) -> None:
    got = as_number(number, "the number of parameters")
    truth = _num_parameters()
    size = "too few" if got < truth else "too many"
    expect(got == truth, got=f"{got:,.10g}, which is {size}", expected="all weights and biases of both layers")


def _num_parameters() -> int:
    """Build the network and count its parameters."""
    from mxnet import init
    from mxnet.gluon import nn

    # Without prefixes, these layers would change the automatic names of the reader's next layers
    layers = nn.Dense(256, activation="relu", prefix="hidden_"), nn.Dense(10, prefix="logits_")
    outputs = _array(np.zeros((1, 1, 28, 28)))
    for layer in layers:
        layer.initialize(init.Zero())
        outputs = layer(outputs)
    return sum(p.data().size for layer in layers for p in layer.collect_params().values())


def _check_weight_decay_step(weight_decay_step: Callable[..., Any]) -> None:
    w, gradient = drawn((3, 2), seed=3), drawn((3, 2), seed=4)
    before, slope = w.asnumpy().copy(), gradient.asnumpy().copy()
    plain = as_array(weight_decay_step(w, gradient, 0.1, 0.0), "weight_decay_step(w, gradient, 0.1, 0)")
    expect_shape(plain, (3, 2), "weight_decay_step(w, gradient, 0.1, 0) for w of shape (3, 2)")
    is_whole = np.array_equal(w.asnumpy(), before) and np.array_equal(gradient.asnumpy(), slope)
    expect(
        is_whole, got="a function that changed w or gradient itself", expected="new weights, the old ones as they were"
    )
    expect_close(plain - before, -0.1 * slope, "with wd = 0 and lr = 0.1, an entry of the step, new weights less old")
    for lr, wd in ((0.1, 0.5), (0.5, 0.1), (1.0, 0.01)):
        call = f"weight_decay_step(w, 0 * gradient, {lr}, {wd})"
        shrunk = as_array(weight_decay_step(w, 0 * gradient, lr, wd), call)
        expect_close(np.ptp(shrunk / before), 0, f"{call} / w, its largest entry less its smallest", atol=1e-4)
        expect(
            bool((abs(shrunk) < abs(before)).all()), got=f"weights that grow: {call}", expected="weights nearer to 0"
        )
        got = as_array(weight_decay_step(w, gradient, lr, wd), "weight_decay_step(w, gradient, lr, wd)")
        expect_close(
            got,
            _by_trainer(w, gradient, lr, wd),
            f"a new weight where lr is {lr} and wd {wd}, unlike that of Gluon's Trainer",
        )


def _by_trainer(w: Any, gradient: Any, lr: float, wd: float) -> npt.NDArray[np.float32]:
    """Compute the step by Gluon's Trainer, on a copy of w."""
    from mxnet import autograd, gluon, init

    parameter = gluon.Parameter("w", shape=w.shape, init=init.Zero())
    parameter.initialize()
    parameter.set_data(w)
    with autograd.record():
        inner = (parameter.data() * gradient).sum()  # its gradient is `gradient`
    inner.backward()
    gluon.Trainer([parameter], "sgd", {"learning_rate": lr, "wd": wd}).step(1)
    return np.asarray(parameter.data().asnumpy())


def _check_epoch_to_keep(epoch_to_keep: Callable[[list[float], int], Any]) -> None:
    for losses, patience in _held_out_losses():
        call = f"epoch_to_keep({losses}, {patience})"
        epoch = as_number(epoch_to_keep(list(losses), patience), call)
        is_epoch = epoch in range(1, len(losses) + 1)
        expect(is_epoch, got=f"{call} is {epoch:g}", expected=f"an epoch, counted from 1 to {len(losses)}")
        problem = _what_is_wrong(losses, patience, int(epoch))
        expect(not problem, got=f"{call} is {epoch:g}, {problem}", expected="the epoch whose weights are to be kept")


def _what_is_wrong(losses: Sequence[float], patience: int, epoch: int) -> str:
    """Return why training would not keep this epoch, or ""; only one epoch meets all three conditions."""
    best = losses[epoch - 1]
    as_good = [n for n in range(1, epoch) if losses[n - 1] <= best]
    if as_good:
        return f"but the loss of epoch {as_good[0]} was as low or lower"
    later = [n for n in _waited(losses, patience, epoch) if losses[n - 1] < best]
    if later:
        return f"but epoch {later[0]}, within {patience} of it, has a lower loss"
    for n in range(1, epoch):
        is_lowest = losses[n - 1] < min(losses[: n - 1], default=math.inf)
        if is_lowest and all(losses[m - 1] >= losses[n - 1] for m in _waited(losses, patience, n)):
            return f"but training had ended by then: no lower loss came within {patience} of epoch {n}"
    return ""


def _waited(losses: Sequence[float], patience: int, epoch: int) -> range:
    """Return the epochs after `epoch` in which training waits for a lower loss."""
    return range(epoch + 1, min(epoch + patience, len(losses)) + 1)


def _held_out_losses() -> Iterator[tuple[list[float], int]]:
    """Yield random losses, with many ties, and patiences; short lists first, in which an error is easy to follow."""
    generator = np.random.default_rng(5)
    for length in np.repeat(np.arange(1, 9), 40):
        yield [float(loss) for loss in generator.integers(1, 10, length) / 10], int(generator.integers(1, 5))


def _array(rows: Any) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(rows, dtype="float32")


def _labels(classes: Sequence[int]) -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(classes, dtype="int32")


EXERCISES = (
    Exercise(
        "stable_log_sum_exp",
        "Log-sum-exp that does not overflow",
        kind="written",
        points=2,
        check=_check_stable_log_sum_exp,
        hints=(
            "Write the formula as it stands first, for small logits, and mind over which axis you sum.",
            "e^1000 overflows, e^(1000 - m) need not. What must be added to the logarithm if m is subtracted from the "
            "logits? Each row has an m of its own.",
            "Z - m with m = Z.max(axis=1, keepdims=True) subtracts row by row; add each row's m to its logarithm.",
        ),
    ),
    Exercise(
        "loss_and_gradient",
        "The loss and its gradient",
        kind="written",
        points=2,
        check=_check_loss_and_gradient,
        hints=(
            "The loss of a row is its log-sum-exp minus the logit of the right class. Begin with that, and return "
            "zeros for the gradient.",
            "The slope of the log-sum-exp with respect to logit j is the softmax's j-th probability. What does the "
            "second part, the logit of the right class, add to it?",
            "The gradient is npx.softmax(Z) minus one-hot rows: npx.one_hot(y, n) makes them. npx.pick(Z, y) is "
            "the right logit of each row, and npx.log_softmax does not overflow.",
        ),
    ),
    Exercise(
        "sure_margin",
        "How sure must it be?",
        kind="measured",
        points=1,
        check=_check_sure_margin,
        hints=(
            "Make one row of ten logits, all 0, set the first to the margin, and give it to loss with the label 0.",
            "Try 1, 5 and 10 first, then steps of 0.1 in between.",
            "The loss is log(1 + 9 e^-margin). Where is 9 e^-margin about 0.01?",
        ),
        reason="The loss shrinks by a factor of e for each further unit, and is never 0. So a network that has "
        "memorised its images can still lower it, by making its weights larger and larger: the overfitting above.",
    ),
    Exercise(
        "hidden_parameters",
        "A hidden layer's price",
        kind="predicted",
        points=1,
        check=_check_hidden_parameters,
        hints=(
            "A Dense layer has a weight for each pair of input and output, and a bias for each output.",
            "The first layer has 784 inputs and 256 outputs; the second has as many inputs as the first has outputs.",
            "Count four arrays: 256 by 784, 256, 10 by 256, and 10. The ReLU has nothing to learn.",
        ),
        reason="Twenty-six times as many as the 7,850 of the linear layer, nearly all of them in the first layer.",
    ),
    Exercise(
        "weight_decay_step",
        "A step with weight decay",
        kind="written",
        points=1,
        check=_check_weight_decay_step,
        hints=(
            "A step of gradient descent subtracts lr times the gradient from w. Which function has this gradient now?",
            "The slope of wd / 2 times the square of a weight is wd times the weight.",
            "Add wd * w to the gradient, take the usual step, and write w - ..., not w -= ...",
        ),
    ),
    Exercise(
        "epoch_to_keep",
        "When to stop",
        kind="written",
        points=2,
        check=_check_epoch_to_keep,
        hints=(
            "Go through the losses in order, and remember the lowest so far and its epoch. Later losses are not known "
            "yet.",
            "A loss equal to the lowest so far is not a new lowest. Training ends when the current epoch is patience "
            "epochs after the best one.",
            "for epoch, loss in enumerate(losses, start=1): a lower loss is the new best one; otherwise, if "
            "epoch - best_epoch == patience, break. Return best_epoch.",
        ),
    ),
)
