"""Name mistakes that show when gradients are computed or used: parameters without one, and another network's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from d2l_helpers.engine.mxnet_errors import NOT_RECORDED
from d2l_helpers.errors import TrainingError

__all__ = ["differentiate", "no_gradients", "updating"]

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


@contextmanager
def updating() -> Iterator[None]:
    """Replace the errors of an update whose parameters have no gradients, or those of another network.

    Raises
    ------
    TrainingError
        Instead of the Trainer's warning of a stale gradient, where warnings are errors, of MXNet's error for parameters
        that no batch has passed through, and of arithmetic with None.
    """
    from mxnet.gluon.parameter import DeferredInitializationError

    try:
        yield
    except UserWarning as warning:
        if _STALE not in str(warning):  # a warning of the reader's own code, where warnings are errors
            raise
        raise _another_networks(str(warning).partition(". ")[0]) from warning
    except DeferredInitializationError as error:  # the network's own parameters got their shapes by this batch
        raise _another_networks(str(error).partition(" because ")[0]) from error
    except TypeError as error:
        if "'NoneType'" not in str(error):
            raise
        raise TrainingError(
            "Cannot update the parameters.",
            got=f"a parameter whose gradient is None ({error})",
            expected=_EXPECTED,
            remedy=_REMEDY,
        ) from error


def _another_networks(got: str) -> TrainingError:
    return TrainingError(
        "The Trainer does not train this network.",
        got=got,
        expected="a Trainer made of the network's own parameters",
        remedy='make both again: trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})',
    )
