"""The recommended wheel fits the GPU and its driver, and installed wheels are found."""

import pytest
from support.drivers import with_metadata

from d2l_helpers.engine.cuda import CU117, Driver, Gpu, installed_in, recommend, wheels
from d2l_helpers.engine.cuda.libraries import CUDA_11


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
def test_the_recommended_wheel_fits_gpu_and_driver(capability, cuda, wheel):
    assert recommend(Driver("", cuda, (Gpu("a GPU", capability, 0),))).wheel.name == wheel


def test_a_recommended_cpu_wheel_has_its_reason():
    gpus = (Gpu("A100", (8, 0), 0),)
    assert "driver runs CUDA up to 11.4; with one for CUDA 11.8" in recommend(Driver("", (11, 4), gpus)).why
    assert recommend(None).why == "there is no NVIDIA driver"
    assert "finds no GPU" in recommend(Driver("", (12, 4), ())).why
    assert "broken" in recommend(Driver("", (12, 4), gpus, "broken")).why


def test_packages_with_similar_names_are_no_wheels_of_mxnet(tmp_path):
    others = ["mxnet_model_server-1.0.8", "mxnet_to_coreml-0.1.3", "d2l_helpers-0.1.0"]
    with_metadata(tmp_path, "mxnet-1.9.1", "mxnet_cu101mkl-1.6.0.post0", "mxnet_mkl-1.6.0", *others)
    found = installed_in([tmp_path, tmp_path / "nowhere", tmp_path])
    assert [str(wheel) for wheel in found] == ["mxnet 1.9.1", "mxnet-cu101mkl 1.6.0.post0", "mxnet-mkl 1.6.0"]
    assert [wheel.needs_cuda for wheel in found] == [False, True, False]


def test_without_a_checkout_the_command_names_every_package(monkeypatch, tmp_path):
    monkeypatch.setattr(wheels, "_LOCK", tmp_path / "nowhere")
    monkeypatch.setenv("D2L_CUDA", "/opt/cuda")
    command, _, packages = CU117.command.partition(" /opt/cuda ")
    assert command == "python -m pip install --no-deps --upgrade --target"
    assert packages.split() == [CU117.requirement, *(library.requirement for library in CUDA_11)]
