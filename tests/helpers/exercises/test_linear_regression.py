"""The log of the first notebook: the exercise has the same one, and it is made as the notebook says."""

import ast
from pathlib import Path

import nbformat
import numpy as np

from d2l_helpers.exercises.chapter.linear_regression import KILOMETRES, MINUTES

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "01_linear_regression.ipynb"


def notebooks_log():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell["id"] == "log"]
    (statement,) = ast.parse(cell.source).body
    names, rows = statement.targets[0].elts, ast.literal_eval(statement.value.args[0])
    return {name.id: row for name, row in zip(names, rows, strict=True)}


def test_the_exercise_descends_on_the_notebooks_log():
    log = notebooks_log()
    assert tuple(log["km"]) == KILOMETRES
    assert tuple(log["y"]) == MINUTES


def test_the_log_follows_the_rule_that_the_notebook_tells():
    random = np.random.default_rng(8)
    km = random.uniform(0.3, 4, 12).round(1)
    floor = random.integers(0, 6, 12)
    minutes = (4 * km + floor + 6 + random.normal(0, 1, 12)).round(1)
    assert notebooks_log() == {"km": km.tolist(), "floor": floor.tolist(), "y": minutes.tolist()}
