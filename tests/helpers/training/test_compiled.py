"""What is compiled, and that everything a reader could notice keeps its meaning by not being compiled."""

from __future__ import annotations

from unittest import mock

import mxnet
import numpy as np
import pytest
from mxnet import gluon, init
from mxnet.gluon import nn
from mxnet.util import use_np
from support.small_training import CLASSES, LOSS, Plain, make_data, make_net, make_test_data, train

import d2l_helpers as helpers
from d2l_helpers.training import loop
from d2l_helpers.training.built_in import is_built_in
from d2l_helpers.training.compiled import compile_loss

EPOCHS = 2
CALLS = EPOCHS * (len(make_data()) + len(make_test_data())) + 2  # two more to check the first batches


def initialised(net):
    helpers.seed_all(0)
    net.initialize(init.Normal(0.1))
    net(make_data().X[:1])
    return net


def sequential(*layers, kind=nn.Sequential):
    net = kind()
    net.add(*layers)
    return initialised(net)


class Subclass(nn.Dense):
    """Overrides nothing that runs in a call."""


@pytest.mark.parametrize(
    "make",
    [
        make_net,
        lambda: make_net(8),
        lambda: sequential(nn.Dense(16, activation="relu"), nn.BatchNorm(), nn.Dropout(0.1), nn.Dense(CLASSES)),
        lambda: sequential(nn.Conv2D(2, 2), nn.MaxPool2D(2), nn.Flatten(), nn.Dense(CLASSES), kind=nn.HybridSequential),
        lambda: sequential(nn.Dense(8), nn.LeakyReLU(0.1), nn.LayerNorm(), Subclass(CLASSES)),
        lambda: initialised(nn.Dense(CLASSES)),
        lambda: sequential(nn.Dense(CLASSES), nn.HybridLambda(lambda F, z: F.npx.softmax(z))),
        lambda: sequential(nn.Dense(CLASSES), nn.HybridLambda(lambda F, z: 2 * z + F.np.exp(-z))),
    ],
    ids=["linear", "hidden layer", "batch norm", "convolution", "other layers", "one layer", "softmax", "formula"],
)
def test_gluons_own_layers_are_compiled(make):
    net = make()
    net(make_data().X[:1])
    assert compile_loss(net, LOSS, make_data()) is not None
    with mock.patch.object(loop, "_train_plainly", side_effect=AssertionError):
        train(net, make_data(), 1)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float32", "float64"])
def test_labels_of_any_type_give_the_same_history(dtype):
    data = make_data()
    data.y = data.y.astype(dtype)
    assert train(make_net(), data, EPOCHS) == train(make_net(), make_data(), EPOCHS)


def test_half_precision_is_summed_in_single_precision():
    data = make_data(4096, 1024)
    data.X = data.X.astype("float16")
    # MXNet has no Dense in half precision on the CPU
    casts = [nn.HybridLambda(lambda F, x: x.astype("float32")), nn.HybridLambda(lambda F, x: x.astype("float16"))]
    net = nn.Sequential()
    net.add(casts[0], nn.Dense(CLASSES), casts[1])
    helpers.seed_all(0)
    net.initialize(init.Normal(30))
    history = helpers.train_ch3(net, data, data, LOSS, 1, lambda batch_size: None)
    exact = LOSS(net(data.X), data.y).astype("float64").mean().item()
    assert exact > np.finfo(np.float16).max / 2048  # more than a slice of an evaluation could sum
    assert [*history.train_loss, *history.held_out_loss] == pytest.approx([exact, exact], rel=1e-5)


def test_resized_images_and_other_iterables_are_not_compiled():
    net, data = make_net(), make_data()
    net(data.X[:1])
    assert compile_loss(net, LOSS, list(data)) is None
    data.resize = 5
    assert compile_loss(net, LOSS, data) is None


# ------------------------------------------------------------------------ a reader's Python in a block, or around it


