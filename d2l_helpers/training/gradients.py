"""Name mistakes that show when gradients are computed or used: parameters without one, and another network's."""

from __future__ import annotations

from typing import Any

from d2l_helpers.engine.mxnet_errors import NOT_RECORDED
from d2l_helpers.errors import TrainingError

__all__ = ["differentiate", "explained_update", "no_gradients"]

_STALE = "has not been updated by backward"  # in the error that a Trainer of MXNet raises, of type UserWarning
_EXPECTED = "parameters on which attach_grad() was called, or Gluon's own without grad_req='null'"
_REMEDY = (
    "call attach_grad() on every parameter before training, as in: for param in (W, b): param.attach_grad(); "
    "of a Gluon network: net.collect_params().setattr('grad_req', 'write')"
)


def differentiate(loss: Any) -> None:
    """Compute the gradients of a recorded loss.

    Raises
    ------
    TrainingError
        If the loss depends on no parameter that has a gradient.
    """
    from mxnet import MXNetError

    try:
        loss.backward()
    except MXNetError as error:
        if NOT_RECORDED not in str(error):
            raise
        raise no_gradients() from error


def no_gradients() -> TrainingError:
    """Return the error for a loss that depends on no parameter with a gradient."""
    return TrainingError(
        "Cannot compute gradients.",
        got="a loss that depends on no parameter with a gradient",
        expected=_EXPECTED,
        remedy=_REMEDY,
    )


def explained_update(error: Exception) -> Exception:
    """Return the error to raise in place of one that an update of the parameters has raised.

    Returns
    -------
    TrainingError or Exception
        A TrainingError for the Trainer's warning of a stale gradient, where warnings are errors, for MXNet's error for
        parameters that no batch has passed through, and for arithmetic with None; else the error itself.
    """
    from mxnet.gluon.parameter import DeferredInitializationError

    if isinstance(error, UserWarning) and _STALE in str(error):  # not a warning of the reader's own code
        return _another_networks(str(error).partition(". ")[0])
    if isinstance(error, DeferredInitializationError):  # the network's own parameters got their shapes by this batch
        return _another_networks(str(error).partition(" because ")[0])
    if isinstance(error, TypeError) and "'NoneType'" in str(error):
        return TrainingError(
            "Cannot update the parameters.",
            got=f"a parameter whose gradient is None ({error})",
            expected=_EXPECTED,
            remedy=_REMEDY,
        )
    return error


def _another_networks(got: str) -> TrainingError:
    return TrainingError(
        "The Trainer does not train this network.",
        got=got,
        expected="a Trainer made of the network's own parameters",
        remedy='make both again: trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})',
    )
