"""Small data, networks and trainers for tests of training."""

from __future__ import annotations

import numpy as np
from mxnet import gluon, init, npx
from mxnet import np as mx_np
from mxnet.gluon import nn

import d2l_helpers as helpers
from d2l_helpers.data import ArrayBatches

npx.set_np()

CLASSES, PIXELS = 4, 9
LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


class Plain:
    """An iterable of batches that hides an ArrayBatches, so that nothing is compiled."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def make_data(n=70, batch_size=16, shuffle=True, seed=0):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n, 1, 3, 3)).astype(np.float32)
    y = (X.reshape(n, PIXELS) @ generator.normal(size=(PIXELS, CLASSES))).argmax(axis=1)
    return ArrayBatches(mx_np.array(X), mx_np.array(y, dtype="int32"), batch_size, shuffle)


def make_test_data():
    return make_data(30, 8, False, 1)


def make_net(*hidden, seed=0):
    helpers.seed_all(seed)
    net = nn.Sequential()
    for units in hidden:
        net.add(nn.Dense(units, activation="relu"))
    net.add(nn.Dense(CLASSES))
    net.initialize(init.Normal(sigma=0.1))
    return net


def make_trainer(net, rate=0.1):
    return gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": rate})


def train(net, train_iter, num_epochs=3, rate=0.1, loss=LOSS, test_iter=None):
    test_iter = test_iter or make_test_data()
    return helpers.train_ch3(net, train_iter, test_iter, loss, num_epochs, make_trainer(net, rate))
