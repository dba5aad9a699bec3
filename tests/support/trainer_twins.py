"""Two equal networks on equal batches, of which one changes by `Step`, the other by its Trainer's own step."""

from __future__ import annotations

from unittest import mock

import numpy as np
from mxnet import autograd, cpu, gluon, init
from support.small_training import LOSS, make_data, make_net

from d2l_helpers.training import step as step_module
from d2l_helpers.training.step import Step

__all__ = ["Twins"]


class Twins:
    """Two equal networks on equal batches: one changes by `Step`, the other by its Trainer's own step."""

    def __init__(self, optimizer="sgd", settings=None, hidden=(), ctx=None, **kwargs):
        self.nets = []
        for _ in range(2):
            net = make_net(*hidden)
            if ctx:
                net.initialize(init.Constant(0.1), ctx=ctx, force_reinit=True)
            net(make_data().X[:1].as_in_ctx(ctx[0] if ctx else cpu()))  # draws the weights
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
        for device_id, counts in sorted(trainer._optimizer._all_index_update_counts.items()):
            yield from (device_id, sorted(counts.items()))
        # A Trainer orders parameters by their names, in which dense10 comes before dense9
        numbers = [trainer._param2idx[name] for name in net.collect_params() if name in trainer._param2idx]
        for updater in trainer._updaters:
            states = getattr(updater, "states", {})
            yield from (_as_numpy(states[number]) for number in numbers if number in states)

    def change(self, of_the_net=lambda net: None, of_the_trainer=lambda trainer: None):
        for net, trainer in zip(self.nets, self.trainers, strict=True):
            of_the_net(net)
            of_the_trainer(trainer)


def _as_numpy(state):
    """Return an optimiser's state of a parameter as arrays of NumPy, some of which may be None."""
    if isinstance(state, tuple):
        return np.stack([_as_numpy(part) for part in state])
    return state if state is None else state.asnumpy()
