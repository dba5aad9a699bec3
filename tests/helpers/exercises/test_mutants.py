"""A solution with one slip in it is refused by the notebook's check and by the hidden probes.

What its author thought of, a check refuses; the mutants are slips that nobody had to think of.
"""

from __future__ import annotations

import pytest
from support.mutants import mutants
from support.surviving import equivalents, survivors, written_items

from d2l_autograder.assignment import Item
from d2l_helpers.exercises.catalogue import chapter

MODULES = [notebook.partition("_")[2] for notebook in chapter()]
ITEMS = [pytest.param(module, item, id=item.exercise.name) for module in MODULES for item in written_items(module)]


@pytest.mark.filterwarnings("ignore")  # what a mutant computes may be infinite
@pytest.mark.parametrize(("module", "item"), ITEMS)
def test_every_mutant_that_computes_something_else_is_refused(module: str, item: Item):
    listed = equivalents(module).get(item.exercise.name, {})
    assert [str(one) for one in survivors(item) if one.name not in listed] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_equivalent_mutant_is_listed_with_a_reason(module: str):
    assert all(reason.strip() for listed in equivalents(module).values() for reason in listed.values())


def mean_of_squares(values, scale=2):
    """Return the mean of the squares."""
    total = 0
    for value in values[1:]:
        total += value**2 / scale
    return total if total > 0 else 1.5


def test_a_mutant_is_the_solution_with_one_change():
    found = {mutant.name: mutant.function for mutant in mutants(mean_of_squares)}
    assert mean_of_squares([1, 2, 4]) == 10
    results = {name: _result(function) for name, function in found.items()}
    expected = {
        "total = 1": 11,
        "for value in values[2:]:": 8,
        "for value in values[:]:": 10.5,
        "for value in scale[1:]:": "TypeError",
        "total -= value ** 2 / scale": 1.5,
        "total = value ** 2 / scale": 8,
        "without total += value ** 2 / scale": 1.5,
        "total += value * 2 / scale": 6,
        "total += value ** 2 * scale": 40,
        "total += scale / value ** 2": 0.625,
        "total += value ** 3 / scale": 36,
        "total += value ** 2": 20,
        "return total if total >= 0 else 1.5": 10,
        "return total if total < 0 else 1.5": 1.5,
        "return 1.5": 1.5,
        "return -(total if total > 0 else 1.5)": -10,
    }
    assert {name: results.get(name) for name in expected} == expected
    assert len(found) == len({*found}) > 20


def _result(function):
    try:
        return function([1, 2, 4])
    except Exception as error:
        return type(error).__name__


def helper(x):
    return abs(x)


def with_helper(x):
    """Call a function of this module."""
    return helper(x) + 1


def test_a_function_that_the_solution_calls_is_changed_too():
    results = {mutant.name: mutant.function(-2) for mutant in mutants(with_helper)}
    assert results["return x"] == -1
    assert results["return helper(x) + 2"] == 4
