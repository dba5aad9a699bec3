"""The training loop with compilation left out, in turn with the loop as it is: what compiling saves.

Commit "Measure the training loop's parts side by side" has the variants that were measured and given up: executors
bound once instead of ``autograd.record()``, and SGD's step as one operator instead of the Trainer's.
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import interleave
from benchmarks.implementations import ours, plain_loop
from benchmarks.other_libraries import plain_numpy

__all__ = ["run"]


VARIANTS = {"as it is": ours, "plain loop": plain_loop, "NumPy": plain_numpy}


def run(num_epochs: int) -> None:
    """Measure the variants and print a table; the ratios are medians over rounds, in which each trains one epoch."""
    timings = interleave(VARIANTS, num_epochs)
    table = Table("", "best, s", "median, s", "beside as it is", "beside NumPy", title="Training, in turn")
    for each in timings:
        ratios = (f"{each.ratio(other):.2f} ×" for other in (timings[0], timings[-1]))
        table.add_row(each.name, f"{min(each.seconds):.3f}", f"{each.median:.3f}", *ratios)
    Console().print(table)
