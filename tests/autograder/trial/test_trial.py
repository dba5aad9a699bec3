"""`d2l-author try` finds what is wrong with a teacher's exercises, and says what."""

from __future__ import annotations

import copy
import sys

import pytest
from click.testing import CliRunner
from nbformat import v4
from support.own import change, in_two_places, module_of, own_notebook

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_autograder.cli.trial import trial
from d2l_autograder.key import KeyFault
from d2l_helpers.errors import NotebookError


def tried(notebook, *options):
    return CliRunner().invoke(trial, [str(notebook), *map(str, options)], catch_exceptions=False)


@pytest.fixture
def notebook(tmp_path):
    return own_notebook(tmp_path)


@pytest.mark.parametrize("name", ["my_notebook", "3 körbe"])
def test_a_new_notebook_has_nothing_to_repair(tmp_path, name):
    done = tried(own_notebook(tmp_path, name).with_suffix(""))
    assert done.exit_code == 0, done.output
    assert "All is well." in done.output
    rows = [line.split() for line in done.output.splitlines()[1:4]]
    assert [row[:3] for row in rows] == [
        ["middle_value", "written", "2"],
        ["last_price", "measured", "1"],
        ["doubled_prices", "predicted", "1"],
    ]


def test_the_key_may_lie_in_two_places(notebook, tmp_path):
    folder = in_two_places(notebook)
    assert tried(notebook).exit_code == 0
    folder = folder.rename(tmp_path / "my key")
    assert tried(notebook, "--answers", folder).exit_code == 0


def test_the_notebook_may_import_modules_beside_it(notebook):
    helper = notebook.with_name("my_prices.py")
    helper.write_text("PRICES = [3, 4]\n")
    change(module_of(notebook), ("EXERCISES = (", 'FILES = ("my_prices.py",)\n\nEXERCISES = ('))
    change(
        notebook,
        ("import d2l_helpers as helpers", "import d2l_helpers as helpers\\nfrom my_prices import PRICES"),
        ("def middle_value(values):", "def middle_value(values, those=PRICES):"),
    )
    change(module_of(notebook), ("def middle_value(values):", "def middle_value(values, those=PRICES):"))
    change(module_of(notebook), ("from d2l_helpers.pre", "from .my_prices import PRICES\nfrom d2l_helpers.pre"))
    path = list(sys.path)
    done = tried(notebook)
    assert done.exit_code == 0, done.output
    assert sys.path == path
    assert "my_prices" not in sys.modules
    assert not (notebook.parent / "__pycache__").exists()


HALF = "def _half(x):\n    return len(x) // 2\n\n\n"
CHECK = '        expect_close(got, middle, f"middle_value({values})")\n'
REPAIRS = {
    "a wrong solution": ([("43, wrong=", "44, wrong=")], "last_price, the solution: the check says not yet"),
    "a wrong letter": ([('"doubled_prices", "b"', '"doubled_prices", "a"')], "The digest of 'a' is '"),
    "a wrong answer that is right": ([("Wrong(10,", "Wrong(43,")], "the wrong answer 43: the check says right"),
    "a check that returns": (
        [('    expect(abs(mean - 10) <= 0.01, f"last', '    return abs(mean - 10) <= 0.01\n    expect(True, f"last')],
        "the wrong answer 10: the check says right; it returned False, which counts for nothing",
    ),
    "another message": ([('Wrong(10, "a mean of 5.29")', 'Wrong(10, "seventy")')], "'seventy' is not in it"),
    "fewer than two wrong answers": ([(', Wrong(50, "a mean of 11.00")', ",")], "1 in the key; write at least 2"),
    "other points than its author says": ([("earns=1 / 2", "earns=0.25")], "it earns 0.5 of the points"),
    "a wrong answer that passes all probes": (
        [("    return values[len(values) // 2]\n", "    return middle_value(values)\n")],
        "middle_value, the wrong answer _forgets_the_order: it passes all probes: add one that it fails",
    ),
    "a probe that draws nothing": (
        [("(rng.integers(1, 99, size).tolist(),) for size in (5, 9, 15)", "([1, 2, 3],) for _ in range(3)")],
        "draws the same arguments for several submissions",
    ),
    "a probe for which the solution fails": (
        [("(rng.integers(1, 99, size).tolist(),) for size in (5, 9, 15)", "(int(rng.integers(10**9)),)")],
        "middle_value, the solution: The answer key has failed at middle_value, an odd number of prices. Got TypeError",
    ),
    "a constant that passes": (
        [("rng.integers(1, 99, size).tolist()", "[1.0 + 1e-9 * float(rng.uniform())] * size")],
        "always 1.0 as the answer earns",
    ),
    "a check with an error": ([("/ 7\n", "/ seven\n")], "name 'seven' is not defined"),
    "a solution that needs a helper": (
        [("middle = len(ordered) // 2", "middle = _half(ordered)"), ("def _forgets_the", f"{HALF}def _forgets_the")],
        "the solution uses _half, which the notebook does not define",
    ),
    "a solution with other arguments": (
        [("def middle_value(values):", "def middle_value(values, n=2):")],
        "the stub takes (values), and the solution (values, n=2)",
    ),
    "other points": ([("points=2", "points=3")], "the check's cell has 2 points, and the exercise 3"),
    "another title": ([("All prices double", "Twice the prices")], "no heading says Twice the prices (1 point)"),
}


