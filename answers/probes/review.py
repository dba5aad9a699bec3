"""Hidden probes of the answers to notebooks/09_review.ipynb."""

import numpy as np

from d2l_autograder.key import Probe, runs_in_sandbox
from d2l_helpers.exercises.chapter.softmax_fit import Task, draw_tasks, expect_fit
from d2l_helpers.exercises.expectations import as_array, expect


def _columns(rng):
    """Draw columns of very different size."""
    n, d = int(rng.integers(5, 12)), int(rng.integers(2, 6))
    centres, spreads = rng.normal(0, 20, d), rng.uniform(0.2, 9, d)
    return rng.normal(centres, spreads, (n, d)), rng.normal(centres, spreads, (int(rng.integers(3, 9)), d))


def _with_a_constant_column(rng):
    train, X = _columns(rng)
    train[:, 0] = float(rng.integers(-5, 6))
    X[:, 0] = train[0, 0] + rng.permutation([-3, *rng.integers(1, 9, len(X) - 1)])
    X[:, 1] += 100  # above all of X_train
    return train, X


@runs_in_sandbox
def _with_arguments(function, *arguments):
    return [function(*arguments), *arguments[:2]]


@runs_in_sandbox
def _fitted(function, *arguments):
    W, b = function(*arguments)
    return [W, b, *arguments[:2]]


def _one_batch_and_single_examples(rng):
    return [task.arguments for task in draw_tasks(rng)[:4]]


def _sorted_by_class(rng):
    return [draw_tasks(rng)[4].arguments]


def _some_hundreds(rng):
    return [draw_tasks(rng)[5].arguments]


def _descended(got, expected, calls):
    for (W, b, X, y), arguments in zip(got, calls, strict=True):
        task = Task("this task", *arguments)
        for kept, before in ((X, task.X), (y, task.y)):
            is_kept = np.shape(kept) == before.shape and np.allclose(as_array(kept, "X or y"), before, rtol=1e-6)
            expect(is_kept, "X or y was changed", "X and y as they were")
        expect_fit((W, b), task)


@runs_in_sandbox
def _chosen(function, settings, losses):
    called = []

    def held_out_loss(setting):
        called.append(setting)
        return losses[settings.index(setting)]

    chosen = function(list(settings), held_out_loss)
    return {"setting": list(chosen), "calls": sorted(called)}


def _losses(rng):
    """Draw settings, and losses the lowest of which is at different places, below or above 1."""
    calls = []
    for place in (0, 1, 2, 3, 4):
        losses = rng.uniform(0.6, 3, 5) + rng.choice([0, 5])
        losses[place] = losses.min() - rng.uniform(0.1, 0.5)
        calls.append((_settings(rng, 5), losses.tolist()))
    return calls


def _ties_and_nan(rng):
    calls = []
    for kind in ("tie", "nan first", "nan between", "inf"):
        losses = rng.uniform(0.6, 3, 5)
        first, second = sorted(rng.choice(np.arange(1, 5), 2, replace=False).tolist())
        losses[first] = 0.3
        losses[{"tie": second, "nan first": 0, "nan between": second, "inf": 0}[kind]] = {
            "tie": 0.3,
            "inf": np.inf,
        }.get(kind, np.nan)
        calls.append((_settings(rng, 5), losses.tolist()))
    return calls


def _settings(rng, number):
    return [(float(rng.uniform(0.01, 1)), int(rng.integers(10, 200))) for _ in range(number)]


def _many_errors(rng):
    return [_confused(rng, num_classes) for num_classes in (3, 10, 14)]


def _confused(rng, num_classes):
    """Draw labels and predictions; the most frequent error is neither the first nor one of the hardest class."""
    lowest = 10 if num_classes > 10 else 0  # a class of two digits shows who counts on one
    true, guess, other = rng.choice(range(lowest, num_classes), 3, replace=False)
    pairs = [(k, k) for k in range(num_classes) if k != other for _ in range(int(rng.integers(9, 15)))]
    pairs += [(true, guess)] * 8 + [(guess, true)] * 4 + [(other, guess)] * 5 + [(true, other)] * 2
    pairs = [(other, true)] * 5 + [pairs[i] for i in rng.permutation(len(pairs))]
    labels, predicted = np.array(pairs, dtype="int32").T
    return labels.copy(), predicted.copy(), num_classes


def _without_errors(rng):
    some, (labels, _, num_classes) = _confused(rng, 5), _confused(rng, 4)
    return [some, (labels, labels.copy(), num_classes), _confused(rng, 6)]


PROBES = {
    "standardize": (
        Probe("columns that vary", _columns, _with_arguments),
        Probe("a column that is constant in X_train, and not in X", _with_a_constant_column, _with_arguments),
    ),
    "fit_softmax": (
        Probe("one batch, single examples, and features of 0", _one_batch_and_single_examples, _fitted, _descended),
        Probe("batches of 8, from examples sorted by their class", _sorted_by_class, _fitted, _descended),
        Probe("features of some hundreds", _some_hundreds, _fitted, _descended),
    ),
    "best_setting": (
        Probe("the lowest loss at each place", _losses, _chosen),
        Probe("ties, nan and inf", _ties_and_nan, _chosen),
    ),
    "worst_confusion": (
        Probe("errors of several kinds", _many_errors),
        Probe("predictions that are all right", _without_errors),
    ),
}
