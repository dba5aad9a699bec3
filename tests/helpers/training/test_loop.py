"""The training loop against an oracle in plain NumPy, its two paths against each other, its reports and its stops."""

from __future__ import annotations

import math
import os
import random
import signal
import threading

import numpy as np
import pytest
from mxnet import autograd, gluon, init, lr_scheduler, npx
from mxnet import np as mx_np
from mxnet.gluon import nn
from support.small_training import (
    CLASSES,
    LOSS,
    PIXELS,
    Plain,
    make_data,
    make_net,
    make_test_data,
    make_trainer,
    train,
)

import d2l_helpers as helpers
from d2l_helpers.errors import LossNotFinite, TrainingError
from d2l_helpers.training import loop
from d2l_helpers.training.history import FitProgress, History
from d2l_helpers.training.loop import fit, watched

PATHS = pytest.mark.parametrize("wrap", [lambda batches: batches, Plain], ids=["compiled", "plain"])


def oracle(W, b, train_data, test_data, orders, rate):
    """Softmax regression by the book, in double precision; returns (loss, accuracy, test loss, test accuracy)."""

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
        _, held_out_loss, test_hits = forward(test_data.X.asnumpy(), test_data.y.asnumpy())
        n, m = len(X), test_data.num_examples
        history.append((total_loss / n, hits / n, held_out_loss / m, test_hits / m))
    return np.array(history).T


@PATHS
def test_training_agrees_with_softmax_regression_in_numpy(wrap):
    train_data, test_data, net = make_data(), make_test_data(), make_net()
    net(train_data.X[:1])
    W, b = (net[0].weight.data().asnumpy().astype(np.float64), net[0].bias.data().asnumpy().astype(np.float64))
    np.random.seed(5)
    orders = [np.random.permutation(train_data.num_examples) for _ in range(4)]
    np.random.seed(5)
    history = train(net, wrap(train_data), 4, 0.3, test_iter=wrap(test_data))
    expected = oracle(W, b, train_data, test_data, orders, 0.3)
    measured = [history.train_loss, history.train_acc, history.held_out_loss, history.held_out_acc]
    np.testing.assert_allclose(measured, expected, atol=2e-6)
    np.testing.assert_allclose(net[0].weight.data().asnumpy(), W, atol=2e-6)


@pytest.mark.parametrize("hidden", [(), (8,)], ids=["linear", "hidden layer"])
@pytest.mark.parametrize("batch_size", [1, 7, 16, 70])
def test_both_paths_compute_the_same_numbers(hidden, batch_size):
    data = make_data(batch_size=batch_size)
    histories = [train(make_net(*hidden), wrapped) for wrapped in (data, Plain(data))]
    assert histories[0].train_acc == histories[1].train_acc
    assert histories[0].held_out_acc == histories[1].held_out_acc
    np.testing.assert_allclose(histories[0].train_loss, histories[1].train_loss, rtol=1e-6)


# ------------------------------------------------------------------------------------------------------- the updater


@pytest.mark.filterwarnings("ignore:ndarray.context:DeprecationWarning")  # MXNet's own, while it writes its message
@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        ("sgd", {"wd": 0.1}),
        ("sgd", {"lr_scheduler": lr_scheduler.CosineScheduler(12, 0.3)}),
        ("sgd", {"clip_gradient": 0.1}),
        ("sgd", {"multi_precision": True}),
        ("sgd", {"momentum": 0.9}),
        ("adam", {}),
    ],
    ids=["weight decay", "schedule", "clipped", "precise", "momentum", "adam"],
)
@pytest.mark.parametrize("hidden", [(), (8, 8)], ids=["linear", "two hidden layers"])
def test_both_paths_update_alike_with_every_trainer(hidden, optimizer, settings):
    ends = []
    for wrap in (lambda batches: batches, Plain):
        net, test = make_net(*hidden), make_test_data()
        net(test.X[:1])
        net[-1].bias.lr_mult, net[-1].weight.wd_mult = 3, 0.5
        net[0].bias.grad_req = "null" if hidden else "write"
        trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.05} | settings)
        helpers.train_ch3(net, wrap(make_data()), wrap(test), LOSS, 3, trainer)
        ends.append((weights(net), trainer.learning_rate, trainer.optimizer.num_update))
        with pytest.raises(UserWarning, match="has not been updated"):  # the gradients are used up
            trainer.step(1)
    for one, other in zip(ends[0][0], ends[1][0], strict=True):
        np.testing.assert_array_equal(one, other)
    assert ends[0][1:] == ends[1][1:]
    assert ends[0][2] == 3 * len(make_data())


