"""Minibatches agree with slow, obvious versions of them, with and without ``npx.set_np()``."""

import mxnet
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from d2l_helpers.data import ArrayBatches, load_array
from d2l_helpers.engine.seeds import seed_all
from d2l_helpers.errors import ArgumentError

pytestmark = pytest.mark.usefixtures("numpy_interface")


def numbered(n, *shape):
    """Features and labels that tell which example they belong to."""
    y = mxnet.np.arange(n, dtype="int32")
    return mxnet.np.broadcast_to(y.astype("float32").reshape(n, *(1 for _ in shape)), (n, *shape)).copy(), y


def orders(batches, epochs):
    return [np.concatenate([y.asnumpy() for _, y in batches]).tolist() for _ in range(epochs)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), n=st.integers(1, 40), shuffle=st.booleans(), shape=st.lists(st.integers(1, 3), max_size=3))
def test_every_example_comes_once_per_epoch_with_its_label(data, n, shuffle, shape):
    batch_size = data.draw(st.integers(1, n))
    batches = ArrayBatches(*numbered(n, *shape), batch_size, shuffle)
    pairs = list(batches)
    sizes = [len(y) for _, y in pairs]
    assert len(batches) == len(pairs)
    assert sizes == [batch_size] * (n // batch_size) + ([n % batch_size] if n % batch_size else [])
    labels = np.concatenate([y.asnumpy() for _, y in pairs])
    assert sorted(labels) == list(range(n))
    assert shuffle or labels.tolist() == list(range(n))
    for X, y in pairs:
        assert X.shape == (len(y), *shape)
        assert (X.asnumpy().reshape(len(y), -1) == y.asnumpy()[:, None]).all()


def test_types_and_attributes_are_as_documented():
    X, y = numbered(10, 1, 28, 28)
    batches = ArrayBatches(X, y, 4, shuffle=True)
    assert (batches.X, batches.y, batches.batch_size, batches.shuffle, batches.num_examples) == (X, y, 4, True, 10)
    order = batches.order()
    assert (type(order), order.dtype, order.shape) == (np.ndarray, np.int64, (10,))
    X_batch, y_batch = next(iter(batches))
    assert (X_batch.dtype, y_batch.dtype) == (np.float32, np.int32)


def test_the_seed_governs_the_order_and_epochs_differ():
    batches = ArrayBatches(*numbered(100), 10, shuffle=True)
    seed_all(3)
    first, second = orders(batches, 2)
    seed_all(3)
    assert orders(batches, 2) == [first, second]
    assert first != second
    seed_all(4)
    assert orders(batches, 1) != [first]


def test_without_shuffling_the_random_generator_is_not_used():
    batches = ArrayBatches(*numbered(100), 10, shuffle=False)
    seed_all(3)
    orders(batches, 1)
    after = np.random.random()
    seed_all(3)
    assert np.random.random() == after


def test_two_epochs_at_once_do_not_disturb_each_other():
    batches = ArrayBatches(*numbered(6), 2, shuffle=False)
    together = [(first[1].tolist(), second[1].tolist()) for first, second in zip(batches, batches, strict=True)]
    assert together == [([0, 1], [0, 1]), ([2, 3], [2, 3]), ([4, 5], [4, 5])]


@pytest.mark.parametrize("size", [1, 20, 28, 31, 96])
@pytest.mark.parametrize("channels", [1, 3])
def test_resized_images_are_those_of_gluons_transforms(numpy_interface, size, channels):
    from mxnet.gluon.data.vision import transforms

    pixels = np.random.default_rng(0).integers(0, 256, (5, 28, 28, channels)).astype("uint8")
    X = pixels.transpose(0, 3, 1, 2) / np.float32(255)
    X = mxnet.np.array(np.nextafter(X, np.float32(0)), dtype="float32")  # as far off as another division might be
    batches = ArrayBatches(X, mxnet.np.arange(5), 2, shuffle=False, resize=size)
    resized = np.concatenate([X_batch.asnumpy() for X_batch, _ in batches])

    array = mxnet.np.array if numpy_interface else mxnet.nd.array
    transform = transforms.Compose([transforms.Resize(size), transforms.ToTensor()])
    expected = np.stack([transform(array(image, dtype="uint8")).asnumpy() for image in pixels])
    assert resized.dtype == np.float32
    assert np.array_equal(resized, expected)
    assert batches.X is X


def test_load_array_returns_what_d2ls_does():
    features, labels = numbered(10, 2)
    train, test = load_array((features, labels), 3), load_array([features, labels], 3, is_train=False)
    assert (train.shuffle, test.shuffle) == (True, False)
    assert orders(test, 1) == [list(range(10))]
    assert [X.shape for X, _ in train] == [(3, 2)] * 3 + [(1, 2)]


@pytest.mark.parametrize("batch_size", [0, -1, 11, 2.0, "2", None, True, float("nan")])
def test_bad_batch_sizes_are_refused(batch_size):
    with pytest.raises(ArgumentError, match="batch_size") as caught:
        load_array(numbered(10), batch_size)
    assert caught.value.expected == "an integer from 1 to 10"


@pytest.mark.parametrize("resize", [0, -3, 2.5, (28, 28), False])
def test_bad_sizes_are_refused(resize):
    with pytest.raises(ArgumentError, match="resize"):
        ArrayBatches(*numbered(10, 1, 28, 28), 5, False, resize)


def test_only_images_can_be_resized():
    with pytest.raises(ArgumentError, match=r"\(10, 2\)"):
        ArrayBatches(*numbered(10, 2), 5, False, 28)


@pytest.mark.parametrize(("features", "labels"), [(3, 4), (0, 0), (0, 3)])
def test_arrays_that_do_not_match_are_refused(features, labels):
    with mxnet.util.np_shape(True), pytest.raises(ArgumentError, match="number of examples"):
        load_array((mxnet.np.zeros((features, 2)), mxnet.np.zeros((labels,))), 1)


def test_load_array_refuses_three_arrays():
    X, y = numbered(4)
    with pytest.raises(ArgumentError, match="3 arrays"):
        load_array((X, X, y), 2)


@pytest.mark.parametrize("kind", [mxnet.nd.array, np.ones, list], ids=["classic", "numpy", "list"])
def test_other_arrays_than_mxnets_are_refused(kind):
    with pytest.raises(ArgumentError, match="features of type"):
        load_array((kind([3]), kind([3])), 1)


def test_one_number_is_no_data():
    with pytest.raises(ArgumentError, match="1 arrays"):
        load_array(5, 1)
