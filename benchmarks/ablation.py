"""The training loop with compilation left out, in turn with the loop as it is: what compiling saves.

Earlier commits have what was measured and given up: "Measure the training loop's parts side by side", SGD's step as one
operator instead of the Trainer's; "Gather the next batch while MXNet trains on this one", a second worker of MXNet's.
"""

from __future__ import annotations

from unittest import mock

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import TrainEpoch, interleave
from benchmarks.implementations import ours, plain_numpy
from d2l_helpers.training import loop

__all__ = ["run"]


def plain_loop() -> TrainEpoch:
    """Prepare this package's `fit` with nothing compiled."""
    mock.patch.object(loop, "compile_loss", return_value=None).start()
    return ours()


VARIANTS = {
    "as it is": ours,
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
