"""Polynomials with weight decay: the fits against gradient descent, and what is shown of them."""

import itertools
import re
import statistics
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from mxnet import autograd, gluon, init, npx
from mxnet import np as mxnet_np
from mxnet.gluon import nn

import d2l_helpers as helpers
from d2l_helpers.data import DISTANCES, VELOCITIES
from d2l_helpers.figures import charts_svg
from d2l_helpers.panels.exhibits import ridge
from d2l_helpers.panels.exhibits.ridge import errors, explore_ridge
from d2l_helpers.training.regression import powers
from d2l_helpers.training.regression import ridge as ridge_weights

DEGREES, DECAYS = (1, 3, 6, 8), (1e-5, 1e-4, 1e-2, 1.0)


def trained(A, y, wd, steps=3000):
    """Return the weights that Gluon's trainer reaches; the bias does not decay."""
    npx.set_np()
    net = nn.Dense(1, in_units=A.shape[1] - 1)
    net.initialize(init.Zero())
    net.bias.wd_mult = 0.0
    X, labels = mxnet_np.array(A[:, 1:], dtype="float32"), mxnet_np.array(y, dtype="float32").reshape(-1, 1)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.3, "wd": wd})
    loss = gluon.loss.L2Loss()
    for _ in range(steps):
        with autograd.record():
            losses = loss(net(X), labels)
        losses.backward()
        trainer.step(len(labels))
    return np.append(net.bias.data().asnumpy(), net.weight.data().asnumpy().ravel())


@pytest.mark.parametrize("wd", [0.01, 0.1, 1.0])
def test_the_trainers_weight_decay_leads_to_the_same_weights(wd):
    random = np.random.default_rng(0)
    A = powers(random.uniform(-1, 1, 20), 2)
    y = random.normal(size=20)
    assert trained(A, y, wd) == pytest.approx(ridge_weights(A, y, wd), abs=1e-3)


def test_without_decay_the_fit_is_least_squares():
    keep = np.arange(24) % 3 != 1
    x, y = np.array(DISTANCES)[keep] - 1, np.array(VELOCITIES)[keep]
    for degree in DEGREES:
        assert ridge.fit(degree, 0.0)[::-1] == pytest.approx(np.polyfit(x, y, degree), rel=1e-5, abs=1e-5)


def test_a_huge_decay_leaves_only_the_mean():
    weights = ridge.fit(8, 1e9)
    assert weights[0] == pytest.approx(np.mean([v for place, v in enumerate(VELOCITIES) if place % 3 != 1]), abs=0.01)
    assert np.abs(weights[1:]).max() < 0.01


def test_more_decay_never_lowers_the_training_error():
    for degree in DEGREES:
        train = [errors(degree, wd)[0] for wd in np.geomspace(1e-5, 1, 30).tolist()]
        assert train == sorted(train)


def test_held_out_errors_have_their_minimum_inside_the_slider():
    held_out = [errors(8, wd)[1] for wd in np.geomspace(1e-5, 1, 30).tolist()]
    assert min(held_out) < min(held_out[0], held_out[-1]) - 50


def test_the_text_says_both_errors():
    train, held_out = errors(8, 1e-4)
    text = explore_ridge()._show(degree=8, wd=1e-4).text
    assert f"the error is {train:.0f} km/s on the 16 training nebulae, {held_out:.0f} km/s on the 8 held out" in text
    assert helpers.explore_ridge is explore_ridge


@pytest.mark.parametrize(("degree", "wd"), list(itertools.product(DEGREES, DECAYS)))
def test_every_setting_is_drawn_in_finite_numbers(degree, wd):
    view = ridge._show(degree, wd)
    drawing = charts_svg(view.charts, view.text)
    ET.fromstring(drawing)
    assert not re.search("nan|inf", drawing)
    low, high = view.charts[0].y_span
    assert all(low < velocity < high for velocity in VELOCITIES)


@pytest.mark.timing
def test_a_view_is_drawn_within_50_ms():
    seconds = []
    for degree, wd in itertools.product(DEGREES, DECAYS):
        errors.cache_clear()
        started = time.perf_counter()
        ridge._show(degree, wd)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.05