class CountsInHybridForward(nn.HybridBlock):
    def __init__(self, calls):
        super().__init__()
        self.calls, self.dense = calls, nn.Dense(CLASSES)

    def hybrid_forward(self, F, X):
        self.calls.append(X)
        return self.dense(X)


@use_np  # MXNet's, which hides the reader's functions in functions of its own
class CountsInWrappedForward(CountsInHybridForward):
    def hybrid_forward(self, F, X):
        return super().hybrid_forward(F, X)


class CountsInForward(gluon.Block):
    def __init__(self, calls):
        super().__init__()
        self.calls, self.dense = calls, nn.Dense(CLASSES)

    def forward(self, X):
        self.calls.append(X)
        return self.dense(X)


class CountsInCall(nn.Dense):
    def __init__(self, calls):
        super().__init__(CLASSES)
        self.calls = calls

    def __call__(self, X):
        self.calls.append(X)
        return super().__call__(X)


def a_function(calls):
    net = make_net()
    return lambda X: (calls.append(X), net(X))[1]


def a_lambda_layer(calls):
    return sequential(nn.Dense(CLASSES), nn.Lambda(lambda z: (calls.append(z), z)[1]))


def a_hybrid_lambda_layer(calls):
    return sequential(nn.Dense(CLASSES), nn.HybridLambda(lambda F, z: (calls.append(z), z)[1]))


def a_hook(calls):
    net = make_net()
    net.register_forward_hook(lambda block, X, out: calls.append(out))
    return net


def a_hook_on_a_child(calls):
    net = make_net(8)
    net[0].register_forward_hook(lambda block, X, out: calls.append(out))
    return net


def a_pre_hook_on_a_grandchild(calls):
    inner, net = make_net(8), nn.HybridSequential()
    net.add(nn.Flatten(), nn.HybridSequential())
    net[1].add(*inner)
    net[1][1].register_forward_pre_hook(lambda block, X: calls.append(X))
    return net


def forward_replaced_on_the_instance(calls):
    net = initialised(nn.Dense(CLASSES))
    forward = net.forward
    net.forward = lambda X: (calls.append(X), forward(X))[1]
    return net


KINDS = [
    lambda calls: initialised(CountsInHybridForward(calls)),
    lambda calls: initialised(CountsInWrappedForward(calls)),
    lambda calls: initialised(CountsInForward(calls)),
    lambda calls: initialised(CountsInCall(calls)),
    lambda calls: sequential(nn.Flatten(), CountsInHybridForward(calls)),
    a_function,
    a_lambda_layer,
    a_hybrid_lambda_layer,
    a_hook,
    a_hook_on_a_child,
    a_pre_hook_on_a_grandchild,
    forward_replaced_on_the_instance,
]
NAMES = [
    *("hybrid_forward", "wrapped by use_np", "forward", "__call__", "a child's hybrid_forward", "function", "Lambda"),
    *("HybridLambda", "hook", "hook on a child", "pre-hook on a grandchild", "forward of an instance"),
]


@pytest.mark.parametrize("make", KINDS, ids=NAMES)
def test_a_readers_python_runs_for_every_batch(make):
    calls = []
    net = make(calls)
    calls.clear()
    updater = gluon.Trainer(net.collect_params(), "sgd") if isinstance(net, gluon.Block) else lambda batch_size: None
    helpers.train_ch3(net, make_data(), make_test_data(), LOSS, EPOCHS, updater)
    assert len(calls) == CALLS
    calls.clear()
    helpers.evaluate_loss(net, make_data(), LOSS)
    assert len(calls) == len(make_data()) + 1
    for evaluate in (helpers.evaluate_accuracy, helpers.predict_labels):
        calls.clear()
        evaluate(net, make_data())
        assert len(calls) == len(make_data())


FACTOR = 2.0


@pytest.mark.parametrize(
    "function",
    [
        lambda F, z: z * FACTOR,
        lambda F, z: print() or z,
        lambda F, z, seen=[]: seen.append(z) or z,
        lambda F, z: (lambda: z)(),
        lambda F, z: z * __import__("random").random(),
    ],
    ids=["a global", "print", "a default", "a function inside", "an import"],
)
def test_a_function_that_uses_more_than_its_arguments_is_not_compiled(function):
    assert not is_built_in(nn.HybridLambda(function))


