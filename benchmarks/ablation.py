"""The training loop with parts of it left out, in turn: what each part saves, beside the simplest loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import Epoch, interleave
from benchmarks.implementations import ours, plain_numpy
from d2l_helpers.training import compiled, loop
from d2l_helpers.training.evaluation import total

__all__ = ["VARIANTS", "run"]


class _Recorded:
    """What `CompiledGradient` does, by the CachedOp under ``autograd.record()``."""

    def __init__(self, loss: compiled.CompiledLoss) -> None:
        self.loss, self._parts = loss, list[tuple[Any, Any, int]]()

    def __call__(self, rows: Any) -> None:
        from mxnet import autograd

        with autograd.record():
            loss_sum, hits = self.loss(rows)
        loss_sum.backward()
        self._parts.append((loss_sum, hits, len(rows)))

    def tally(self) -> tuple[float, float]:
        score = total(self._parts)
        self._parts.clear()
        return score.loss_sum, score.hits


def _recorded(net: Any, loss: Any, batches: object) -> _Recorded | None:
    found = compiled.compile_loss(net, loss, batches)
    return _Recorded(found) if found else None


def _no_step(updater: Any, loss: Any) -> None:
    return None


def _nothing(net: Any, loss: Any, batches: object) -> None:
    return None


def without_step() -> Epoch:
    return _with(compile_sgd=_no_step)


def recorded() -> Epoch:
    return _with(compile_gradient=_recorded)


def recorded_without_step() -> Epoch:
    return _with(compile_gradient=_recorded, compile_sgd=_no_step)


def plain() -> Epoch:
    return _with(compile_gradient=_nothing)


def _with(**replaced: Callable[..., Any]) -> Epoch:
    mock.patch.multiple(loop, **replaced).start()
    return ours()


VARIANTS = {
    "as it is": ours,
    "without compile_sgd": without_step,
    "record() instead of bind()": recorded,
    "neither": recorded_without_step,
    "plain loop": plain,
    "NumPy": plain_numpy,
}


def run(num_epochs: int = 31) -> None:
    """Measure and print a table."""
    timings = interleave(VARIANTS, num_epochs)
    table = Table("", "best", "median, s", "beside as it is (median of rounds)", "beside NumPy", "train", "test")
    for each in timings:
        table.add_row(each.name, f"{min(each.seconds):.4f}", f"{each.median:.4f}", f"{each.ratio(timings[0]):.3f}",
                      f"{each.ratio(timings[-1]):.3f}", f"{each.train_acc:.5f}", f"{each.test_acc:.5f}")  # fmt: skip
    Console(width=140).print(table)


if __name__ == "__main__":
    run()
