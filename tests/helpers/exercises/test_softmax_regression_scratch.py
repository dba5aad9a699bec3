"""The measured exercises of notebook 06 ask for what their reader will find, with real images and real weights."""

import numpy as np
import pytest

from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.exercises.chapter import softmax_regression_scratch as exercises
from d2l_helpers.exercises.exercise import NotYet


@pytest.fixture(scope="module")
def held_out():
    images, labels, _, _ = load_fashion_mnist()
    return np.asarray(images[-10_000:], dtype=np.float64).reshape(10_000, -1) / 255, np.asarray(labels[-10_000:])


def mean_first_loss(images, labels, sigma, seeds):
    """Draw the weights of each seed and compute the loss as the notebook does."""
    losses = []
    for seed in seeds:
        z = images @ np.random.default_rng(seed).normal(0, sigma, (784, 10))
        z -= z.max(axis=1, keepdims=True)
        losses.append((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]).mean())
    return np.mean(losses)


def test_the_lengths_are_those_of_the_held_out_images(held_out):
    lengths = np.sort(np.linalg.norm(held_out[0], axis=1)).reshape(10, -1).mean(axis=1)
    np.testing.assert_allclose(exercises._LENGTHS, lengths, atol=0.051)


def test_the_first_loss_is_that_of_many_draws_of_real_weights(held_out):
    images, labels = (array[::10] for array in held_out)
    assert exercises._first_loss(1e-9) == pytest.approx(np.log(10))
    for sigma in (0.05, 0.2):
        drawn = mean_first_loss(images, labels, sigma, range(100))
        assert exercises._first_loss(sigma) == pytest.approx(drawn, rel=0.05)


@pytest.mark.parametrize("sigma", [0.19, 0.21, 0.24])
def test_what_twenty_seeds_give_is_near_enough(sigma):
    exercises._check_first_loss_sigma(sigma)


@pytest.mark.parametrize("sigma", [0.0, -1.0, np.nan, 0.17, 0.26, 1e300])
def test_what_one_seed_may_give_is_not(sigma):
    with pytest.raises(NotYet):
        exercises._check_first_loss_sigma(sigma)


@pytest.mark.parametrize("batch_size", [4, 16, 256])
def test_one_pass_is_what_the_notebooks_loop_does(held_out, batch_size):
    from mxnet import autograd, gluon
    from mxnet import np as mx_np

    from d2l_helpers.data import load_data_fashion_mnist

    train_iter, _ = load_data_fashion_mnist(batch_size)
    dense = gluon.nn.Dense(10, weight_initializer="zeros", in_units=784)
    dense.initialize()
    trainer = gluon.Trainer(dense.collect_params(), "sgd", {"learning_rate": 0.02})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    for start in range(0, 10_000, batch_size):
        part = slice(start, min(start + batch_size, 10_000))
        with autograd.record():
            of_batch = loss(dense(train_iter.X[part]), train_iter.y[part])
        of_batch.backward()
        trainer.step(len(of_batch))
    images, labels = (mx_np.array(array, dtype="float32") for array in held_out)
    measured = float(loss(dense(images), labels).mean())
    assert exercises._loss_after_one_pass(batch_size, 0.02) == pytest.approx(measured, abs=2e-3)


@pytest.mark.parametrize("answer", [(1, 0.003), (4, 0.01), (8, 0.02), (16, 0.04), [16, 0.05], np.array([16, 0.06])])
def test_one_pass_has_many_right_answers(answer):
    exercises._check_one_pass(answer)


@pytest.mark.parametrize("lr", [0.01, 0.03, 0.1, 0.3])
@pytest.mark.parametrize("batch_size", [64, 256, 1000])
def test_one_pass_with_large_batches_is_too_few_steps(batch_size, lr):
    with pytest.raises(NotYet, match="a held-out loss of"):
        exercises._check_one_pass((batch_size, lr))
