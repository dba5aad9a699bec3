"""Which memory compiled networks and losses use."""

from __future__ import annotations

import numpy as np
import pytest
from support.small_training import CLASSES, LOSS, make_data, make_net, make_test_data, train

from d2l_helpers.data.row_buffer import RowBuffer
from d2l_helpers.training import compiled, evaluation, minibatch
from d2l_helpers.training.compiled import compile_loss
from d2l_helpers.training.evaluation import score


@pytest.mark.parametrize("batch_size", [1, 16, 35, 36, 69, 70])
def test_the_memory_of_the_batches_is_at_most_one_copy_of_the_data(batch_size, monkeypatch):
    made = []
    monkeypatch.setattr(compiled, "RowBuffer", lambda source, num: made.append(num) or RowBuffer(source, num))
    data = make_data(70, batch_size)
    train(make_net(), data, num_epochs=2)
    assert 0 < sum(made) <= 2 * data.num_examples  # rows of the examples and of the labels


@pytest.fixture
def evaluated():
    """Return a compiled network and the list of the sizes of the slices that MXNet was given."""
    data, net, sizes = make_test_data(), make_net(), []
    net(data.X[:1])
    result = compile_loss(net, LOSS, data)
    call = result._evaluated
    result._evaluated = lambda *inputs: sizes.append(max(map(len, inputs))) or call(*inputs)
    return result, sizes


@pytest.mark.parametrize(
    ("size", "expected"), [(7, [6] * 5), (8, [8, 8, 8, 6]), (12, [10] * 3), (13, [10] * 3), (29, [15] * 2), (30, [30])]
)
def test_the_slices_of_an_evaluation_are_about_equally_large(size, expected, evaluated):
    evaluation, sizes = evaluated
    assert [num_examples for *_, num_examples in evaluation.evaluate(size)] == expected
    assert sizes == [max(each, CLASSES) for each in expected]


def test_mxnet_evaluates_the_next_slice_while_the_hits_of_one_are_counted(evaluated):
    evaluation, sizes = evaluated
    begun = [len(sizes) for _ in evaluation.evaluate(10)]
    assert begun == [2, 3, 3]


@pytest.mark.parametrize("size", range(1, 31))
def test_an_evaluation_in_slices_gives_the_same_numbers(size, monkeypatch):
    data, net = make_test_data(), make_net()
    net(data.X[:1])
    monkeypatch.setattr(evaluation, "_ROWS_AT_ONCE", size)
    plain, sliced = (score(net, data, LOSS, each) for each in (None, compile_loss(net, LOSS, data)))
    assert (sliced.hits, sliced.num_examples) == (plain.hits, plain.num_examples)
    assert sliced.loss_sum == pytest.approx(plain.loss_sum, rel=1e-5)


def test_outputs_that_numpy_cannot_see_are_copied(monkeypatch):
    data, net = make_data(), make_net()
    net(data.X[:1])
    results = compile_loss(net, LOSS, data)._bind(16)._results
    assert all(isinstance(each, np.ndarray) for each in results)
    seen = train(make_net(), make_data(), 2)
    monkeypatch.setattr(minibatch, "in_numpy", lambda array: None)
    assert train(make_net(), make_data(), 2) == seen
