"""Which memory compiled networks and losses use."""

from __future__ import annotations

import pytest
from support.small_training import LOSS, make_data, make_net, make_test_data, train

from d2l_helpers.data.row_buffer import RowBuffer
from d2l_helpers.training import compiled
from d2l_helpers.training.compiled import compile_loss
from d2l_helpers.training.evaluation import total


@pytest.mark.parametrize("batch_size", [1, 16, 35, 36, 69, 70])
def test_the_memory_of_the_batches_is_at_most_one_copy_of_the_data(batch_size, monkeypatch):
    made = []
    monkeypatch.setattr(compiled, "RowBuffer", lambda source, num: made.append(num) or RowBuffer(source, num))
    data = make_data(70, batch_size)
    train(make_net(), data, num_epochs=2)
    assert 0 < sum(made) <= 2 * data.num_examples  # rows of the examples and of the labels


@pytest.mark.parametrize(
    ("size", "expected"), [(1, [1] * 30), (7, [6] * 5), (12, [10] * 3), (29, [15] * 2), (30, [30])]
)
def test_the_slices_of_an_evaluation_are_equally_large(size, expected):
    net = make_net()
    net(make_test_data().X[:1])
    parts = list(compile_loss(net, LOSS, make_test_data()).slices(size))
    assert [num_examples for _, num_examples in parts] == expected


@pytest.mark.parametrize("size", range(1, 31))
def test_the_slices_of_an_evaluation_hold_every_example_once(size):
    net = make_net()
    net(make_test_data().X[:1])
    evaluated = compile_loss(net, LOSS, make_test_data())
    whole, parts = (total(list(evaluated.slices(each))) for each in (30, size))
    assert (parts.num_examples, parts.hits) == (30, whole.hits)
    assert parts.loss_sum == pytest.approx(whole.loss_sum, rel=1e-5)


def test_sums_that_numpy_cannot_see_are_copied(monkeypatch):
    seen = train(make_net(), make_data(), 2)
    monkeypatch.setattr(compiled, "in_numpy", lambda array: None)
    assert train(make_net(), make_data(), 2) == seen
