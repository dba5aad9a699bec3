"""A fit's measurements and its progress: training fills them, figures draw them, panels show them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Epoch", "FitProgress", "History"]


@dataclass(frozen=True)
class Epoch:
    """The measurements of one epoch, as a reader's own training yields them: ``yield helpers.Epoch(train_loss=0.02)``.

    Attributes
    ----------
    train_loss, held_out_loss : float
        Mean loss per example.
    train_acc, held_out_acc : float
        Fraction of right predictions, from 0 to 1.
    weight : array, optional
        The weights of a layer whose inputs are 784 pixels, shape (10, 784) or (784, 10), of MXNet, NumPy or TensorFlow.

    Notes
    -----
    Only `train_loss` is required. None stands for what was not measured.
    """

    train_loss: float
    train_acc: float | None = None
    held_out_loss: float | None = None
    held_out_acc: float | None = None
    weight: Any = None


@dataclass
class History:
    """The measurements of a fit, one entry per epoch. A list stays empty until its quantity is first measured.

    Attributes
    ----------
    train_loss, held_out_loss : list of float
        Mean loss per example, in nats for cross-entropy. "Held out" are the examples that the fit was given to watch
        itself by: the argument `test_iter` of `train_ch3`, as d2l calls it.
    train_acc, held_out_acc : list of float
        Fraction of right predictions, from 0 to 1.
    stopped : bool
        Whether the fit was stopped before its last epoch.

    Notes
    -----
    As in the book, the train numbers are measured on each batch just before the network is updated with it, so they
    average over a network that changes during the epoch; the held-out numbers are those of the network after the epoch.
    """

    train_loss: list[float] = field(default_factory=list)
    train_acc: list[float] = field(default_factory=list)
    held_out_loss: list[float] = field(default_factory=list)
    held_out_acc: list[float] = field(default_factory=list)
    stopped: bool = False

    def __len__(self) -> int:
        return len(self.train_loss)

    def add(self, epoch: Epoch) -> None:
        """Append an epoch; NaN stands for what only other epochs measured."""
        done = len(self)
        for name in ("train_loss", "train_acc", "held_out_loss", "held_out_acc"):
            value, values = getattr(epoch, name), getattr(self, name)
            if value is not None:
                values += [math.nan] * (done - len(values)) + [float(value)]
            elif values:
                values.append(math.nan)


@dataclass(frozen=True)
class FitProgress:
    """How far a running fit has come.

    Attributes
    ----------
    done : float
        Finished epochs, plus the finished fraction of the running one.
    num_epochs : int
        All epochs of the fit.
    history : History
        The finished epochs; the same object grows during the fit.
    net : callable
        The network that is being trained.
    """

    done: float
    num_epochs: int
    history: History
    net: Any
