"""The implementations that the benchmark compares do the same work, and starts are measured."""

from functools import partial

import pytest

from benchmarks.comparison import interleave
from benchmarks.contestants import CONTESTANTS, LOOPS, compete
from benchmarks.implementations import ours
from benchmarks.other_libraries import plain_numpy
from benchmarks.startup import import_seconds, load_seconds
from benchmarks.task import Task
from d2l_helpers.errors import TrainingError


@pytest.mark.nightly
def test_the_implementations_do_the_same_work():
    others = ("scikit-learn partial_fit", "ours, hidden layer", "plain loop, hidden layer")
    same = [each for each in (*CONTESTANTS, *LOOPS) if not each.cores and each.name not in others]
    for name, timing in compete(same, num_turns=2).items():
        assert len(timing.train_seconds) == len(timing.test_seconds) == len(timing.cpu_seconds) == 1
        assert timing.peak_bytes > 0
        # Seeds differ between libraries; facts: train accuracy after two epochs 0.8129, standard deviation 0.0006
        assert timing.train_acc == pytest.approx(0.8129, abs=0.003), name
        assert timing.test_acc == pytest.approx(0.80, abs=0.04), name


def test_a_task_repeats_images_and_draws_labels():
    published = Task().images()
    images, labels, test_images, test_labels = Task(examples=60_002, classes=13).images()
    assert images.shape == (60_002, 28, 28)
    assert (images[60_000:] == published[0][:2]).all()
    assert (test_images == published[2]).all()
    assert (labels.max(), test_labels.max(), len(test_labels)) == (12, 12, 10_000)
    X, y, X_test, y_test = Task(examples=300).rows()
    assert (X.shape, y.shape, X_test.shape, y_test.shape) == ((300, 784), (300,), (10_000, 784), (10_000,))
    assert (X.dtype, X.max(), y.tolist()) == ("float32", 1, published[1][:300].tolist())


@pytest.mark.nightly
def test_a_task_of_another_size_is_trained():
    task = Task(examples=900, batch_size=64, classes=12)
    implementations = {"ours": partial(ours, task), "NumPy": partial(plain_numpy, task)}
    for timing in interleave(implementations, 2, {"NumPy": 1}):
        assert 0 < timing.train_acc < 0.3  # a twelfth of random labels, by chance
        assert 0 < timing.test_acc < 0.3


def no_library():
    raise ImportError("no such library")


def test_an_implementation_that_fails_is_named():
    with pytest.raises(TrainingError, match="no answer from 'nothing'"):
        interleave({"nothing": no_library}, num_turns=2)


def test_the_time_of_a_start_is_measured():
    assert import_seconds(1) > 0
    assert load_seconds(1) > 0
