"""Which device `try_gpu` gives, what the driver tells of GPUs, and which of MXNet's wheels fits them."""

import json
import os
import subprocess
import sys

import mxnet
import pytest
from support.drivers import driver, driver_without_gpu

from d2l_helpers.engine.cuda import CU117, Driver, Gpu, fitting, installed_in, wheels
from d2l_helpers.engine.cuda.libraries import CUDA_11
from d2l_helpers.engine.device import try_gpu

# A GPU that is counted while none is to be seen: MXNet itself then fails at the first computation, as it does on a GPU
# that it has no machine code for.
COUNTED = "import d2l_helpers as helpers, mxnet\nmxnet.context.num_gpus = lambda: 1\n"


def run(code, **environment):
    """Run code in a fresh Python that sees no GPU; give what it prints and what it warns of."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", **environment}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def test_what_is_given_can_compute_and_nothing_is_warned_of():
    device = try_gpu()
    assert device.device_type == ("gpu" if mxnet.context.num_gpus() else "cpu")
    assert mxnet.nd.ones((2, 3), ctx=device).sum().asscalar() == 6


def test_a_gpu_that_is_counted_but_cannot_compute_gives_the_cpu_and_a_warning_that_says_why():
    counted_again = "mxnet.context.num_gpus = lambda: 1 / 0\n"  # it is not asked a second time
    printed, warned = run(COUNTED + "print(helpers.try_gpu())\n" + counted_again + "print(helpers.try_gpu())")
    assert printed == "cpu(0)\ncpu(0)\n"
    (first, _) = [line for line in warned.splitlines() if "UserWarning" in line]
    assert first.startswith("<string>:3: UserWarning: MXNet sees a GPU but cannot compute on it, so the CPU is used: ")
    assert "MXNetError" in first
    assert "GPU" in first.rpartition("MXNetError")[2]


# ------------------------------------------------------------------------------------------------------ the driver

LOOK = """
import dataclasses, json
from d2l_helpers.engine.cuda import look
print(json.dumps(look() and dataclasses.asdict(look())))
"""


def seen(folder):
    printed, _ = run(LOOK, LD_LIBRARY_PATH=str(folder))
    return json.loads(printed)


def test_the_driver_tells_of_its_gpus(tmp_path):
    found = seen(driver(tmp_path, "NVIDIA A100-SXM4-40GB", (8, 0), count=2, gib=40, cuda=11080))
    gpu = {"name": "NVIDIA A100-SXM4-40GB", "capability": [8, 0], "memory": 40 << 30}
    assert (found["gpus"], found["cuda"], found["problem"]) == ([gpu, gpu], [11, 8], "")


def test_a_driver_without_a_gpu_works_and_has_none(tmp_path):
    found = seen(driver_without_gpu(tmp_path))
    assert (found["gpus"], found["problem"]) == ([], "")


def test_a_driver_that_refuses_says_with_what(tmp_path):
    assert seen(driver(tmp_path, status=803))["problem"] == "cuInit gave error 803"


def test_a_file_that_is_no_library_is_no_driver(tmp_path):
    (tmp_path / "libcuda.so.1").write_text("nothing that a linker can read")
    without, spoiled = seen(tmp_path / "nowhere"), seen(tmp_path)
    assert spoiled == without


# ------------------------------------------------------------------------------------------------------- the wheels


@pytest.mark.parametrize(
    ("capability", "cuda", "wheel"),
    [
        ((2, 1), (9, 1), "mxnet"),
        ((3, 5), (11, 4), "mxnet-cu101mkl"),
        ((3, 7), (10, 0), "mxnet"),  # its driver is too old even for that one
        ((5, 0), (12, 4), "mxnet-cu117"),
        ((7, 0), (11, 8), "mxnet-cu117"),
        ((7, 5), (11, 4), "mxnet-cu101mkl"),  # an older driver
        ((8, 0), (12, 4), "mxnet-cu117"),
        ((8, 0), (11, 4), "mxnet"),
        ((8, 9), (13, 0), "mxnet-cu117"),
        ((9, 0), (12, 4), "mxnet"),
        ((12, 0), (13, 0), "mxnet"),
    ],
)
def test_the_wheel_that_fits_a_gpu(capability, cuda, wheel):
    assert fitting(Driver("", cuda, (Gpu("a GPU", capability, 0),))).wheel.name == wheel


def test_the_reason_for_the_cpu_is_given():
    gpus = (Gpu("A100", (8, 0), 0),)
    assert "driver runs CUDA up to 11.4; with one for CUDA 11.8" in fitting(Driver("", (11, 4), gpus)).why
    assert fitting(None).why == "there is no NVIDIA driver"
    assert "finds no GPU" in fitting(Driver("", (12, 4), ())).why
    assert "broken" in fitting(Driver("", (12, 4), gpus, "broken")).why


def metadata(folder, *names):
    for name in names:
        (folder / f"{name}.dist-info").mkdir(parents=True)
    return folder


def test_wheels_are_told_from_packages_that_only_sound_like_them(tmp_path):
    others = ["mxnet_model_server-1.0.8", "mxnet_to_coreml-0.1.3", "d2l_helpers-0.1.0"]
    metadata(tmp_path, "mxnet-1.9.1", "mxnet_cu101mkl-1.6.0.post0", "mxnet_mkl-1.6.0", *others)
    found = installed_in([tmp_path, tmp_path / "nowhere", tmp_path])
    assert [str(wheel) for wheel in found] == ["mxnet 1.9.1", "mxnet-cu101mkl 1.6.0.post0", "mxnet-mkl 1.6.0"]
    assert [wheel.needs_cuda for wheel in found] == [False, True, False]


def test_without_a_checkout_the_command_names_every_package(monkeypatch, tmp_path):
    monkeypatch.setattr(wheels, "_LOCK", tmp_path / "nowhere")
    monkeypatch.setenv("D2L_CUDA", "/opt/cuda")
    command, _, packages = CU117.command.partition(" /opt/cuda ")
    assert command == "python -m pip install --no-deps --upgrade --target"
    assert packages.split() == [CU117.requirement, *(library.requirement for library in CUDA_11)]


# -------------------------------------------------------------------------------------------------- which is imported

IMPORT = "import d2l_helpers as helpers, mxnet; print(mxnet.__path__[0], helpers.try_gpu())"


def test_nothing_is_asked_of_a_driver_for_the_cpu_wheel_alone(tmp_path):
    asked = "; from d2l_helpers.engine.cuda import engine; print(engine.look.cache_info().misses)"
    printed, warned = run(IMPORT + asked, D2L_CUDA=str(tmp_path))
    assert printed.splitlines()[-1] == "0"
    assert warned == ""


@pytest.mark.parametrize(
    ("name", "facts", "reason"),
    [
        ("mxnet_cu117-1.9.1", {"status": 100}, "the NVIDIA driver finds no GPU"),
        ("mxnet_cu117-1.9.1", {"status": 999}, "the NVIDIA driver does not work: cuInit gave error 999"),
        ("mxnet_cu117-1.9.1", {"capability": (9, 0)}, "compute capability 5.0 to 8.9, and Tesla T4 has 9.0"),
        ("mxnet_cu101mkl-1.6.0.post0", {"capability": (8, 0)}, "capability 3.0 to 7.5, and Tesla T4 has 8.0"),
        ("mxnet_cu117-1.9.1", {}, "CUDA's libraries are missing: libcudart.so.11.0, "),
    ],
)
def test_the_cpu_wheel_is_imported_where_the_one_for_cuda_cannot_be_used(name, facts, reason, tmp_path):
    (metadata(tmp_path / "cuda", name) / "mxnet").mkdir()
    (tmp_path / "cuda" / "mxnet" / "__init__.py").write_text("raise AssertionError('imported')")
    folders = {"LD_LIBRARY_PATH": str(driver(tmp_path, **facts)), "D2L_CUDA": str(tmp_path / "cuda")}
    printed, warned = run(IMPORT, **folders)
    assert printed == f"{mxnet.__path__[0]} cpu(0)\n"
    (said,) = (line for line in warned.splitlines() if "UserWarning" in line)
    assert "is not used, so the CPU is: " in said
    assert reason in said


def test_the_line_of_an_error_that_says_it_is_shown_whichever_mxnet_wrote_it():
    from d2l_helpers.engine.device import _reason

    new = 'Traceback (most recent call last):\n  File "a.cc", line 3\nMXNetError: Check failed: no kernel image'
    old = "[10:56:35] base.h:440: Check failed: no kernel image\nStack trace:\n  [bt] (0) a.so\n  [bt] (1) b.so\n\n"
    assert _reason(RuntimeError(new)) == "MXNetError: Check failed: no kernel image"
    assert _reason(RuntimeError(old)) == "[10:56:35] base.h:440: Check failed: no kernel image"
    assert _reason(RuntimeError("")) == "it does not say why"
