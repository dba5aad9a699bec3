"""MXNet's operators are made when they are first called, and are then what MXNet makes of them itself."""

import ctypes
import inspect
import subprocess
import sys
import threading

import mxnet
import pytest
from mxnet import np, npx
from mxnet.base import _LIB, OpHandle, c_str, check_call
from mxnet.ndarray import register

import d2l_helpers  # noqa: F401  before mxnet
from d2l_helpers.engine.operators import make_when_called

npx.set_np()
READ = ("_np_sum", "_npx_reshape")  # in the interfaces like NumPy's
NAMES = (*READ, "softmax", "dot", "FullyConnected", "Concat", "sgd_update")


def remade():
    """Make all of MXNet's operators on arrays anew; give their stand-ins and what MXNet makes, by their names."""
    made = {}

    def init(make):
        for name in NAMES:
            handle = OpHandle()
            check_call(_LIB.NNGetOpHandle(c_str(name), ctypes.byref(handle)))
            made.setdefault(name, []).append(make(handle, name, name))

    namespace = {"_init_op_module": init}
    make_when_called(namespace)
    namespace["_init_op_module"](register._make_ndarray_function)
    init(register._make_ndarray_function)
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_stand_in_has_the_name_and_the_words_of_what_it_stands_for(name):
    stand_in, real = remade()[name]
    assert stand_in.__code__ is not real.__code__
    assert (stand_in.__name__, stand_in.__qualname__) == (name, real.__qualname__)
    assert len(real.__doc__) > 100
    assert stand_in.__doc__ == (real.__doc__ if name in READ else "")


def test_the_first_call_makes_it_the_real_one():
    stand_in, real = remade()["softmax"]
    assert "become" not in str(inspect.signature(stand_in))
    scores = mxnet.nd.array([[1.0, 2.0, 3.0]])
    assert stand_in(scores, axis=1).asnumpy().tolist() == real(scores, axis=1).asnumpy().tolist()
    assert inspect.signature(stand_in) == inspect.signature(real)
    assert stand_in.__doc__ == real.__doc__
    assert stand_in.__code__.co_code == real.__code__.co_code
    assert stand_in(scores).shape == (1, 3)


def test_a_wrong_first_call_says_what_a_later_one_says():
    stand_in, real = remade()["softmax"]
    said = []
    for function in (stand_in, stand_in, real):
        with pytest.raises(AssertionError) as caught:
            function([1.0])
        said.append(str(caught.value))
    assert len(set(said)) == 1


def test_threads_that_call_it_first_at_once_all_get_the_result():
    scores = mxnet.nd.array([[1.0, 2.0, 3.0]])
    for _ in range(20):
        stand_in, real = remade()["softmax"]
        expected, gate, results = real(scores).asnumpy().tolist(), threading.Barrier(8), []

        def call(stand_in=stand_in, gate=gate, results=results):
            gate.wait()
            results.append(stand_in(scores, axis=-1).asnumpy().tolist())

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [expected] * 8


def test_operators_on_symbols_work_and_know_their_words_once_called():
    net = mxnet.symbol.FullyConnected(mxnet.symbol.Variable("data"), num_hidden=3)
    assert net.list_arguments()[0] == "data"
    assert "linear transformation" in mxnet.symbol.FullyConnected.__doc__
    assert mxnet.symbol.FullyConnected.__module__ == "symbol"


def test_every_function_of_numpys_interface_has_words():
    for interface in (np, npx):
        functions = [value for name, value in vars(interface).items() if inspect.isfunction(value) and name[0] != "_"]
        assert len(functions) > 20
        assert all(function.__doc__ for function in functions if function.__module__.startswith("mxnet.numpy"))


SELDOM = """
import sys
import d2l_helpers, mxnet
from mxnet.contrib import onnx
names = ("requests", "h5py", "mxnet.onnx.mx2onnx", "mxnet.contrib.onnx.onnx2mx")
print(*(name in sys.modules for name in names))
mxnet.onnx.export_model, onnx.import_model
mxnet.io.NDArrayIter(mxnet.nd.zeros((4, 1)), batch_size=2)
print(*(name in sys.modules for name in names[2:]), mxnet.gluon.utils.requests.codes.ok)
"""


def test_what_mxnet_seldom_needs_is_imported_when_it_is_used():
    done = subprocess.run([sys.executable, "-c", SELDOM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False False False", "True True 200"]


def test_numpys_interface_has_its_own_words():
    assert "NDArray" not in npx.softmax.__doc__
    assert npx.softmax.__module__ == "mxnet.numpy_extension"
    assert npx.softmax(np.zeros((1, 4))).asnumpy().tolist() == [[0.25] * 4]
