"""Who is measured beside `train_ch3`, and what the machine lacks for it."""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from benchmarks import other_libraries
from benchmarks.comparison import Timing, interleave
from benchmarks.implementations import hidden_layer, hidden_layer_plainly, ours, own_loop, plain_loop
from benchmarks.task import Prepared

__all__ = ["CONTESTANTS", "LOOPS", "OURS", "Contestant", "compete", "missing"]

OURS = "ours: train_ch3"


@dataclass(frozen=True)
class Contestant:
    """An implementation in the comparison.

    Attributes
    ----------
    library : str
        Whose it is; of a library's implementations, the best one counts.
    name : str
        Its name in the report.
    prepare : callable
        What `interleave` takes.
    package : str
        The package that it needs, if that is an optional one.
    cores : int, optional
        How many cores it may use; all by default.
    is_compiled : bool
        Whether it needs a C++ compiler.
    """

    library: str
    name: str
    prepare: Callable[[], Prepared]
    package: str = ""
    cores: int | None = None
    is_compiled: bool = False

    def lacks(self) -> str:
        """Return what it lacks on this machine, and the remedy; nothing if it can run."""
        if self.package and not find_spec(self.package):
            return (
                f"{self.package} is not installed: `uv pip install -e '.[bench]'` adds it, in an environment of its own"
            )
        if self.is_compiled and not any(map(shutil.which, (os.environ.get("CXX", "g++"), "g++", "clang++"))):
            return "no C++ compiler is installed: `apt-get install g++`"
        if self.is_compiled and not Path(sysconfig.get_path("include"), "Python.h").exists():
            return "no Python.h is installed, which torch.compile needs: `apt-get install python3-dev`"
        return ""


def _also_on_one_core(*contestants: Contestant) -> list[Contestant]:
    """Add to each a variant with one core: for batches of 256, two threads may cost more than they bring."""
    return [one for each in contestants for one in (each, replace(each, name=f"{each.name}, one core", cores=1))]


CONTESTANTS = [
    Contestant("ours", OURS, ours),
    *_also_on_one_core(
        Contestant("NumPy", "NumPy", other_libraries.plain_numpy),
        Contestant("JAX", "JAX, jitted step", other_libraries.jax_steps, "jax"),
        Contestant("JAX", "JAX, jitted scan", other_libraries.jax_scan, "jax"),
        Contestant("PyTorch", "PyTorch", other_libraries.torch_indexed, "torch"),
        Contestant("PyTorch", "PyTorch, compiled", other_libraries.torch_compiled, "torch", is_compiled=True),
    ),
    Contestant("Keras", "Keras fit", other_libraries.keras_fit, "tensorflow"),
    Contestant("scikit-learn", "scikit-learn partial_fit", other_libraries.sklearn_partial_fit, "sklearn"),
    Contestant("d2l", "d2l 0.13.2", other_libraries.d2l_own),
]
"""In the order of the report."""

LOOPS = [
    Contestant("ours", "ours, hidden layer", hidden_layer),
    Contestant("plain", "plain loop, hidden layer", hidden_layer_plainly),
    Contestant("ours", "06's own loop", own_loop),
    Contestant("plain", "plain loop", plain_loop),
]
"""The loops with which a network of one's own is trained, each beside the loop with nothing compiled."""


def compete(contestants: list[Contestant], num_turns: int = 10) -> dict[str, Timing]:
    """Measure those that can run, in turn; return what was measured by name."""
    able = [each for each in contestants if not each.lacks()]
    cores = {each.name: each.cores for each in able if each.cores}
    timings = interleave({each.name: each.prepare for each in able}, num_turns, cores)
    return {timing.name: timing for timing in timings}


def missing(contestants: list[Contestant]) -> list[str]:
    """Return a sentence for each that cannot run here."""
    lacking = [each for each in contestants if each.lacks() and not each.cores]  # the variants lack the same
    return [f"{each.name} is not measured, for {each.lacks()}." for each in lacking]
