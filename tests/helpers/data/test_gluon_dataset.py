"""MXNet's FashionMNIST and d2l's loader read the verified copy, and yield what MXNet's own code yields of the files."""

import gzip
import hashlib
import inspect
import os
import socket
import subprocess
import sys

import numpy as np
import pytest
from mxnet import gluon, npx, util
from mxnet.gluon.data.vision import FashionMNIST, datasets
from support.dataset import fill, is_complete, names_in

from d2l_helpers.data import load_data_fashion_mnist
from d2l_helpers.data.idx import FILES
from d2l_helpers.errors import ArgumentError, DataUnavailable


def as_mxnet_reads(folder, train, monkeypatch):
    """Return MXNet's own dataset, to whose code the files of a folder are those with the right checksums."""

    class Own(FashionMNIST):
        def __init__(self):
            inspect.unwrap(FashionMNIST.__init__)(self, root=str(folder), train=train)

        def _get_data(self):
            for part in ("_train_data", "_train_label", "_test_data", "_test_label"):
                name = getattr(self, part)[0]
                setattr(self, part, (name, hashlib.sha1((folder / name).read_bytes()).hexdigest()))
            super()._get_data()

    return Own()


@pytest.fixture(params=[True, False], ids=["np", "nd"])
def mode(request):
    """MXNet's NumPy mode, and the classic one."""
    before = util.is_np_array()
    (npx.set_np if request.param else npx.reset_np)()
    yield
    (npx.set_np if before else npx.reset_np)()


@pytest.mark.parametrize("train", [True, False], ids=["train", "test"])
def test_the_data_is_bit_for_bit_what_mxnets_own_code_reads(train, mode, official, tmp_path, monkeypatch):
    for name, file in FILES.items():
        (tmp_path / f"{file.filename}.gz").write_bytes(gzip.compress(official[name].data, compresslevel=0))
    own, ours = as_mxnet_reads(tmp_path, train, monkeypatch), FashionMNIST(train=train)
    assert len(ours) == len(own) == (60_000 if train else 10_000)
    for mxnets, found in ((own._data, ours._data), (own._label, ours._label)):
        assert (type(found), found.dtype, found.shape) == (type(mxnets), mxnets.dtype, mxnets.shape)
        assert np.array_equal(np.asarray(found), np.asarray(mxnets))
    for mxnets, found in zip(own[7], ours[7], strict=True):
        assert (type(found), found.dtype, found.shape) == (type(mxnets), mxnets.dtype, mxnets.shape)


def test_names_and_defaults_are_mxnets():
    assert list(inspect.signature(FashionMNIST).parameters) == ["root", "train", "transform"]
    assert issubclass(FashionMNIST, datasets.MNIST)
    assert inspect.unwrap(datasets.MNIST.__init__) is datasets.MNIST.__init__


def test_a_root_that_cannot_be_read_is_named_once(official, tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.warns(RuntimeWarning, match="root is not used: Too many levels") as caught:
        assert len(FashionMNIST(tmp_path / "loop", train=False)) == 10_000
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("root", ["a\0b", "~no-such-user/data", 3, b"data"], ids=["zero", "user", "number", "bytes"])
def test_a_root_that_is_no_path_is_refused(root):
    with pytest.raises(ArgumentError, match="root="):
        FashionMNIST(root)


@pytest.mark.parametrize("transform", [gluon.data.vision.transforms.ToTensor, gluon.nn.Sequential])
def test_a_transform_of_the_image_alone_is_refused(transform):
    with pytest.raises(ArgumentError, match="transform_first"):
        FashionMNIST(train=False, transform=transform())


def test_arguments_by_place_and_a_transform_work(official):
    dataset = FashionMNIST("/no/such/folder", False, lambda image, label: (image.astype("float32") / 255, label + 1))
    image, label = dataset[0]
    assert (image.dtype, image.shape, int(label)) == (np.float32, (28, 28, 1), int(official["t10k-labels"][8]) + 1)
    first = FashionMNIST(train=False).transform_first(gluon.data.vision.transforms.ToTensor())[0][0]
    assert first.shape == (1, 28, 28)


def test_files_in_the_readers_root_come_first_and_nothing_is_written_there(small, published, cache, monkeypatch):
    before = {path: path.read_bytes() for path in published.iterdir()}
    dataset = FashionMNIST(root=str(published))
    assert np.array_equal(dataset._data.asnumpy()[..., 0], FILES["train-images"].array(small["train-images"]))
    assert {path: path.read_bytes() for path in published.iterdir()} == before
    assert not cache.exists()


def test_other_files_in_the_readers_root_are_not_used(small, published, cache):
    fill(cache, small)
    (published / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"of the first release"))
    with pytest.warns(RuntimeWarning, match="t10k-labels-idx1-ubyte.gz is not used"):
        dataset = FashionMNIST(root=published, train=False)
    assert np.array_equal(np.asarray(dataset._label), FILES["t10k-labels"].array(small["t10k-labels"]))


def test_without_a_copy_the_error_is_ours_after_one_try(small, alone, cache, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    before = names_in(tmp_path)
    with pytest.raises(DataUnavailable, match="set D2L_DATA to a folder with the four files"):
        FashionMNIST()
    assert set(names_in(tmp_path)) - set(before) <= {"caches"}


def test_a_copy_of_any_source_is_kept_in_the_cache(small, alone, cache, published, monkeypatch):
    monkeypatch.setattr("d2l_helpers.data.debian.INSTALLED", published)
    assert len(FashionMNIST()) == len(FashionMNIST(train=True)) == 1600
    assert is_complete(cache)


@pytest.mark.parametrize(
    "arguments", [{"root": 3}, {"root": True}, {"transform": "resize"}, {"transform": 28}], ids=str
)
def test_wrong_arguments_are_refused(arguments):
    with pytest.raises(ArgumentError, match="Cannot load Fashion-MNIST"):
        FashionMNIST(**arguments)


@pytest.mark.parametrize("resize", [None, 32], ids=str)
def test_d2ls_own_loader_yields_what_ours_yields(resize, official, monkeypatch):
    from d2l import mxnet as d2l

    monkeypatch.setattr(d2l, "get_dataloader_workers", lambda: 0)  # pytest's process has threads, and must not fork
    with util.np_array(True), util.np_shape(True):
        X, y = next(iter(d2l.load_data_fashion_mnist(256, resize)[1]))
        ours = next(iter(load_data_fashion_mnist(256, resize)[1]))
        assert (X.shape, X.dtype, y.dtype) == (ours[0].shape, ours[0].dtype, ours[1].dtype)
        assert np.array_equal(np.asarray(X), np.asarray(ours[0]))
        assert np.array_equal(np.asarray(y), np.asarray(ours[1]))


@pytest.mark.kernel
def test_the_books_own_loop_trains_on_d2ls_own_loader():
    """The loop of the book's section, on two batches."""
    code = """
import d2l_helpers  # as the environment's .pth does; tests/helpers/engine/test_mxnet_first.py tries that
import itertools
from mxnet import gluon, init, npx
from d2l import mxnet as d2l
npx.set_np()
train_iter, test_iter = d2l.load_data_fashion_mnist(256)
net = gluon.nn.Dense(10)
net.initialize(init.Normal(sigma=0.01))
loss = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
print(d2l.train_epoch_ch3(net, itertools.islice(train_iter, 2), loss, trainer.step))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "MPLBACKEND": "agg"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loss, accuracy = eval(done.stdout)
    assert 1 < loss < 2.5
    assert 0 < accuracy < 1
