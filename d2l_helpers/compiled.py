"""Network, loss and count of hits as one MXNet operator over arrays that stay where they are.

In Python, MXNet's cost is the dispatch of operators: gather a batch, apply the network, the loss, the argmax, the sums.
Traced once as symbols and run as one cached operator, a batch costs one dispatch. That brings Gluon to the speed of a
plain NumPy loop; ``make bench`` measures it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from d2l_helpers.data import ArrayBatches

__all__ = ["CompiledLoss", "compile_loss"]

_IMAGES, _LABELS, _ROWS = "d2l_helpers_images", "d2l_helpers_labels", "d2l_helpers_rows"


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
        known = {name: parameter.data(batches.X.ctx) for name, parameter in net.collect_params().items()}
        known |= {_IMAGES: batches.X, _LABELS: batches.y}
        names = outputs.list_inputs()
        # Classic arrays share the memory of mx.np's, and slicing them costs a third
        self._inputs = [known[name].as_nd_ndarray() if name in known else None for name in names]
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
