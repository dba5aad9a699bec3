"""Hidden probes of the answers to notebooks/05_fashion_mnist.ipynb."""

from functools import lru_cache
from itertools import combinations

import numpy

from d2l_autograder.key import Probe, runs_in_sandbox
from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.exercises.expectations import as_array, describe, expect, expect_shape


@runs_in_sandbox
def _on_numpys_arrays(nearest_mean, *arrays):
    return nearest_mean(*(array.asnumpy() for array in arrays))


@lru_cache(maxsize=1)
def _photographs():
    images, labels, _, _ = load_fashion_mnist()
    return images[:10_000].copy(), labels[:10_000].copy()


def _clothes(rng):
    photographs, labels = _photographs()
    chosen = rng.choice(len(photographs), 500, replace=False)
    labels = rng.permutation(10)[labels[chosen]].astype("uint8")  # a network trained on the real classes must not pass
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
    images = rng.integers(0, 4, (len(labels) + 60, height, width)).astype(
        "uint8"
    )  # few levels: rounding a mean changes the nearest class
    train_images, images = images[: len(labels)], images[len(labels) :]
    return train_images, labels, _without_ties(train_images, labels, images, 1.002)[: rng.integers(20, 30)]


def _without_ties(train_images, labels, images, apart):
    """Leave out images to which two classes are nearly equally near: rounding would decide which wins."""
    means = [train_images[labels == k].mean(axis=0) for k in range(10)]
    distances = numpy.sort([((images - mean) ** 2).sum(axis=(1, 2)) for mean in means], axis=0)
    return images[distances[1] > apart * distances[0]]


def _sizes(rng):
    num_examples = 2 * int(rng.integers(500, 1500)) + 1  # odd, so that the parts differ in size
    return num_examples, int(num_examples * rng.uniform(0.25, 0.7)), int(rng.integers(1, 1_000_000))


def _sizes_and_seeds(rng):
    num_examples, num_held_out, _ = _sizes(rng)
    return [(num_examples, num_held_out, int(seed)) for seed in 1 + rng.choice(1_000_000, 5, replace=False)]


def _by_chance(got, expected, arguments):
    """Check that a split looks random; a random one fails in fewer than one of a hundred million cases."""
    num_examples, num_held_out, _ = arguments
    is_held_out = numpy.zeros(num_examples, dtype=bool)
    is_held_out[_held_out(got, num_examples, num_held_out)] = True
    pairs = 2 * num_held_out * (num_examples - num_held_out)
    changes = (is_held_out[1:] != is_held_out[:-1]).sum()  # between neighbours: the Wald-Wolfowitz runs test
    spread = (pairs * (pairs - num_examples) / (num_examples - 1)) ** 0.5 / num_examples
    is_mixed = abs(changes - pairs / num_examples) < 6 * spread
    half = num_examples // 2
    early, usual = is_held_out[:half].sum(), half * num_held_out / num_examples
    is_even = abs(early - usual) < 6 * (usual * (1 - num_held_out / num_examples) / 2) ** 0.5
    got = "held out are examples in a regular pattern, or too many of one half"
    expect(is_mixed and is_even, got, "examples drawn by chance from everywhere")


def _by_the_seed(got, expected, calls):
    """Compare the splits of one sandbox with those of another one."""
    held_out = [_held_out(split, *calls[0][:2]).tolist() for split in got]
    first, again = held_out[: len(calls)], held_out[len(calls) :]
    expect(first == again, "two different splits for one seed", "the same split for the same seed")
    seeds_are_used = all(one != other for one, other in combinations(first, 2))
    expect(seeds_are_used, "the same split for two seeds", "another split for another seed")


def _held_out(split, num_examples, num_held_out):
    """Check that a result, which may be anything, is a split; return its held-out indices in rising order."""
    expect(isinstance(split, tuple | list) and len(split) == 2, describe(split), "two arrays, learn and held_out")
    learn, held_out = as_array(split[0], "the first array"), as_array(split[1], "the second array")
    expect_shape(held_out, (num_held_out,), f"the second array of {num_held_out:,} held out of {num_examples:,}")
    expect_shape(learn, (num_examples - num_held_out,), "the first array")
    is_split = numpy.array_equal(numpy.sort(numpy.concatenate((learn, held_out))), numpy.arange(num_examples))
    expect(is_split, "an index that comes twice or in neither part, or one that is none", "each index in one part")
    return numpy.sort(held_out).astype(int)


PROBES = {
    "nearest_mean": (
        Probe("clothes, turned or mirrored, the classes renumbered", _clothes, _on_numpys_arrays),
        Probe("small images of few grey levels, not square", _few_grey_levels, _on_numpys_arrays),
    ),
    "split_indices": (
        Probe("each example in one part, by chance", _sizes, judge=_by_chance),
        Probe("the same seed again, and others", _sizes_and_seeds, judge=_by_the_seed, draws=1, sandboxes=(0, 1)),
    ),
}
