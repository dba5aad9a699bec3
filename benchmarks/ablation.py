"""The training loop with compilation left out, in turn with the loop as it is: what compiling saves.

Earlier commits have what was measured and given up: "Measure the training loop's parts side by side", SGD's step as one
operator instead of the Trainer's; "Gather the next batch while MXNet trains on this one", a second worker of MXNet's.
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import interleave
from benchmarks.implementations import ours, plain_loop
from benchmarks.other_libraries import plain_numpy

__all__ = ["run"]


VARIANTS = {
    "as it is": ours,
    "plain loop": plain_loop,
    "NumPy": plain_numpy,
}


def run(num_turns: int) -> None:
    """Measure the variants and print a table; the ratios are medians over turns."""
    timings = interleave(VARIANTS, num_turns)
    table = Table("", "best, s", "median, s", "beside as it is", "beside NumPy", title="Training, in turn")
    for each in timings:
        ratios = (f"{each.ratio(other):.2f} ×" for other in (timings[0], timings[-1]))
        table.add_row(each.name, f"{min(each.seconds):.3f}", f"{each.median:.3f}", *ratios)
    Console().print(table)
