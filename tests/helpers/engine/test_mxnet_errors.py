"""MXNet's errors that readers meet most end in a line that says what to change, in their own cells, too."""

from __future__ import annotations

import pytest
from mxnet import MXNetError, autograd, gpu, npx
from mxnet import np as mx_np

from d2l_helpers.errors import explain

npx.set_np()


def loss_of(w, square=True):
    return (w * w).sum() if square else w.sum()


def without_attach_grad():
    with autograd.record():
        loss = loss_of(mx_np.ones(3))
    loss.backward()


def attach_grad_too_late():
    w = mx_np.ones(3)
    with autograd.record():
        loss = loss_of(w)
    w.attach_grad()
    loss.backward()


def without_record():
    w = mx_np.ones(3)
    w.attach_grad()
    loss_of(w).backward()


def backward_twice():
    w = mx_np.ones(3)
    w.attach_grad()
    with autograd.record():
        loss = loss_of(w)
    loss.backward()
    loss.backward()


def changed_in_place():
    w = mx_np.ones(3)
    w.attach_grad()
    with autograd.record():
        w[:] = w - 0.1


def compare(y_hat, y):
    return lambda: y_hat == y


SCORES = mx_np.array([[0.1, 0.9], [0.8, 0.2]])
CLASSES = SCORES.argmax(axis=1)
Y = mx_np.array([1, 0], dtype="int32")


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        *(
            (each, "backward() finds no parameter to differentiate by: first call attach_grad()")
            for each in (without_attach_grad, attach_grad_too_late, without_record, backward_twice)
        ),
        (changed_in_place, "Inside `with autograd.record():` no array may be changed in place"),
        (compare(CLASSES, Y), "These two arrays have different types"),
        (compare(CLASSES, Y.astype("uint8")), "These two arrays have different types"),
        (compare(CLASSES, Y.astype("float32")), "These two arrays have different types"),
        (compare(SCORES.astype("float64"), SCORES), "These two arrays have different types"),
        (lambda: mx_np.dot(SCORES.astype("float64"), SCORES.T), "These arrays have different types"),
        (lambda: mx_np.dot(SCORES > 0, SCORES.T), "These arrays have different types"),
        (lambda: mx_np.array([1.0], ctx=gpu()), "This MXNet computes on the CPU only."),
        (lambda: mx_np.ones(2, ctx=gpu()), "This MXNet computes on the CPU only."),
        (lambda: CLASSES != Y, "These two arrays have different types"),
        (lambda: CLASSES < Y, "These two arrays have different types"),
        (lambda: (CLASSES - Y).wait_to_read(), "These two arrays have different types of integers"),
    ],
)
def test_the_last_line_says_what_to_change(mistake, line):
    with pytest.raises(MXNetError) as caught:
        mistake()
    assert str(caught.value).splitlines()[-1].startswith(line)
    assert "MXNetError" in str(caught.value).splitlines()[-2]  # MXNet's own words stay
    assert explain(caught.value).startswith("MXNetError: ")
    assert line in explain(caught.value)


def test_what_the_lines_recommend_works():
    assert (CLASSES.astype(Y.dtype) == Y).all()
    w = mx_np.ones(3)
    w.attach_grad()
    for _ in range(2):
        with autograd.record():
            loss = loss_of(w)
        loss.backward()
    assert w.grad.tolist() == [2, 2, 2]


def test_other_errors_are_mxnets_alone():
    with pytest.raises(MXNetError) as caught:
        mx_np.ones((2, 3)) + mx_np.ones((4, 5))
    assert str(caught.value).rstrip().splitlines()[-1].startswith("MXNetError: Check failed")
