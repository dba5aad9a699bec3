"""Show which classes a network confuses, and how well its confidence agrees with its accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.data import LABELS
from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import Bars, Chart, Dots, Line, contact_sheet_html, plot_contact_sheet
from d2l_helpers.panels.exhibit import Exhibit, View, choice
from d2l_helpers.training.evaluation import Prediction, confusion_matrix
from d2l_helpers.training.reliability import Reliability, reliability

__all__ = ["commonest_error", "explore_errors"]

_SHOWN = 12  # images


def commonest_error(prediction: Prediction) -> tuple[int, int]:
    """Return the true and the predicted class of the most frequent error."""
    errors = confusion_matrix(prediction)
    np.fill_diagonal(errors, -1)
    true, predicted = np.unravel_index(errors.argmax(), errors.shape)
    return int(true), int(predicted)


def explore_errors(prediction: Prediction, data_iter: Any) -> Exhibit:
    """Show the images of one class that are taken for another, and compare the network's confidence with its accuracy.

    Parameters
    ----------
    prediction : Prediction
        The network's prediction for the images of `data_iter`, as `predict_labels` returns it.
    data_iter : ArrayBatches
        Images that the network did not learn from, not shuffled: held-out ones, the second result of `hold_out`.

    Returns
    -------
    Exhibit
        Has two sliders, for the true class and the predicted one, which start at the most frequent error.

    Raises
    ------
    ArgumentError
        If these are not Fashion-MNIST's classes and images, or if the prediction is about other images.
    """
    X = _checked_images(prediction, data_iter)
    of_all = reliability(prediction)

    def show(true: int, predicted: int) -> View:
        indices = np.flatnonzero((prediction.labels == true) & (prediction.classes == predicted))
        shown = indices[:_SHOWN]
        of_class = reliability(prediction, predicted)
        captions = [f"{p:.2f}" for p in prediction.probabilities[shown, true]]
        text = f"{_count(prediction, true, predicted)}\n{_trust(of_class, predicted)} {_trust(of_all, None)}"
        alt = f"The first {len(shown)} images of the class {LABELS[true]} that are taken for {LABELS[predicted]}"
        sheet = (_pictures(X, shown), captions, alt)
        charts = _charts(of_all, of_class, predicted)
        return View(text, charts, contact_sheet_html(*sheet), lambda: plot_contact_sheet(*sheet, charts=charts))

    true, predicted = commonest_error(prediction)
    classes = [(name, index) for index, name in enumerate(LABELS)]
    controls = (choice("true", "true class", classes, true), choice("predicted", "taken for", classes, predicted))
    return Exhibit("Which classes are confused, and how sure the network is", controls, show, room=(150, 235))


def _count(prediction: Prediction, true: int, predicted: int) -> str:
    row = confusion_matrix(prediction)[true]
    count, correctly = row[predicted], ", correctly" if true == predicted else ""
    shown = "it is" if count == 1 else "they are" if count <= _SHOWN else f"the first {_SHOWN} are"
    which = f"; {shown} below, with the probability that the network gave to {LABELS[true]}" if count else ""
    return f"Class {LABELS[true]}: {count:,} of {row.sum():,} taken for {LABELS[predicted]}{correctly}{which}."


def _trust(one: Reliability, predicted: int | None) -> str:
    if not one.counts.sum():
        return f"The network never answers {LABELS[predicted or 0]}."
    when = "Over all images" if predicted is None else f"Where the network answers {LABELS[predicted]}"
    return (
        f"{when}, its mean confidence is {one.mean_confidence:.1%} and its accuracy {one.mean_accuracy:.1%}; "
        f"expected calibration error {one.error:.3f}."
    )


def _charts(of_all: Reliability, of_class: Reliability, predicted: int) -> tuple[Chart, Chart]:
    labels = [f"all images{_off(of_all)}", f"answer {LABELS[predicted]}{_off(of_class)}"]
    diagram = (
        Line((0, 1), (0, 1), "calibrated", style=3),
        Line(of_all.confidence.tolist(), of_all.accuracy.tolist(), labels[0], style=0),
        Dots(of_class.confidence.tolist(), of_class.accuracy.tolist(), labels[1], style=1),
    )
    shares = [
        Bars((one.counts / max(1, int(one.counts.sum()))).tolist(), style=style)
        for style, one in enumerate((of_all, of_class))
    ]
    tenths = [f".{tenth}" for tenth in range(len(of_all.counts))]
    return (
        Chart(
            "Accuracy at each confidence",
            diagram,
            "confidence",
            "accuracy",
            (0, 1),
            (-0.03, 1.03),
            legend_below=True,
        ),
        Chart(
            "Images at each confidence", shares, "confidence, from", "fraction of images", None, (0, 1), x_names=tenths
        ),
    )


def _off(one: Reliability) -> str:
    return f", off by {one.error:.3f}" if one.counts.sum() else ""


def _checked_images(prediction: Any, data_iter: Any) -> Any:
    """Return the images of the prediction, shape (n, 1, 28, 28); raise ArgumentError if the two do not match."""
    X: Any = getattr(data_iter, "X", None)
    y: Any = getattr(data_iter, "y", None)
    if not isinstance(prediction, Prediction) or not hasattr(X, "asnumpy") or not hasattr(y, "asnumpy"):
        raise _refused(f"a {type(prediction).__name__} and a {type(data_iter).__name__}")
    if prediction.probabilities.shape[1:] != (len(LABELS),) or X.shape[1:] != (1, 28, 28):
        raise _refused(f"probabilities of shape {prediction.probabilities.shape} and images of shape {X.shape}")
    if not np.array_equal(y.asnumpy(), prediction.labels):
        raise _refused("a prediction whose true classes differ from the labels of the images")
    return X


def _pictures(X: Any, shown: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return a few of the images, shape (n, 28, 28); a copy of all 10,000, kept with the page, would take 31 MB."""
    return np.array([X[index, 0].asnumpy() for index in shown.tolist()], dtype=np.float32).reshape(-1, 28, 28)


def _refused(got: str) -> ArgumentError:
    return ArgumentError(
        "Cannot show the errors.",
        got=got,
        expected="what predict_labels returned for some images of Fashion-MNIST, and the same images in the same order",
        remedy="call prediction = helpers.predict_labels(net, held_out_iter), and pass both to helpers.explore_errors",
    )
