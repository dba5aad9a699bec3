"""Solutions and wrong answers to notebooks/05_fashion_mnist.ipynb."""

import numpy

from d2l_autograder.key import Answer, Wrong

from .wrong import numbers


def nearest_mean(train_images, train_labels, images):
    """Return for each image the class whose mean training image is nearest.

    The nearest mean has the smallest sum of squared differences.
    train_images has shape (m, height, width), train_labels shape (m,)
    with classes 0 to 9, images shape (n, height, width). Pixels and
    labels are bytes. The result has shape (n,).
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


def most_alike_mean(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0) for k in range(10)]
    return numpy.argmax([(images * mean).sum(axis=(1, 2)) for mean in means], axis=0)


def nearest_median(train_images, train_labels, images):
    medians = [numpy.median(train_images[train_labels == k], axis=0) for k in range(10)]
    return numpy.argmin([((images - median) ** 2).sum(axis=(1, 2)) for median in medians], axis=0)


def nearest_image_of_each_mean(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0) for k in range(10)]
    return numpy.argmin([((images - mean) ** 2).sum(axis=(1, 2)) for mean in means], axis=1)


def nearest_without_the_last_class(train_images, train_labels, images):
    means = [train_images[train_labels == k].mean(axis=0) for k in range(9)]
    return numpy.argmin([((images - mean) ** 2).sum(axis=(1, 2)) for mean in means], axis=0)


def split_indices(num_examples, num_held_out, seed):
    """Return a random split of the indices 0 to num_examples - 1.

    The result is two arrays, learn and held_out. Each index is in one of
    them; num_held_out indices are in the second. The same seed gives the
    same split.
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


def every_third(num_examples, num_held_out, seed):
    step = num_examples // num_held_out
    order = numpy.roll(numpy.arange(num_examples), seed)
    held_out = order[::step][:num_held_out]
    return numpy.setdiff1d(order, held_out), held_out


def one_too_few(num_examples, num_held_out, seed):
    order = numpy.random.RandomState(seed).permutation(num_examples)
    cut = num_examples - num_held_out
    return order[: cut - 1], order[cut:]


def numbered_from_one(num_examples, num_held_out, seed):
    order = 1 + numpy.random.RandomState(seed).permutation(num_examples)
    return order[:-num_held_out], order[-num_held_out:]


# The accuracies on the held-out images by how many images of each class there are first
HELD_OUT = {
    5: (0.6461, 0.6822, 0.6877),
    6: (0.6371, 0.6859, 0.6898),
    7: (0.6384, 0.6838, 0.6895),
    8: (0.6355, 0.6822, 0.6888),
    10: (0.6528, 0.6834, 0.6899),
    12: (0.658, 0.6867, 0.6905),
    14: (0.6657, 0.6879, 0.6906),
    16: (0.6627, 0.6855, 0.6906),
    20: (0.667, 0.6874, 0.6904),
    25: (0.6737, 0.6862, 0.6908),
    30: (0.6745, 0.6871, 0.6895),
    40: (0.6821, 0.6871, 0.6906),
}

# The best pixel by the class that the rule calls dark, and the one that it calls bright
PIXELS = {
    (7, 9): (21, 12), (7, 1): (1, 12), (5, 1): (1, 11), (1, 9): (13, 21), (3, 9): (10, 23), (7, 4): (1, 15),
    (9, 4): (11, 8), (0, 9): (17, 24), (7, 3): (26, 11), (2, 9): (17, 25), (5, 3): (26, 15), (1, 7): (15, 23),
    (1, 4): (12, 7), (3, 7): (14, 25), (9, 3): (26, 16), (9, 2): (9, 7), (1, 8): (19, 7), (1, 3): (22, 14),
    (2, 7): (13, 25), (9, 8): (14, 7), (1, 2): (13, 6), (7, 0): (1, 16),
}  # fmt: skip

ANSWERS = (
    Answer(
        "float_megabytes",
        188.16,
        wrong=numbers.FLOAT_MEGABYTES,
        by_student=lambda images, **_: images * 28 * 28 * 4 / 1e6,
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
            Wrong(most_alike_mean, "class 1 for an image that is 10"),
            Wrong(nearest_median, "class 1 for an image that is 38"),
            Wrong(nearest_image_of_each_mean, "for 1 image has shape (10,)"),
            Wrong(nearest_without_the_last_class, "the mean image of class 9 itself"),
        ),
    ),
    Answer(
        "held_out_by_amount",
        (0.6528, 0.6834, 0.6899),
        wrong=numbers.held_out_by_amount(HELD_OUT),
        by_student=lambda few, **_: HELD_OUT[few],
        seconds=30,
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
            Wrong(every_third, "a regular pattern"),
            Wrong(other_way_round, "has shape (80,)"),
            Wrong(one_array, "two arrays"),
            Wrong(one_too_few, "shape (80,)"),
            Wrong(numbered_from_one, "whole numbers from 0 to 99"),
        ),
    ),
    Answer(
        "best_pixel",
        (21, 12),
        wrong=numbers.best_pixel(PIXELS),
        by_student=lambda dark, bright, **_: PIXELS[dark, bright],
        seconds=30,
    ),
)