@pytest.mark.parametrize("frozen", ["a layer", "a bias"])
def test_both_paths_leave_alone_what_is_frozen_during_the_fit(frozen):
    ends = []
    for wrap in (lambda batches: batches, Plain):
        net, test = make_net(8), make_test_data()
        net(test.X[:1])
        before = weights(net)
        for progress in fit(net, wrap(make_data()), wrap(test), LOSS, 3, make_trainer(net)):
            if progress.done == 1:
                before = weights(net)
                (net[0].collect_params() if frozen == "a layer" else net[1].collect_params(".*bias")).setattr(
                    "grad_req", "null"
                )
        ends.append((before, weights(net)))
    for one, other in zip(*ends, strict=True):
        for one_array, other_array in zip(one, other, strict=True):
            np.testing.assert_array_equal(one_array, other_array)
    changed = [not np.array_equal(before, after) for before, after in zip(*ends[0], strict=True)]
    assert changed == ([False, False, True, True] if frozen == "a layer" else [True, True, True, False])


def test_the_compiled_path_prints_nothing(capfd):
    train(make_net(8), make_data(), 2)
    assert "Subgraph" not in capfd.readouterr().err


def test_both_paths_accumulate_gradients_with_grad_req_add():
    ends = []
    for wrap in (lambda batches: batches, Plain):
        net, test, batches = make_net(), make_test_data(), []
        net(test.X[:1])
        net.collect_params().setattr("grad_req", "add")
        trainer = make_trainer(net)

        def every_second_batch(batch_size, batches=batches, trainer=trainer, net=net):
            batches.append(batch_size)
            if len(batches) % 2 == 0:
                trainer.step(sum(batches[-2:]))
                net.collect_params().zero_grad()

        helpers.train_ch3(net, wrap(make_data()), wrap(test), LOSS, 2, every_second_batch)
        ends.append(weights(net))
        assert len(batches) == 2 * len(make_data())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def replaced_on_the_instance(trainer, calls):
    step = trainer.step
    trainer.step = lambda batch_size: (calls.append(batch_size), step(batch_size))


def replaced_on_the_class(trainer, calls):
    class Counting(gluon.Trainer):
        def step(self, batch_size, ignore_stale_grad=False):
            calls.append(batch_size)
            super().step(batch_size, ignore_stale_grad)

    trainer.__class__ = Counting


def part_of_it_replaced(trainer, calls):
    update = trainer._update
    trainer._update = lambda *args: (
        calls.append(round(trainer._scale / trainer._optimizer.rescale_grad)),
        update(*args),
    )


