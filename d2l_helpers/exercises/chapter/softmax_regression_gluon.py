"""Define and check the exercises of notebooks/07_softmax_regression_gluon.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.exercises.chapter.early_stopping import check_epoch_to_keep
from d2l_helpers.exercises.chapter.numbers import SURE_MARGIN
from d2l_helpers.exercises.exercise import Exercise, NotYet
from d2l_helpers.exercises.expectations import as_array, as_number, describe, drawn, expect, expect_close, expect_shape

__all__ = ["EXERCISES"]
_Numbers = npt.NDArray[np.float64]

# Images, epochs, and between which errors all fits lay whose seed and sample of the images were others (six of each)
_ERRORS = ((100, 100, 0.28, 0.375), (1_000, 30, 0.195, 0.235), (10_000, 10, 0.165, 0.195))


@np.errstate(all="ignore")
def _check_loss_and_gradient(loss_and_gradient: Callable[[Any, Any], Any]) -> None:
    z, y = drawn((3, 4), seed=2), [0, 3, 1]
    _, gradient = _pair(loss_and_gradient(z.copy(), _array(y, "int32")), 3, 4)
    _expect_cross_entropy(loss_and_gradient, z)
    expect_close(gradient.sum(axis=1), 0, "the sum of a row of the gradient", atol=1e-4)
    for (row, column), slope in np.ndenumerate(_slopes(loss_and_gradient, z.asnumpy(), y)):
        expect(
            bool(abs(gradient[row, column] - slope) < 2e-3),
            got=f"gradient[{row}, {column}] = {gradient[row, column]:.3f} where y[{row}] is {y[row]}",
            expected=f"{slope:.3f}, by which your loss of that row grows for each unit of its logit {column}",
        )
    for rows in ([[100, 0]], [[100, 0], [-100, -200]]):  # the second row shows whether each row has its own maximum
        of_row = f"row {len(rows) - 1} of the logits {rows}, where the second class is right"
        far, pull = _pair(loss_and_gradient(_array(rows), _array([1] * len(rows), "int32")), len(rows), 2)
        expect_close(far[-1], 100, f"the loss of {of_row}")
        expect_close(pull[-1], [1, -1], f"an entry of the gradient for {of_row}")


def _expect_cross_entropy(loss_and_gradient: Callable[[Any, Any], Any], z: Any) -> None:
    """Check what defines the cross-entropy: exp(-loss) adds up to 1 over the classes, in the ratios of exp(logit)."""
    of_each = [loss_and_gradient(z.copy(), _array([k] * 3, "int32")) for k in range(4)]
    of_class = np.stack([_pair(result, 3, 4)[0] for result in of_each], axis=1)
    changes, wanted = of_class - of_class[:, :1], z.asnumpy()[:, :1] - z.asnumpy()
    for row, k in np.argwhere(~np.isclose(changes, wanted, atol=1e-3)):
        got = f"a loss of row {row} that changes by {changes[row, k]:.3f} if class {k} is right instead of class 0"
        raise NotYet(got, f"{wanted[row, k]:.3f}, which is logit 0 minus logit {k}")
    expect_close(np.exp(-of_class).sum(axis=1), 1, "exp(-loss), summed over all classes that could be the right one")


def _pair(result: Any, num_examples: int, num_classes: int) -> list[_Numbers]:
    """Return the two results of `loss_and_gradient` as arrays."""
    call, shape = f"loss_and_gradient(z, y) for z of shape ({num_examples}, {num_classes})", (num_examples, num_classes)
    return _two(result, call, ("the losses", "the gradient"), (shape[:1], shape))


def _slopes(loss_and_gradient: Callable[[Any, Any], Any], logits: _Numbers, y: Sequence[int]) -> _Numbers:
    """Return the slopes of the losses by each logit, as finite differences."""
    num_examples, num_classes = logits.shape
    step = 0.05  # the error grows as step², rounding to 32 bits as 1/step; both stay far below 2e-3
    moves = step * np.concatenate([np.eye(num_classes), -np.eye(num_classes)])
    moved = (logits[:, None] + moves).reshape(-1, num_classes)
    labels = _array(np.repeat(y, len(moves)).tolist(), "int32")
    losses, _ = _pair(loss_and_gradient(_array(moved), labels), len(moved), num_classes)
    up, down = losses.reshape(num_examples, 2, num_classes).transpose(1, 0, 2)
    return np.asarray((up - down) / (2 * step))


def _check_sure_margin(margin: Any) -> None:
    got = as_number(margin, "the margin")
    expect(math.isfinite(got), got=f"a margin of {got}", expected="a finite number")
    bound, before, after = SURE_MARGIN.number("bound"), _loss_at(got - 0.1), _loss_at(got)
    expect(after < bound, got=f"a loss of {after:.4g} at the margin {got:g}", expected=f"a loss below {bound:g}")
    in_steps = f"a margin of {got:g}, which has more than one decimal"
    expect(abs(10 * got - round(10 * got)) < 1e-4, got=in_steps, expected="a margin in steps of 0.1, such as 2.3")
    early = f"a loss of {before:.4g} already at the margin {got - 0.1:g}"
    expect(before >= bound, got=early, expected=f"the smallest margin, in steps of 0.1, whose loss is below {bound:g}")


def _loss_at(margin: float) -> float:
    """Compute the cross-entropy of ten logits: `margin` for the right class and 0 for the others."""
    return float(np.logaddexp.reduce([margin] + [0.0] * 9) - margin)


def _check_error_by_images(errors: Any) -> None:
    got = as_array(errors, "error_by_images")
    expect_shape(got, (3,), "error_by_images, one error for 100, 1,000 and 10,000 images,")
    expect(bool((got >= 0).all()), got=str(got.tolist()), expected="three fractions from 0 to 1")
    expect(bool((got <= 1).all()), got=f"{got.tolist()}, which look like percentages", expected="fractions from 0 to 1")
    expect(got[-1] < 0.5, got=f"{got.tolist()}, which look like accuracies", expected="errors: 1 minus the accuracy")
    alike = f"{got.tolist()}, in which two neighbours are equal"
    expect(bool((np.diff(got) != 0).all()), got=alike, expected="errors with three decimals, such as 0.512")
    rising = f"{got.tolist()}, in which an error is higher than with fewer images"
    expect(bool((np.diff(got) < 0).all()), got=rising, expected="held-out errors, not those on the training images")
    for (images, epochs, low, high), error in zip(_ERRORS, got, strict=True):
        size = "lower" if error < low else "higher"
        said = f"an error of {error:.3g} with {images:,} images, {size} than with any of the seeds that we tried"
        recipe = f"the held-out error after {epochs} epochs with a rate of 0.1 and batches of 100"
        expect(low <= error <= high, got=said, expected=recipe)


def _check_weight_decay_step(weight_decay_step: Callable[..., Any]) -> None:
    w, gradient = (_array(np.round(drawn((3, 2), seed).asnumpy(), 1)) for seed in (3, 4))
    before, slope = w.asnumpy().copy(), gradient.asnumpy().copy()
    plain = as_array(weight_decay_step(w, gradient, 0.1, 0.0), "weight_decay_step(w, gradient, 0.1, 0)")
    is_whole = np.array_equal(w.asnumpy(), before) and np.array_equal(gradient.asnumpy(), slope)
    expect(is_whole, got="a function that changed w or gradient itself", expected="new weights, and both unchanged")
    _expect_step(plain, w, gradient, 0.1, 0.0)
    for lr, wd in ((0.1, 0.5), (0.5, 0.1), (1.0, 0.01)):
        for pull in (gradient - gradient, gradient):  # without the gradient, weight decay alone moves the weights
            new = as_array(weight_decay_step(w, pull, lr, wd), f"weight_decay_step(w, gradient, {lr}, {wd})")
            _expect_step(new, w, pull, lr, wd)


def _expect_step(new: _Numbers, w: Any, gradient: Any, lr: float, wd: float) -> None:
    """Check each new weight; the message says from which numbers it comes."""
    expect_shape(new, w.shape, f"weight_decay_step(w, gradient, {lr}, {wd}) for w of shape {w.shape}")
    wanted, old, slope = _by_trainer(w, gradient, lr, wd), w.asnumpy(), gradient.asnumpy()
    for place in np.ndindex(*w.shape):
        numbers = f"w = {old[place]:g}, gradient = {slope[place]:g}, lr = {lr:g}, wd = {wd:g}"
        expect_close(new[place], wanted[place], f"the new weight for {numbers}")


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


def _check_merged(merged: Callable[..., Any]) -> None:
    for hidden, inputs, outputs in ((2, 2, 2), (3, 4, 2)):  # square weights first: factors in any order fit them
        shapes = (hidden, inputs), (hidden,), (outputs, hidden), (outputs,)
        layers = [_array(np.rint(drawn(shape, seed, 3.0).asnumpy())) for seed, shape in enumerate(shapes, start=10)]
        W1, b1, W2, b2 = (each.asnumpy().copy() for each in layers)
        call = f"merged(W1, b1, W2, b2) for {inputs} inputs, {hidden} hidden units and {outputs} outputs"
        W, b = _two(merged(*layers), call, ("the weight", "the bias"), ((outputs, inputs), (outputs,)))
        given = zip(("W1", "b1", "W2", "b2"), (W1, b1, W2, b2), strict=True)
        weights = ", ".join(f"{name} = {value.astype(int).tolist()}" for name, value in given)
        for x in np.vstack([np.zeros(inputs), np.eye(inputs), np.arange(1.0, inputs + 1)]):
            of_two, shown = W2 @ (W1 @ x + b1) + b2, x.astype(int).tolist()
            for unit in range(outputs):
                what = f"output {unit} of your layer for x = {shown}, where {weights}"
                expect_close(W[unit] @ x + b[unit], of_two[unit], what, atol=1e-3)


def _two(result: Any, call: str, names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> list[_Numbers]:
    """Return the two results of a function as arrays of these shapes."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise NotYet(f"{describe(result)} from {call}", f"two results: {names[0]} and {names[1]}")
    arrays = [as_array(each, name) for each, name in zip(result, names, strict=True)]
    for array, name, shape in zip(arrays, names, shapes, strict=True):
        expect_shape(array, shape, f"{name} from {call}")
    return arrays


