"""How the parameters change after a batch: by the reader's updater, or the same as one operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from d2l_helpers.training.arguments import foreign_trainer
from d2l_helpers.training.compiled import CompiledLoss, mark_gradients

__all__ = ["checked_step", "compile_sgd"]


def checked_step(updater: Any) -> Callable[[int], None]:
    """Give the function that changes the parameters after a batch of some size.

    Parameters
    ----------
    updater : mxnet.gluon.Trainer or callable
        A Trainer, or ``updater(batch_size)``.

    Returns
    -------
    callable
        To be called with the batch size. It raises TrainingError if the Trainer does not train the network.
    """
    step = getattr(updater, "step", updater)

    def checked(batch_size: int) -> None:
        try:
            step(batch_size)
        except UserWarning as warning:  # MXNet raises it for gradients that no backward pass has touched
            raise foreign_trainer(warning) from warning

    return checked


def compile_sgd(trainer: Any, loss: CompiledLoss) -> Callable[[int], None] | None:
    """Give what does the work of a Trainer's ``step`` without looking everything up anew for each batch.

    Parameters
    ----------
    trainer : object
        Maybe a `mxnet.gluon.Trainer`.
    loss : CompiledLoss
        Whose parameters are trained.

    Returns
    -------
    callable or None
        To be called with the batch size. None if this is not plain stochastic gradient descent on one device, of
        parameters that all belong to `loss`: the Trainer's own ``step`` is for everything.
    """
    from mxnet import gluon, nd, optimizer

    if type(trainer) is not gluon.Trainer or len(trainer._contexts) > 1:
        return None
    sgd, ctx = trainer._optimizer, loss.batches.X.ctx
    if not trainer._kv_initialized:
        trainer._init_kvstore()  # as its first step does
    trained = {at: parameter for at, parameter in enumerate(trainer._params) if parameter.grad_req != "null"}
    has_more = trainer._kvstore or sgd.multi_precision or getattr(sgd, "momentum", 0) or sgd.clip_gradient
    is_sgd = type(sgd) is optimizer.SGD and not has_more
    is_ours = all(loss.parameters.get(parameter.name) is parameter for parameter in trained.values())
    if not (is_sgd and is_ours and 0 < len(trained) <= sgd.aggregate_num):  # more would be several operators
        return None
    indices, parameters = list(trained), list(trained.values())
    weights = [parameter.data(ctx).as_nd_ndarray() for parameter in parameters]
    gradients = [parameter.grad(ctx).as_nd_ndarray() for parameter in parameters]
    pairs = [array for pair in zip(weights, gradients, strict=True) for array in pair]

    def step(batch_size: int) -> None:
        sgd.rescale_grad = trainer._scale / batch_size
        sgd._update_count(indices)
        settings = {"lrs": sgd._get_lrs(indices), "wds": sgd._get_wds(indices), "rescale_grad": sgd.rescale_grad}
        nd.multi_sgd_update(*pairs, out=weights, num_weights=len(weights), **settings)
        mark_gradients(parameters, ctx, fresh=False)

    return step
