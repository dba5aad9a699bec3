"""Fashion-MNIST as the chapter uses it, its audit, and synthetic regression data."""

import subprocess
import sys

import mxnet
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from d2l_helpers.data import (
    LABELS,
    Audit,
    audit,
    audit_fashion_mnist,
    get_fashion_mnist_labels,
    hold_out,
    load_data_fashion_mnist,
    load_fashion_mnist,
    synthetic_data,
)
from d2l_helpers.engine.seeds import seed_all
from d2l_helpers.errors import ArgumentError


def test_importing_data_does_not_import_mxnet():
    code = "import sys, d2l_helpers.data; print('mxnet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_the_arrays_are_the_files_contents(official):
    train_images, train_labels, test_images, test_labels = load_fashion_mnist()
    assert [each.shape for each in (train_images, train_labels)] == [(60_000, 28, 28), (60_000,)]
    assert [each.shape for each in (test_images, test_labels)] == [(10_000, 28, 28), (10_000,)]
    assert {each.dtype for each in (train_images, train_labels, test_images, test_labels)} == {np.dtype("uint8")}
    assert train_images.tobytes() == official["train-images"][16:].tobytes()
    assert test_labels.tobytes() == official["t10k-labels"][8:].tobytes()
    assert train_labels[:4].tolist() == [9, 0, 0, 3]  # as pictured on the dataset's page: an ankle boot, two tops, …


# --- minibatches


@pytest.mark.usefixtures("official")
def test_minibatches_are_those_of_gluons_transforms(numpy_interface):
    from mxnet.gluon.data.vision import transforms

    train_images, train_labels, *_ = load_fashion_mnist()
    train_iter, test_iter = load_data_fashion_mnist(256, ctx=mxnet.cpu())
    assert (train_iter.num_examples, len(train_iter), train_iter.shuffle) == (60_000, 235, True)
    assert (test_iter.num_examples, len(test_iter), test_iter.shuffle) == (10_000, 40, False)
    seed_all(0)
    order = train_iter.order()
    seed_all(0)
    X, y = next(iter(train_iter))
    assert (X.shape, X.dtype, y.shape, y.dtype) == ((256, 1, 28, 28), np.float32, (256,), np.int32)
    assert (type(X), type(y)) == (mxnet.np.ndarray, mxnet.np.ndarray)
    array = mxnet.np.array if numpy_interface else mxnet.nd.array
    for i in range(0, 256, 51):
        expected = transforms.ToTensor()(array(train_images[order[i], :, :, None], dtype="uint8"))
        assert np.array_equal(X[i : i + 1].asnumpy()[0], expected.asnumpy())
    assert np.array_equal(y.asnumpy(), train_labels[order[:256]])


@pytest.mark.usefixtures("official")
def test_resized_minibatches_keep_the_originals():
    _, test_iter = load_data_fashion_mnist(32, resize=96, ctx=mxnet.cpu())
    X, _ = next(iter(test_iter))
    assert X.shape == (32, 1, 96, 96)
    assert test_iter.X.shape == (10_000, 1, 28, 28)


@pytest.mark.parametrize("batch_size", [0, -256, 256.0, "256", None, True, 60_001])
def test_bad_batch_sizes_are_refused(batch_size):
    with pytest.raises(ArgumentError, match="batch_size"):
        load_data_fashion_mnist(batch_size)


@pytest.mark.parametrize("resize", [0, -1, 96.0, (96, 96), True])
def test_bad_sizes_are_refused(resize):
    with pytest.raises(ArgumentError, match="resize"):
        load_data_fashion_mnist(256, resize=resize)


@pytest.mark.usefixtures("official", "numpy_interface")
def test_the_last_training_examples_are_held_out():
    train_iter, _ = load_data_fashion_mnist(256, ctx=mxnet.cpu())
    rest, validation_iter = hold_out(train_iter, 10_000)
    assert (rest.num_examples, validation_iter.num_examples) == (50_000, 10_000)
    assert (rest.shuffle, validation_iter.shuffle) == (True, False)
    assert np.array_equal(np.concatenate([rest.y.asnumpy(), validation_iter.y.asnumpy()]), train_iter.y.asnumpy())
    assert np.array_equal(validation_iter.X[-5:].asnumpy(), train_iter.X[-5:].asnumpy())
    _, small = hold_out(train_iter, 100)
    assert (small.batch_size, len(small)) == (100, 1)


@pytest.mark.usefixtures("official")
@pytest.mark.parametrize("num_examples", [0, 10_000, -1, 1.5])
def test_hold_out_refuses_to_hold_out_nothing_or_everything(num_examples):
    _, test_iter = load_data_fashion_mnist(256, ctx=mxnet.cpu())
    with pytest.raises(ArgumentError, match="num_examples"):
        hold_out(test_iter, num_examples)


# --- names


