"""The CUDA wheels themselves, without a GPU: they find their libraries, start, and train on the CPU.

A driver of ours stands in for NVIDIA's and finds no GPU; for CUDA 10.1, which no wheel on PyPI has, the libraries are
stand-ins as well. Nothing of this computes on a GPU.
"""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import nbformat
import pytest
from support.drivers import compiled, driver, driver_without_gpu, stubs

from d2l_helpers.engine.cuda import CU101, CU117
from d2l_helpers.engine.cuda.libraries import CUDA_10, CUDA_11
from d2l_helpers.records import split_outputs

pytestmark = pytest.mark.cuda

ROOT = Path(__file__).parents[2]
TRAIN = """
import json, sys
import d2l_helpers as helpers
import mxnet
from mxnet import gluon, init, npx
from mxnet.gluon import nn
npx.set_np()
helpers.seed_all(0)
ctx = helpers.try_gpu()
net = nn.Sequential()
net.add(nn.Dense(10))
net.initialize(init.Normal(sigma=0.01), ctx=ctx)
trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
history = helpers.train_ch3(
    net, *helpers.load_data_fashion_mnist(256, ctx=ctx), gluon.loss.SoftmaxCrossEntropyLoss(), 2, trainer)
said = {"version": mxnet.__version__, "folder": mxnet.__path__[0], "gpus": mxnet.context.num_gpus(), "ctx": str(ctx)}
print(json.dumps({**said, **vars(history)}))
"""
STATE = "import d2l_helpers, json, mxnet; print(json.dumps([mxnet.__path__[0], str(d2l_helpers.try_gpu())]))"


def run(code, *libraries, **environment):
    """Run code with these folders before the linker's own."""
    environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries)), **environment}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=False, cwd=ROOT,
        env={name: value for name, value in environment.items() if value is not None},
    )  # fmt: skip


def printed(done):
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def no_gpu(tmp_path_factory):
    return driver_without_gpu(tmp_path_factory.mktemp("driver"))


@pytest.fixture(scope="module")
def cuda_10(cu101mkl, tmp_path_factory):
    """CUDA 10.1's libraries with every symbol that the wheel asks them for, each of which finds no device."""
    command = ["nm", "--dynamic", "--undefined-only", cu101mkl / "mxnet" / "libmxnet.so"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    asked = defaultdict(list)
    for name, library in re.findall(r" U (\w+)@(lib(?:cu|nv)\S+)", listed):
        asked[library].append(name)
    assert asked.keys() == set(CUDA_10)
    folder = tmp_path_factory.mktemp("cuda")
    for library, names in asked.items():
        compiled(folder, library, stubs(names), version=library)
    return folder


def unresolved(library, *folders):
    """Return what the linker does not find for a library: other libraries, and symbols."""
    environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))}
    done = subprocess.run(["ldd", "-r", library], capture_output=True, text=True, env=environment, check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if "not found" in line or "undefined" in line]


def recorded_epochs():
    """Return the first two epochs of the flagship, as recorded with the CPU wheel."""
    cells = nbformat.read(ROOT / "notebooks" / "07_softmax_regression_gluon.ipynb", as_version=4).cells
    (cell,) = (cell for cell in cells if cell.id == "record-training")
    recorded, _ = split_outputs(cell.outputs)
    return {name: (metric.value[:2], metric.tolerance) for name, metric in recorded.items()}


def assert_trained_as_recorded(said):
    for name, (values, tolerance) in recorded_epochs().items():
        assert said[name] == pytest.approx(values, abs=tolerance), name


def test_cu101mkl_resolves_with_the_libraries_we_name(cu101mkl, cuda_10, no_gpu):
    library = cu101mkl / "mxnet" / "libmxnet.so"
    assert unresolved(library, cuda_10, no_gpu) == []
    assert any("libcublas.so.10 => not found" in line for line in unresolved(library, no_gpu))


