"""Accuracy, loss, predictions and errors agree with counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from d2l import mxnet as d2l
from hypothesis import given
from hypothesis import strategies as st
from mxnet import gluon, npx
from mxnet import np as mx_np
from mxnet.gluon import nn

import d2l_helpers as helpers
from d2l_helpers.data import ArrayBatches
from d2l_helpers.errors import ArgumentError
from d2l_helpers.training.evaluation import Prediction

npx.set_np()

LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


@pytest.fixture
def net():
    helpers.seed_all(0)
    net = nn.Dense(3)
    net.initialize()
    return net


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(5000, 4)), generator.integers(0, 3, 5000)
    return ArrayBatches(mx_np.array(X, dtype="float32"), mx_np.array(y, dtype="int32"), 256, False)


@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(-5, 5), min_size=3, max_size=3)), min_size=1))
def test_accuracy_agrees_with_counting_by_hand_and_with_d2l(examples):
    labels, scores = zip(*examples, strict=True)
    by_hand = sum(max(range(3), key=lambda c: (row[c], -c)) == y for y, row in examples)
    y_hat, y = mx_np.array(scores), mx_np.array(labels, dtype="int32")
    assert helpers.accuracy(y_hat, y) == by_hand
    assert d2l.accuracy(y_hat, y) == by_hand


def test_accuracy_accepts_predicted_classes():
    assert helpers.accuracy(mx_np.array([0, 1, 2, 2]), mx_np.array([0, 1, 1, 2])) == 3


@pytest.mark.parametrize(("y_hat", "y"), [((4, 3), (5,)), ((4, 3), (4, 1)), ((4, 3, 1), (4,)), ((), ())])
def test_accuracy_refuses_shapes_that_do_not_belong_together(y_hat, y):
    with pytest.raises(ArgumentError, match="y_hat of shape"):
        helpers.accuracy(mx_np.ones(y_hat), mx_np.ones(y))


def test_evaluation_agrees_with_d2l_and_with_one_large_batch(net, data):
    y_hat = net(data.X)
    accuracy = float((y_hat.argmax(axis=1).astype("int32") == data.y).astype("float32").mean())
    loss = float(LOSS(y_hat, data.y).mean())
    assert helpers.evaluate_accuracy(net, data) == pytest.approx(accuracy, abs=1e-6)
    assert helpers.evaluate_accuracy(net, data) == pytest.approx(d2l.evaluate_accuracy(net, data), abs=1e-9)
    assert helpers.evaluate_loss(net, data, LOSS) == pytest.approx(loss, abs=1e-6)
    assert helpers.evaluate_loss(net, list(data), LOSS) == pytest.approx(loss, abs=1e-6), "not compiled"


@pytest.mark.parametrize("evaluate", [
    helpers.evaluate_accuracy, helpers.predict_labels, lambda net, empty: helpers.evaluate_loss(net, empty, LOSS),
])  # fmt: skip
def test_evaluating_no_batches_is_refused(net, evaluate):
    with pytest.raises(ArgumentError, match="list without a batch"):
        evaluate(net, [])


def test_predictions_are_probabilities_in_the_order_of_the_data(net, data):
    prediction = helpers.predict_labels(net, data)
    np.testing.assert_array_equal(prediction.labels, data.y.asnumpy())
    np.testing.assert_allclose(prediction.probabilities.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(prediction.classes, net(data.X).asnumpy().argmax(axis=1))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1))
def test_the_confusion_matrix_agrees_with_counting_by_hand(pairs):
    labels, classes = (np.array(column) for column in zip(*pairs, strict=True))
    counts = helpers.confusion_matrix(Prediction(labels, np.eye(3, dtype=np.float32)[classes]))
    for true in range(3):
        for predicted in range(3):
            assert counts[true, predicted] == pairs.count((true, predicted))


def test_the_most_wrong_have_the_least_probability_for_their_class():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]], dtype=np.float32)
    prediction = Prediction(np.array([1, 1, 0, 0]), probabilities)
    assert helpers.most_wrong(prediction, 2).tolist() == [0, 1]
    assert helpers.most_wrong(prediction, 9).tolist() == [0, 1, 3], "right ones are never among them"


@pytest.mark.parametrize("evaluate", [
    helpers.evaluate_accuracy, helpers.predict_labels, lambda net, data: helpers.evaluate_loss(net, data, LOSS),
])  # fmt: skip
def test_an_uninitialised_network_is_refused(data, evaluate):
    with pytest.raises(ArgumentError, match="not been initialized"):
        evaluate(nn.Dense(3), data)


def test_unknown_labels_are_refused(net, data):
    data.y[3000] = 77
    for evaluate in (helpers.predict_labels, lambda net, data: helpers.evaluate_loss(net, data, LOSS)):
        with pytest.raises(ArgumentError, match="unknown labels, such as 77"):
            evaluate(net, data)