def _array(values: Any, dtype: str = "float32") -> Any:
    from mxnet import np as mxnet_np

    return mxnet_np.array(values, dtype=dtype)


EXERCISES = (
    Exercise(
        "loss_and_gradient",
        "The loss and its gradient",
        kind="written",
        points=2,
        check=_check_loss_and_gradient,
        hints=(
            "The loss of a row is its log-sum-exp minus the logit of the right class. Begin with that.",
            "The derivative of the log-sum-exp by logit j is the probability of class j. What does the other part add?",
            "The gradient is npx.softmax(z) minus one-hot rows: npx.one_hot(y, n) makes them. npx.pick(z, y) is "
            "the right logit of each row, and npx.log_softmax does not overflow.",
        ),
        reason="The gradient is the probabilities minus the one-hot truth. The entries of a row add up to 0.",
    ),
    Exercise(
        "sure_margin",
        "How sure must it be?",
        kind="predicted",
        points=1,
        check=_check_sure_margin,
        hints=(
            "The right class has the probability e^m / (e^m + 9). Divide both parts by e^m.",
            "The loss is log(1 + 9 e^-m). Set it to {bound:g} and solve for m.",
            "m = log(9 / (e^{bound:g} - 1)), which is about log({about:g}). Round it up to one decimal.",
        ),
        variant=SURE_MARGIN,
        reason="log(9 / (e^{bound:g} - 1)) is {margin:.3f}. Each further unit divides the loss by about e, and none "
        "makes it 0. So a network that knows its images by heart can still lower its loss, by making its weights "
        "larger.",
    ),
    Exercise(
        "weight_decay_step",
        "A step with weight decay",
        kind="written",
        points=1,
        check=_check_weight_decay_step,
        hints=(
            "A step subtracts lr times the gradient from w. What is the gradient of both terms together?",
            "The derivative of wd / 2 times the square of a weight is wd times the weight.",
            "Add wd * w to the gradient, take the usual step, and write w - ..., not w -= ...",
        ),
        reason="The step is (1 - lr * wd) * w - lr * gradient: every weight decays by the same fraction first.",
    ),
    Exercise(
        "epoch_to_keep",
        "When to stop",
        kind="written",
        points=2,
        check=check_epoch_to_keep,
        hints=(
            "Go through the losses in order, and remember the lowest so far and its epoch. Do not look ahead.",
            "A loss equal to the lowest so far is not a new lowest. Training ends when the current epoch is patience "
            "epochs after the best one.",
            "for epoch, loss in enumerate(losses, start=1): a lower loss is the new best one; otherwise, if "
            "epoch - best_epoch == patience, break. Return best_epoch.",
        ),
        reason="The rule needs only losses measured before training ended. The lowest of all would need more epochs.",
    ),
    Exercise(
        "error_by_images",
        "The error against the amount of data",
        kind="measured",
        points=1,
        check=_check_error_by_images,
        hints=(
            "few = helpers.load_array((train_iter.X[:n], train_iter.y[:n]), 100) makes batches of the first n images.",
            "experiment(few, num_epochs, learning_rate=0.1) returns the history; its held_out_acc[-1] is the last one.",
            "For n = 100, the error is 1 - experiment(few, 100, learning_rate=0.1).held_out_acc[-1].",
        ),
        reason="Ten times as many images first remove about a third of the errors, then about a sixth. With all 50,000 "
        "the error is still about 0.15: more data do not help where one template a class is not enough.",
    ),
    Exercise(
        "merged",
        "Two linear layers are one",
        kind="written",
        points=2,
        check=_check_merged,
        hints=(
            "Put h = W1 x + b1 into W2 h + b2 on paper. What stands before x, and what is left without x?",
            "W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2). W2 W1 is not W1 W2.",
            "np.dot(W2, W1) is the weight; np.dot(W2, b1) + b2 is the bias.",
        ),
        reason="A stack of linear layers computes nothing that one linear layer cannot. Only something between them "
        "that is not linear, such as a ReLU, makes the second layer worth its parameters.",
    ),
)
