"""Switch off oneDNN, Intel's library inside MXNet, where its results differ from MXNet's own by more than rounding.

In MXNet 1.9.1's wheel for aarch64, oneDNN's exponential never returns less than the smallest normal number of 32 bits,
1.2e-38: the softmax of (0, 200) is (1.2e-38, 1) instead of (0, 1). The logarithm of such a probability is then -87.3,
and the loss that notebook 07 shows to overflow looks finite. MXNet's own operators return 0, as on x86-64, and for the
chapter's small matrices they are not slower.
"""

from __future__ import annotations

import os
import platform

__all__ = ["switch_off_where_it_differs"]

# Read by MXNet at its first operator. The second one hides a message about the first for each kind of operator
_OFF = {"MXNET_MKLDNN_ENABLED": "0", "MXNET_STORAGE_FALLBACK_LOG_VERBOSE": "0"}


def switch_off_where_it_differs() -> None:
    """Set MXNet's environment variables for this, on aarch64, unless the reader has set ``MXNET_MKLDNN_ENABLED``."""
    if platform.machine() == "aarch64" and "MXNET_MKLDNN_ENABLED" not in os.environ:
        os.environ.update(_OFF)
