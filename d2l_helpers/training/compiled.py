"""Compile network, loss and count of hits into one MXNet operator.

In Python, MXNet's cost is the dispatch of operators: the network's layers, the loss, the argmax, the sums, then the
derivative of each. Traced once as symbols, a batch costs one dispatch for all of them and one for their derivatives,
which makes an epoch about twice as fast: see ``python -m benchmarks ablation``. Only blocks whose Python is
MXNet's own are compiled, because tracing runs a block's Python once and not for every batch.
"""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from d2l_helpers.data import ArrayBatches

__all__ = ["CompiledLoss", "compile_loss", "is_built_in"]

_X, _Y = "d2l_helpers_X", "d2l_helpers_y"


class CompiledLoss:
    """The summed loss and the hits of a network on a batch.

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
        # Only equal types are compared; `check_labels` has seen that all labels are classes, whatever their type
        classes = y if batches.y.dtype == "int32" else y.astype("int32")
        hits = mx.sym.np.argmax(y_hat, axis=1).astype("int32") == classes
        outputs = mx.sym.Group([loss(y_hat, y).sum(), hits.astype("float32").sum()])
        names = outputs.list_inputs()
        self._at = names.index(_X), names.index(_Y)
        parameters = dict(net.collect_params())
        # Classic arrays share the memory of mx.np's, and slicing them takes a third of the time
        self._inputs = [
            None if name in (_X, _Y) else parameters[name].data(batches.X.ctx).as_nd_ndarray() for name in names
        ]
        # With fixed shapes, MXNet runs many operators as one; it plans an epoch's last, smaller batch again
        self._operator = mx.nd.CachedOp(outputs, [("static_alloc", True), ("static_shape", True)])
        self._batches, self._arrays = batches, (batches.X.as_nd_ndarray(), batches.y.as_nd_ndarray())

    def __call__(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Sum the losses and count the hits of a batch from `minibatches` or `slices`.

        Returns
        -------
        tuple of mxnet.nd.NDArray
            The sum of the losses and the number of right predictions, each one float32, not waited for. Under
            ``autograd.record()`` the first has a derivative.
        """
        for at, array in zip(self._at, (X, y), strict=True):
            self._inputs[at] = array
        loss_sum, hits = self._operator(*self._inputs)
        return loss_sum, hits

    def minibatches(self) -> Iterator[tuple[Any, Any]]:
        """Yield the batches of one epoch.

        Yields
        ------
        X, y : mxnet.nd.NDArray
            The examples of one batch; the next batch overwrites them.
        """
        from mxnet import nd

        size, end = self._batches.batch_size, self._batches.num_examples
        order = self._batches.order().as_nd_ndarray()
        kept = [nd.empty((size, *each.shape[1:]), ctx=each.context, dtype=each.dtype) for each in self._arrays]
        for start in range(0, end, size):
            rows = order[start : min(start + size, end)]  # MXNet 1.6 refuses a slice past the end
            buffers = kept if len(rows) == size else (None, None)
            # mode="clip" skips a check of every index; `order` has only rows that exist
            X, y = (nd.take(a, rows, mode="clip", out=out) for a, out in zip(self._arrays, buffers, strict=True))
            yield X, y

    def slices(self, size: int) -> Iterator[tuple[Any, Any]]:
        """Yield all examples in their order, `size` at a time, without copying them."""
        end, (X, y) = self._batches.num_examples, self._arrays
        for start in range(0, end, size):
            stop = min(start + size, end)
            yield X[start:stop], y[start:stop]


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


def is_built_in(block: Any) -> bool:
    """Return whether calling a block runs no Python but MXNet's own, and no hooks.

    Returns
    -------
    bool
        False for functions, for blocks of the reader's with a ``forward`` or ``hybrid_forward`` of their own, for
        blocks with a hook, and for blocks that contain one of these: a print, a counter or an ``if`` in them must run
        for every batch. Also for a ``Lambda`` layer, and for a ``HybridLambda`` whose function uses more than its
        arguments: ``lambda F, z: F.npx.softmax(z)`` can neither print nor count.
    """
    from mxnet.gluon import Block, nn

    if not isinstance(block, Block) or isinstance(block, nn.Lambda):
        return False
    if isinstance(block, nn.HybridLambda) and not (_is_mxnets(block._func) or _uses_only_arguments(block._func)):
        return False
    if block._forward_hooks or block._forward_pre_hooks or getattr(block, "_callback", None):
        return False
    methods = (getattr(block, name, None) for name in ("__call__", "forward", "hybrid_forward"))
    return all(map(_is_mxnets, methods)) and all(map(is_built_in, block._children.values()))


def _is_mxnets(method: Any) -> bool:
    """Return whether a method is MXNet's own, or missing, as ``hybrid_forward`` may be; not one that replaces it."""
    if method is None:
        return True
    # Not __module__, which a wrapper copies from MXNet's function
    function_globals = getattr(getattr(method, "__func__", method), "__globals__", {})
    return str(function_globals.get("__name__")).startswith("mxnet.")


def _uses_only_arguments(function: Any) -> bool:
    """Return whether a function uses no global, no variable around it and no default, and sets no attribute or item."""
    code = getattr(function, "__code__", None)
    return isinstance(code, CodeType) and not function.__defaults__ and not function.__kwdefaults__ and _is_closed(code)


def _is_closed(code: CodeType) -> bool:
    if code.co_freevars or any(isinstance(constant, CodeType) for constant in code.co_consts):
        return False
    names = {instruction.opname for instruction in dis.get_instructions(code)}
    return not any("GLOBAL" in name or "IMPORT" in name or name in ("STORE_ATTR", "STORE_SUBSCR") for name in names)
