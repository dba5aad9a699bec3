"""The driver lists its GPUs, or the reason why it does not work."""

import json

from support.drivers import driver, driver_without_gpu, run_without_gpu

LOOK = """
import dataclasses, json
from d2l_helpers.engine.cuda import look
print(json.dumps(look() and dataclasses.asdict(look())))
"""


def seen(folder):
    printed, _ = run_without_gpu(LOOK, LD_LIBRARY_PATH=str(folder))
    return json.loads(printed)


def test_the_drivers_gpus_are_listed(tmp_path):
    found = seen(driver(tmp_path, "NVIDIA A100-SXM4-40GB", (8, 0), count=2, gib=40, cuda=11080))
    gpu = {"name": "NVIDIA A100-SXM4-40GB", "capability": [8, 0], "memory": 40 << 30}
    assert (found["gpus"], found["cuda"], found["problem"]) == ([gpu, gpu], [11, 8], "")


def test_a_driver_without_a_gpu_works_and_has_none(tmp_path):
    found = seen(driver_without_gpu(tmp_path))
    assert (found["gpus"], found["problem"]) == ([], "")


def test_the_drivers_error_is_reported(tmp_path):
    assert seen(driver(tmp_path, status=803))["problem"] == "cuInit returned error 803"


def test_a_file_that_is_no_library_is_no_driver(tmp_path):
    (tmp_path / "libcuda.so.1").write_text("nothing that a linker can read")
    without, spoiled = seen(tmp_path / "nowhere"), seen(tmp_path)
    assert spoiled == without
