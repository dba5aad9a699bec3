"""Answers of another form than the key's are right as well."""

from mxnet import autograd, np

import d2l_helpers  # noqa: F401  (lets MXNet be imported)
from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.checking import judge


def as_a_list(z, y):
    expected = np.exp(z)
    return [expected - z * y, expected - y]


def by_autograd(z, y):
    z.attach_grad()
    with autograd.record():
        losses = np.exp(z) - y * z
    losses.backward()
    return losses, z.grad


def by_leverage(A, y):
    """Compute the held-out errors from one fit: each error divided by 1 minus the example's leverage."""
    inverse = np.linalg.inv(np.dot(A.T, A))
    w = np.dot(inverse, np.dot(A.T, y))
    leverage = (np.dot(A, inverse) * A).sum(axis=1)
    return np.sqrt((((y - np.dot(A, w)) / (1 - leverage)) ** 2).mean())


def with_pieces(A, y):
    errors = []
    for i in range(len(A)):
        others, labels = np.concatenate([A[:i], A[i + 1 :]]), np.concatenate([y[:i], y[i + 1 :]])
        w = np.linalg.lstsq(others, labels, rcond=None)[0]
        errors.append((A[i] * w).sum() - y[i])
    return float(np.sqrt((np.array(errors) ** 2).mean()))


def with_the_smaller_part(y_hat, y, delta):
    size = np.abs(y_hat - y)
    near = np.minimum(size, delta)
    return near**2 / 2 + delta * (size - near)


def with_masks(y_hat, y, delta):
    size = np.abs(y_hat - y)
    is_near = size <= delta
    return is_near * (size**2 / 2) + ~is_near * (delta * (size - delta / 2))


def test_hubers_loss_may_be_written_without_where():
    for answer in (with_the_smaller_part, with_masks):
        assert judge(find("huber_loss"), answer).state == "right"


def test_the_poisson_loss_may_come_as_a_list_and_from_autograd():
    for answer in (as_a_list, by_autograd):
        assert judge(find("poisson_loss"), answer).state == "right"


def test_leaving_one_out_may_be_computed_in_other_ways():
    for answer in (by_leverage, with_pieces):
        result = judge(find("leave_one_out"), answer)
        assert result.state == "right", result


def test_only_what_balances_the_pulls_is_the_cap():
    for delta, state in ((1.77, "not yet"), (1.79, "right"), (1.8, "right"), (1.81, "right"), (1.82, "not yet")):
        assert judge(find("pull_cap"), delta).state == state, delta
