"""The project's figures, measured: training beside other libraries, start, loading, memory."""

from d2l_helpers.bench.race import Lap, race
from d2l_helpers.bench.report import run
from d2l_helpers.bench.startup import import_seconds, kernel_megabytes, load_seconds

__all__ = ["Lap", "import_seconds", "kernel_megabytes", "load_seconds", "race", "run"]