@pytest.mark.parametrize("case", REPAIRS)
def test_what_is_to_be_repaired_is_said(notebook, case):
    changes, said = REPAIRS[case]
    change(module_of(notebook), *changes)
    done = tried(notebook)
    assert done.exit_code == 1, done.output
    assert said in done.output
    assert "to repair" in done.output


CELLS = {
    "a stub that is an attempt": (("last_price = ...", "last_price = 0"), "the check says not yet of the stub"),
    "a stub that fails": (("last_price = ...", "last_price = later"), "the stub cannot run: NameError"),
    "another check": (
        ('helpers.check(\\"last_price\\", last_price)', "helpers.check('x', 3)"),
        "is not helpers",
    ),
    "no grade": (('"grade_id": "check-last_price"', '"grade_id": "check-x"'), "no cell has grade_id check-last_price"),
}


@pytest.mark.parametrize("case", CELLS)
def test_cells_that_do_not_fit_are_named(notebook, case):
    replaced, said = CELLS[case]
    change(notebook, replaced)
    done = tried(notebook)
    assert done.exit_code == 1
    assert f"last_price, the {'stub' if 'stub' in case else 'cells'}: " in done.output
    assert said in done.output


def test_a_check_that_would_judge_otherwise_without_the_key_is_found(notebook):
    change(module_of(notebook), (CHECK, f'{CHECK}        expect("ANSWERS" in globals(), "x", "x")\n'))
    done = tried(notebook)
    assert done.exit_code == 1
    assert "Cannot hand out my_notebook_exercises.py without its key" in done.output


def test_what_answers_print_is_not_in_the_table(notebook):
    change(module_of(notebook), ("    ordered = sorted(", "    print('noise')\n    ordered = sorted("))
    assert "noise" not in tried(notebook).output


UNFIT = {
    "no cells": ([], "last_price without a stub in the notebook", "d2l-author cells my_notebook"),
    "a name in EXERCISES": (
        [('"last_price",\n', '"final_price",\n')],
        "final_price without a stub in the notebook and an answer in ANSWERS; "
        "last_price without an exercise in EXERCISES",
        "d2l-author cells my_notebook; add",
    ),
    "a name in ANSWERS": (
        [('Answer("last_price"', 'Answer("last_prize"')],
        "last_price without an answer in ANSWERS; last_prize without a stub in the notebook and an exercise",
        "correct or remove a name",
    ),
    "no probes": ([("PROBES =", "PROBE =")], "middle_value without probes in PROBES", "add what is missing"),
    "one wrong answer without a comma": (
        [(', Wrong(50, "a mean of 11.00"))', ")")],
        "wrong=Wrong(answer=10",
        "with a comma after each",
    ),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_does_not_fit_is_named_with_what_it_lacks(notebook, case):
    changes, *said = UNFIT[case]
    change(module_of(notebook), *changes)
    if not changes:
        content = read_notebook(notebook)
        content.cells = [cell for cell in content.cells if "nbgrader" not in cell.metadata]
        notebook.write_bytes(to_bytes(content))
    with pytest.raises(KeyFault) as caught:
        tried(notebook)
    assert not [text for text in said if text not in str(caught.value)], caught.value


def test_a_module_in_another_encoding_is_to_be_saved_as_utf_8(notebook):
    file = module_of(notebook)
    text = file.read_text(encoding="utf-8").replace('"One value can', '"Ähnlich: one value can')
    file.write_bytes(f"# coding: latin-1\n{text}".encode("latin-1"))
    done = tried(notebook)
    assert done.exit_code == 1
    assert "save the file as UTF-8" in done.output
    for contents in (text.encode("latin-1"), text.encode("utf-16")):
        file.write_bytes(contents)
        with pytest.raises(NotebookError, match="save the file as UTF-8"):
            tried(notebook)


def test_a_module_that_the_notebook_imports_is_listed_in_files(notebook):
    notebook.with_name("my_prices.py").write_text("PRICES = [3, 4]\n")
    change(notebook, ("prices = [3, 4,", "import my_prices\\nprices = [3, 4,"))
    assert "imports my_prices.py, which students do not get: list it in FILES" in tried(notebook).output
    change(module_of(notebook), ("EXERCISES = (", 'FILES = ("my_prices.py",)\n\nEXERCISES = ('))
    assert tried(notebook).exit_code == 0
    change(module_of(notebook), ('FILES = ("my_prices.py",)\n\n', ""))
    content = read_notebook(notebook)
    content.cells.insert(1, v4.new_code_cell("%%writefile my_prices.py\nPRICES = [3, 4]"))
    notebook.write_bytes(to_bytes(content))
    assert tried(notebook).exit_code == 0


def test_a_cell_that_was_copied_with_its_metadata_is_found(notebook):
    content = read_notebook(notebook)
    place = next(i for i, cell in enumerate(content.cells) if cell.id == "last-price")
    content.cells.insert(place, copy.deepcopy(content.cells[place]))
    content.cells[place]["id"] = "copy"
    notebook.write_bytes(to_bytes(content))
    assert "two cells have grade_id last_price" in tried(notebook).output
