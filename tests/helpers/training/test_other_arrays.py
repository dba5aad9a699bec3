"""The compiled path works with the arrays that there are now, of whatever type; the plain path is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from mxnet import init, nd
from mxnet import np as mx_np
from mxnet.gluon import nn
from support.small_training import CLASSES, LOSS, Plain, make_data, make_net, make_test_data, make_trainer, train

import d2l_helpers as helpers
from d2l_helpers.training.loop import fit

WRAPS = (lambda batches: batches, Plain)  # compiled, and not


def weights(net):
    return [parameter.data().asnumpy() for parameter in net.collect_params().values()]


def frozen_for_an_epoch(net, epoch, _):
    net[0].collect_params().setattr("grad_req", "null" if epoch == 1 else "write")


def initialised_again(net, epoch, _):
    helpers.seed_all(epoch)
    net.initialize(init.Normal(0.1), force_reinit=True)


def cast_and_cast_back(net, *_):
    net.cast("float64")
    net.cast("float32")


def examples_replaced(_, epoch, data):
    data.X = data.X * (1 + epoch)


def as_many_in_a_batch_as_in_the_last(_, epoch, data):
    data.batch_size = data.num_examples % data.batch_size if epoch == 1 else data.batch_size


CHANGES = [
    frozen_for_an_epoch,
    initialised_again,
    cast_and_cast_back,
    examples_replaced,
    as_many_in_a_batch_as_in_the_last,
]


@pytest.mark.parametrize("change", CHANGES)
def test_both_paths_train_with_the_arrays_that_there_are_now(change):
    ends, losses = [], []
    for wrap in WRAPS:
        net, data = make_net(8), make_data()
        for progress in fit(net, wrap(data), wrap(make_test_data()), LOSS, 4, make_trainer(net)):
            if progress.done in (1, 2):
                change(net, progress.done, data)
        ends.append(weights(net))
        losses.append(progress.history.train_loss)
    np.testing.assert_allclose(*losses, rtol=1e-5)
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def test_both_paths_train_in_double_precision():
    ends, losses = [], []
    for wrap in WRAPS:
        net, data, test = make_net(8), make_data(), make_test_data()
        net(data.X[:1])
        net.cast("float64")
        data.X, test.X = data.X.astype("float64"), test.X.astype("float64")
        losses.append(train(net, wrap(data), test_iter=wrap(test)).train_loss)
        ends.append(weights(net))
    np.testing.assert_allclose(*losses, rtol=1e-6)
    for one, other in zip(*ends, strict=True):
        assert one.dtype == "float64"
        np.testing.assert_array_equal(one, other)


def test_both_paths_train_a_network_of_two_types():
    ends = []
    for wrap in WRAPS:
        helpers.seed_all(0)
        net = nn.Sequential()
        precise = nn.HybridLambda(lambda F, z: z.astype("float64"))
        net.add(nn.Dense(8), precise, nn.Dense(CLASSES, in_units=8))
        net.initialize(init.Normal(0.1))
        net[2].cast("float64")
        train(net, wrap(make_data()), test_iter=wrap(make_test_data()))
        ends.append(weights(net))
    assert {one.dtype.name for one in ends[0]} == {"float32", "float64"}
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def test_both_paths_train_with_examples_into_which_a_convolution_has_written():
    """It may write the values in oneDNN's order, into other memory."""
    ends = []
    for wrap in WRAPS:
        net, data = make_net(8), make_data(64, shuffle=False)
        helpers.seed_all(1)
        data.X = mx_np.random.normal(size=(64, 16, 3, 3))
        images, weight = nd.random.normal(shape=(64, 8, 5, 5)), nd.random.normal(shape=(16, 8, 3, 3))
        for progress in fit(net, wrap(data), wrap(data), LOSS, 3, make_trainer(net)):
            if progress.done == 1:
                target = data.X.as_nd_ndarray()
                nd.Convolution(images, weight, kernel=(3, 3), num_filter=16, no_bias=True, out=target)
        ends.append(weights(net))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)