@pytest.mark.parametrize("kind", [list, np.array, np.float32, mxnet.np.array, mxnet.nd.array])
def test_every_label_has_its_name(kind, numpy_interface):
    assert get_fashion_mnist_labels(kind(range(10)) if kind is not np.float32 else np.arange(10.0)) == list(LABELS)
    assert get_fashion_mnist_labels([0, 9, 5]) == ["t-shirt", "ankle boot", "sandal"]


@given(st.one_of(st.floats(), st.integers(), st.text(), st.none()).filter(lambda label: label not in range(10)))
def test_other_labels_are_refused(label):
    try:
        accepted = float(label) in range(10)  # "3" is as good as 3
    except (TypeError, ValueError, OverflowError):
        accepted = False
    if not accepted:
        with pytest.raises(ArgumentError, match="from 0 to 9"):
            get_fashion_mnist_labels([0, label])


# --- the audit


@pytest.mark.usefixtures("official")
def test_the_published_data_has_no_duplicates():
    assert audit_fashion_mnist() == Audit(60_000, 10_000, 0, 0, 0, (6_000,) * 10, (1_000,) * 10)


def images(max_size):
    return hnp.arrays(np.uint8, st.tuples(st.integers(1, max_size), st.just(1), st.just(2)), elements=st.integers(0, 2))


@given(train=images(12), test=images(6))
def test_planted_duplicates_are_counted(train, test):
    def same(a, b):
        return all(x == y for x, y in zip(a.ravel(), b.ravel(), strict=True))

    labels = np.zeros(len(train), np.uint8), np.zeros(len(test), np.uint8)
    result = audit(train, labels[0], test, labels[1])
    assert result.train_duplicates == sum(any(same(a, b) for b in train[:i]) for i, a in enumerate(train))
    assert result.test_duplicates == sum(any(same(a, b) for b in test[:i]) for i, a in enumerate(test))
    assert result.overlap == sum(any(same(a, b) for b in train) for a in test)
    assert (result.train_images, result.test_images) == (len(train), len(test))
    assert (result.train_per_class, result.test_per_class) == ((len(train),), (len(test),))


# --- regression data


def test_synthetic_data_agrees_with_d2ls(numpy_interface):
    from d2l import mxnet as d2l

    w, b = mxnet.np.array([2, -3.4]), 4.2
    seed_all(0)
    X, y = synthetic_data(w, b, 1000)
    seed_all(0)
    X_d2l, y_d2l = d2l.synthetic_data(w, b, 1000)
    assert (X.shape, y.shape, X.dtype, y.dtype) == ((1000, 2), (1000, 1), np.float32, np.float32)
    assert np.array_equal(X.asnumpy(), X_d2l.asnumpy())
    assert np.allclose(y.asnumpy().ravel(), y_d2l.asnumpy().ravel(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("batches", [[], ("train_iter", "test_iter"), None], ids=["list", "pair", "none"])
def test_examples_are_held_out_of_array_batches_only(batches):
    with pytest.raises(ArgumentError, match="in the place of train_iter"):
        hold_out(batches, 10)


def test_a_device_is_no_text():
    with pytest.raises(ArgumentError, match="ctx='gpu'"):
        load_data_fashion_mnist(256, ctx="gpu")


@pytest.mark.parametrize("kind", [list, np.array], ids=["list", "numpy"])
def test_the_weights_of_synthetic_data_may_be_a_list_or_numpys(kind):
    assert synthetic_data(kind([2, -3.4]), 4.2, 10)[0].shape == (10, 2)


def test_synthetic_data_is_on_the_device_of_the_weights_and_the_same_on_each():
    drawn = {}
    for device in (mxnet.cpu(0), mxnet.cpu(1)):
        seed_all(0)
        X, y = synthetic_data(mxnet.np.array([2, -3.4], ctx=device), 4.2, 100)
        assert X.ctx == y.ctx == device
        drawn[device] = np.concatenate([X.asnumpy(), y.asnumpy()], axis=1)
    assert np.array_equal(*drawn.values())


def test_the_noise_is_small_and_the_seed_governs_it():
    w, b = mxnet.np.array([2, -3.4, 0.5]), -1.0
    seed_all(1)
    X, y = synthetic_data(w, b, 20_000)
    noise = y.asnumpy().ravel() - (X.asnumpy() @ w.asnumpy() + b)
    assert abs(noise.std() - 0.01) < 0.0005
    assert abs(noise.mean()) < 0.0005
    seed_all(1)
    assert np.array_equal(synthetic_data(w, b, 20_000)[1].asnumpy(), y.asnumpy())
    assert not np.array_equal(synthetic_data(w, b, 20_000)[1].asnumpy(), y.asnumpy())


@pytest.mark.parametrize("num_examples", [0, -1, 10.0])
def test_a_bad_number_of_examples_is_refused(num_examples):
    with pytest.raises(ArgumentError, match="num_examples"):
        synthetic_data(mxnet.np.array([1.0]), 0.0, num_examples)
