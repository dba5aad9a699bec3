"""Compile network and loss into one graph of MXNet's.

In Python, MXNet's cost is the dispatch of operators: the network's layers, the loss, its sum, then the derivative of
each. Traced once as symbols, a batch costs one dispatch for all of them and one for their derivatives, which makes an
epoch more than twice as fast: see ``python -m benchmarks ablation``. Only blocks whose Python is MXNet's own are
compiled, because tracing runs a block's Python once and not for every batch.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from d2l_helpers.data.row_buffer import RowBuffer
from d2l_helpers.training.built_in import is_built_in
from d2l_helpers.training.gradients import no_gradients
from d2l_helpers.training.minibatch import Minibatch, counted

if TYPE_CHECKING:
    from d2l_helpers.data import ArrayBatches

__all__ = ["CompiledLoss", "compile_loss"]

# How many batches have memory of their own: MXNet trains on some while the next is gathered. More are not faster
_IN_MEMORY = 4
_X, _Y = "d2l_helpers_X", "d2l_helpers_y"


class CompiledLoss:
    """The summed loss and the hits of a network on batches.

    Parameters
    ----------
    net : mxnet.gluon.Block
        Initialised, with all shapes known, and built in (`is_built_in`).
    loss : mxnet.gluon.loss.Loss
        Called as ``loss(y_hat, y)``; one value per example.
    batches : ArrayBatches
        The arrays X, shape (n, ...), and y, shape (n,), from which batches are taken.

    Raises
    ------
    Exception
        Whatever `net` or `loss` raise when they are called with symbols.
    """

    def __init__(self, net: Any, loss: Any, batches: ArrayBatches) -> None:
        import mxnet as mx

        X, y = (mx.sym.var(name).as_np_ndarray() for name in (_X, _Y))
        y_hat = net(X)
        losses, parameters = loss(y_hat, y), dict(net.collect_params())
        if any(np.dtype(each.dtype) == np.float16 for each in (batches.X, *parameters.values())):
            losses = losses.astype("float32")  # the sum of a slice in half precision would soon be infinite
        # NumPy counts the hits, in a quarter of the time that MXNet's operators take for a batch of 256
        self._graph = mx.sym.Group([losses.sum(), y_hat])
        self._evaluated = mx.nd.CachedOp(self._graph, [("static_alloc", True), ("static_shape", True)])
        self._batches, self._parameters = batches, parameters
        # By size and how many there are; beside the arrays to which they are bound
        self._minibatches: dict[tuple[int, int], tuple[list[Any], deque[Minibatch]]] = {}

    def evaluate(self, size: int) -> Iterator[tuple[float, float, int]]:
        """Evaluate all examples in their order, at most `size` at a time, without copying them.

        Yields
        ------
        loss_sum, hits : float
            The sum of the losses of a slice, and the number of right predictions, while MXNet evaluates the next one.
        num_examples : int
            Of how many examples.
        """
        end = self._batches.num_examples
        X, y = self._arrays()
        inputs, names = self._inputs(X, y), self._graph.list_inputs()
        size = -(-end // -(-end // size))  # for a last slice of another size, MXNet would plan its memory again
        begun: deque[list[Any]] = deque()
        for start in range(0, end, size):
            stop = min(start + size, end)
            inputs |= {_X: X[start:stop], _Y: y[start:stop]}
            begun.append([*self._evaluated(*(inputs[name] for name in names)), y[start:stop]])
            if len(begun) == 2:  # more would only take memory
                yield counted(begun.popleft())
        yield from map(counted, begun)

    def train(self, step: Callable[[int], None]) -> Iterator[tuple[float, float, int]]:
        """Train one epoch: after each batch's derivatives, call `step` with the number of its examples.

        Yields
        ------
        loss_sum, hits : float
            The sum of the losses of a batch, and the number of right predictions, while MXNet trains on the next ones.
        num_examples : int
            Of how many examples.

        Raises
        ------
        TrainingError
            If no parameter has a gradient.
        """
        begun: deque[Minibatch] = deque()
        size, order = self._batches.batch_size, self._batches.order()
        for minibatch in chain.from_iterable(ring for _, ring in self._minibatches.values()):
            minibatch.look()
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            in_an_epoch = len(order) // size if len(rows) == size else 1
            minibatch = self._minibatch(len(rows), min(_IN_MEMORY, in_an_epoch))
            minibatch.differentiate(rows)
            step(len(rows))
            begun.append(minibatch)
            if len(begun) == _IN_MEMORY:  # the next batch may use the memory of the first again
                yield begun.popleft().sums()
        yield from (each.sums() for each in begun)

    def _arrays(self) -> tuple[Any, Any]:
        """Return examples and labels as classic arrays of the same memory, whose slices take a third of the time."""
        return self._batches.X.as_nd_ndarray(), self._batches.y.as_nd_ndarray()

    def _inputs(self, X: Any, y: Any) -> dict[str, Any]:
        """Return the graph's inputs by name: examples, labels, parameters."""
        data = {name: each.data(X.context).as_nd_ndarray() for name, each in self._parameters.items()}
        return data | {_X: X, _Y: y}

    def _minibatch(self, size: int, num: int) -> Minibatch:
        """Return memory for the next batch of some size, bound to the arrays that data and parameters have now.

        `num` calls in a row return different memory: a reader may change `batch_size` between two epochs, and many
        batches then have the size that only the last one had.
        """
        arrays = [array for each in self._parameters.values() for array in (each._data, each._grad)]
        arrays += [self._batches.X, self._batches.y]
        # Parameters that a reader freezes, trains again, casts or initialises again get other arrays during the fit
        key = size, num
        if key not in self._minibatches or not all(map(is_, self._minibatches[key][0], arrays)):
            self._minibatches[key] = arrays, deque(self._bind(size) for _ in range(num))
        ring = self._minibatches[key][1]
        ring.rotate(-1)
        return ring[0]

    def _bind(self, size: int) -> Minibatch:
        """Fix the graph's inputs and outputs in memory: Python spends half as long on a batch as with autograd."""
        buffers = [RowBuffer(each, size) for each in self._arrays()]
        inputs, context = self._inputs(*(each.array for each in buffers)), self._batches.X.ctx
        trained = {name: each for name, each in self._parameters.items() if each.grad_req != "null"}
        if not trained:
            raise no_gradients()
        # MXNet would print at each binding that it fuses operators, which it does for inference only
        os.environ.setdefault("MXNET_SUBGRAPH_VERBOSE", "0")
        executor = self._graph.bind(
            context,
            {name: inputs[name] for name in self._graph.list_arguments()},
            args_grad={name: each.grad(context).as_nd_ndarray() for name, each in trained.items()},
            grad_req={name: each.grad_req for name, each in trained.items()},
            aux_states={name: inputs[name] for name in self._graph.list_auxiliary_states()},
        )
        return Minibatch(buffers, executor, list(trained.values()))


def compile_loss(net: Any, loss: Any, batches: object) -> CompiledLoss | None:
    """Compile network and loss if this changes nothing but the speed.

    Returns
    -------
    CompiledLoss or None
        None if the data is not an ArrayBatches without resizing, `net` or `loss` is not built in, or MXNet cannot
        trace them. The plain loop then calls them for every batch, and reports any error in them.
    """
    from mxnet.gluon import HybridBlock

    from d2l_helpers.data import ArrayBatches

    if not isinstance(batches, ArrayBatches) or batches.resize is not None:
        return None
    if not (is_built_in(net) and is_built_in(loss) and isinstance(loss, HybridBlock)):
        return None
    try:
        return CompiledLoss(net, loss, batches)
    except Exception:  # some of MXNet's blocks accept arrays only, and raise errors of any class on symbols
        return None
