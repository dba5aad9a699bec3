"""The dataset in MXNet's arrays: its values, and how much memory loading and training take."""

import json
import mmap
import os
import subprocess
import sys
from pathlib import Path

import mxnet
import numpy as np
import pytest

from d2l_helpers.data import load_data_fashion_mnist, load_fashion_mnist

pytestmark = pytest.mark.usefixtures("official")

MB = 1e6
IMAGES = 70_000 * 28 * 28  # bytes as published; four times as many as float32
LABELS = 70_000 * 4

# Prints the peak after importing and training on a few images, after loading and one epoch, and after loading again
MEASURED = """
import json, sys
import mxnet
from mxnet import gluon
import d2l_helpers as helpers
def peak():
    line, = [each for each in open("/proc/self/status") if each.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
def train(train_iter, test_iter):
    net = gluon.nn.Dense(10)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    return helpers.train_ch3(net, train_iter, test_iter, gluon.loss.SoftmaxCrossEntropyLoss(), 1, trainer)
mxnet.npx.set_np()
few = helpers.load_array((mxnet.np.zeros((512, 1, 28, 28)), mxnet.np.zeros(512, dtype="int32")), 256)
train(few, few)
peaks = [peak()]
batches = helpers.load_data_fashion_mnist(256, ctx=mxnet.cpu())
history = train(*batches)
peaks.append(peak())
again = helpers.load_data_fashion_mnist(32, ctx=mxnet.cpu())
train(*again)
peaks.append(peak())
huge, = [int(line.split()[1]) * 1024 for line in open("/proc/self/smaps_rollup") if line.startswith("AnonHugePages")]
json.dump([peaks, history.held_out_acc, huge], sys.stdout)
"""


@pytest.fixture(scope="module")
def measured():
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("reads the memory of a process where Linux shows it")
    environment = os.environ | {"TQDM_DISABLE": "1"}
    run = subprocess.run([sys.executable, "-c", MEASURED], env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_loading_and_training_take_the_arrays_and_the_files_and_no_copies(measured):
    (imports, trained, _), (accuracy,), _ = measured
    assert accuracy > 0.7
    assert trained - imports < 4 * IMAGES + LABELS + IMAGES + 15 * MB  # a copy of the training images has 47 or 188 MB


def test_loading_twice_takes_the_memory_once(measured):
    (_, once, twice), _, _ = measured
    assert twice - once < 5 * MB


def test_the_images_have_huge_pages_where_linux_has_them(measured):
    setting = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if not hasattr(mmap, "MADV_HUGEPAGE") or not setting.exists() or "[never]" in setting.read_text():
        pytest.skip("needs Linux with transparent huge pages")
    assert measured[2] > 0


def test_the_values_are_pixels_by_255():
    train, test = load_data_fashion_mnist(256, ctx=mxnet.cpu())
    X, y, X_test, y_test = (each.asnumpy() for each in (train.X, train.y, test.X, test.y))
    images, labels, test_images, test_labels = load_fashion_mnist()
    for mine, published in ((X, images), (X_test, test_images)):
        assert mine.dtype == np.float32
        assert np.array_equal(mine, (published.astype(np.float32) / 255)[:, None])
    for mine, published in ((y, labels), (y_test, test_labels)):
        assert mine.dtype == np.int32
        assert np.array_equal(mine, published)
