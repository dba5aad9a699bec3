"""Check the exercise huber_loss of notebooks/03_linear_regression_gluon.ipynb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from mxnet import autograd
from mxnet import np as mxnet_np

from d2l_helpers.exercises.exercise import NotYet
from d2l_helpers.exercises.expectations import as_array, drawn, expect_close, expect_shape

__all__ = ["check_huber_loss", "signed"]


def check_huber_loss(huber_loss: Callable[..., Any]) -> None:
    """Check values, the two joints, both slopes and the gradient by autograd, for two values of delta."""
    for delta in (2.0, 0.5):
        r = np.array([-3.0, -1.2, -0.7, -0.3, 0.0, 0.3, 0.7, 1.2, 3.0]) * delta
        losses = _losses(huber_loss, r, delta)
        _expect_no_zeros(r, losses, delta)
        for error, loss in zip(r.tolist(), losses.tolist(), strict=True):
            if abs(error) <= delta:
                expect_close(loss, error**2 / 2, f"delta = {delta:g}: the loss of y_hat − y = {signed(error)}")
        what = f"delta = {delta:g}: the loss of y_hat − y = {signed(r[0])}, against that of {signed(r[-1])}"
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
            f"delta = {delta:g}: the loss of y_hat − y = {signed(zeros[0])} is 0",
            "a loss above 0 for every error but 0. If you multiply by a comparison, such as size <= delta: in MXNet, "
            "a comparison times 0.5 is 0, not 0 or 0.5; join the pieces without multiplying",
        )


def signed(number: float) -> str:
    """Return a number as text, with a minus sign instead of a hyphen."""
    return f"{number:g}".replace("-", "−")


def _losses(huber_loss: Callable[..., Any], errors: npt.NDArray[np.float64], delta: float) -> npt.NDArray[np.float64]:
    """Return the losses that the learner's function computes for these errors."""
    y = drawn((len(errors), 1), 51)
    y_hat = y + mxnet_np.array(errors).reshape(-1, 1)
    losses = as_array(huber_loss(y_hat, y, delta), "huber_loss(y_hat, y, delta)")
    expect_shape(losses, (len(errors), 1), f"huber_loss(y_hat, y, delta) for {len(errors)} examples")
    return losses.ravel()
