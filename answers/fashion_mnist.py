"""Solutions and wrong answers to notebooks/05_fashion_mnist.ipynb."""

import numpy

from d2l_autograder.key import Answer, Wrong


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


ANSWERS = (
    Answer(
        "float_megabytes",
        188.16,
        wrong=(
            Wrong(47.04, "one byte per pixel"),
            Wrong(376.32, "64 bits per pixel"),
            Wrong(188_160_000, "a number of bytes"),
            Wrong(188_160, "a number of kilobytes"),
            Wrong(0.18816, "a number of gigabytes"),
            Wrong(1505.28, "a number of megabits"),
            Wrong(179.4, "2²⁰ bytes"),
            Wrong(219.52, "all 70,000 images"),
            Wrong(0.003136, "the size of one image"),
            Wrong(240, "240 megabytes"),
            Wrong("188.16 MB", "one number"),
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
            Wrong(most_alike_mean, "class 1 for an image that is 10"),
            Wrong(nearest_median, "class 1 for an image that is 38"),
            Wrong(nearest_image_of_each_mean, "for 1 image has shape (10,)"),
            Wrong(nearest_without_the_last_class, "the mean image of class 9 itself"),
        ),
    ),
    Answer(
        "held_out_by_amount",
        (0.6528, 0.6834, 0.6899),
        wrong=(
            Wrong((0.82, 0.70, 0.6885), "the images that the means were computed from"),
            Wrong((0.6899, 0.6834, 0.6528), "the smallest amount first"),
            Wrong((0.3472, 0.3166, 0.3101), "shares of errors"),
            Wrong((0.6586, 0.6844, 0.6899), "the first of all classes together"),
            Wrong((65.28, 68.34, 68.99), "not percentages"),
            Wrong((6528, 6834, 6899), "not percentages or counts"),
            Wrong((0.65, 0.68, 0.69), "to three digits"),
            Wrong((0.6528, 0.6834), "shape (3,)"),
            Wrong(0.6528, "shape (3,)"),
            Wrong((0.6528, 0.6528, 0.6528), "0.6528 for 100 images per class, which is too low"),
            Wrong({10: 0.6528, 100: 0.6834, 1000: 0.6899}, "an array of numbers"),
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
        wrong=(
            Wrong((8, 22), "others are right more often"),  # where the mean images differ most
            Wrong((12, 21), "the column and the row of the best pixel"),
            Wrong((21, 13), "1 other is right more often"),
            Wrong((22, 13), "others are right more often"),  # counted from 1
            Wrong((20, 11), "others are right more often"),  # counted from 1, the other way
            Wrong((14, 14), "others are right more often"),  # the middle of the image
            Wrong(600, "has shape ()"),  # its place in the flat image
            Wrong((28, 12), "from 0 to 27"),
            Wrong((21.5, 12), "whole numbers from 0 to 27"),
            Wrong((21, 12, 10_518), "has shape (3,)"),
        ),
    ),
)
