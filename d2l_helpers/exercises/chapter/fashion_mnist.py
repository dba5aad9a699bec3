"""Define and check the exercises of notebooks/05_fashion_mnist.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.expectations import as_array, as_number, describe, expect, expect_shape

__all__ = ["EXERCISES"]

Images = npt.NDArray[np.uint8]
Pixels = Sequence[int]

_NUM_IMAGES, _NUM_PIXELS, _BATCH = 60_000, 28 * 28, 256
_SNEAKER, _ANKLE_BOOT = 7, 9


def _check_float_megabytes(float_megabytes: Any) -> None:
    got = as_number(float_megabytes, "float_megabytes")
    values = _NUM_IMAGES * _NUM_PIXELS
    mistakes = {
        values / 1e6: ("one byte a pixel, as in the file", "the size of 32-bit numbers"),
        8 * values / 1e6: ("64 bits a pixel", "the size of 32-bit numbers"),
        32 * values / 1e6: ("a count of bits", "bytes, of eight bits each"),
        4 * values: ("a count of bytes", "megabytes, of a million bytes each"),
        4 * values / 2**20: ("a count in units of 2²⁰ bytes", "megabytes, of a million bytes each"),
    }
    for mistaken, (meaning, expected) in mistakes.items():
        expect(not math.isclose(got, mistaken, rel_tol=0.005), f"{got:g}, which is {meaning}", expected)
    is_right = math.isclose(got, 4 * values / 1e6, rel_tol=0.005)
    expect(is_right, f"{got:g} megabytes", "images × pixels per image × bytes per pixel, in millions")


def _check_images_in_last_batch(images_in_last_batch: Any) -> None:
    got = as_number(images_in_last_batch, "images_in_last_batch")
    expect(got == int(got) if math.isfinite(got) else False, f"{got:g}", "a whole number of images")
    batches = math.ceil(_NUM_IMAGES / _BATCH)
    expect(got != batches, f"{got:g}, which is how many batches there are", "how many images the last one has")
    expect(got != _BATCH, f"{got:g}, a full batch", "fewer, since 60,000 is no multiple of 256")
    expect(0 < got < _BATCH, f"{got:g}", "at least one image, and fewer than a full batch")
    expect(
        got == _NUM_IMAGES % _BATCH,
        f"{got:g}; with the full batches before it that is no 60,000",
        "all 60,000 images, each in one batch",
    )


_Case = tuple[list[Pixels], list[Pixels], Pixels, int, str]
_CASES: tuple[_Case, ...] = (
    (
        [[10]] * 10, [[60]], [93], 1,
        "class 1, since its mean is 60; class 0 has ten images of brightness 10, and their mean is 10",
    ),
    (
        [[0], [100]], [[90], [90]], [97], 1,
        "class 1, since the mean image of class 1 has 90 where this one has 97, and that of class 0 has 50",
    ),
    ([[20]], [[42]], [10], 0, "class 0, whose mean is 10 away, where that of class 1 is 32 away"),
    (
        [[60, 0]], [[0, 50]], [50, 0], 0,
        "class 0, whose mean differs by 10 in one pixel; that of class 1 differs by 50 in two, in opposite directions",
    ),
    (
        [[90, 50, 50, 50]], [[65, 65, 65, 65]], [50, 50, 50, 50], 1,
        "class 1, whose squared differences add up to 900; those of class 0 add up to 1,600",
    ),
)  # fmt: skip


def _check_nearest_mean(nearest_mean: Callable[..., Any]) -> None:
    everyone = [_image(255 if pixel == place else 0 for pixel in range(16)) for place in range(10)]
    images, labels = _shuffled([[image, image] for image in everyone])
    got = as_array(nearest_mean(images, labels, np.stack(everyone)), "nearest_mean(…)")
    expect_shape(got, (10,), "nearest_mean(…) for 10 images")
    for label, found in enumerate(got):
        expect(found == label, f"class {found:g} for the mean image of class {label} itself", f"class {label}")
    for zero, one, image, right, why in _CASES:
        groups = [[_image(pixels) for pixels in group] for group in (zero, one)]
        images, labels = _shuffled([*groups, *[[image] for image in everyone[2:]]])
        (found,) = as_array(nearest_mean(images, labels, _image(image)[None]), "nearest_mean(…)")
        values = ", ".join(str(pixel) for pixel in image)
        expect(found == right, f"class {found:g} for an image that is {values} and then 0", why)


def _image(pixels: Any) -> Images:
    """Return an image of 4 × 4 pixels that begins with these pixels."""
    values = list(pixels)
    return np.array(values + [0] * (16 - len(values)), dtype=np.uint8).reshape(4, 4)


def _shuffled(groups: Sequence[Sequence[Images]]) -> tuple[Images, Images]:
    """Return the images of all classes and their labels, in random order."""
    images = np.stack([image for group in groups for image in group])
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups]).astype(np.uint8)
    order = np.random.default_rng(0).permutation(len(labels))
    return images[order], labels[order]


def _check_split_indices(split_indices: Callable[..., Any]) -> None:
    for num_examples, num_held_out in ((100, 20), (7, 3)):
        learn, held_out = _parts(split_indices, num_examples, num_held_out, 0)
        call = f"split_indices({num_examples}, {num_held_out}, 0)"
        expect_shape(held_out, (num_held_out,), f"the second of {call}")
        expect_shape(learn, (num_examples - num_held_out,), f"the first of {call}")
        both = np.concatenate((learn, held_out))
        outside = both[(both < 0) | (both >= num_examples) | (both != np.round(both))]
        expect(not len(outside), f"{call} gives {outside[:1]}", f"whole numbers from 0 to {num_examples - 1}")
        shared = np.intersect1d(learn, held_out)
        expect(not len(shared), f"{call}: {len(shared)} examples are in both parts", "no example in both")
        missing = num_examples - len(np.unique(both))
        expect(not missing, f"{call}: some examples come twice, {missing} not at all", "each example once")
    first, again, other = (np.sort(_parts(split_indices, 1000, 300, seed)[1]) for seed in (1, 1, 2))
    expect(np.array_equal(first, again), "two different splits for one seed", "the same split for the same seed")
    expect(not np.array_equal(first, other), "the same split for the seeds 1 and 2", "another split for another seed")
    early = int((first < 500).sum())
    expect(
        100 <= early <= 200,
        f"of 1,000 examples 300 held out, {early} of them from the first half",
        "about as many from each half, as a random split gives",
    )


def _parts(
    split_indices: Callable[..., Any], num_examples: int, num_held_out: int, seed: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    parts = split_indices(num_examples, num_held_out, seed)
    expect(isinstance(parts, tuple | list) and len(parts) == 2, describe(parts), "two arrays: learn, held_out")
    return as_array(parts[0], "the first array"), as_array(parts[1], "the second array")


def _check_best_pixel(best_pixel: Any) -> None:
    place = as_array(best_pixel, "best_pixel")
    expect_shape(place, (2,), "best_pixel")
    row, column = place
    is_place = all(0 <= number < 28 and number == int(number) for number in (row, column))
    expect(is_place, f"({row:g}, {column:g})", "a row and a column, whole numbers from 0 to 27")
    right = _right_by_pixel()
    own = right[int(row), int(column)]
    better = int((right > own).sum())
    expect(
        not better,
        f"row {row:.0f}, column {column:.0f}, where the rule is right on {own:,} of 12,000 images",
        f"the best pixel; {better} {'others are' if better > 1 else 'other is'} right more often",
    )


@lru_cache(maxsize=1)
def _right_by_pixel() -> npt.NDArray[np.int64]:
    """Count, for each pixel, the training images that the rule classifies correctly by that pixel alone."""
    train_images, train_labels, _, _ = load_fashion_mnist()
    chosen = np.isin(train_labels, (_SNEAKER, _ANKLE_BOOT))
    is_boot = (train_labels[chosen] == _ANKLE_BOOT)[:, None, None]
    return np.asarray(((train_images[chosen] > 127) == is_boot).sum(axis=0), dtype=np.int64)


EXERCISES = (
    Exercise(
        "float_megabytes", "The training images as numbers", "predicted", 1, _check_float_megabytes,
        hints=(
            "How many numbers is one image?",
            "A number of 32 bits takes four bytes, and a megabyte is a million bytes here.",
            "60,000 × 28 × 28 × 4, divided by 1,000,000.",
        ),
        reason="Four times the 47 megabytes of the file. The array fits into memory, so no image is read twice.",
    ),
    Exercise(
        "images_in_last_batch", "The last batch", "predicted", 1, _check_images_in_last_batch,
        hints=(
            "How many full batches of 256 fit into 60,000?",
            "234 full batches fit, 235 do not. How many images are left over?",
            "60_000 % 256 is the number of images left over.",
        ),
        reason="A gradient is a mean over its batch: each of these 96 images has more than twice the usual weight.",
    ),
    Exercise(
        "nearest_mean", "Ten mean images classify", "written", 2, _check_nearest_mean,
        hints=(
            "For each class: the mean of its images, the difference of each image from the mean, squared and summed.",
            "Ten such sums, one per class, make an array of shape (10, n); argmin along its first axis is the answer.",
            "With mean = train_images[train_labels == k].mean(axis=0): ((images - mean) ** 2).sum(axis=(1, 2)).",
        ),
        reason="The rule classifies 67.7 % of the test images correctly, untrained. A trained network must do better.",
    ),
    Exercise(
        "split_indices", "A split by chance", "written", 2, _check_split_indices,
        hints=(
            "Put the numbers 0 to num_examples - 1 in a random order, and cut once.",
            "numpy.random.RandomState(seed) is a random generator; its permutation(n) is 0 to n - 1 in random order.",
            "The last num_held_out of the permutation are held out; the ones before them are for learning.",
        ),
        reason="One permutation and one cut: no example is in both parts, and none is lost.",
    ),
    Exercise(
        "best_pixel", "Sneaker or ankle boot, by one pixel", "measured", 2, _check_best_pixel,
        hints=(
            "Look at the two mean images: where is one dark and the other light? Measure there, and all around.",
            "For each pixel, count: boots above 127, and sneakers not above it. All 784 counts fit into one array.",
            "With shoes and their labels: ((shoes > 127) == (labels == 9)[:, None, None]).sum(axis=0), then argmax.",
        ),
        reason="The best pixel lies at the sole, not in the shaft: a sneaker is low, and in most of its pictures this "
        "row is empty. On the test images the rule is right in 88.3 % of cases; any classifier has to beat that.",
        prepare=_right_by_pixel,
    ),
)  # fmt: skip
