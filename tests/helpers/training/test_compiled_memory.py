"""Which memory compiled networks and losses use."""

from __future__ import annotations

import numpy as np
import pytest
from support.small_training import LOSS, make_data, make_net, make_test_data, train

from d2l_helpers.data.row_buffer import RowBuffer
from d2l_helpers.training import compiled, evaluation
from d2l_helpers.training.compiled import compile_loss
from d2l_helpers.training.evaluation import score


@pytest.mark.parametrize("batch_size", [1, 16, 35, 36, 69, 70])
def test_the_memory_of_the_batches_is_at_most_one_copy_of_the_data(batch_size, monkeypatch):
    made = []
    monkeypatch.setattr(compiled, "RowBuffer", lambda source, num: made.append(num) or RowBuffer(source, num))
    data = make_data(70, batch_size)
    train(make_net(), data, num_epochs=2)
    assert 0 < sum(made) <= 2 * data.num_examples  # rows of the examples and of the labels


@pytest.mark.parametrize(
    ("size", "expected"), [(1, [1] * 30), (7, [6] * 5), (12, [10] * 3), (13, [10] * 3), (29, [15] * 2), (30, [30])]
)
def test_the_slices_of_an_evaluation_are_equally_large(size, expected):
    data, net = make_test_data(), make_net()
    net(data.X[:1])
    parts = list(compile_loss(net, LOSS, data).slices(size))
    assert [len(y) for *_, y in parts] == [len(y_hat) for _, y_hat, _ in parts] == expected
    np.testing.assert_array_equal(np.concatenate([y for *_, y in parts]), data.y.asnumpy())


@pytest.mark.parametrize("size", range(1, 31))
def test_an_evaluation_in_slices_gives_the_same_numbers(size, monkeypatch):
    data, net = make_test_data(), make_net()
    net(data.X[:1])
    monkeypatch.setattr(evaluation, "_ROWS_AT_ONCE", size)
    plain, sliced = (score(net, data, LOSS, each) for each in (None, compile_loss(net, LOSS, data)))
    assert (sliced.hits, sliced.num_examples) == (plain.hits, plain.num_examples)
    assert sliced.loss_sum == pytest.approx(plain.loss_sum, rel=1e-5)


def test_sums_that_numpy_cannot_see_are_copied(monkeypatch):
    seen = train(make_net(), make_data(), 2)
    monkeypatch.setattr(compiled, "in_numpy", lambda array: None)
    assert train(make_net(), make_data(), 2) == seen
