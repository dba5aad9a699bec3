"""Answers to notebooks/05_fashion_mnist.ipynb."""

from functools import lru_cache

import numpy

from d2l_autograder.key import Answer, Probe, Wrong
from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.exercises.expectations import as_array, describe, expect, expect_shape


def nearest_mean(train_images, train_labels, images):
    """Give each image the class whose mean training image is nearest.

    Nearest is the one with the smallest sum of squared differences.
    train_images is of shape (m, height, width) with classes 0 to 9 in
    train_labels, images of shape (n, height, width), all of bytes. The
    result has shape (n,).
    """
    distances = []
    for k in range(10):
        mean = train_images[train_labels == k].mean(axis=0)
        distances.append(((images - mean) ** 2).sum(axis=(1, 2)))
    return numpy.argmin(distances, axis=0)


def nearest_image(train_images, train_labels, images):
    found = [((train_images - image.astype(int)) ** 2).sum(axis=(1, 2)).argmin() for image in images]
    return train_labels[found]


def farthest_mean(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0) for k in range(10)]
    return numpy.argmax([((images - mean) ** 2).sum(axis=(1, 2)) for mean in means], axis=0)


def nearest_sum(train_images, train_labels, images):
    sums = [train_images[train_labels == k].sum(axis=0) for k in range(10)]
    return numpy.argmin([((images - total) ** 2).sum(axis=(1, 2)) for total in sums], axis=0)


def nearest_mean_in_bytes(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0).astype("uint8") for k in range(10)]
    return numpy.argmin([((images - mean) ** 2).sum(axis=(1, 2)) for mean in means], axis=0)


def nearest_in_total(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0) for k in range(10)]
    return numpy.argmin([abs((images - mean).sum(axis=(1, 2))) for mean in means], axis=0)


def nearest_without_squares(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0) for k in range(10)]
    return numpy.argmin([abs(images - mean).sum(axis=(1, 2)) for mean in means], axis=0)


def distances_only(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0) for k in range(10)]
    return numpy.array([((images - mean) ** 2).sum(axis=(1, 2)) for mean in means])


def _on_numpys_arrays(nearest_mean, *arrays):
    return nearest_mean(*(array.asnumpy() for array in arrays))


@lru_cache(maxsize=1)
def _photographs():
    images, labels, _, _ = load_fashion_mnist()
    return images[:10_000].copy(), labels[:10_000].copy()


def _clothes(rng):
    photographs, labels = _photographs()
    chosen = rng.choice(len(photographs), 500, replace=False)
    labels = rng.permutation(10)[labels[chosen]].astype("uint8")  # what is known of the real classes is no help
    images = numpy.rot90(photographs[chosen], rng.integers(4), axes=(1, 2))
    images = numpy.roll(images, rng.integers(28, size=2), axis=(1, 2))
    if rng.random() < 0.5:
        images = images[:, :, ::-1]
    if rng.random() < 0.5:
        images = 255 - images
    return images[:400], labels[:400], _without_ties(images[:400], labels[:400], images[400:], 1.02)[:60]


def _few_grey_levels(rng):
    counts = rng.permutation([1, 2, 3, 4, 5, 6, 7, *rng.integers(2, 8, 3)])
    labels = rng.permutation(numpy.repeat(numpy.arange(10), counts)).astype("uint8")
    height, width = rng.choice(numpy.arange(3, 8), 2, replace=False)
    images = rng.integers(0, 4, (len(labels) + 60, height, width)).astype("uint8")  # a mean rounded is another one
    train_images, images = images[: len(labels)], images[len(labels) :]
    return train_images, labels, _without_ties(train_images, labels, images, 1.002)[: rng.integers(20, 30)]


def _without_ties(train_images, labels, images, apart):
    """Leave out the images of which a second class is nearly as near: rounding might decide."""
    means = [train_images[labels == k].mean(axis=0) for k in range(10)]
    distances = numpy.sort([((images - mean) ** 2).sum(axis=(1, 2)) for mean in means], axis=0)
    return images[distances[1] > apart * distances[0]]


def split_indices(num_examples, num_held_out, seed):
    """Split the indices 0 to num_examples - 1 by chance.

    Returns two arrays, learn and held_out: every index is in one of them,
    num_held_out are in the second. The same seed gives the same split.
    """
    order = numpy.random.RandomState(seed).permutation(num_examples)
    cut = num_examples - num_held_out
    return order[:cut], order[cut:]


def last_ones(num_examples, num_held_out, seed):
    order = numpy.arange(num_examples)
    return order[:-num_held_out], order[-num_held_out:]


def two_choices(num_examples, num_held_out, seed):
    rng = numpy.random.RandomState(seed)
    learn = rng.choice(num_examples, num_examples - num_held_out, replace=False)
    return learn, rng.choice(num_examples, num_held_out, replace=False)


def with_replacement(num_examples, num_held_out, seed):
    held_out = numpy.random.RandomState(seed).randint(num_examples, size=num_held_out)
    return numpy.setdiff1d(numpy.arange(num_examples), held_out), held_out


def without_seed(num_examples, num_held_out, seed):
    order = numpy.random.RandomState().permutation(num_examples)
    return order[:-num_held_out], order[-num_held_out:]


def one_seed_for_all(num_examples, num_held_out, seed):
    order = numpy.random.RandomState(0).permutation(num_examples)
    return order[:-num_held_out], order[-num_held_out:]


def some_in_a_row(num_examples, num_held_out, seed):
    first = numpy.random.RandomState(seed).randint(num_examples)
    order = numpy.roll(numpy.arange(num_examples), first)
    return order[:-num_held_out], order[-num_held_out:]


