"""What a fit has measured and where it is: what training fills, figures draw and panels show."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Epoch", "History", "Progress"]


@dataclass(frozen=True)
class Epoch:
    """What a training of the reader's own reports after an epoch: ``yield helpers.Epoch(train_loss=0.02)``.

    Attributes
    ----------
    train_loss, test_loss : float
        Mean loss an example.
    train_acc, test_acc : float
        Fraction of right predictions, from 0 to 1.
    weight : array, optional
        The weights of a layer that looks at 784 pixels, shape (10, 784) or (784, 10), of MXNet, NumPy or TensorFlow.

    Notes
    -----
    Only `train_loss` is needed. None stands for what was not measured.
    """

    train_loss: float
    train_acc: float | None = None
    test_loss: float | None = None
    test_acc: float | None = None
    weight: Any = None


@dataclass
class History:
    """What a fit measured, one entry an epoch. A list stays empty until it has something to hold.

    Attributes
    ----------
    train_loss, test_loss : list of float
        Mean loss an example, in nats for cross-entropy.
    train_acc, test_acc : list of float
        Fraction of right predictions, from 0 to 1.
    stopped : bool
        Whether the fit was stopped before its last epoch.

    Notes
    -----
    As in the book, the train numbers are those of the batches as they were trained on, so they average over a network
    that changes during the epoch; the test numbers are those of the network after the epoch.
    """

    train_loss: list[float] = field(default_factory=list)
    train_acc: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_acc: list[float] = field(default_factory=list)
    stopped: bool = False

    def __len__(self) -> int:
        return len(self.train_loss)

    def add(self, epoch: Epoch) -> None:
        """Append an epoch; NaN stands for what this one did not measure and another did."""
        done = len(self)
        for name in ("train_loss", "train_acc", "test_loss", "test_acc"):
            value, values = getattr(epoch, name), getattr(self, name)
            if value is not None:
                values += [math.nan] * (done - len(values)) + [float(value)]
            elif values:
                values.append(math.nan)


@dataclass(frozen=True)
class Progress:
    """Where a running fit is.

    Attributes
    ----------
    done : float
        Epochs done, with the fraction of the running one.
    num_epochs : int
        Epochs asked for.
    history : History
        The finished epochs; it grows while the fit goes on.
    net : callable
        The network that is being trained.
    """

    done: float
    num_epochs: int
    history: History
    net: Any
