"""Which device `try_gpu` gives."""

import os
import subprocess
import sys

import mxnet

from d2l_helpers.device import try_gpu

# A GPU that is counted while none is to be seen: MXNet itself then fails at the first computation, as it does on a GPU
# that it has no machine code for.
COUNTED = "import d2l_helpers as helpers, mxnet\nmxnet.context.num_gpus = lambda: 1\n"


def run(code):
    """Run code in a fresh Python that sees no GPU; give what it prints and what it warns of."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
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
