"""Network, loss and count of hits as one MXNet operator over arrays that stay where they are.

In Python, MXNet's cost is the dispatch of operators: gather a batch, apply the network, the loss, the argmax, the sums,
then each one's derivative. Traced once as symbols and bound to the arrays, a batch costs one dispatch for all that, and
one for the derivative. With one more for the step (`updates`) Gluon comes near a plain NumPy loop: see ``make bench``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from d2l_helpers.data import ArrayBatches

__all__ = ["CompiledGradient", "CompiledLoss", "compile_gradient", "compile_loss", "mark_gradients"]

_IMAGES, _LABELS, _ROWS = "d2l_helpers_images", "d2l_helpers_labels", "d2l_helpers_rows"
_TALLY = "d2l_helpers_tally"


class CompiledLoss:
    """The loss and the hits of a network on chosen rows of a dataset.

    Parameters
    ----------
    net : mxnet.gluon.Block
        Initialised, with all shapes known, and made of hybridizable blocks.
    loss : mxnet.gluon.loss.Loss
        Called as ``loss(y_hat, y)``; one value an example.
    batches : ArrayBatches
        The arrays X, shape (n, ...), and y, shape (n,).

    Attributes
    ----------
    parameters : dict
        The network's `mxnet.gluon.Parameter` by name.
    symbol : mxnet.symbol.Symbol
        Its outputs are the sum of the losses and the number of hits; its inputs, parameters, data, and chosen rows.
    arrays : dict
        All these inputs by name, but for the rows, as `mxnet.nd.NDArray`.

    Raises
    ------
    Exception
        Whatever `net` or `loss` raise when they are called with symbols.
    """

    def __init__(self, net: Any, loss: Any, batches: ArrayBatches) -> None:
        import mxnet as mx

        self.batches = batches
        X, y, rows = (mx.sym.var(name).as_np_ndarray() for name in (_IMAGES, _LABELS, _ROWS))
        # mode="clip" spares a check of every index; ArrayBatches only hands out rows that exist
        y_hat = net(mx.sym.np.take(X, rows, axis=0, mode="clip"))
        targets = mx.sym.np.take(y, rows, axis=0, mode="clip")
        hits = mx.sym.np.argmax(y_hat, axis=1).astype("int32") == targets
        outputs = mx.sym.Group([loss(y_hat, targets).sum(), hits.astype("float32").sum()])
        self.parameters, self.symbol = dict(net.collect_params()), outputs
        known = {name: parameter.data(batches.X.ctx) for name, parameter in self.parameters.items()}
        known |= {_IMAGES: batches.X, _LABELS: batches.y}
        # Classic arrays share the memory of mx.np's, and slicing them costs a third
        self.arrays = {name: array.as_nd_ndarray() for name, array in known.items()}
        names = outputs.list_inputs()
        self._inputs = [self.arrays.get(name) for name in names]
        self._rows_at = names.index(_ROWS)
        # Fixed shapes let MXNet run many operators as one; only an epoch's last batch has another, and costs a new plan
        self._operator = mx.nd.CachedOp(outputs, [("static_alloc", True), ("static_shape", True)])

    def minibatches(self) -> Iterator[Any]:
        """Draw the order of an epoch and cut it.

        Yields
        ------
        mxnet.nd.NDArray
            Indices of the examples, int32, shape (batch,); the last may be shorter.
        """
        return self._cut(self.batches.order(), self.batches.batch_size)

    def pieces(self, size: int) -> Iterator[Any]:
        """Cut all examples, in their order, into pieces of `size`."""
        from mxnet import np as mx_np

        return self._cut(mx_np.arange(self.batches.num_examples, dtype="int32", ctx=self.batches.X.ctx), size)

    def _cut(self, order: Any, size: int) -> Iterator[Any]:
        rows, end = order.as_nd_ndarray(), self.batches.num_examples
        return (rows[start : min(start + size, end)] for start in range(0, end, size))

    def __call__(self, rows: Any) -> tuple[Any, Any]:
        """Sum the loss and count the hits.

        Parameters
        ----------
        rows : mxnet.nd.NDArray
            Which examples, shape (batch,), int32, on the device of the arrays.

        Returns
        -------
        tuple of mxnet.nd.NDArray
            The sum of the losses and the number of right predictions, each one float32, not waited for.
        """
        self._inputs[self._rows_at] = rows
        loss_sum, hits = self._operator(*self._inputs)
        return loss_sum, hits


class CompiledGradient:
    """The same with the derivative, which goes to the parameters' own gradients, as after ``backward()``.

    Losses and hits add up inside, until `tally` is asked for them.

    Parameters
    ----------
    loss : CompiledLoss
        Its parameters are trained, where they have a gradient.

    Raises
    ------
    Exception
        Whatever MXNet raises when the symbols cannot be bound to the arrays.
    """

    def __init__(self, loss: CompiledLoss) -> None:
        import mxnet as mx

        self.loss, self._ctx = loss, loss.batches.X.ctx
        self._trained = [parameter for parameter in loss.parameters.values() if parameter.grad_req != "null"]
        self._head = mx.np.ones((), ctx=self._ctx).as_nd_ndarray()
        # Zeros, times the sums: their derivative is the sums, and derivatives MXNet adds up without being asked again
        self._zeros, self._tally = (mx.nd.zeros((2,), ctx=self._ctx) for _ in range(2))
        loss_sum, hits = (output.as_np_ndarray() for output in loss.symbol)
        sums = mx.sym.BlockGrad(mx.sym.np.stack([loss_sum, hits]).as_nd_ndarray()).as_np_ndarray()
        self._symbol = loss_sum + mx.sym.np.sum(mx.sym.var(_TALLY).as_np_ndarray() * sums)
        self._bound = {loss.batches.batch_size: self._bind(loss.batches.batch_size)}

    def __call__(self, rows: Any) -> None:
        """Compute the gradients of the summed loss on chosen rows, given as to `CompiledLoss`."""
        size = len(rows)
        if size not in self._bound:  # an epoch's last batch
            self._bound[size] = self._bind(size)
        executor, chosen = self._bound[size]
        rows.copyto(chosen)
        executor.forward(is_train=True)
        executor.backward(self._head)
        mark_gradients(self._trained, self._ctx, fresh=True)

    def tally(self) -> tuple[float, float]:
        """Wait, and give the sum of the losses and the number of hits since the last time."""
        loss_sum, hits = self._tally.asnumpy().tolist()
        self._tally[:] = 0
        return loss_sum, hits

    def _bind(self, num_rows: int) -> tuple[Any, Any]:
        import mxnet as mx

        os.environ.setdefault("MXNET_SUBGRAPH_VERBOSE", "0")  # else MXNet writes a line into the reader's cell
        symbol, chosen = self._symbol, mx.nd.zeros((num_rows,), ctx=self._ctx, dtype="int32")
        arrays = self.loss.arrays | {_ROWS: chosen, _TALLY: self._zeros}
        gradients = {each.name: (each.grad(self._ctx).as_nd_ndarray(), each.grad_req) for each in self._trained}
        gradients[_TALLY] = self._tally, "add"
        names = symbol.list_arguments()
        executor = symbol.bind(
            self._ctx,
            {name: arrays[name] for name in names},
            args_grad={name: array for name, (array, _) in gradients.items()},
            grad_req={name: gradients[name][1] if name in gradients else "null" for name in names},
            aux_states={name: arrays[name] for name in symbol.list_auxiliary_states()},
        )
        return executor, chosen


def compile_gradient(net: Any, loss: Any, batches: object) -> CompiledGradient | None:
    """Compile where it is possible, as `compile_loss` does."""
    compiled = compile_loss(net, loss, batches)
    try:
        return CompiledGradient(compiled) if compiled else None
    except Exception:  # as there
        return None


def mark_gradients(parameters: list[Any], ctx: Any, *, fresh: bool) -> None:
    """Say whether the gradients are newer than the last step: a Trainer refuses those that are not."""
    for parameter in parameters:
        parameter.data(ctx)._fresh_grad = fresh


def compile_loss(net: Any, loss: Any, batches: object) -> CompiledLoss | None:
    """Compile where it is possible.

    Returns
    -------
    CompiledLoss or None
        None if the data is not an ArrayBatches without resizing, or `net` and `loss` cannot be traced as symbols. The
        plain loop, which calls them with arrays, then works, or shows what is wrong with them.
    """
    from d2l_helpers.data import ArrayBatches

    if not isinstance(batches, ArrayBatches) or batches.resize is not None:
        return None
    if not (_is_hybrid(net) and _is_hybrid(loss)):
        return None
    try:
        return CompiledLoss(net, loss, batches)
    except Exception:  # what a block that was written for arrays raises on symbols is up to its author
        return None


def _is_hybrid(block: Any) -> bool:
    from mxnet.gluon import HybridBlock, nn

    if type(block) is nn.Sequential:
        return all(_is_hybrid(child) for child in block._children.values())
    return isinstance(block, HybridBlock)
