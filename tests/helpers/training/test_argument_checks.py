"""The arguments that training refuses, and what the errors name."""

from __future__ import annotations

import pytest
from mxnet import autograd, gluon, npx
from mxnet import np as mx_np
from mxnet.gluon import nn
from support.small_training import CLASSES, LOSS, Plain, make_data, make_net, make_trainer

import d2l_helpers as helpers
from d2l_helpers.errors import ArgumentError, TrainingError


def refused(*, match, **changed):
    net = changed.pop("net", None) or make_net()
    arguments = {"net": net, "train_iter": make_data(), "test_iter": make_data(), "loss": LOSS, "num_epochs": 1}
    arguments |= changed
    if "updater" not in arguments:
        arguments["updater"] = make_trainer(net) if isinstance(net, gluon.Block) else print
    with pytest.raises(ArgumentError, match=match) as caught:
        helpers.train_ch3(**arguments)
    assert caught.value.remedy
    assert caught.value.expected


@pytest.mark.parametrize("num_epochs", [0, -1, 1.5, "3", None, True])
def test_num_epochs_must_be_a_positive_integer(num_epochs):
    refused(num_epochs=num_epochs, match="num_epochs=")


def test_an_uninitialised_network_is_named():
    net = nn.Sequential()
    net.add(nn.Dense(CLASSES))
    refused(
        net=net, updater=print, match=r"parameters without values: dense\d+_weight, dense\d+_bias[^$]*net.initialize"
    )


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
def test_a_rate_must_be_finite_and_not_negative(rate):
    net = make_net()
    refused(net=net, updater=make_trainer(net, rate), match="learning rate of")


@pytest.mark.parametrize("which", ["train_iter", "test_iter"])
def test_an_empty_iterator_is_refused(which):
    refused(**{which: []}, match="list without a batch")


@pytest.mark.parametrize("which", ["train_iter", "test_iter"])
def test_a_generator_is_refused_before_it_loses_a_batch(which):
    refused(**{which: (batch for batch in make_data())}, match="looped over only once")


class Fading:
    """Has batches in the first loop only."""

    def __init__(self):
        self.loops = 0

    def __iter__(self):
        self.loops += 1
        return iter(make_data() if self.loops < 3 else [])


def test_an_iterator_that_is_empty_later_is_refused():
    refused(train_iter=Fading(), num_epochs=3, match="Fading without a batch")


def test_batches_must_be_pairs():
    refused(train_iter=[mx_np.ones((2, 3, 3))[0, 0]], match="batch of type ndarray")


@pytest.mark.parametrize("label", [CLASSES, -1])
@pytest.mark.parametrize("wrap", [lambda batches: batches, Plain], ids=["compiled", "plain"])
def test_unknown_labels_are_named(label, wrap):
    data = make_data(16, 16)
    data.y[7] = label
    refused(train_iter=wrap(data), match=rf"unknown labels, such as {label}[^$]*from 0 to 3")


def test_fractional_labels_are_refused():
    data = make_data()
    refused(train_iter=[(data.X, data.y.astype("float32") + 0.5)], match="unknown labels")


def test_lengths_must_agree():
    data = make_data()
    refused(train_iter=[(data.X, data.y[:5])], match=r"X of shape \(70, 1, 3, 3\) with y of shape \(5,\)")


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (lambda y: y.reshape(-1, 1), r"with y of shape \(70, 1\)[^$]*y.reshape\(-1\)"),
        (lambda y: npx.one_hot(y, CLASSES), r"with y of shape \(70, 4\)[^$]*y.argmax\(axis=1\)"),
    ],
    ids=["one column", "one-hot"],
)
def test_labels_must_be_flat(labels, match):
    data = make_data()
    refused(train_iter=[(data.X, labels(data.y))], match=match)


def test_data_of_another_type_than_the_network_is_refused():
    data = make_data()
    refused(train_iter=[(data.X.astype("float64"), data.y)], match=r'X.astype\("float32"\)')


