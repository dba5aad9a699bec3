"""What a reader replaces of a Trainer is what runs, before the first step and after it."""

from __future__ import annotations

from unittest import mock

import pytest
from mxnet import cpu, gluon, init
from mxnet import np as mx_np
from mxnet.optimizer import Updater
from mxnet.util import use_np
from support.trainer_twins import Twins

from d2l_helpers.training import step as step_module
from d2l_helpers.training.step import Step


def replace_on_the_instance(trainer, name, calls):
    original = getattr(trainer, name)
    setattr(trainer, name, lambda *args: (calls.append(name), original(*args))[1])


def replace_on_the_class(trainer, name, calls, decorate=lambda function: function):
    def method(self, *args, **kwargs):
        calls.append(name)
        return getattr(gluon.Trainer, name)(self, *args, **kwargs)

    trainer.__class__ = type("Own", (gluon.Trainer,), {name: decorate(method)})


def replace_by_a_function_that_mxnet_wraps(trainer, name, calls):
    replace_on_the_class(trainer, name, calls, use_np)
    vars(trainer)[name] = getattr(trainer, name)
    trainer.__class__ = gluon.Trainer


@pytest.mark.parametrize("name", step_module._METHODS)
@pytest.mark.parametrize(
    "replace", [replace_on_the_instance, replace_on_the_class, replace_by_a_function_that_mxnet_wraps]
)
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


def test_a_step_of_another_trainer_runs():
    twins, calls = Twins(), []
    twins.train()
    for net, trainer in zip(twins.nets, twins.trainers, strict=True):
        other = gluon.Trainer(net.collect_params(), "adam")
        other._updaters = [lambda *args, updater=other._updaters[0]: (calls.append(args), updater(*args))]
        trainer.step = other.step
    assert twins.train() == 0
    assert len(calls) == 6


def test_an_updater_of_the_readers_gets_what_the_trainer_passes():
    twins, calls = Twins(), []
    twins.train()
    twins.change(of_the_trainer=lambda trainer: setattr(trainer, "_updaters", [lambda *args: calls.append(args)]))
    assert twins.train() == 0
    assert {type(gradient) for _, gradients, _ in calls for gradient in gradients} == {mx_np.ndarray}


def test_an_updater_without_attributes_is_called():
    twins = Twins()
    twins.train()
    twins.change(of_the_trainer=lambda trainer: setattr(trainer, "_updaters", [print]))
    assert twins.train() == 0


@pytest.mark.parametrize("is_first", [True, False])
def test_an_updater_whose_class_is_patched_runs_in_each_step(is_first):
    twins, calls, original = Twins(), [], Updater.__call__
    if not is_first:
        twins.train()
    with mock.patch.object(Updater, "__call__", lambda *args: (calls.append(args), original(*args))[1]):
        assert twins.train() == 0
    assert len(calls) == 6


def test_a_trainer_without_mxnets_attributes_trains():
    class Own(gluon.Trainer):
        def __init__(self, calls):
            self.step = calls.append

    calls = []
    step = Step(Own(calls))
    for size in (3, 2):
        step(size)
    assert calls == [3, 2]


def test_a_network_on_two_devices_is_updated_on_both():
    twins = Twins(ctx=[cpu(0), cpu(1)], kvstore=None)
    assert twins.train() == 0


def test_a_network_that_moves_to_two_devices_is_not_prepared():
    twins = Twins(kvstore=None)
    twins.train()
    twins.change(lambda net: net.initialize(init.Constant(0.1), ctx=[cpu(0), cpu(1)], force_reinit=True))
    assert twins.train() == 0


def test_mixed_precision_decides_about_each_step():
    twins = Twins()
    twins.train()
    twins.change(of_the_trainer=lambda trainer: setattr(trainer, "_amp_loss_scaler", mock.Mock()))
    assert twins.train() == 0


def test_a_trainer_with_a_kvstore_is_never_prepared():
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
