"""Solutions and wrong answers to notebooks/05_fashion_mnist.ipynb."""

import numpy

from d2l_autograder.key import Answer, Wrong


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