def test_cu101mkl_trains_on_the_cpu_to_the_recorded_numbers(cu101mkl, cuda_10, no_gpu):
    said = printed(run(TRAIN, cuda_10, no_gpu, PYTHONPATH=str(cu101mkl)))
    assert (said["version"], said["gpus"], said["ctx"]) == ("1.6.0", 0, "cpu(0)")
    assert said["folder"] == str(cu101mkl / "mxnet")
    assert_trained_as_recorded(said)


def test_cu117_resolves_with_the_libraries_we_pin_and_with_no_fewer(cu117, no_gpu):
    library = cu117 / "mxnet" / "libmxnet.so"
    folders = {each.folder: cu117 / "nvidia" / each.folder / "lib" for each in CUDA_11}
    assert unresolved(library, no_gpu, *folders.values()) == []
    assert unresolved(library, *folders.values()) != []
    for left_out in folders:
        rest = [folder for name, folder in folders.items() if name != left_out]
        assert unresolved(library, no_gpu, *rest) != [], left_out


def test_cu117_trains_on_the_cpu_to_the_recorded_numbers(cu117, no_gpu):
    said = printed(run(TRAIN, no_gpu, PYTHONPATH=str(cu117)))  # as if it were installed in the environment
    assert (said["version"], said["gpus"], said["ctx"]) == ("1.9.1", 0, "cpu(0)")
    assert said["folder"] == str(cu117 / "mxnet")
    assert_trained_as_recorded(said)


def test_cu117_finds_its_libraries_in_another_folder(cu117, no_gpu, tmp_path):
    """Pip installs NVIDIA's wheels with --target; the wheel of MXNet lies elsewhere."""
    for name in ("mxnet", f"mxnet_cu117-{CU117.version}.dist-info"):
        (tmp_path / name).symlink_to(cu117 / name)
    said = printed(run(STATE, no_gpu, PYTHONPATH=str(tmp_path), D2L_CUDA=str(cu117)))
    assert said == [str(tmp_path / "mxnet"), "cpu(0)"]
    done = run(STATE, no_gpu, PYTHONPATH=str(tmp_path), D2L_CUDA=str(tmp_path / "empty"))
    assert "LibraryUnusable: Cannot import MXNet." in done.stderr
    assert "mxnet-cu117 1.9.1 and no libcudart.so.11.0" in done.stderr


@pytest.mark.parametrize(("wheel", "folder"), [(CU117, "cu117"), (CU101, "cu101mkl")], ids=["cu117", "cu101mkl"])
def test_without_a_driver_the_wheel_says_what_to_do(wheel, folder, request):
    done = run(STATE, PYTHONPATH=str(request.getfixturevalue(folder)))
    assert done.returncode == 1
    last = done.stderr.rpartition("LibraryUnusable: ")[2]
    assert f"got:      {wheel.name} {wheel.version}" in last
    assert f"python -m pip uninstall --yes {wheel.name} && python -m pip install --no-deps mxnet==1.9.1" in last


def test_the_folder_is_used_only_where_a_driver_has_a_gpu_for_it(cu117, no_gpu, tmp_path):
    cpu = next(path for path in sys.path if path.endswith("site-packages")) + "/mxnet"
    done = run(STATE, no_gpu, D2L_CUDA=str(cu117))
    assert printed(done) == [cpu, "cpu(0)"]
    assert f"mxnet-cu117 1.9.1 in {cu117} is not used, so the CPU is: the NVIDIA driver finds no GPU" in done.stderr
    done = run(STATE, driver(tmp_path, "NVIDIA H200", (9, 0)), D2L_CUDA=str(cu117))
    assert printed(done) == [cpu, "cpu(0)"]
    assert "compute capability 5.0 to 8.9, and NVIDIA H200 has 9.0" in done.stderr
    done = run(STATE, driver(tmp_path / "t4"), D2L_CUDA=str(cu117))
    assert printed(done) == [str(cu117 / "mxnet"), "cpu(0)"]
    assert "MXNet sees a GPU but cannot compute on it, so the CPU is used: " in done.stderr  # this T4 only has a name