@pytest.mark.parametrize("method", ["__call__", "forward", "hybrid_forward"])
def test_a_method_replaced_on_gluons_class_runs_for_every_batch(method):
    net, calls, original = make_net(), [], getattr(nn.Dense, method)
    net(make_data().X[:1])

    def counting(self, *args, **kwargs):
        calls.append(args)
        return original(self, *args, **kwargs)

    with mock.patch.object(nn.Dense, method, counting):
        train(net, make_data(), EPOCHS)
    assert len(calls) == CALLS


def test_control_flow_in_a_block_is_decided_for_every_batch():
    class Doubling(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense, self.batches = nn.Dense(CLASSES), 0

        def hybrid_forward(self, F, X):
            self.batches += 1
            return self.dense(X) * (2 if self.batches % 2 else 1)

    histories = [train(initialised(Doubling()), wrap(make_data()), EPOCHS) for wrap in (lambda data: data, Plain)]
    assert histories[0] == histories[1]


def test_a_readers_own_loss_and_a_loss_with_a_hook_run_for_every_batch():
    calls, watched = [], gluon.loss.SoftmaxCrossEntropyLoss()
    watched.register_forward_hook(lambda block, X, out: calls.append(out))

    class Own(gluon.loss.SoftmaxCrossEntropyLoss):
        def hybrid_forward(self, F, pred, label, sample_weight=None):
            calls.append(pred)
            return super().hybrid_forward(F, pred, label, sample_weight)

    for loss in (watched, Own(), lambda y_hat, y: (calls.append(y), LOSS(y_hat, y))[1]):
        calls.clear()
        train(make_net(), make_data(), EPOCHS, loss=loss)
        assert len(calls) == CALLS


@pytest.mark.filterwarnings("ignore:register_op_hook is experimental")
def test_a_hook_on_operators_sees_every_batch():
    calls, net = [], sequential(nn.Dense(CLASSES), kind=nn.HybridSequential)
    net.hybridize()
    net.register_op_hook(lambda *seen: calls.append(seen))
    assert not is_built_in(net)
    train(net, make_data(), EPOCHS)
    assert len(calls) >= CALLS


def test_a_hook_that_is_removed_is_not_called_and_the_network_is_compiled_again():
    calls, net = [], make_net()
    handle = net.register_forward_hook(lambda block, X, out: calls.append(out))
    net(make_data().X[:1])
    assert compile_loss(net, LOSS, make_data()) is None
    handle.detach()
    assert compile_loss(net, LOSS, make_data()) is not None
    calls.clear()
    train(net, make_data(), 1)
    assert calls == []


def test_a_hook_changes_no_number():
    histories, data = [], make_data()
    for has_hook in (False, True):
        net = make_net()
        if has_hook:
            net.register_forward_hook(lambda block, X, out: None)
        histories.append(train(net, data, 3, test_iter=data))  # the test data are shuffled, too
    assert histories[0].train_acc == histories[1].train_acc
    assert histories[0].train_loss == pytest.approx(histories[1].train_loss, rel=1e-6)
    assert histories[0].held_out_loss == pytest.approx(histories[1].held_out_loss, rel=1e-6)


def test_an_error_in_a_hook_reaches_the_reader():
    net = make_net()
    net.register_forward_hook(lambda block, X, out: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(net, make_data(), 1)


def test_a_block_that_mxnet_cannot_trace_trains_by_the_plain_loop():
    net = sequential(nn.Dense(CLASSES))
    with mock.patch.object(mxnet.nd, "CachedOp", side_effect=TypeError):
        assert compile_loss(net, LOSS, make_data()) is None
        history = train(net, make_data(), 3, 0.3)
    assert history.train_loss[-1] < history.train_loss[0]
