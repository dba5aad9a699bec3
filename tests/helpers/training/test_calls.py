"""Calls of other editions of the book, and mistakes in gradients, get an error that says what to change."""

from __future__ import annotations

import inspect
import warnings

import mxnet
import pytest
from mxnet import gluon
from mxnet import np as mx_np
from support.small_training import CLASSES, LOSS, PIXELS, Plain, make_data, make_net

import d2l_helpers as helpers
from d2l_helpers.errors import ArgumentError, TrainingError


class Model:
    """A network by hand, as in the book's section from scratch."""

    def __init__(self, *with_gradient):
        self.W, self.b = mx_np.random.normal(0, 0.1, (PIXELS, CLASSES)), mx_np.zeros(CLASSES)
        for name in with_gradient:
            getattr(self, name).attach_grad()

    def net(self, X):
        return mx_np.dot(X.reshape(len(X), -1), self.W) + self.b

    def updater(self, batch_size):
        for param in (self.W, self.b):
            param[:] = param - 0.1 * param.grad / batch_size


def call(*arguments, function=helpers.train_ch3, **options):
    """Call with the first arguments right, and return the error."""
    model = Model("W", "b")
    with pytest.raises(ArgumentError) as caught:
        function(model.net, make_data(), *arguments, **options)
    return caught.value


@pytest.mark.parametrize("function", [helpers.train_ch3, helpers.fit], ids=["train_ch3", "fit"])
@pytest.mark.parametrize(
    ("arguments", "options", "got", "remedy"),
    [
        ((make_data(), LOSS, 5, 256, [mx_np.ones(2)], 0.1), {}, "8 arguments; too many: [array(", "edition of 2019"),
        ((make_data(), LOSS, 5, 256, None, None, print), {}, "9 arguments; too many: None, None", "batch_size, params"),
        ((make_data(), LOSS, 5, 256), {"lr": 0.1}, "7 arguments; unknown: lr", "gluon.Trainer as updater"),
        ((make_data(), LOSS, 5), {"trainer": print}, "unknown: trainer; missing: updater", "gluon.Trainer as updater"),
        ((make_data(), LOSS), {"epochs": 5, "updater": print}, "unknown: epochs; missing: num_epochs", "as num_epochs"),
        ((make_data(), LOSS, 5, print), {"device": None}, "7 arguments; unknown: device", "leave out device"),
        ((make_data(), LOSS, 5, print), {"verbose": True}, "unknown: verbose", "leave out verbose"),
        ((LOSS, 5, print), {}, "5 arguments; missing: updater", "in this order"),
        ((), {}, "2 arguments; missing: test_iter, loss, num_epochs, updater", "in this order"),
        ((make_data(), LOSS, 5, print), {"loss": LOSS}, "multiple values for argument 'loss'", "once, in this order"),
    ],
    ids=["2019", "2019 trainer", "lr", "trainer", "epochs", "device", "unknown", "no test_iter", "two", "twice"],
)
def test_a_call_that_does_not_fit_names_what_to_change(function, arguments, options, got, remedy):
    error = call(*arguments, function=function, **options)
    assert got in error.got
    assert error.expected == f"{function.__name__}(net, train_iter, test_iter, loss, num_epochs, updater)"
    assert remedy in error.remedy
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("updater", "got"),
    [
        (256, "updater=256"),
        ("sgd", "updater='sgd'"),
        ([mx_np.ones(2)], "updater=[array"),
        (None, "updater=None"),
        (mxnet.optimizer.SGD(learning_rate=0.1), "updater=<mxnet"),
        (lambda params, lr, batch_size: None, "which takes other arguments"),
        (lambda: None, "which takes other arguments"),
    ],
    ids=["batch size", "name", "parameters", "None", "optimizer", "sgd", "no argument"],
)
def test_an_updater_must_take_the_batch_size_alone(updater, got):
    error = call(make_data(), LOSS, 1, updater)
    assert got in error.got
    assert "lambda batch_size: d2l.sgd([W, b], lr, batch_size)" in error.remedy


@pytest.mark.parametrize(("place", "kind"), [(1, gluon.loss.SoftmaxCrossEntropyLoss), (3, gluon.Trainer)])
def test_a_class_in_the_place_of_its_object_is_named(place, kind):
    arguments = [make_data(), LOSS, 1, print]
    arguments[place] = kind
    error = call(*arguments)
    assert f"{kind.__name__}, a class" in error.got
    assert f"write {kind.__name__}()" in error.remedy


@pytest.mark.parametrize("batches", [5, LOSS, None, 0.1, print], ids=["number", "loss", "None", "rate", "function"])
def test_what_is_no_batches_is_named_with_the_order(batches):
    error = call(batches, LOSS, 1, print)
    assert "in the place of batches" in error.got
    assert "net, train_iter, test_iter, loss, num_epochs, updater" in error.remedy


def test_the_signature_is_the_books():
    assert list(inspect.signature(helpers.train_ch3).parameters) == [
        *("net", "train_iter", "test_iter", "loss", "num_epochs", "updater")
    ]
    assert helpers.train_ch3.__doc__.startswith("Train a classifier")


@pytest.mark.parametrize("with_gradient", [(), ("W",), ("b",)], ids=["none", "W", "b"])
def test_a_forgotten_attach_grad_is_named(with_gradient):
    model = Model(*with_gradient)
    with pytest.raises(TrainingError, match="attach_grad") as caught:
        helpers.train_ch3(model.net, make_data(), make_data(), LOSS, 1, model.updater)
    assert "gradient" in caught.value.got
    assert len(helpers.train_ch3(Model("W", "b").net, make_data(), make_data(), LOSS, 1, print)) == 1


@pytest.mark.parametrize("wrap", [lambda batches: batches, Plain], ids=["compiled", "plain"])
def test_a_network_without_gradients_is_named(wrap):
    net = make_net()
    net(make_data().X[:1])
    net.collect_params().setattr("grad_req", "null")
    with pytest.raises(TrainingError, match="grad_req"):
        helpers.train_ch3(net, wrap(make_data()), make_data(), LOSS, 1, print)


def test_the_readers_own_mistake_in_an_updater_stays_as_it_is():
    def updater(batch_size):
        return batch_size + "1"

    with pytest.raises(TypeError, match="unsupported operand"):
        helpers.train_ch3(Model("W", "b").net, make_data(), make_data(), LOSS, 1, updater)


def test_the_readers_own_warning_in_an_updater_stays_as_it_is():
    def updater(batch_size):
        warnings.warn("a warning of the reader's", UserWarning, stacklevel=1)

    with pytest.raises(UserWarning, match="a warning of the reader's"):  # a warning is an error in this project's tests
        helpers.train_ch3(Model("W", "b").net, make_data(), make_data(), LOSS, 1, updater)


def test_a_network_on_another_device_is_told_to_move():
    net = gluon.nn.Dense(CLASSES)
    net.initialize(ctx=mxnet.cpu(1))
    with pytest.raises(ArgumentError, match=r"reset_ctx\(X.ctx\)") as caught:
        helpers.train_ch3(net, make_data(), make_data(), LOSS, 1, print)
    assert "It was only initialized on [cpu(1)]" in caught.value.got
