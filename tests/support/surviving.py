"""Which mutants of the key's solutions a check or the hidden probes accept.

``python tests/support/surviving.py softmax_regression`` prints them for a module of the key. Either a check or a probe
gets a case that refuses the mutant; or the mutant computes what the solution computes: then it goes, with the reason,
into ``tests/support/equivalents/softmax_regression.toml``.
"""

from __future__ import annotations

import random
import sys
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path += [str(Path.cwd()), str(Path(__file__).parents[1])]

from support.key import answers_to
from support.mutants import Mutant, mutants

from d2l_autograder.assignment import Item
from d2l_autograder.marking.reference import evaluate
from d2l_autograder.trial.in_this_process import mark
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.checking import judge

__all__ = ["Survivor", "equivalents", "survivors", "written_items"]

_SECRETS = (b"one", b"two", b"three")


@dataclass(frozen=True)
class Survivor:
    """A mutant that is not refused everywhere.

    Attributes
    ----------
    name : str
        The mutant's name.
    by_check, by_probes : bool
        Who accepts it: the notebook's check, and the hidden probes.
    is_same : bool
        Whether it returned the solution's result at each draw of the probes, to six digits.
    """

    name: str
    by_check: bool
    by_probes: bool
    is_same: bool

    def __str__(self) -> str:
        who = " and ".join(["check"] * self.by_check + ["probes"] * self.by_probes)
        return f"accepted by {who}; {'computes the same' if self.is_same else 'COMPUTES SOMETHING ELSE'}: {self.name}"


def written_items(module: str) -> list[Item]:
    """List the exercises of a module of the key whose answer is a function."""
    notebook = next(name for name in chapter() if name.partition("_")[2] == module)
    answers = answers_to(notebook)
    written = [exercise for exercise in chapter()[notebook] if exercise.kind == "written"]
    return [Item(exercise, answers[exercise.name], 1.0) for exercise in written]


def equivalents(module: str) -> dict[str, dict[str, str]]:
    """Return the mutants that compute the same as the solution, by exercise: the reason of each by its name."""
    file = Path(__file__).parent / "equivalents" / f"{module}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def survivors(item: Item) -> list[Survivor]:
    """List the mutants of an exercise's solution that its check or its probes accept."""
    found = []
    expected = _results(item, item.answer.solution)
    for mutant in mutants(item.answer.solution):
        _forget_errors()
        by_check = judge(item.exercise, mutant.function).state == "right"
        by_probes = all(_earns_all(item, mutant, secret) for secret in _SECRETS)
        if by_check or by_probes:
            is_same = _is_same(_results(item, mutant.function), expected)
            found.append(Survivor(mutant.name, by_check, by_probes, is_same))
    _forget_errors()
    return found


def _earns_all(item: Item, mutant: Mutant, secret: bytes) -> bool:
    return mark(item, mutant.function, secret).earned == item.points


def _results(item: Item, function: Any) -> list[Any]:
    """Call a function with what the probes draw, each time from the same state of all random generators."""
    results: list[Any] = []
    for probe in item.answer.probes:
        for number in range(5 * probe.draws):
            drawn = probe.arguments(np.random.default_rng(number))
            for arguments in drawn if isinstance(drawn, list) else [drawn]:
                _seed()
                try:
                    results.append(evaluate(function, probe.through, arguments))
                except Exception as error:
                    results.append(type(error).__name__)
    return results


def _forget_errors() -> None:
    """Wait for what MXNet's engine still computes: an error of one mutant would otherwise come up at the next."""
    import mxnet

    with suppress(mxnet.MXNetError):
        mxnet.nd.waitall()


def _seed() -> None:
    import mxnet

    random.seed(0)
    np.random.seed(0)
    mxnet.random.seed(0)


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(other, tuple | list):
        return isinstance(one, tuple | list) and len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(other, dict):
        return (
            isinstance(one, dict)
            and one.keys() == other.keys()
            and all(_is_same(one[key], other[key]) for key in other)
        )
    if isinstance(other, np.ndarray | float | int) and isinstance(one, np.ndarray | float | int):
        same_shape = np.shape(one) == np.shape(other)
        return same_shape and bool(np.allclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True))
    return type(one) is type(other) and one == other


def _report(module: str) -> None:
    """Print the survivors of a module's exercises, and which listed equivalents there are no longer."""
    listed = equivalents(module)
    for item in written_items(module):
        name = item.exercise.name
        found = survivors(item)
        reasons = listed.pop(name, {})
        print(f"\n{name}: {len(list(mutants(item.answer.solution)))} mutants, {len(reasons)} listed as equivalent")
        print(*(f"  {one}\n" for one in found if one.name not in reasons), sep="", end="")
        gone = reasons.keys() - {one.name for one in found}
        print(*(f"  listed, but refused or no mutant any more: {one}\n" for one in sorted(gone)), sep="", end="")
    for name in listed:
        print(f"\n{name}: listed, but not an exercise of this module any more")


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        _report(wanted)
