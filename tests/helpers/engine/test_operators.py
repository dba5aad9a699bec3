"""MXNet's operators are made when they are first called, and are then those that MXNet makes itself."""

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
DOCUMENTED = ("_np_sum", "_npx_reshape")  # in the interfaces like NumPy's
NAMES = (*DOCUMENTED, "softmax", "dot", "FullyConnected", "Concat", "sgd_update")


def remade():
    """Make some of MXNet's operators on arrays again; return each one's stub and the real one, by name."""
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
def test_a_stub_has_the_operators_name_and_docstring(name):
    stub, real = remade()[name]
    assert stub.__code__ is not real.__code__
    assert (stub.__name__, stub.__qualname__) == (name, real.__qualname__)
    assert len(real.__doc__) > 100
    assert stub.__doc__ == (real.__doc__ if name in DOCUMENTED else "")


def test_a_stub_becomes_the_operator_at_its_first_call():
    stub, real = remade()["softmax"]
    assert "become" not in str(inspect.signature(stub))
    scores = mxnet.nd.array([[1.0, 2.0, 3.0]])
    assert stub(scores, axis=1).asnumpy().tolist() == real(scores, axis=1).asnumpy().tolist()
    assert inspect.signature(stub) == inspect.signature(real)
    assert stub.__doc__ == real.__doc__
    assert stub.__code__.co_code == real.__code__.co_code
    assert stub(scores).shape == (1, 3)


def test_a_wrong_first_call_raises_the_same_error_as_a_later_one():
    stub, real = remade()["softmax"]
    said = []
    for function in (stub, stub, real):
        with pytest.raises(AssertionError) as caught:
            function([1.0])
        said.append(str(caught.value))
    assert len(set(said)) == 1


def test_threads_that_make_the_first_call_at_once_all_get_the_result():
    scores = mxnet.nd.array([[1.0, 2.0, 3.0]])
    for _ in range(20):
        stub, real = remade()["softmax"]
        expected, gate, results = real(scores).asnumpy().tolist(), threading.Barrier(8), []

        def call(stub=stub, gate=gate, results=results):
            gate.wait()
            results.append(stub(scores, axis=-1).asnumpy().tolist())

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [expected] * 8


def test_operators_on_symbols_work_and_have_their_docstring_once_called():
    net = mxnet.symbol.FullyConnected(mxnet.symbol.Variable("data"), num_hidden=3)
    assert net.list_arguments()[0] == "data"
    assert "linear transformation" in mxnet.symbol.FullyConnected.__doc__
    assert mxnet.symbol.FullyConnected.__module__ == "symbol"


def test_every_function_of_numpys_interface_has_a_docstring():
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


def test_modules_that_mxnet_seldom_needs_are_imported_at_first_use():
    done = subprocess.run([sys.executable, "-c", SELDOM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False False False", "True True 200"]


def test_numpys_interface_has_its_own_docstrings():
    assert "NDArray" not in npx.softmax.__doc__
    assert npx.softmax.__module__ == "mxnet.numpy_extension"
    assert npx.softmax(np.zeros((1, 4))).asnumpy().tolist() == [[0.25] * 4]