def other_way_round(num_examples, num_held_out, seed):
    order = numpy.random.RandomState(seed).permutation(num_examples)
    return order[:num_held_out], order[num_held_out:]


def one_array(num_examples, num_held_out, seed):
    return numpy.random.RandomState(seed).permutation(num_examples)


def _sizes(rng):
    num_examples = 2 * int(rng.integers(500, 1500)) + 1  # odd, so that the parts differ in size
    return num_examples, int(num_examples * rng.uniform(0.25, 0.7)), int(rng.integers(1, 1_000_000))


def _sizes_and_two_seeds(rng):
    num_examples, num_held_out, seed = _sizes(rng)
    return num_examples, num_held_out, seed, seed + int(rng.integers(1, 1000))


def _splits(split_indices, num_examples, num_held_out, seed, other):
    return [split_indices(num_examples, num_held_out, each) for each in (seed, other, seed)]


def _by_chance(got, expected, arguments):
    """Judge a split; what chance does otherwise than this in one of a hundred million cases is no chance."""
    num_examples, num_held_out, _ = arguments
    is_held_out = numpy.zeros(num_examples, dtype=bool)
    is_held_out[_held_out(got, num_examples, num_held_out)] = True
    pairs = 2 * num_held_out * (num_examples - num_held_out)
    changes = (is_held_out[1:] != is_held_out[:-1]).sum()  # between neighbours; Wald and Wolfowitz's test of runs
    spread = (pairs * (pairs - num_examples) / (num_examples - 1)) ** 0.5 / num_examples
    is_mixed = abs(changes - pairs / num_examples) < 6 * spread
    half = num_examples // 2
    early, usual = is_held_out[:half].sum(), half * num_held_out / num_examples
    is_even = abs(early - usual) < 6 * (usual * (1 - num_held_out / num_examples) / 2) ** 0.5
    got = "held out are examples in a regular pattern, or too many of one half"
    expect(is_mixed and is_even, got, "examples drawn by chance from everywhere")


def _by_the_seed(got, expected, arguments):
    num_examples, num_held_out, *_ = arguments
    expect(isinstance(got, list) and len(got) == 3, describe(got), "three splits")
    first, other, again = (_held_out(split, num_examples, num_held_out) for split in got)
    expect(numpy.array_equal(first, again), "two different splits for one seed", "the same split for the same seed")
    expect(not numpy.array_equal(first, other), "the same split for two seeds", "another split for another seed")


def _held_out(split, num_examples, num_held_out):
    """Give the indices held out, in order, of what may be anything but must be a split."""
    expect(isinstance(split, tuple | list) and len(split) == 2, describe(split), "two arrays, learn and held_out")
    learn, held_out = as_array(split[0], "the first array"), as_array(split[1], "the second array")
    expect_shape(held_out, (num_held_out,), f"the second array of {num_held_out:,} held out of {num_examples:,}")
    expect_shape(learn, (num_examples - num_held_out,), "the first array")
    is_split = numpy.array_equal(numpy.sort(numpy.concatenate((learn, held_out))), numpy.arange(num_examples))
    expect(is_split, "an index that comes twice or in neither part, or one that is none", "each index in one part")
    return numpy.sort(held_out).astype(int)


ANSWERS = (
    Answer(
        "float_megabytes",
        188.16,
        wrong=(
            Wrong(47.04, "one byte a pixel"),
            Wrong(188_160_000, "a count of bytes"),
            Wrong(1505.28, "a count of bits"),
            Wrong(240, "240 megabytes"),
        ),
    ),
    Answer(
        "images_in_last_batch",
        96,
        wrong=(
            Wrong(256, "a full batch"),
            Wrong(235, "how many batches there are"),
            Wrong(0.375, "a whole number"),
            Wrong(60, "that is no 60,000"),
        ),
    ),
    Answer(
        "nearest_mean",
        nearest_mean,
        wrong=(
            Wrong(nearest_image, "class 0 for an image that is 97"),
            Wrong(farthest_mean, "mean image of class 0 itself"),
            Wrong(nearest_sum, "class 0 for an image that is 93"),
            Wrong(nearest_mean_in_bytes, "class 1 for an image that is 10"),
            Wrong(nearest_in_total, "for the mean image of class"),
            Wrong(nearest_without_squares, "squared differences add up to 900"),
            Wrong(distances_only, "shape (10, 10)"),
        ),
        probes=(
            Probe("clothes, turned or mirrored, the classes renumbered", _clothes, _on_numpys_arrays),
            Probe("small images of few grey levels, not square", _few_grey_levels, _on_numpys_arrays),
        ),
    ),
    Answer(
        "split_indices",
        split_indices,
        wrong=(
            Wrong(last_ones, "the same split for the seeds 1 and 2"),
            Wrong(two_choices, "in both parts"),
            Wrong(with_replacement, "shape"),
            Wrong(without_seed, "two different splits for one seed", earns=0.5),
            Wrong(one_seed_for_all, "the same split for the seeds 1 and 2", earns=0.5),
            Wrong(some_in_a_row, "from the first half"),
            Wrong(other_way_round, "has shape (80,)"),
            Wrong(one_array, "two arrays"),
        ),
        probes=(
            Probe("each example in one part, by chance", _sizes, judge=_by_chance),
            Probe("the same seed again, and another one", _sizes_and_two_seeds, _splits, _by_the_seed),
        ),
    ),
    Answer(
        "best_pixel",
        (21, 12),
        wrong=(
            Wrong((8, 22), "others are right more often"),  # where the mean images differ most
            Wrong((12, 21), "others are right more often"),  # column and row
            Wrong((21, 13), "1 other is right more often"),
            Wrong(600, "has shape ()"),
            Wrong((28, 12), "from 0 to 27"),
        ),
    ),
)
