"""A Trainer's step with the arrays of the step before does what the Trainer's own step does."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from mxnet import autograd, cpu, gluon, init
from mxnet import np as mx_np
from mxnet.optimizer import SGD
from support.trainer_twins import Twins

from d2l_helpers.errors import TrainingError
from d2l_helpers.training.step import Step


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
    assert twins.train() == 2


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.9}])
def test_states_that_a_reader_deletes_are_made_again(settings):
    twins = Twins(settings=settings)
    twins.train()
    twins.change(of_the_trainer=lambda trainer: trainer._updaters[0].states.clear())
    assert twins.train() == 2


def test_an_optimiser_that_replaces_another_is_the_one_that_counts():
    twins = Twins()
    twins.train()
    for trainer in twins.trainers:
        other = SGD(learning_rate=0.5, param_dict=dict(enumerate(trainer._params)))
        trainer._updaters[0].optimizer = trainer._optimizer = other
    assert twins.train() == 2


def log_the_calls(trainer, log):
    """Keep what the optimiser gets in each call: the types, and how many parameters there are."""
    original = trainer._optimizer.update_multi_precision

    def update(*args):
        groups = [each if isinstance(each, (list, tuple)) else [each] for each in args]
        log.append([(type(each), type(group[0]), len(group)) for each, group in zip(args, groups, strict=True)])
        original(*args)

    trainer._optimizer.update_multi_precision = update


@pytest.mark.parametrize("hidden", [(), (8,)], ids=["two parameters", "four parameters"])
@pytest.mark.parametrize("sizes", [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (1, 4), (4, 1), (0, 4)])
def test_the_optimiser_gets_the_groups_that_the_trainer_passes(sizes, hidden, monkeypatch):
    monkeypatch.setenv("MXNET_OPTIMIZER_AGGREGATION_SIZE", str(sizes[0]))
    twins, logs = Twins(hidden=hidden), ([], [])
    for trainer, log in zip(twins.trainers, logs, strict=True):
        log_the_calls(trainer, log)
    for size in sizes:
        for trainer in twins.trainers:
            trainer._optimizer.aggregate_num = size
        twins.train()
    assert logs[0] == logs[1]


@pytest.mark.parametrize(
    ("name", "hidden", "is_called"), [("sgd", (), False), ("sgd", (8, 8), True), ("adam", (), True)]
)
def test_mxnets_updater_is_called_where_its_optimiser_gets_several_groups(name, hidden, is_called):
    twins = Twins(name, hidden=hidden)
    twins.train()
    twins.differentiate()
    with mock.patch("mxnet.optimizer.optimizer._as_classic", side_effect=lambda array, allowed: array) as converted:
        twins.step(2)
    assert converted.called == is_called


def test_an_optimiser_that_trainers_on_two_devices_share_counts_the_steps_of_each():
    first, second = Twins(), Twins(ctx=[cpu(1)])
    for trainer, other in zip(first.trainers, second.trainers, strict=True):
        other._optimizer = other._updaters[0].optimizer = trainer._optimizer
    for _ in range(2):
        for twins in (first, second):
            twins.train()


def test_parameters_of_two_types_are_updated_in_two_groups():
    sides = []
    for _ in range(2):
        parameters = [gluon.Parameter(kind, shape=3, dtype=kind, init="ones") for kind in ("float32", "float16")]
        for each in parameters:
            each.initialize()
        sides.append((parameters, gluon.Trainer(dict(enumerate(parameters)), "sgd", {"multi_precision": True})))
    step = Step(sides[0][1])
    for _ in range(3):
        for parameters, _ in sides:
            with autograd.record():
                total = sum((each.data().astype("float32") ** 2).sum() for each in parameters)
            total.backward()
        step(2)
        sides[1][1].step(2)
        for mine, theirs in zip(sides[0][0], sides[1][0], strict=True):
            np.testing.assert_array_equal(mine.data().asnumpy(), theirs.data().asnumpy())


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
