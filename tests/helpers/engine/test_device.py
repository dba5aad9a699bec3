"""`try_gpu` returns a device that can compute."""

import mxnet
from support.drivers import run_without_gpu

from d2l_helpers.engine.device import _reason, try_gpu

# A GPU that is counted while none is to be seen: MXNet itself then fails at the first computation, as it does on a GPU
# that it has no machine code for.
COUNTED = "import d2l_helpers as helpers, mxnet\nmxnet.context.num_gpus = lambda: 1\n"


def test_the_device_can_compute_and_no_warning_is_shown():
    device = try_gpu()
    assert device.device_type == ("gpu" if mxnet.context.num_gpus() else "cpu")
    assert mxnet.nd.ones((2, 3), ctx=device).sum().asscalar() == 6


def test_the_cpu_is_used_with_a_warning_if_a_gpu_is_counted_but_cannot_compute():
    counted_again = "mxnet.context.num_gpus = lambda: 1 / 0\n"  # it is not asked a second time
    printed, warned = run_without_gpu(
        COUNTED + "print(helpers.try_gpu())\n" + counted_again + "print(helpers.try_gpu())"
    )
    assert printed == "cpu(0)\ncpu(0)\n"
    (first, _) = [line for line in warned.splitlines() if "UserWarning" in line]
    assert first.startswith("<string>:3: UserWarning: MXNet sees a GPU but cannot compute on it, so the CPU is used: ")
    assert "MXNetError" in first
    assert "GPU" in first.rpartition("MXNetError")[2]


def test_the_reason_is_found_in_the_errors_of_both_mxnets():
    new = 'Traceback (most recent call last):\n  File "a.cc", line 3\nMXNetError: Check failed: no kernel image'
    old = "[10:56:35] base.h:440: Check failed: no kernel image\nStack trace:\n  [bt] (0) a.so\n  [bt] (1) b.so\n\n"
    assert _reason(RuntimeError(new)) == "MXNetError: Check failed: no kernel image"
    assert _reason(RuntimeError(old)) == "[10:56:35] base.h:440: Check failed: no kernel image"
    assert _reason(RuntimeError("")) == "it gives no reason"
