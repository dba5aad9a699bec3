"""Answers of another form than the key's are right as well."""

from mxnet import np

import d2l_helpers  # noqa: F401  (lets MXNet be imported)
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.checking import judge


def by_layers(net):
    return sum((layer.weight.grad() ** 2).sum() + (layer.bias.grad() ** 2).sum() for layer in net) ** 0.5


def with_the_smaller_part(y_hat, y, delta):
    size = np.abs(y_hat - y)
    near = np.minimum(size, delta)
    return near**2 / 2 + delta * (size - near)


def with_masks(y_hat, y, delta):
    size = np.abs(y_hat - y)
    is_near = size <= delta
    return is_near * (size**2 / 2) + ~is_near * (delta * (size - delta / 2))


def test_a_gradients_length_may_be_summed_by_layers():
    assert judge(find("gradient_norm"), by_layers).state == "right"


def test_hubers_loss_may_be_written_without_where():
    for answer in (with_the_smaller_part, with_masks):
        assert judge(find("huber_loss"), answer).state == "right"