@PATHS
@pytest.mark.parametrize("replace", [replaced_on_the_instance, replaced_on_the_class, part_of_it_replaced])
def test_a_replaced_step_runs_for_every_batch(replace, wrap):
    net, calls = make_net(), []
    trainer = make_trainer(net)
    replace(trainer, calls)
    helpers.train_ch3(net, wrap(make_data()), make_test_data(), LOSS, 2, trainer)
    assert calls == [16, 16, 16, 16, 6] * 2
    twin = make_net()
    train(twin, make_data(), 2)
    for one, other in zip(weights(net), weights(twin), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_step_replaced_during_the_fit_runs_from_then_on():
    net, calls = make_net(), []
    trainer = make_trainer(net)
    reports = fit(net, make_data(), make_test_data(), LOSS, 3, trainer)
    assert next(report for report in reports if report.done == 1)
    replaced_on_the_instance(trainer, calls)
    list(reports)
    assert calls == [16, 16, 16, 16, 6] * 2


@PATHS
def test_an_error_in_the_readers_step_reaches_the_reader(wrap):
    net = make_net()
    with pytest.raises(ZeroDivisionError):
        helpers.train_ch3(net, wrap(make_data()), make_test_data(), LOSS, 1, lambda batch_size: batch_size / 0)


def weights(net):
    return [parameter.data().asnumpy() for parameter in net.collect_params().values()]


@pytest.mark.filterwarnings("ignore:ndarray.context:DeprecationWarning")
def test_a_trainer_with_parameters_of_another_network_is_refused():
    net, other = make_net(), make_net()
    other(make_data().X[:1])
    both = net.collect_params()
    both.update(other.collect_params())
    net(make_data().X[:1])
    trainer = gluon.Trainer(both, "sgd", {"learning_rate": 0.1})
    with pytest.raises(TrainingError, match="does not train this network"):
        helpers.train_ch3(net, make_data(), make_data(), LOSS, 1, trainer)


def test_the_same_seed_trains_the_same_network():
    one, same, other = (train(make_net(seed=seed), make_data()) for seed in (3, 3, 4))
    assert one == same
    assert one.train_loss != other.train_loss


def test_checking_the_first_batch_leaves_the_random_generators_unchanged():
    data = make_data()
    helpers.seed_all(1)
    list(fit(make_net(), data, data, LOSS, 1, lambda batch_size: None))
    after = (np.random.random(), random.random())
    make_net()  # seeds again
    data.order()
    assert after == (np.random.random(), random.random())


def test_a_network_with_batch_norm_and_dropout_trains_on_both_paths():
    for wrap in (lambda batches: batches, Plain):
        helpers.seed_all(0)
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
def test_a_network_that_cannot_be_compiled_trains(block):
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

    history = helpers.train_ch3(net, make_data(), make_test_data(), loss, 5, updater)
    assert history.train_loss[-1] < 0.7 * history.train_loss[0]


def test_gluons_data_loader_is_accepted():
    data = make_data()
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(data.X, data.y), batch_size=16)
    history = helpers.train_ch3(net := make_net(), loader, loader, LOSS, 2, make_trainer(net))
    assert len(history) == 2


@pytest.mark.parametrize("batch_size", [16, 64, 150, 200])
def test_a_batch_stays_in_memory_until_its_gradients_are_computed(batch_size):
    """No step waits for the gradients, and wide layers keep MXNet busy while the next batches are gathered."""
    ends = []
    for wrap in (lambda batches: batches, Plain):
        net = make_net(512, 512)
        net.collect_params().setattr("grad_req", "add")
        helpers.seed_all(5)
        data = make_data(640, batch_size)
        helpers.train_ch3(net, wrap(data), make_test_data(), LOSS, 3, lambda batch_size: None)
        ends.append([parameter.grad().asnumpy() for parameter in net.collect_params().values()])
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


# ---------------------------------------------------------------------------------------------- progress and stop


def test_fit_reports_each_epoch_and_each_batch_if_there_is_time(monkeypatch):
    net, batches = make_net(), make_data(80, 16)
    monkeypatch.setattr(loop, "_SECONDS_BETWEEN_REPORTS", math.inf)
    reports = list(fit(net, batches, make_test_data(), LOSS, 2, make_trainer(net)))
    assert all(isinstance(report, FitProgress) for report in reports)
    assert [report.done for report in reports] == [1, 2]
    monkeypatch.setattr(loop, "_SECONDS_BETWEEN_REPORTS", -1)
    reports = list(fit(net, batches, make_test_data(), LOSS, 2, make_trainer(net)))
    assert [report.done for report in reports] == pytest.approx([number / 5 for number in range(1, 11)])


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


def test_an_interrupt_returns_the_epochs_so_far():
    net, batches = make_net(), []
    trainer = make_trainer(net)

    def interrupted_in_the_third_epoch(batch_size):
        trainer.step(batch_size)
        batches.append(batch_size)
        if len(batches) == 2 * len(make_data()) + 1:
            os.kill(os.getpid(), signal.SIGINT)

    history = helpers.train_ch3(net, make_data(), make_data(), LOSS, 1_000_000, interrupted_in_the_third_epoch)
    assert isinstance(history, History)
    assert history.stopped
    assert len(history) in (2, 3)  # the report that follows the interrupt may be the epoch's own


def test_an_iterable_of_unknown_length_reports_within_its_first_epoch():
    net = make_net()
    reports = fit(net, Plain(make_data(20_000, 4)), make_data(), LOSS, 1, make_trainer(net))
    assert next(reports).done == 0.0


@PATHS
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
