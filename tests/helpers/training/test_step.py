"""A Trainer's step with the arrays of the step before does what the Trainer's own step does."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from mxnet import autograd, gluon, init
from mxnet import np as mx_np
from support.small_training import LOSS, make_data, make_net

from d2l_helpers.errors import TrainingError
from d2l_helpers.training import step as step_module
from d2l_helpers.training.step import Step


class Twins:
    """Two equal networks on equal batches: one changes by `Step`, the other by its Trainer's own step."""

    def __init__(self, optimizer="sgd", settings=None, hidden=(), **kwargs):
        self.nets = []
        for _ in range(2):
            self.nets.append(make_net(*hidden))
            self.nets[-1](make_data().X[:1])  # draws the weights
        settings = {"learning_rate": 0.1} | (settings or {})
        self.trainers = [gluon.Trainer(net.collect_params(), optimizer, settings, **kwargs) for net in self.nets]
        self.step = Step(self.trainers[0])

    def train(self, num_batches=3):
        """Train on some batches; return how many of the steps were prepared."""
        with mock.patch.object(
            step_module._PreparedUpdate, "update", autospec=True, side_effect=step_module._PreparedUpdate.update
        ) as prepared:
            for X, y in list(make_data(shuffle=False))[:num_batches]:
                for net, step in zip(self.nets, (self.step, self.trainers[1].step), strict=True):
                    with autograd.record():
                        losses = LOSS(net(X), y)
                    losses.backward()
                    step(len(y))
        for one, other in zip(*(net.collect_params().values() for net in self.nets), strict=True):
            np.testing.assert_array_equal(one.data().asnumpy(), other.data().asnumpy())
        return prepared.call_count


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        ("sgd", {}),
        ("sgd", {"momentum": 0.9, "wd": 0.1, "clip_gradient": 0.1}),
        ("sgd", {"multi_precision": True}),
        ("adam", {}),
    ],
)
@pytest.mark.parametrize("hidden", [(), (8, 8, 8)], ids=["linear", "three hidden layers"])
def test_all_steps_but_the_first_are_prepared(hidden, optimizer, settings):
    twins = Twins(optimizer, settings, hidden)
    assert twins.train() == 2
    assert twins.train() == 3


def each_trainer(change):
    return lambda twins: [change(trainer) for trainer in twins.trainers]


def each_net(change):
    return lambda twins: [change(net) for net in twins.nets]


@pytest.mark.parametrize(
    ("change", "prepared"),
    [
        (each_trainer(lambda trainer: trainer.set_learning_rate(0.01)), 3),
        (each_trainer(lambda trainer: setattr(trainer._optimizer, "wd", 0.5)), 3),
        (each_net(lambda net: net[0].weight.set_data(mx_np.ones_like(net[0].weight.data()))), 3),
        (each_net(lambda net: setattr(net[0].bias, "grad_req", "null")), 2),
        (each_net(lambda net: net.initialize(init.Constant(0.1), force_reinit=True)), 2),
        (each_net(lambda net: net.collect_params().zero_grad()), 3),
    ],
    ids=["rate", "weight decay", "other values", "frozen", "initialised", "zeros"],
)
def test_what_changes_between_two_steps_counts(change, prepared):
    twins = Twins()
    twins.train()
    change(twins)
    assert twins.train() == prepared


def test_a_bias_that_is_frozen_and_trained_again_is_changed_again():
    twins = Twins()
    twins.train()
    for kind in ("null", "write"):
        each_net(lambda net, kind=kind: setattr(net[0].bias, "grad_req", kind))(twins)
        assert twins.train() == 2


def test_loaded_states_are_the_ones_that_count(tmp_path):
    twins = Twins("adam")
    twins.train()
    for trainer in twins.trainers:
        trainer.save_states(str(tmp_path / "states"))
    twins.train()
    for trainer in twins.trainers:
        trainer.load_states(str(tmp_path / "states"))
    assert twins.train() == 3


@pytest.mark.filterwarnings("ignore:ndarray.context:DeprecationWarning")
def test_a_gradient_that_was_used_already_is_refused():
    twins = Twins()
    twins.train()
    with pytest.raises(TrainingError, match="does not train this network"):
        twins.step(1)


def replace_on_the_instance(trainer, name, calls):
    original = getattr(trainer, name)
    setattr(trainer, name, lambda *args: (calls.append(name), original(*args))[1])


def replace_on_the_class(trainer, name, calls):
    def method(self, *args, **kwargs):
        calls.append(name)
        return getattr(gluon.Trainer, name)(self, *args, **kwargs)

    trainer.__class__ = type("Own", (gluon.Trainer,), {name: method})


@pytest.mark.parametrize("name", step_module._METHODS)
@pytest.mark.parametrize("replace", [replace_on_the_instance, replace_on_the_class])
def test_a_method_of_the_readers_runs_in_each_step(replace, name):
    twins, calls = Twins(), []
    twins.train()
    replace(twins.trainers[0], name, calls)
    assert twins.train() == 0
    assert calls == [name] * 3


@pytest.mark.parametrize("name", step_module._METHODS)
def test_a_method_replaced_on_mxnets_class_runs_in_each_step(name):
    twins, calls, original = Twins(), [], getattr(gluon.Trainer, name)
    twins.train()
    with mock.patch.object(gluon.Trainer, name, lambda *args: (calls.append(name), original(*args))[1]):
        assert twins.train() == 0
    assert calls == [name] * 6


def test_a_scaler_of_losses_decides_about_each_step():
    twins = Twins()
    twins.train()
    for trainer in twins.trainers:
        trainer._amp_loss_scaler = mock.Mock()
    assert twins.train() == 0


def test_a_store_of_keys_and_values_is_used_in_each_step():
    twins = Twins(kvstore="local", update_on_kvstore=True)
    with mock.patch("mxnet.gluon.trainer._create_kvstore", side_effect=_a_store_for_one_device):
        assert twins.train() == 0


def _a_store_for_one_device(kvstore, num_devices, arguments):
    import mxnet

    return mxnet.kv.create(kvstore), True


def test_a_function_is_called_after_each_batch():
    calls = []
    step = Step(calls.append)
    for size in (3, 2, 3):
        step(size)
    assert calls == [3, 2, 3]
