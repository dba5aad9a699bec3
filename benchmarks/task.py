"""The task that all implementations learn: softmax regression on Fashion-MNIST, by SGD in minibatches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from d2l_helpers.data import load_fashion_mnist

__all__ = ["RATE", "SIGMA", "Prepared", "Score", "Task"]

RATE, SIGMA = 0.1, 0.01  # the learning rate, and the standard deviation of the first weights
Score = tuple[float, float]  # mean loss per example, and accuracy from 0 to 1


class Prepared(NamedTuple):
    """An implementation that is ready to train.

    Attributes
    ----------
    train : callable
        Trains one epoch and returns loss and accuracy, summed up on the way.
    evaluate : callable
        Returns loss and accuracy on the test data.
    """

    train: Callable[[], Score]
    evaluate: Callable[[], Score]


@dataclass(frozen=True)
class Task:
    """How much there is to learn; the defaults are the chapter's.

    Attributes
    ----------
    examples, batch_size, classes : int
        Of the training data. Beyond the 60,000 images there are, images are repeated. With another number of classes
        than ten, the labels are random: an epoch costs the same, whatever the labels are.
    """

    examples: int = 60_000
    batch_size: int = 256
    classes: int = 10

    def images(self) -> tuple[Any, Any, Any, Any]:
        """Return images and labels as published, uint8 and (n, 28, 28), for training and test."""
        published: tuple[Any, ...] = load_fashion_mnist()
        images, labels, test_images, test_labels = published
        if self.examples != len(images):
            rows = np.arange(self.examples) % len(images)
            images, labels = images[rows], labels[rows]
        if self.classes != 10:
            drawn = np.random.default_rng(0)
            labels, test_labels = (drawn.integers(self.classes, size=len(each)) for each in (labels, test_labels))
        return images, labels, test_images, test_labels

    def rows(self) -> tuple[Any, Any, Any, Any]:
        """Return images as float32 in [0, 1], shape (n, 784), and labels as int64, for training and test."""
        images, labels, test_images, test_labels = self.images()
        return _scaled(images), labels.astype(np.int64), _scaled(test_images), test_labels.astype(np.int64)


def _scaled(images: Any) -> Any:
    scaled = images.reshape(len(images), -1).astype(np.float32)
    scaled /= np.float32(255)
    return scaled
