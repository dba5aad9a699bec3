"""oneDNN is switched off on aarch64, where its softmax never underflows, and nowhere else."""

import json
import os
import subprocess
import sys

import pytest

CODE = """
import json, os, platform, sys
machine = sys.argv[1]
platform.machine = lambda: machine
import d2l_helpers
from mxnet import np, npx
npx.set_np()
p = npx.softmax(np.array([0.0, 200.0])).tolist()
print(json.dumps([os.environ.get("MXNET_MKLDNN_ENABLED"), p]))
"""


@pytest.mark.parametrize(
    ("machine", "readers", "expected"),
    [("aarch64", None, "0"), ("x86_64", None, None), ("aarch64", "1", "1")],
    ids=["aarch64", "x86_64", "set by the reader"],
)
def test_it_is_off_on_aarch64_unless_the_reader_wants_it(machine, readers, expected):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MXNET_")}
    if readers is not None:
        environment["MXNET_MKLDNN_ENABLED"] = readers
    done = subprocess.run(
        [sys.executable, "-c", CODE, machine], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [expected, [0.0, 1.0]]
    assert done.stderr == ""  # MXNet would say for each operator that oneDNN is off
