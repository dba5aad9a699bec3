"""The measured exercise of notebook 06 asks for what its reader will find, with real images and real weights."""

import numpy as np
import pytest

from d2l_helpers.data import load_fashion_mnist
from d2l_helpers.exercises.chapter import softmax_regression_scratch as exercises
from d2l_helpers.exercises.exercise import NotYet


@pytest.fixture(scope="module")
def test_images():
    *_, images, labels = load_fashion_mnist()
    return np.asarray(images, dtype=np.float64).reshape(len(images), -1) / 255, np.asarray(labels)


def mean_first_loss(images, labels, sigma, seeds):
    """Draw the weights of each seed and compute the loss as the notebook does."""
    losses = []
    for seed in seeds:
        Z = images @ np.random.default_rng(seed).normal(0, sigma, (784, 10))
        Z -= Z.max(axis=1, keepdims=True)
        losses.append((np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(Z)), labels]).mean())
    return np.mean(losses)


def test_the_lengths_are_those_of_the_test_images(test_images):
    lengths = np.sort(np.linalg.norm(test_images[0], axis=1)).reshape(10, -1).mean(axis=1)
    np.testing.assert_allclose(exercises._LENGTHS, lengths, atol=0.051)


def test_the_first_loss_is_that_of_many_draws_of_real_weights(test_images):
    images, labels = (array[::10] for array in test_images)
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
