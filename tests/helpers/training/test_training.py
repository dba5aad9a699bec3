"""The training loop against an oracle in plain NumPy, its two paths against each other, and everything it refuses."""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import numpy as np
import pytest
from mxnet import autograd, gluon, init, lr_scheduler, npx
from mxnet import np as mx_np
from mxnet.gluon import nn

import d2l_helpers as helpers
from d2l_helpers.data import ArrayBatches
from d2l_helpers.errors import ArgumentError, LossNotFinite, TrainingError
from d2l_helpers.training.compiled import compile_gradient, compile_loss
from d2l_helpers.training.history import History, Progress
from d2l_helpers.training.loop import fit, watched
from d2l_helpers.training.updates import compile_sgd

npx.set_np()

CLASSES, PIXELS = 4, 9


class Plain:
    """Any iterable of batches: hides that they are an ArrayBatches, so that nothing is compiled."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def make_data(n=70, batch_size=16, shuffle=True, seed=0):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n, 1, 3, 3)).astype(np.float32)
    y = (X.reshape(n, PIXELS) @ generator.normal(size=(PIXELS, CLASSES))).argmax(axis=1)
    return ArrayBatches(mx_np.array(X), mx_np.array(y, dtype="int32"), batch_size, shuffle)


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


LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


def train(net, train_iter, num_epochs=3, rate=0.1, loss=LOSS, test_iter=None):
    return helpers.train_ch3(net, train_iter, test_iter or make_data(30, 8, False, 1), loss, num_epochs,
                             make_trainer(net, rate))  # fmt: skip


def oracle(W, b, train_data, test_data, orders, rate):
    """Softmax regression by the book, in double precision; gives (loss, accuracy, test loss, test accuracy)."""

    def forward(X, y):
        z = X.reshape(len(X), -1).astype(np.float64) @ W.T + b
        log_p = z - z.max(axis=1, keepdims=True)
        log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
        return log_p, -log_p[np.arange(len(y)), y].sum(), (z.argmax(axis=1) == y).sum()

    history = []
    X, y = train_data.X.asnumpy(), train_data.y.asnumpy()
    for order in orders:
        total_loss, hits = 0.0, 0
        for start in range(0, len(X), train_data.batch_size):
            rows = order[start : start + train_data.batch_size]
            log_p, loss, right = forward(X[rows], y[rows])
            total_loss, hits = total_loss + loss, hits + right
            gradient = np.exp(log_p)
            gradient[np.arange(len(rows)), y[rows]] -= 1
            W -= rate / len(rows) * gradient.T @ X[rows].reshape(len(rows), -1)
            b -= rate / len(rows) * gradient.sum(axis=0)
        _, test_loss, test_hits = forward(test_data.X.asnumpy(), test_data.y.asnumpy())
        n, m = len(X), test_data.num_examples
        history.append((total_loss / n, hits / n, test_loss / m, test_hits / m))
    return np.array(history).T


@pytest.mark.parametrize("wrap", [lambda batches: batches, Plain], ids=["compiled", "plain"])
def test_it_is_softmax_regression_as_the_book_defines_it(wrap):
    train_data, test_data, net = make_data(), make_data(30, 8, False, 1), make_net()
    net(train_data.X[:1])
    W, b = (net[0].weight.data().asnumpy().astype(np.float64), net[0].bias.data().asnumpy().astype(np.float64))
    np.random.seed(5)
    orders = [np.random.permutation(train_data.num_examples) for _ in range(4)]
    np.random.seed(5)
    history = train(net, wrap(train_data), 4, 0.3, test_iter=wrap(test_data))
    expected = oracle(W, b, train_data, test_data, orders, 0.3)
    measured = [history.train_loss, history.train_acc, history.test_loss, history.test_acc]
    np.testing.assert_allclose(measured, expected, atol=2e-6)
    np.testing.assert_allclose(net[0].weight.data().asnumpy(), W, atol=2e-6)


@pytest.mark.parametrize("hidden", [(), (8,)], ids=["linear", "hidden layer"])
@pytest.mark.parametrize("batch_size", [1, 7, 16, 70])
def test_both_paths_give_the_same_bits(hidden, batch_size):
    data = make_data(batch_size=batch_size)
    histories = [train(make_net(*hidden), wrapped) for wrapped in (data, Plain(data))]
    assert histories[0].train_acc == histories[1].train_acc
    assert histories[0].test_acc == histories[1].test_acc
    np.testing.assert_allclose(histories[0].train_loss, histories[1].train_loss, rtol=1e-6)


def test_what_can_be_compiled_is():
    data, net = make_data(), nn.Sequential()
    net.add(nn.Dense(16, activation="relu"), nn.BatchNorm(), nn.Dropout(0.1), nn.Dense(CLASSES))
    net.initialize()
    for each in (make_net(), make_net(8), net):
        each(data.X[:1])
        assert compile_gradient(each, LOSS, data) is not None


@pytest.mark.filterwarnings("ignore:ndarray.context:DeprecationWarning")  # MXNet's own, while it writes its message
@pytest.mark.parametrize(
    ("hidden", "optimizer", "settings", "is_compiled"),
    [
        ((), "sgd", {"wd": 0.1}, True),
        ((), "sgd", {"lr_scheduler": lr_scheduler.CosineScheduler(12, 0.3)}, True),
        ((8,), "sgd", {}, True),
        ((8, 8), "sgd", {}, False),
        ((), "sgd", {"clip_gradient": 0.1}, False),
        ((), "sgd", {"multi_precision": True}, False),
        ((), "sgd", {"momentum": 0.9}, False),
        ((), "adam", {}, False),
    ],
    ids=["decay", "schedule", "a hidden layer", "two", "clipped", "precise", "momentum", "adam"],
)
def test_steps_are_the_trainers(hidden, optimizer, settings, is_compiled):
    """Whether compiled or its own: weights, count of updates, and gradients that are used up."""
    ends = []
    for wrap in (lambda batches: batches, Plain):
        net, test = make_net(*hidden), make_data(30, 8, False, 1)
        net(test.X[:1])
        net[-1].bias.lr_mult = 3
        net[0].bias.grad_req = "write" if not hidden else "null"
        trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.05} | settings)
        helpers.train_ch3(net, wrap(make_data()), wrap(test), LOSS, 3, trainer)
        weights = [parameter.data().asnumpy() for parameter in net.collect_params().values()]
        ends.append((weights, trainer.learning_rate, trainer.optimizer.num_update))
        assert is_compiled == (compile_sgd(trainer, compile_loss(net, LOSS, test)) is not None)
        with pytest.raises(UserWarning, match="has not been updated"):
            trainer.step(1)
    for one, other in zip(ends[0][0], ends[1][0], strict=True):
        np.testing.assert_array_equal(one, other)
    assert ends[0][1:] == ends[1][1:]
    assert ends[0][2] == 3 * len(make_data())


@pytest.mark.filterwarnings("ignore:ndarray.context:DeprecationWarning")
def test_parameters_that_are_not_the_networks_are_the_trainers_business():
    net, other = make_net(), make_net()
    other(make_data().X[:1])
    both = net.collect_params()
    both.update(other.collect_params())
    net(make_data().X[:1])
    trainer = gluon.Trainer(both, "sgd", {"learning_rate": 0.1})
    with pytest.raises(TrainingError, match="does not train this network"):
        helpers.train_ch3(net, make_data(), make_data(), LOSS, 1, trainer)


def test_the_seed_governs_everything():
    one, same, other = (train(make_net(seed=seed), make_data()) for seed in (3, 3, 4))
    assert one == same
    assert one.train_loss != other.train_loss


def test_looking_at_the_first_batch_draws_no_random_numbers():
    data = make_data()
    helpers.seed_all(1)
    list(fit(make_net(), data, data, LOSS, 1, lambda batch_size: None))
    after = (np.random.random(), random.random())
    make_net()  # seeds anew
    data.order()
    assert after == (np.random.random(), random.random())


def test_a_network_with_batch_norm_and_dropout_trains_on_both_paths():
    for wrap in (lambda batches: batches, Plain):
        net = make_net()
        net = nn.Sequential()
        net.add(nn.Dense(16, activation="relu"), nn.BatchNorm(), nn.Dropout(0.1), nn.Dense(CLASSES))
        net.initialize()
        history = train(net, wrap(make_data(400, 20)), 8, 0.2)
        assert history.train_loss[-1] < 0.7 * history.train_loss[0]
        assert abs(net[1].running_mean.data().asnumpy()).max() > 0.01


class ForArraysOnly(gluon.Block):
    """A block that cannot be traced with symbols."""

    def __init__(self):
        super().__init__()
        self.dense = nn.Dense(CLASSES)

    def forward(self, X):
        return self.dense(X.reshape(X.shape[0], -1))


class HybridForArraysOnly(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.dense = nn.Dense(CLASSES)

    def forward(self, X):
        return self.dense(X.reshape(len(X), -1))


@pytest.mark.parametrize("block", [ForArraysOnly, HybridForArraysOnly])
def test_a_network_that_cannot_be_compiled_trains_all_the_same(block):
    net = block()
    net.initialize(init.Normal(0.1))
    history = train(net, make_data(), 5, 0.3)
    assert history.train_loss[-1] < history.train_loss[0]


def test_a_network_from_scratch_trains_with_a_function_as_updater():
    W = mx_np.random.normal(0, 0.1, (PIXELS, CLASSES))
    b = mx_np.zeros(CLASSES)
    for parameter in (W, b):
        parameter.attach_grad()

    def net(X):
        return mx_np.dot(X.reshape(-1, PIXELS), W) + b

    def loss(y_hat, y):
        return -npx.pick(npx.log_softmax(y_hat), y)

    def updater(batch_size):
        for parameter in (W, b):
            parameter -= 0.3 * parameter.grad / batch_size

    history = helpers.train_ch3(net, make_data(), make_data(30, 8, False, 1), loss, 5, updater)
    assert history.train_loss[-1] < 0.7 * history.train_loss[0]


def test_a_gluon_data_loader_is_an_iterable_of_batches():
    data = make_data()
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(data.X, data.y), batch_size=16)
    history = helpers.train_ch3(net := make_net(), loader, loader, LOSS, 2, make_trainer(net))
    assert len(history) == 2


# ---------------------------------------------------------------------------------------------- progress and stop


def test_reports_come_at_every_epoch_and_in_between():
    net = make_net()
    reports = []
    for progress in fit(net, make_data(40_000, 4), make_data(), LOSS, 1, make_trainer(net)):
        reports.append(progress)
    assert isinstance(reports[0], Progress)
    assert len(reports) > 2
    done = [report.done for report in reports]
    assert done == sorted(done)
    assert done[-1] == 1.0
    assert 0 < done[0] < 1


def test_a_watcher_sees_the_fit_and_stops_it():
    seen = []

    def watch(progress):
        seen.append(progress.done)
        return progress.done < 2

    with watched(watch):
        history = train(make_net(), make_data(), 50)
    assert history.stopped
    assert len(history) == 2
    assert seen[-1] == 2.0
    assert not train(make_net(), make_data(), 1).stopped, "the watcher is gone"


def test_a_watcher_sees_only_its_own_thread():
    seen = []
    with watched(lambda progress: seen.append(progress.done)):
        other = threading.Thread(target=lambda: (npx.set_np(), train(make_net(), make_data(), 1)))
        other.start()
        other.join()
    assert seen == []


def test_an_interrupt_gives_the_epochs_so_far():
    timer = threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT))
    net = make_net()
    timer.start()
    started = time.monotonic()
    history = helpers.train_ch3(net, make_data(), make_data(), LOSS, 1_000_000, make_trainer(net))
    assert time.monotonic() - started < 5
    assert history.stopped
    assert len(history) > 0
    assert isinstance(history, History)


# -------------------------------------------------------------------------------------------------- what it refuses


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
def test_a_number_of_epochs_must_be_one(num_epochs):
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


def test_labels_must_be_flat():
    data = make_data()
    refused(train_iter=[(data.X, data.y.reshape(-1, 1))], match=r"with y of shape \(70, 1\)")


def test_images_of_another_size_are_refused():
    net = make_net()
    net(mx_np.ones((1, 1, 4, 4)))
    refused(net=net, match=r"X of shape \(\d+, 1, 3, 3\)")


def test_scores_must_have_a_row_an_example():
    refused(net=lambda X: X.reshape(-1)[:1], loss=lambda y_hat, y: y * 0.0, updater=print, match="scores of shape")


def test_a_loss_of_the_whole_batch_is_refused():
    refused(loss=lambda y_hat, y: LOSS(y_hat, y).mean(), match=r"a loss of shape \(\)[^$]*updater divides")


@pytest.mark.parametrize("which", ["net", "loss", "updater"])
def test_what_is_called_must_be_callable(which):
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
def test_a_trainer_of_another_network_is_named():
    net, other = make_net(), make_net()
    other(make_data().X[:1])
    with pytest.raises(TrainingError, match=r"does not train this network[^$]*gluon.Trainer"):
        helpers.train_ch3(net, make_data(), make_data(), LOSS, 1, make_trainer(other))


def test_an_iterable_of_unknown_length_reports_within_its_first_epoch():
    net = make_net()
    reports = fit(net, Plain(make_data(20_000, 4)), make_data(), LOSS, 1, make_trainer(net))
    started = time.monotonic()
    assert next(reports).done == 0.0
    assert time.monotonic() - started < 1


def test_mxnets_classic_mode_is_refused():
    npx.reset_np()
    try:
        refused(match="npx.set_np")
    finally:
        npx.set_np()


@pytest.mark.parametrize("wrap", [lambda batches: batches, Plain], ids=["compiled", "plain"])
def test_a_loss_that_is_not_finite_stops_the_fit(wrap):
    data = make_data()
    data.X *= 1e30
    net = make_net()
    with pytest.raises(LossNotFinite, match=r"in epoch 1.*\n.*learning rate 1e\+20"):
        helpers.train_ch3(net, wrap(data), data, LOSS, 3, make_trainer(net, 1e20))


def test_gradients_are_not_recorded_while_evaluating():
    net = make_net()
    train(net, make_data(), 1)
    before = net[0].weight.grad().asnumpy().copy()
    helpers.evaluate_accuracy(net, make_data())
    assert not autograd.is_recording()
    np.testing.assert_array_equal(before, net[0].weight.grad().asnumpy())
