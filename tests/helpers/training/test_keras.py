"""`import_keras` returns Keras 2 without messages or raises one clear error; `keras_history` converts histories."""

import subprocess
import sys
import types
from importlib.util import find_spec

import pytest

import d2l_helpers as helpers
from d2l_helpers.errors import ArgumentError, LibraryUnusable


def with_tensorflow(test):
    needed = pytest.mark.skipif(not find_spec("tensorflow"), reason="needs TensorFlow: run make keras")
    return pytest.mark.tensorflow(needed(test))


QUIET = """
import d2l_helpers as helpers
from mxnet import np, npx
npx.set_np()
keras = helpers.import_keras()
keras.utils.set_random_seed(0)
net = keras.Sequential([keras.layers.Dense(2, input_shape=(3,)), keras.layers.Lambda(lambda z: 2 * z)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
net.compile("sgd", loss, metrics=["accuracy"])
X, y = np.ones((4, 3)).asnumpy(), np.array([0, 1, 1, 1]).asnumpy()
history = helpers.keras_history(net.fit(X, y, epochs=2, verbose=0, validation_data=(X, y)))
print([len(values) for values in (history.train_loss, history.train_acc, history.held_out_loss, history.held_out_acc)])
"""

VERSIONS = """
import tensorflow as tf
version = getattr(keras, "__version__", None) or tf.__version__
print(version.partition(".")[0], tf.keras.layers.Dense is keras.layers.Dense)
"""

MISSING = """
import sys
import d2l_helpers as helpers
from d2l_helpers.errors import LibraryUnusable
sys.modules["tensorflow"] = None  # as for a Python that has none
try:
    helpers.import_keras()
except LibraryUnusable as error:
    print(error)
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)


@with_tensorflow
def test_keras_and_mxnet_work_in_one_process_and_nothing_is_written_to_stderr():
    done = run(QUIET)
    assert (done.stdout, done.stderr, done.returncode) == ("[2, 2, 2, 2]\n", "", 0)


@with_tensorflow
def test_tensorflow_starts_when_a_name_of_keras_is_first_used():
    used = "print('tensorflow' in sys.modules, keras.Sequential.__name__, 'tensorflow' in sys.modules)"
    done = run(f"import sys\nimport d2l_helpers as helpers\nkeras = helpers.import_keras()\n{used}")
    assert done.stdout.split() == ["False", "Sequential", "True"], done.stderr


def test_without_tensorflow_one_error_says_what_to_do():
    done = run(MISSING)
    assert done.returncode == 0, done.stderr
    assert "Cannot start Keras for this notebook." in done.stdout
    assert "expected: TensorFlow 2.15, the last with Keras 2, or a later one with tf_keras" in done.stdout
    assert "make keras" in done.stdout


@with_tensorflow
def test_import_keras_and_the_readers_own_import_return_keras_2():
    done = run("import d2l_helpers as helpers\nkeras = helpers.import_keras()\n" + VERSIONS)
    assert done.stdout.split() == ["2", "True"], done.stderr


@pytest.mark.tensorflow
@pytest.mark.skipif(not find_spec("tf_keras"), reason="needs TensorFlow later than 2.15: run make keras on Python 3.12")
def test_import_keras_returns_keras_2_after_tensorflow_was_imported():
    done = run("import tensorflow\nimport d2l_helpers as helpers\nkeras = helpers.import_keras()\n" + VERSIONS)
    assert done.stdout.split() == ["2", "True"], done.stderr


@pytest.mark.parametrize("version", ["2.14.1", "2.3.0", "1.15.0", "unknown"])
def test_an_older_tensorflow_is_refused(monkeypatch, version):
    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(__version__=version))
    with pytest.raises(LibraryUnusable, match="the last with Keras 2") as refused:
        helpers.import_keras()
    assert refused.value.got == f"TensorFlow {version}"


@pytest.mark.parametrize("version", ["2.16.1", "2.22.0-rc0", "2.150.0", "3.0.0"])
def test_a_later_version_needs_tf_keras(monkeypatch, version):
    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(__version__=version))
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    with pytest.raises(LibraryUnusable, match="or a later one with tf_keras") as refused:
        helpers.import_keras()
    assert "tf_keras" in str(refused.value.got)


def test_a_tensorflow_that_cannot_be_imported_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(LibraryUnusable, match="make keras"):
        helpers.import_keras()


def test_on_aarch64_nothing_that_has_no_wheel_is_recommended(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(LibraryUnusable, match="recorded outputs") as refused:
        helpers.import_keras()
    assert not any(words in refused.value.remedy for words in ("make keras", "install tensorflow-cpu"))


def fitted(**series):
    return types.SimpleNamespace(history=series)


def test_keras_history_converts_all_four_lists():
    history = helpers.keras_history(
        fitted(loss=[1.9, 1.7], accuracy=[0.5, 0.7], val_loss=[1.8, 1.6], val_accuracy=[0.6, 0.8])
    )
    assert (history.train_loss, history.train_acc) == ([1.9, 1.7], [0.5, 0.7])
    assert (history.held_out_loss, history.held_out_acc) == ([1.8, 1.6], [0.6, 0.8])
    assert len(history) == 2
    assert not history.stopped


def test_keras_history_leaves_unmeasured_lists_empty_and_knows_old_names():
    history = helpers.keras_history(fitted(loss=[1.0], acc=[0.5]))
    assert (history.train_acc, history.held_out_loss, history.held_out_acc) == ([0.5], [], [])


@pytest.mark.parametrize(
    "wrong", [None, {"loss": [1.0]}, fitted(), fitted(accuracy=[1.0]), types.SimpleNamespace(history=3)]
)
def test_keras_history_refuses_other_objects(wrong):
    with pytest.raises(ArgumentError, match="train_history"):
        helpers.keras_history(wrong)
