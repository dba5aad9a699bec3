"""Define and check the exercises of notebooks/05_fashion_mnist.ipynb."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.exercises.chapter.numbers import BEST_PIXEL, FLOAT_MEGABYTES, HELD_OUT_BY_AMOUNT
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.expectations import as_array, as_number, describe, expect, expect_shape

__all__ = ["EXERCISES"]

Images = npt.NDArray[np.uint8]
Pixels = Sequence[int]

_NUM_IMAGES, _NUM_PIXELS, _NUM_TO_LEARN = 60_000, 28 * 28, 50_000
_WITHIN = 6e-4  # rounding to three digits moves an accuracy by at most 5e-4


def _check_float_megabytes(float_megabytes: Any) -> None:
    got = as_number(float_megabytes, "float_megabytes")
    images = FLOAT_MEGABYTES.number("images")
    values = images * _NUM_PIXELS
    of_these = f"the {images:,} training images"
    in_millions = "megabytes, of a million bytes each"
    mistakes = {
        values / 1e6: ("one byte per pixel, as in the file", "the size of 32-bit numbers"),
        8 * values / 1e6: ("64 bits per pixel", "the size of 32-bit numbers"),
        32 * values / 1e6: ("a number of megabits", "bytes, of eight bits each"),
        4 * values: ("a number of bytes", in_millions),
        4 * values / 1e3: ("a number of kilobytes", in_millions),
        4 * values / 1e9: ("a number of gigabytes", in_millions),
        4 * values / 2**20: ("a number of units of 2²⁰ bytes", in_millions),
        4 * _NUM_IMAGES * _NUM_PIXELS * 7 / 6e6: ("the size of all 70,000 images", f"the size of {of_these}"),
        4 * _NUM_PIXELS / 1e6: ("the size of one image", f"the size of {images:,} images"),
    }
    for mistaken, (meaning, expected) in mistakes.items():
        expect(not math.isclose(got, mistaken, rel_tol=0.004), f"{got:g}, which is {meaning}", expected)
    is_right = math.isclose(got, 4 * values / 1e6, rel_tol=0.004)
    expect(is_right, f"{got:g} megabytes", "images × pixels per image × bytes per pixel, in millions")


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
    (
        [[0], [0], [90]], [[50]], [38], 0,
        "class 0, whose mean is 30 (its images are 0, 0 and 90); that of class 1 is 50",
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
        answer = as_array(nearest_mean(images, labels, _image(image)[None]), "nearest_mean(…)")
        expect_shape(answer, (1,), "nearest_mean(…) for 1 image")
        found = answer[0]
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


def _check_held_out_by_amount(held_out_by_amount: Any) -> None:
    got = as_array(held_out_by_amount, "held_out_by_amount")
    expect_shape(got, (3,), "held_out_by_amount")
    expect(bool(np.isfinite(got).all()), "a number that is nan or infinite", "three accuracies from 0 to 1")
    expect(bool((got <= 1).all()), f"{got.max():g}", "accuracies from 0 to 1, not percentages or counts")
    few = HELD_OUT_BY_AMOUNT.number("few")
    amounts, measured = _amounts(few), _accuracies(few)
    backwards = f"{amounts[2]:,}, {amounts[1]:,} and {few:,}"
    mistakes = (
        (measured["given"], "measured on the images that the means were computed from", "10,000 held-out images"),
        (measured["held_out"][::-1], f"for {backwards} images per class", "the smallest amount first"),
        (1 - measured["held_out"], "which are shares of errors", "shares of correct answers"),
        (measured["mixed"], "where the images are the first of all classes together", "as many of each class"),
        (measured["test"], "measured on the test images", "the held-out images; the test set stays closed"),
    )
    for mistaken, meaning, expected in mistakes:
        expect(np.abs(got - mistaken).max() > _WITHIN, f"{_listed(got)}, {meaning}", expected)
    for amount, value, right in zip(amounts, got, measured["held_out"], strict=True):
        expect(
            abs(value - right) <= _WITHIN,
            f"{value:.4g} for {amount:,} images per class, which is too {'low' if value < right else 'high'}",
            f"the held-out accuracy of the first {amount:,} images of each class, to three digits",
        )


def _amounts(few: int) -> tuple[int, int, int]:
    """Return how many images per class there are in each measurement."""
    return few, 10 * few, 100 * few


@lru_cache(maxsize=16)
def _accuracies(few: int) -> dict[str, npt.NDArray[np.float64]]:
    """Measure the nearest-mean rule for each amount of images: on held-out images, and as learners may mistake it."""
    images, labels, test_images, test_labels = load_fashion_mnist()
    learn, known = images[:_NUM_TO_LEARN], labels[:_NUM_TO_LEARN]
    held_out = images[_NUM_TO_LEARN:], labels[_NUM_TO_LEARN:]
    found: dict[str, list[float]] = {"held_out": [], "given": [], "mixed": [], "test": []}
    for amount in _amounts(few):
        equal = np.concatenate([np.flatnonzero(known == label)[:amount] for label in range(10)])
        first = np.arange(10 * amount)
        for name, chosen, data in (
            ("held_out", equal, held_out),
            ("given", equal, (learn[equal], known[equal])),
            ("mixed", first, held_out),
            ("test", equal, (test_images, test_labels)),
        ):
            found[name].append(_nearest_mean_accuracy(learn[chosen], known[chosen], *data))
    return {name: np.array(values) for name, values in found.items()}


def _nearest_mean_accuracy(train_images: Images, train_labels: Images, images: Images, labels: Images) -> float:
    means = np.stack([train_images[train_labels == label].mean(axis=0).ravel() for label in range(10)])
    flat = images.reshape(len(images), -1).astype(np.float32)
    nearest = ((means**2).sum(axis=1) - 2 * flat @ means.T).argmin(axis=1)  # without |image|², the same for all means
    return float((nearest == labels).mean())


def _listed(values: npt.NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def _check_split_indices(split_indices: Callable[..., Any]) -> None:
    for num_examples, num_held_out, seed in ((100, 20, 0), (7, 3, 4)):
        learn, held_out = _parts(split_indices, num_examples, num_held_out, seed)
        call = f"split_indices({num_examples}, {num_held_out}, {seed})"
        expect_shape(held_out, (num_held_out,), f"the second array of {call}")
        expect_shape(learn, (num_examples - num_held_out,), f"the first array of {call}")
        both = np.concatenate((learn, held_out))
        outside = both[(both < 0) | (both >= num_examples) | (both != np.round(both))]
        expect(not len(outside), f"{call} returns {outside[:1]}", f"whole numbers from 0 to {num_examples - 1}")
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
        f"300 of 1,000 examples are held out, {early} of them from the first half",
        "about as many from each half, as a random split gives",
    )
    next_to_another = int((np.diff(first) == 1).sum())
    expect(  # 90 on average for a random split, with a standard deviation of about 7
        40 <= next_to_another <= 140,
        f"of 300 held-out examples, {next_to_another} are followed by another one: that is a regular pattern",
        "examples drawn at random, so that about three in ten are followed by another one",
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
    right = _right_by_pixel(**BEST_PIXEL.numbers("dark", "bright"))
    expect(
        right[int(column), int(row)] < right.max(),
        f"({row:.0f}, {column:.0f}), which are the column and the row of the best pixel",
        "(row, column), in this order",
    )
    own = right[int(row), int(column)]
    better = int((right > own).sum())
    expect(
        not better,
        f"row {row:.0f}, column {column:.0f}, where the rule is right on {own:,} of 12,000 images",
        f"the best pixel; {better} {'others are' if better > 1 else 'other is'} right more often",
    )


@lru_cache(maxsize=32)
def _right_by_pixel(dark: int, bright: int) -> npt.NDArray[np.int64]:
    """Count, for each pixel, the training images that the rule classifies correctly by that pixel alone."""
    train_images, train_labels, _, _ = load_fashion_mnist()
    chosen = np.isin(train_labels, (dark, bright))
    is_bright = (train_labels[chosen] == bright)[:, None, None]
    return np.asarray(((train_images[chosen] > 127) == is_bright).sum(axis=0), dtype=np.int64)


EXERCISES = (
    Exercise(
        "float_megabytes", "The training images as numbers", "predicted", 1, _check_float_megabytes,
        hints=(
            "How many numbers is one image?",
            "A number of 32 bits takes four bytes, and a megabyte is a million bytes here.",
            "{images:,} × 28 × 28 × 4, divided by 1,000,000.",
        ),
        variant=FLOAT_MEGABYTES,
        reason="{array} needs four times the 47 megabytes of the file. It still fits into memory, so no image has to "
        "be read twice.",
    ),
    Exercise(
        "nearest_mean", "Ten mean images classify", "written", 2, _check_nearest_mean,
        hints=(
            "For each class, compute the mean of its images, and the sum of the squared differences of each image "
            "from that mean.",
            "Ten such sums, one per class, make an array of shape (10, n); argmin along its first axis is the answer.",
            "With mean = train_images[train_labels == k].mean(axis=0): ((images - mean) ** 2).sum(axis=(1, 2)).",
        ),
        reason="The rule classifies 69.0 % of the held-out images correctly, without any training. A trained network "
        "must do better.",
    ),
    Exercise(
        "held_out_by_amount", "How many images are enough?", "measured", 2, _check_held_out_by_amount,
        hints=(
            "numpy.flatnonzero(train_labels[:50_000] == k)[:{few}] holds the positions of the first {few} images of "
            "class k.",
            "Join the ten lists of positions with numpy.concatenate. nearest_mean gets these images, their labels, and "
            "train_images[50_000:].",
            "The accuracy is (nearest_mean(…) == train_labels[50_000:]).mean(). Write a function of the amount, and "
            "call it with {few}, {more} and {most:,}.",
        ),
        variant=HELD_OUT_BY_AMOUNT,
        reason="{gains}{fall}. Where both meet, more data would not help: only another model "
        "would.",
        prepare=lambda: _accuracies(HELD_OUT_BY_AMOUNT.number("few")),
    ),
    Exercise(
        "split_indices", "A random split", "written", 2, _check_split_indices,
        hints=(
            "Put the numbers 0 to num_examples - 1 in a random order, and cut once.",
            "numpy.random.RandomState(seed) is a random generator; its permutation(n) is 0 to n - 1 in random order.",
            "The last num_held_out of the permutation are held out; the ones before them are for learning.",
        ),
        reason="There is one permutation and one cut, so no example is in both parts, and none is lost.",
    ),
    Exercise(
        "best_pixel", "One pixel for two kinds of garments", "measured", 2, _check_best_pixel,
        hints=(
            "Look at the two mean images: where is one dark and the other light? Measure there, and all around.",
            "For each pixel, count the {boots} above 127 and the {darks} not above it. All 784 counts fit into one "
            "array.",
            "With {images} and their labels: (({images} > 127) == (labels == {bright})[:, None, None]).sum(axis=0), "
            "then argmax.",
        ),
        variant=BEST_PIXEL,
        reason="{why}",
        prepare=lambda: _right_by_pixel(**BEST_PIXEL.numbers("dark", "bright")),
    ),
)  # fmt: skip
