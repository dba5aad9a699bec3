"""Measure a classifier: its accuracy, loss, predictions, confusion matrix and worst errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.errors import ArgumentError
from d2l_helpers.training.argument_checks import apply, check_first_batch, check_labels, no_batches, pairs
from d2l_helpers.training.compiled import compile_loss

if TYPE_CHECKING:
    from d2l_helpers.training.compiled import CompiledLoss

__all__ = [
    "Prediction",
    "Score",
    "accuracy",
    "confusion_matrix",
    "evaluate_accuracy",
    "evaluate_loss",
    "most_wrong",
    "predict_labels",
    "score",
]

# Limits the memory of the logits, of two slices; with fewer rows, the calls of operators would take most of the time
_ROWS_AT_ONCE = 2048


@dataclass
class Score:
    """Sums over examples, from which the means follow.

    Attributes
    ----------
    loss_sum, hits : float
        The sum of the losses and the number of right predictions.
    num_examples : int
        Over how many examples.
    """

    loss_sum: float = 0.0
    hits: float = 0.0
    num_examples: int = 0

    @property
    def loss(self) -> float:
        """Mean loss per example, in nats if the loss is a cross-entropy."""
        return self.loss_sum / self.num_examples

    @property
    def accuracy(self) -> float:
        """Fraction of right predictions, from 0 to 1."""
        return self.hits / self.num_examples

    def add(self, part: Score) -> None:
        """Add the sums over some more examples."""
        self.loss_sum += part.loss_sum
        self.hits += part.hits
        self.num_examples += part.num_examples


@dataclass(frozen=True)
class Prediction:
    """A network's probabilities for each of n examples, beside the true classes.

    Attributes
    ----------
    labels : numpy.ndarray
        The true classes, shape (n,), int.
    probabilities : numpy.ndarray
        Shape (n, classes), float32; each row sums to 1.
    """

    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]

    @property
    def classes(self) -> npt.NDArray[np.int64]:
        """The most probable class of each example, shape (n,)."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)


def accuracy(y_hat: Any, y: Any) -> float:
    """Count the right predictions, as d2l's function of this name does.

    Parameters
    ----------
    y_hat : array
        Scores, shape (batch, classes), the highest of which is the prediction; or predicted classes, shape (batch,).
    y : array
        True classes, shape (batch,).

    Returns
    -------
    float
        How many are right: a count, not a fraction.

    Raises
    ------
    ArgumentError
        If the shapes do not belong together.
    """
    if not (hasattr(y_hat, "ndim") and hasattr(y, "ndim")):
        raise ArgumentError(
            "Cannot count the right predictions.",
            got=f"y_hat of type {type(y_hat).__name__} and y of type {type(y).__name__}",
            expected="MXNet's arrays",
            remedy="convert them with np.array(...), where np is mxnet's",
        )
    if y.ndim != 1 or y_hat.ndim not in (1, 2) or len(y_hat) != len(y):
        raise ArgumentError(
            "Cannot count the right predictions.",
            got=f"y_hat of shape {y_hat.shape} and y of shape {y.shape}",
            expected="y_hat (batch, classes) or (batch,), and y (batch,)",
            remedy="pass the network's output for the batch that y belongs to",
        )
    classes = y_hat.argmax(axis=1) if y_hat.ndim == 2 else y_hat
    return float((classes.astype(y.dtype) == y).sum())


def evaluate_accuracy(net: Callable[[Any], Any], data_iter: Iterable[tuple[Any, Any]]) -> float:
    """Compute the fraction of examples that `net` classifies correctly, from 0 to 1.

    Parameters
    ----------
    net : callable
        Returns scores of shape (batch, classes) for a batch.
    data_iter : iterable of (X, y)
        Batches; at least one.

    Raises
    ------
    ArgumentError
        If there is no batch, or scores and labels do not belong together.
    """
    hits, num_examples = 0.0, 0
    for X, y in pairs(data_iter):
        y_hat, _ = apply(net, _no_loss, X, y)
        hits += accuracy(y_hat, y)
        num_examples += len(y)
    if not num_examples:
        raise no_batches(data_iter)
    return hits / num_examples


def evaluate_loss(net: Callable[[Any], Any], data_iter: Iterable[tuple[Any, Any]], loss: Callable[..., Any]) -> float:
    """Compute the mean loss of `net` per example; arguments and errors as for `evaluate_accuracy`."""
    check_first_batch(net, data_iter, loss)
    return score(net, data_iter, loss, compile_loss(net, loss, data_iter)).loss


def score(
    net: Callable[[Any], Any],
    data_iter: Iterable[tuple[Any, Any]],
    loss: Callable[..., Any],
    compiled: CompiledLoss | None,
) -> Score:
    """Sum loss and hits over all batches, in one pass and without recording gradients.

    `compiled` is what `compile_loss` returns for these three.
    """
    result = Score()
    if compiled:
        for part in compiled.evaluate(_ROWS_AT_ONCE):
            result.add(Score(*part))
        return result
    for X, y in pairs(_in_order(data_iter)):
        y_hat, losses = apply(net, loss, X, y)
        check_labels(y, y_hat.shape[1])
        result.add(Score(float(losses.sum()), accuracy(y_hat, y), len(y)))
    if not result.num_examples:
        raise no_batches(data_iter)
    return result


def predict_labels(net: Callable[[Any], Any], data_iter: Iterable[tuple[Any, Any]]) -> Prediction:
    """Apply `net` to every batch and turn its logits into probabilities.

    Parameters and errors are those of `evaluate_accuracy`; the order is that of `data_iter`.
    """
    from mxnet import npx

    labels, probabilities = [], []
    for X, y in pairs(data_iter):
        y_hat, _ = apply(net, _no_loss, X, y)
        check_labels(y, y_hat.shape[1])
        probabilities.append(npx.softmax(y_hat).asnumpy())
        labels.append(y.asnumpy())
    if not labels:
        raise no_batches(data_iter)
    return Prediction(np.concatenate(labels).astype(np.int64), np.concatenate(probabilities))


def confusion_matrix(prediction: Prediction) -> npt.NDArray[np.int64]:
    """Count how often each class is predicted for each true class.

    Returns
    -------
    numpy.ndarray
        Shape (classes, classes): row, the true class; column, the predicted one.
    """
    num_classes = prediction.probabilities.shape[1]
    counts = np.zeros((num_classes, num_classes), dtype=np.int64)
    np.add.at(counts, (prediction.labels, prediction.classes), 1)
    return counts


def most_wrong(prediction: Prediction, n: int = 6) -> npt.NDArray[np.int64]:
    """Return the misclassified examples whose true class got the least probability, the worst first.

    Returns
    -------
    numpy.ndarray
        Indices of at most `n` wrongly classified examples.
    """
    wrong = np.flatnonzero(prediction.classes != prediction.labels)
    probability = prediction.probabilities[wrong, prediction.labels[wrong]]
    return np.asarray(wrong[np.argsort(probability, kind="stable")[:n]], dtype=np.int64)


def _in_order(data_iter: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    """Return the batches unshuffled where possible, so that, compiled or not, later shuffles follow the same seed."""
    from d2l_helpers.data import ArrayBatches

    if not isinstance(data_iter, ArrayBatches) or not data_iter.shuffle:
        return data_iter
    return ArrayBatches(data_iter.X, data_iter.y, data_iter.batch_size, False, data_iter.resize)


def _no_loss(y_hat: Any, y: Any) -> Any:
    return y_hat.reshape(len(y), -1)[:, 0]
