"""Show the images of Fashion-MNIST, by class and from the most typical to the oddest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from d2l_helpers.data import LABELS, load_fashion_mnist
from d2l_helpers.figures import contact_sheet_html, plot_contact_sheet
from d2l_helpers.panels.exhibit import Exhibit, View, choice, slider

__all__ = ["ORDERS", "Collection", "browse_fashion_mnist", "collect", "distances_from_means", "show_page"]

Images = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.int64]

ORDERS = ("in file order", "most typical first", "oddest first")
ALL = -1  # stands for all classes
_PAGE, _PAGES = 60, 100  # a hundred pages of sixty images show all 6,000 training images of a class
_COLUMNS = 12


@dataclass(frozen=True, eq=False)
class Collection:
    """Images to look through.

    Attributes
    ----------
    name : str
        The name of the collection, such as "training".
    images : numpy.ndarray of uint8, shape (n, height, width)
        0 is the background.
    labels : numpy.ndarray of uint8, shape (n,)
        The class of each.
    distances : numpy.ndarray of float64, shape (n,)
        The distance of each from the mean of its class, as `distances_from_means` returns it.
    """

    name: str
    images: Images
    labels: Images
    distances: npt.NDArray[np.float64]
    _selected: dict[tuple[int, str], Indices] = field(default_factory=dict, init=False, repr=False)

    def select(self, label: int, order: str) -> Indices:
        """Return the indices of one class's images, or of `ALL`, in one of the `ORDERS`; the result is cached."""
        if (label, order) not in self._selected:
            self._selected[label, order] = self._sorted(label, order)
        return self._selected[label, order]

    def _sorted(self, label: int, order: str) -> Indices:
        indices = np.arange(len(self.labels)) if label == ALL else np.flatnonzero(self.labels == label)
        if order == ORDERS[0]:
            return indices
        sign = 1 if order == ORDERS[1] else -1
        return indices[np.argsort(sign * self.distances[indices], kind="stable")]


def collect(name: str, images: Images, labels: Images) -> Collection:
    """Make a collection of images and labels."""
    return Collection(name, images, labels, distances_from_means(images, labels))


def distances_from_means(images: Images, labels: Images) -> npt.NDArray[np.float64]:
    """Compute the distance of each image from the mean image of its class.

    Parameters
    ----------
    images : numpy.ndarray of uint8, shape (n, height, width)
        The images.
    labels : numpy.ndarray of uint8, shape (n,)
        Their classes.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The root of the mean squared difference, in grey levels per pixel.
    """
    distances = np.zeros(len(images))
    for label in np.unique(labels):
        chosen = np.flatnonzero(labels == label)
        flat = images[chosen].reshape(len(chosen), -1).astype(np.float32)
        flat -= flat.mean(axis=0, dtype=np.float64).astype(np.float32)
        distances[chosen] = np.sqrt(np.einsum("np,np->n", flat, flat) / flat.shape[1])
    return distances


def show_page(collection: Collection, label: int, order: str, page: int) -> View:
    """Return the View of a page of at most sixty images; page 1 begins with the first one, page 100 ends with the last.

    Parameters
    ----------
    collection : Collection
        The images.
    label : int
        A class, or `ALL`.
    order : str
        One of `ORDERS`.
    page : int
        1 to 100. With more than 6,000 images, the pages leave some out; with fewer, the pages overlap.
    """
    indices = collection.select(label, order)
    start = max(0, len(indices) - _PAGE) * (page - 1) // (_PAGES - 1)
    shown = indices[start : start + _PAGE]
    captions = [LABELS[collection.labels[index]] if label == ALL else str(index) for index in shown]
    which = f"{collection.name} images" + ("" if label == ALL else f" of class {LABELS[label]}")
    near, usual = collection.distances[shown].mean(), collection.distances[indices].mean()
    text = (
        f"Images {start + 1:,} to {start + len(shown):,} of {len(indices):,} {which}, {order}; "
        f"each has its {'class' if label == ALL else 'index'} below.\n"
        f"Their average distance from the mean of their class is {near:.1f} grey levels per pixel; "
        f"for all {len(indices):,} it is {usual:.1f}."
    )
    alt = f"{len(shown)} {which}, {order}"
    sheet = (collection.images[shown] / 255, captions, alt, _COLUMNS)
    return View(text, html=contact_sheet_html(*sheet), picture=lambda: plot_contact_sheet(*sheet))


def browse_fashion_mnist() -> Exhibit:
    """Show the pages of Fashion-MNIST by class, in the dataset's order or by how typical the images are of their class.

    Returns
    -------
    Exhibit
        Has sliders for the part, the class, the order and the page.

    Raises
    ------
    DataUnavailable, DataError
        As for `load_fashion_mnist`.
    """
    X, y, X_test, y_test = load_fashion_mnist()
    parts: Mapping[str, Collection] = {
        "train": collect("training", X, y),
        "test": collect("test", X_test, y_test),
    }

    def show(part: str, label: int, order: str, page: int) -> View:
        return show_page(parts[part], label, order, page)

    classes = [("all", ALL), *((name, index) for index, name in enumerate(LABELS))]
    controls = (
        choice("part", "part", list(parts), "train"),
        choice("label", "class", classes, LABELS.index("shirt")),
        choice("order", "order", list(ORDERS), ORDERS[0]),
        slider("page", "page", 1, low=1, high=_PAGES, step=1),
    )
    return Exhibit("Fashion-MNIST, page by page", controls, show, room=(115, 115))
