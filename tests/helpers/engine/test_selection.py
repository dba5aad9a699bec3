"""The CPU wheel is imported if the wheel for CUDA cannot be used, with a warning that names the reason."""

import mxnet
import pytest
from support.drivers import driver, run_without_gpu, with_metadata

IMPORT = "import d2l_helpers as helpers, mxnet; print(mxnet.__path__[0], helpers.try_gpu())"


def test_the_driver_is_not_asked_if_only_the_cpu_wheel_is_installed(tmp_path):
    asked = "; from d2l_helpers.engine.cuda import selection; print(selection.look.cache_info().misses)"
    printed, warned = run_without_gpu(IMPORT + asked, D2L_CUDA=str(tmp_path))
    assert printed.splitlines()[-1] == "0"
    assert warned == ""


@pytest.mark.parametrize(
    ("name", "facts", "reason"),
    [
        ("mxnet_cu117-1.9.1", {"status": 100}, "the NVIDIA driver finds no GPU"),
        ("mxnet_cu117-1.9.1", {"status": 999}, "the NVIDIA driver does not work: cuInit returned error 999"),
        ("mxnet_cu117-1.9.1", {"capability": (9, 0)}, "compute capability 5.0 to 8.9, and Tesla T4 has 9.0"),
        ("mxnet_cu101mkl-1.6.0.post0", {"capability": (8, 0)}, "capability 3.0 to 7.5, and Tesla T4 has 8.0"),
        ("mxnet_cu117-1.9.1", {}, "CUDA's libraries are missing: libcudart.so.11.0, "),
    ],
)
def test_the_cpu_wheel_is_imported_if_the_one_for_cuda_cannot_be_used(name, facts, reason, tmp_path):
    (with_metadata(tmp_path / "cuda", name) / "mxnet").mkdir()
    (tmp_path / "cuda" / "mxnet" / "__init__.py").write_text("raise AssertionError('imported')")
    folders = {"LD_LIBRARY_PATH": str(driver(tmp_path, **facts)), "D2L_CUDA": str(tmp_path / "cuda")}
    printed, warned = run_without_gpu(IMPORT, **folders)
    assert printed == f"{mxnet.__path__[0]} cpu(0)\n"
    (said,) = (line for line in warned.splitlines() if "UserWarning" in line)
    assert "is not used, so the CPU is: " in said
    assert reason in said
