"""Batches in memory of their own, with a graph of MXNet's bound to each.

MXNet computes in a thread of its own: it trains on some of these batches while NumPy gathers the next ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.data.row_buffer import RowBuffer, in_numpy

__all__ = ["Fence", "Minibatch", "counted"]


class Fence:
    """Tells when MXNet has computed the derivatives of some batches, and so has read their memory.

    The gradients themselves cannot tell: those of the next batch are soon on their way into the same memory.

    Parameters
    ----------
    gradients : iterable of mxnet.nd.NDArray
        All that a batch has.
    """

    def __init__(self, gradients: Iterable[Any]) -> None:
        from mxnet import nd

        first: dict[str, list[Any]] = {}  # by type: the first value of each gradient, in its memory
        for each in gradients:
            first.setdefault(np.dtype(each.dtype).name, []).append(each.reshape(-1)[:1])
        self._read = [(values, nd.zeros_like(values[0])) for values in first.values()]

    def set(self) -> None:
        """Have MXNet read a value of each gradient when it has computed those of all batches so far."""
        from mxnet import nd

        for values, total in self._read:
            nd.add_n(*values, out=total)

    def wait(self) -> None:
        """Wait until MXNet has done this."""
        for _, total in self._read:
            total.wait_to_read()


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
    fence : Fence
        Tells when the memory may be filled again; several batches may share one.
    sets_fence : bool
        Whether this batch is the last of those that share it.
    """

    def __init__(
        self, buffers: list[RowBuffer], executor: Any, trained: list[Any], fence: Fence, sets_fence: bool
    ) -> None:
        from mxnet import nd

        self._buffers, self._executor, self._fence, self._sets_fence = buffers, executor, fence, sets_fence
        loss_sum, y_hat = (each.as_nd_ndarray() for each in executor.outputs)
        self._arrays = [loss_sum, y_hat, buffers[1].array]
        # Who first looks at an output gives it memory; MXNet's thread, in the same moment, might give it other memory
        self._views = list(map(in_numpy, self._arrays))
        self._derivative_of = [nd.ones_like(loss_sum), nd.zeros_like(y_hat)]  # the loss only
        self._trained = [each.data(loss_sum.context) for each in trained]

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
        if self._sets_fence:
            self._fence.set()
        for parameter in self._trained:
            parameter._fresh_grad = True  # as autograd does; a Trainer refuses gradients that it has used

    def sums(self) -> tuple[float, float, int]:
        """Wait for the sum of the losses and the hits; return them and the number of examples."""
        self._arrays[0].wait_to_read()  # which is computed last
        found = zip(self._arrays, self._views, strict=True)
        return counted(*(array.asnumpy() if view is None else view for array, view in found))


def counted(loss_sum: npt.NDArray[Any], y_hat: npt.NDArray[Any], y: npt.NDArray[Any]) -> tuple[float, float, int]:
    """Return the sum of the losses, the number of right predictions, and of how many examples they are."""
    return loss_sum.item(), float(np.count_nonzero(y_hat.argmax(axis=1) == y)), len(y)
