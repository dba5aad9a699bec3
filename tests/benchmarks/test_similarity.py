"""The measurement of rates: copies mean what their originals mean, and a folder of answers gives a table."""

import ast

import pytest
from click.testing import CliRunner
from support.honest_answers import STEPS, own_ways

from benchmarks.similarity.__main__ import _main
from benchmarks.similarity.copies import CHANGES, changed

SOURCE = """
def mean_of_large(values, limit):
    total = 0
    count = 0
    for place in range(1, len(values)):
        if values[place] > limit:
            total += values[place] * 2 + max(abs(limit), min(1, 2))
            count += 1
    return total / max(count, 1)
"""


def value(source, values, limit):
    space = {"print": lambda *_: None}
    exec(source, space)
    return space["mean_of_large"](values, limit)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(5))
def test_a_changed_copy_returns_what_the_original_returns(change, seed):
    copy = changed(SOURCE, change, seed)
    assert (copy == SOURCE) == (change == "none")
    for values in ([], [1, 2, 3], [5, 9, -1, 7]):
        assert value(copy, values, 2) == value(SOURCE, values, 2)


@pytest.mark.parametrize("change", CHANGES)
def test_copies_of_every_answer_are_valid_python(change):
    for notebook in STEPS:
        for number in range(5):
            for source in own_ways(notebook, number).values():
                ast.parse(changed(source, change, number))


def test_a_folder_of_answers_gives_both_rates(tmp_path):
    for number in range(5):
        for name, source in own_ways("05_fashion_mnist", number).items():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"s{number}.py").write_text(source)
    (tmp_path / "nearest_mean" / "broken.py").write_text("def (")
    done = CliRunner().invoke(_main, [str(tmp_path), "--fewest", "2", "--every", "1", "--pairs"])
    assert done.exception is None
    assert "5 submissions with 10 answers" in done.output
    assert all(f"| {change} |" in done.output for change in CHANGES)
