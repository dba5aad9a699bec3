"""The first notebook's log, and right answers to its exercises that differ from the solutions."""

import ast
from pathlib import Path

import nbformat
import numpy as np
import pytest
from mxnet import np as mxnet_np

from d2l_helpers.exercises.catalogue import find
from d2l_helpers.exercises.chapter.linear_regression import KILOMETRES, MINUTES
from d2l_helpers.exercises.checking import judge

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


def mean_and_median(y):
    return float(y.mean()), float(np.median(y.asnumpy()))


def sum_trip_by_trip(X, y, weights):
    matrix, vector = mxnet_np.zeros((X.shape[1], X.shape[1])), mxnet_np.zeros(X.shape[1])
    for x, label, weight in zip(X, y, weights, strict=True):
        matrix = matrix + weight * x.reshape(-1, 1) * x
        vector = vector + weight * label * x
    return mxnet_np.linalg.solve(matrix, vector)


def fit_scaled_rows(X, y, weights):
    roots = mxnet_np.sqrt(weights)
    return mxnet_np.linalg.lstsq(roots.reshape(-1, 1) * X, roots * y, rcond=None)[0]


def fit_extra_rows(X, y, wd):
    size = X.shape[1]
    rows = mxnet_np.concatenate([X, wd**0.5 * mxnet_np.eye(size)])
    return mxnet_np.linalg.lstsq(rows, mxnet_np.concatenate([y, mxnet_np.zeros(size)]), rcond=None)[0]


def solve_for_each_trip(X, y, wd):
    return X.T @ mxnet_np.linalg.solve(X @ X.T + wd * mxnet_np.eye(len(y)), y)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("best_constants", mean_and_median),
        ("best_constants", lambda y: list(mean_and_median(y))),
        ("best_constants", lambda y: mxnet_np.array(mean_and_median(y))),
        ("best_constants", lambda y: np.array(mean_and_median(y)).reshape(2, 1)),
        ("best_constants", lambda y: tuple(np.array([number]) for number in mean_and_median(y))),
        ("weighted_least_squares", sum_trip_by_trip),
        ("weighted_least_squares", fit_scaled_rows),
        ("ridge", fit_extra_rows),
        ("ridge", solve_for_each_trip),
        ("descent_limit", 2 / 5.8753),
        ("descent_limit", np.array([0.343])),
        ("metres", " C"),
    ],
)
def test_other_right_answers_are_right(name, answer):
    result = judge(find(name), answer)
    assert (result.state, result.got) == ("right", "")
