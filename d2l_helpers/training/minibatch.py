"""Batches in memory of their own, with a graph of MXNet's bound to each.

MXNet computes in a thread of its own: it trains on some of these batches while NumPy gathers the next ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.data.row_buffer import RowBuffer, in_numpy

__all__ = ["Minibatch", "counted"]


class _Fence:
    """Tells when MXNet has computed a batch's derivatives, and so has read the batch's memory.

    The gradients themselves cannot tell: those of the next batch are soon on their way into the same memory.
    """

    def __init__(self, gradients: Iterable[Any]) -> None:
        import mxnet as mx

        first: dict[str, list[Any]] = {}  # by type: the first value of each gradient, in its memory
        for each in gradients:
            first.setdefault(np.dtype(each.dtype).name, []).append(each.reshape(-1)[:1])
        self._totals = []
        for values in first.values():
            names = [f"value_{number}" for number in range(len(values))]
            total = mx.sym.add_n(*map(mx.sym.var, names))
            # Bound, because Python takes twice as long to call an operator
            self._totals.append(total.bind(values[0].context, dict(zip(names, values, strict=True)), grad_req="null"))

    def set(self) -> None:
        """Have MXNet read a value of each gradient as soon as it has computed them."""
        for total in self._totals:
            total.forward()

    def wait(self) -> None:
        """Wait until MXNet has read the values."""
        for total in self._totals:
            total.outputs[0].wait_to_read()


class Minibatch:
    """Memory for a batch, and the graph that reads it.

    Parameters
    ----------
    buffers : list of RowBuffer
        For examples and labels.
    executor : mxnet.executor.Executor
        The graph: the sum of the losses, and what the network returns.
    trained : list of mxnet.gluon.Parameter
        Those that have a gradient.
    """

    def __init__(self, buffers: list[RowBuffer], executor: Any, trained: list[Any]) -> None:
        from mxnet import nd

        self._buffers, self._executor = buffers, executor
        loss_sum, y_hat = (each.as_nd_ndarray() for each in executor.outputs)
        arrays = [loss_sum, y_hat, buffers[1].array]
        # Before MXNet's thread uses them: an output gets memory at its first use, and two threads may each give it some
        views = map(in_numpy, arrays)
        self._results = [array if view is None else view for array, view in zip(arrays, views, strict=True)]
        self._derivative_of = [nd.ones_like(loss_sum), nd.zeros_like(y_hat)]  # of the loss
        self._trained = [each.data(loss_sum.context) for each in trained]
        self._fence = _Fence(each.grad(loss_sum.context).as_nd_ndarray() for each in trained)

    def look(self) -> None:
        """Look again where the memory of the data is, in case the reader has changed it since the last epoch."""
        for buffer in self._buffers:
            buffer.look()

    def differentiate(self, rows: npt.NDArray[np.int64]) -> None:
        """Compute the derivatives of the summed loss of some examples by the parameters, into their gradients.

        Before the memory is filled again, `sums` must have been called.
        """
        self._fence.wait()
        for buffer in self._buffers:
            buffer.fill(rows)
        self._executor.forward(is_train=True)
        self._executor.backward(self._derivative_of)
        self._fence.set()
        for parameter in self._trained:
            parameter._fresh_grad = True  # as autograd does; a Trainer refuses gradients that it has used

    def sums(self) -> tuple[float, float, int]:
        """Wait for the sum of the losses and the hits; return them and the number of examples."""
        for each in self._executor.outputs:
            each.wait_to_read()
        return counted(self._results)


def counted(results: Iterable[Any]) -> tuple[float, float, int]:
    """Return the sum of the losses, the number of right predictions, and the number of examples.

    Parameters
    ----------
    results : iterable of three numpy.ndarray or mxnet.nd.NDArray
        The sum of the losses, what the network returned, and the labels; MXNet's arrays are waited for and copied.
    """
    loss_sum, y_hat, y = (each if isinstance(each, np.ndarray) else each.asnumpy() for each in results)
    return loss_sum.item(), float(np.count_nonzero(y_hat.argmax(axis=1) == y)), len(y)
