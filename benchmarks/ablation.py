"""The training loop with one part left out at a time, in turn with the loop as it is: what each part saves.

Two earlier commits have what was measured and given up: "Measure the training loop's parts side by side", SGD's step as
one operator instead of the Trainer's, and "Bind the compiled graph to kept batches", the graph called under autograd.
"""

from __future__ import annotations

import os
from unittest import mock

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import TrainEpoch, interleave
from benchmarks.implementations import ours, plain_numpy
from d2l_helpers.training import compiled, loop

__all__ = ["run"]


def plain_loop() -> TrainEpoch:
    """Prepare this package's `fit` with nothing compiled."""
    mock.patch.object(loop, "compile_loss", return_value=None).start()
    return ours()


def one_buffer() -> TrainEpoch:
    """Prepare `fit` with memory for one minibatch, so that the next one waits until this one is trained on."""
    mock.patch.object(compiled, "_BUFFERS", 1).start()
    return ours()


def one_worker() -> TrainEpoch:
    """Prepare `fit` with one thread that gathers and trains in turn."""
    os.environ["MXNET_CPU_WORKER_NTHREADS"] = "1"
    return ours()


VARIANTS = {
    "as it is": ours,
    "one buffer": one_buffer,
    "one worker": one_worker,
    "plain loop": plain_loop,
    "NumPy": plain_numpy,
}


def run(num_epochs: int) -> None:
    """Measure the variants and print a table; the ratios are medians over rounds, in which each trains one epoch."""
    timings = interleave(VARIANTS, num_epochs)
    table = Table("", "best, s", "median, s", "beside as it is", "beside NumPy", title="Training, in turn")
    for each in timings:
        ratios = (f"{each.ratio(other):.2f} ×" for other in (timings[0], timings[-1]))
        table.add_row(each.name, f"{min(each.seconds):.3f}", f"{each.median:.3f}", *ratios)
    Console().print(table)
