"""Compare a network's confidence with its accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from d2l_helpers.training.evaluation import Prediction

__all__ = ["Reliability", "reliability"]


@dataclass(frozen=True)
class Reliability:
    """Confidence and accuracy of the examples in each of several equally wide bins of confidence.

    Attributes
    ----------
    counts : numpy.ndarray
        Examples in each bin, shape (bins,), int.
    confidence, accuracy : numpy.ndarray
        Mean highest probability, and fraction of right predictions, shape (bins,); nan where a bin is empty.
    """

    counts: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]

    @property
    def error(self) -> float:
        """The expected calibration error: the distance of confidence and accuracy, averaged over the examples."""
        return self._mean(np.abs(self.confidence - self.accuracy))

    @property
    def mean_confidence(self) -> float:
        """The mean highest probability of all examples; nan if there are none, as are the other means."""
        return self._mean(self.confidence)

    @property
    def mean_accuracy(self) -> float:
        """The fraction of right predictions."""
        return self._mean(self.accuracy)

    def _mean(self, values: npt.NDArray[np.float64]) -> float:
        filled = self.counts > 0
        return float(np.average(values[filled], weights=self.counts[filled])) if filled.any() else float("nan")


def reliability(prediction: Prediction, predicted: int | None = None, num_bins: int = 10) -> Reliability:
    """Compare a network's confidence with its accuracy.

    Parameters
    ----------
    prediction : Prediction
        The network's probabilities.
    predicted : int, optional
        Use only the examples for which this class is predicted.
    num_bins : int
        Bins of confidence from 0 to 1; each contains its lower edge, the last one both.

    Notes
    -----
    The expected calibration error of Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using
    Bayesian Binning" (2015).
    """
    chosen = slice(None) if predicted is None else prediction.classes == predicted
    confidence = prediction.probabilities.max(axis=1)[chosen].astype(np.float64)
    hits = (prediction.classes == prediction.labels)[chosen].astype(np.float64)
    edges = np.linspace(0, 1, num_bins + 1)
    bins = np.clip(np.searchsorted(edges, confidence, side="right") - 1, 0, num_bins - 1)
    counts = np.bincount(bins, minlength=num_bins)
    sums = (np.bincount(bins, weights=values, minlength=num_bins) for values in (confidence, hits))
    with np.errstate(invalid="ignore"):  # 0 / 0, an empty bin
        return Reliability(counts, *(each / counts for each in sums))