def test_arrays_of_mxnets_classic_interface_are_refused():
    data = make_data()
    refused(train_iter=[(data.X.as_nd_ndarray(), data.y.as_nd_ndarray())], match="as_np_ndarray")


def test_training_inside_a_recording_is_refused():
    net = make_net()
    with autograd.record():
        refused(net=net, match="leave out `with autograd.record")


def test_images_of_another_size_are_refused():
    net = make_net()
    net(mx_np.ones((1, 1, 4, 4)))
    refused(net=net, match=r"X of shape \(\d+, 1, 3, 3\)")


def test_scores_must_have_one_row_per_example():
    refused(net=lambda X: X.reshape(-1)[:1], loss=lambda y_hat, y: y * 0.0, updater=print, match="scores of shape")


def test_a_loss_of_the_whole_batch_is_refused():
    refused(loss=lambda y_hat, y: LOSS(y_hat, y).mean(), match=r"a loss of shape \(\)[^$]*updater divides")


@pytest.mark.parametrize("which", ["net", "loss", "updater"])
def test_net_loss_and_updater_must_be_callable(which):
    refused(**{which: 3.0}, match=f"{which}=3.0")


@pytest.mark.parametrize(
    ("later", "got"),
    [
        (lambda X, y: (X[:0], y[:0]), r"with y of shape \(0,\)"),
        (lambda X, y: (X, y + 77), "unknown labels, such as 7[7-9]|unknown labels, such as 80"),
        (lambda X, y: (X, y[:3]), r"with y of shape \(3,\)"),
        (lambda X, y: (X[:, :, :2], y), r"X of shape \(16, 1, 2, 3\)"),
    ],
    ids=["empty", "unknown labels", "lengths", "shape"],
)
@pytest.mark.parametrize("which", ["train_iter", "test_iter"])
def test_a_bad_batch_after_good_ones_is_refused(later, got, which):
    first = next(iter(make_data()))
    refused(**{which: [first, later(*first)]}, match=got)


def test_numpys_arrays_are_refused():
    data = make_data()
    refused(train_iter=[(data.X.asnumpy(), data.y.asnumpy())], match="X of type ndarray[^$]*MXNet's arrays")


def test_a_function_around_an_uninitialised_network_is_refused():
    net = nn.Dense(CLASSES)
    refused(net=lambda X: net(X), match=r"has not been initialized[^$]*net.initialize")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MXNet's own, while it writes its message
@pytest.mark.parametrize("has_seen_data", [True, False])
def test_a_trainer_of_another_network_is_refused(has_seen_data):
    net, other = make_net(), make_net()
    if has_seen_data:
        other(make_data().X[:1])
    with pytest.raises(TrainingError, match=r"does not train this network[^$]*gluon.Trainer"):
        helpers.train_ch3(net, make_data(), make_data(), LOSS, 1, make_trainer(other))


def test_mxnets_classic_mode_is_refused():
    npx.reset_np()
    try:
        refused(match="npx.set_np")
    finally:
        npx.set_np()


@pytest.mark.parametrize(
    "evaluate",
    [helpers.evaluate_accuracy, helpers.predict_labels, lambda net, data: helpers.evaluate_loss(net, data, LOSS)],
    ids=["accuracy", "labels", "loss"],
)
@pytest.mark.parametrize(
    "data",
    [lambda data: (data.X, data.y), lambda data: data.X, lambda data: make_net(), lambda data: 3, lambda data: list],
    ids=["pair", "array", "network", "number", "class"],
)
def test_what_is_no_batches_is_named_in_evaluation(evaluate, data):
    with pytest.raises(ArgumentError, match=r"a batch of type|in the place of batches"):
        evaluate(make_net(), data(make_data()))


def test_lists_have_no_accuracy():
    with pytest.raises(ArgumentError, match="of type list"):
        helpers.accuracy([1, 2], [1, 2])


def test_bool_labels_are_refused_with_the_conversion():
    data = make_data()
    refused(train_iter=[(data.X, data.y > 1)], match=r'y.astype\("int32"\)')
