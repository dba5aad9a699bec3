"""Right answers to the second notebook's exercises in other forms than the key's."""

import random

import numpy
import pytest
from mxnet import gluon, np

import d2l_helpers  # noqa: F401  (lets MXNet be imported)
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.checking import judge


def through_gluons_loader(batch_size, features, labels):
    dataset = gluon.data.ArrayDataset(features, labels)
    return gluon.data.DataLoader(dataset, batch_size, shuffle=True, last_batch="discard")


def stopping_at_a_small_batch(batch_size, features, labels):
    order = np.array(numpy.random.permutation(len(features)), dtype="int32")
    for start in range(0, len(features), batch_size):
        rows = order[start : start + batch_size]
        if len(rows) < batch_size:
            return
        yield features[rows], labels[rows]


def as_a_list(batch_size, features, labels):
    rows = random.sample(range(len(features)), len(features) // batch_size * batch_size)
    groups = np.array(rows, dtype="int32").reshape(-1, batch_size) if rows else []
    return [(features.take(group, axis=0), labels.take(group, axis=0)) for group in groups]


def with_labels_as_they_are(y_hat, y):
    return (y_hat.reshape(y.shape) - y) ** 2 / 2


def with_an_error_of_its_own(y_hat, y):
    if y_hat.size != y.size:
        raise ValueError("as many labels as predictions, please")
    return 0.5 * (y_hat.reshape(-1) - y.reshape(-1)) ** 2


def with_one_long_vector(params, lr, batch_size, limit):
    whole = np.concatenate([param.grad.reshape(-1) for param in params]) / batch_size
    length = np.linalg.norm(whole)
    for param in params:
        param -= lr * param.grad / batch_size * min(1, limit / max(length.item(), 1e-12))


def with_changed_gradients(params, lr, batch_size, limit):
    length = sum(float((param.grad**2).sum()) for param in params) ** 0.5 / batch_size
    for param in params:
        if length > limit:
            param.grad[:] = param.grad * (limit / length)
        param[:] = param - lr * param.grad / batch_size


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("full_batches", through_gluons_loader),
        ("full_batches", stopping_at_a_small_batch),
        ("full_batches", as_a_list),
        ("safe_squared_loss", with_labels_as_they_are),
        ("safe_squared_loss", with_an_error_of_its_own),
        ("sgd_clipped", with_one_long_vector),
        ("sgd_clipped", with_changed_gradients),
        ("galileos_constant", np.array([[33.02]])),
        ("examples_needed", 2000),
        ("examples_needed", 3000),
        ("zero_start", " C "),
    ],
)
def test_right_answers_of_another_form_are_right(name, answer):
    verdict = judge(find(name), answer)
    assert verdict.state == "right", verdict


def test_a_batch_that_is_no_pair_is_refused():
    verdict = judge(find("full_batches"), lambda batch_size, features, labels: [features, labels])
    assert (verdict.state, verdict.expected) == ("not yet", "a pair: yield X, y")
