"""A Trainer's step with the arrays of the step before does what the Trainer's own step does."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from mxnet import autograd, cpu, gluon, init
from mxnet import np as mx_np
from mxnet.util import use_np
from support.small_training import LOSS, make_data, make_net

from d2l_helpers.errors import TrainingError
from d2l_helpers.training import step as step_module
from d2l_helpers.training.step import Step


class Twins:
    """Two equal networks on equal batches: one changes by `Step`, the other by its Trainer's own step."""

    def __init__(self, optimizer="sgd", settings=None, hidden=(), ctx=None, **kwargs):
        self.nets = []
        for _ in range(2):
            net = make_net(*hidden)
            if ctx:
                net.initialize(init.Constant(0.1), ctx=ctx, force_reinit=True)
            net(make_data().X[:1])  # draws the weights
            self.nets.append(net)
        settings = {"learning_rate": 0.1} | (settings or {})
        self.trainers = [gluon.Trainer(net.collect_params(), optimizer, settings, **kwargs) for net in self.nets]
        self.step = Step(self.trainers[0])

    def train(self):
        """Train on batches of 16, 16 and 6 examples; return how many of the steps were prepared."""
        original = step_module._PreparedUpdate.update
        with mock.patch.object(step_module._PreparedUpdate, "update", autospec=True, side_effect=original) as prepared:
            for X, y in list(make_data(shuffle=False))[-3:]:
                self.differentiate(X, y)
                for step in (self.step, self.trainers[1].step):
                    step(len(y))
                self.compare()
        return prepared.call_count

    def differentiate(self, X=None, y=None):
        """Compute the gradients of both networks."""
        data = make_data()
        X, y = (data.X, data.y) if X is None else (X, y)
        for net in self.nets:
            with autograd.record():
                losses = [LOSS(net(X.as_in_ctx(ctx)), y.as_in_ctx(ctx)) for ctx in net[0].weight.list_ctx()]
            autograd.backward(losses)

    def compare(self):
        """Compare all that a step changes."""
        one, other = map(list, map(self.state_of, self.nets, self.trainers))
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, theirs)

    @staticmethod
    def state_of(net, trainer):
        for param in net.collect_params().values():
            for data in param.list_data():
                yield from (data.asnumpy(), data._fresh_grad)
        yield from (trainer._optimizer.num_update, trainer._optimizer.rescale_grad)
        for updater in trainer._updaters:
            yield from (_as_numpy(state) for _, state in sorted(getattr(updater, "states", {}).items()))

    def change(self, of_the_net=lambda net: None, of_the_trainer=lambda trainer: None):
        for net, trainer in zip(self.nets, self.trainers, strict=True):
            of_the_net(net)
            of_the_trainer(trainer)


def _as_numpy(state):
    """Return an optimiser's state of a parameter as arrays of NumPy, some of which may be None."""
    if isinstance(state, tuple):
        return np.stack([_as_numpy(part) for part in state])
    return state if state is None else state.asnumpy()


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        ("sgd", {}),
        ("sgd", {"momentum": 0.9, "wd": 0.1, "clip_gradient": 0.1}),
        ("sgd", {"multi_precision": True, "rescale_grad": 2.0}),
        ("adam", {}),
    ],
)
@pytest.mark.parametrize("hidden", [(), (8, 8, 8)], ids=["linear", "three hidden layers"])
def test_all_steps_but_the_first_are_prepared(hidden, optimizer, settings):
    twins = Twins(optimizer, settings, hidden)
    assert twins.train() == 2
    assert twins.train() == 3


def of_each_net(change):
    return lambda twins: twins.change(of_the_net=change)


def of_each_trainer(change):
    return lambda twins: twins.change(of_the_trainer=change)


@pytest.mark.parametrize(
    ("change", "prepared"),
    [
        (of_each_trainer(lambda trainer: trainer.set_learning_rate(0.01)), 3),
        (of_each_trainer(lambda trainer: setattr(trainer._optimizer, "wd", 0.5)), 3),
        (of_each_trainer(lambda trainer: setattr(trainer, "_scale", 3.0)), 3),
        (of_each_net(lambda net: net[0].weight.set_data(mx_np.ones_like(net[0].weight.data()))), 3),
        (of_each_net(lambda net: setattr(net[0].weight, "lr_mult", 3)), 3),
        (of_each_net(lambda net: setattr(net[0].bias, "grad_req", "null")), 2),
        (of_each_net(lambda net: net.initialize(init.Constant(0.1), force_reinit=True)), 2),
        (of_each_net(lambda net: net.cast("float64") or net.cast("float32")), 2),
        (of_each_net(lambda net: net.collect_params().zero_grad()), 3),
    ],
    ids=["rate", "decay", "scale", "values", "rate of one", "frozen", "initialised", "cast", "zeros"],
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_what_changes_between_two_steps_counts(optimizer, change, prepared):
    twins = Twins(optimizer)
    twins.train()
    change(twins)
    assert twins.train() == prepared


def test_a_weight_that_is_frozen_and_trained_again_is_changed_again():
    twins = Twins()
    twins.train()
    for kind in ("null", "write"):
        twins.change(lambda net, kind=kind: setattr(net[0].weight, "grad_req", kind))
        assert twins.train() == 2


@pytest.mark.filterwarnings("ignore:ndarray.context:DeprecationWarning")
def test_a_parameter_that_the_trainer_loses_is_changed_no_more():
    twins = Twins()
    twins.train()
    twins.change(of_the_trainer=lambda trainer: trainer._params.pop())
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
@pytest.mark.parametrize("name", ["weight", "bias"])
def test_a_stale_gradient_raises(name):
    twins = Twins()
    twins.train()
    twins.differentiate()
    twins.change(lambda net: setattr(getattr(net[0], name).data(), "_fresh_grad", False))
    with pytest.raises(TrainingError, match="does not train this network"):
        twins.step(1)
    with pytest.raises(UserWarning, match="has not been updated"):
        twins.trainers[1].step(1)
    twins.compare()


def test_an_error_in_the_optimiser_leaves_what_the_trainers_own_step_leaves():
    twins = Twins()
    twins.train()
    twins.differentiate()
    no_update = mock.Mock(side_effect=ArithmeticError("no update"))
    twins.change(of_the_trainer=lambda trainer: setattr(trainer._optimizer, "update_multi_precision", no_update))
    for step in (twins.step, twins.trainers[1].step):
        with pytest.raises(ArithmeticError, match="no update"):
            step(1)
    twins.compare()


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
