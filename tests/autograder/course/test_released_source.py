"""What students get of a teacher's module: what the exercises need and nothing of the key, or a refusal."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.own import change, in_two_places, module_of, own_notebook

from d2l_autograder.assignment import load_assignment
from d2l_autograder.course.released_source import released_source
from d2l_helpers.errors import NotebookError

CHECK = '        expect_close(got, middle, f"middle_value({values})")\n'
IMPORTS = "from d2l_helpers.exercises.exercise import Exercise\n"


def released(notebook: Path) -> str:
    assignment = load_assignment(notebook, None)
    return released_source(assignment.module, assignment.key.answers_in(assignment.module.name))


def refused(notebook: Path) -> str:
    with pytest.raises(NotebookError, match="without its key") as caught:
        released(notebook)
    return str(caught.value)


@pytest.fixture
def notebook(tmp_path):
    return own_notebook(tmp_path)


def names_in(source: str) -> set[str]:
    return set(re.findall(r"\w+", source))


def test_nothing_of_the_key_is_left_and_all_of_the_exercises(notebook):
    source = released(notebook)
    for text in ("ANSWERS", "PROBES", "d2l_autograder", "Wrong", "_forgets", "ordered", "odd_numbers", "rng", "43"):
        assert text not in source
    whole = ast.parse(module_of(notebook).read_text())
    public = {ast.dump(one) for one in ast.parse(source).body}
    kept = [one for one in whole.body if ast.dump(one) in public]
    kept = [one.name if isinstance(one, ast.FunctionDef) else one.targets[0].id for one in kept if not _is_import(one)]
    assert kept == ["_check_middle_value", "_check_last_price", "EXERCISES", "QUESTIONS"]


def _is_import(one: ast.stmt) -> bool:
    return isinstance(one, ast.Import | ast.ImportFrom | ast.Expr)


def test_it_is_imported_where_the_autograder_is_not(notebook, tmp_path):
    file = tmp_path / "students" / "my_exercises.py"
    file.parent.mkdir()
    file.write_text(released(notebook))
    code = "import sys\nsys.modules['d2l_autograder'] = sys.modules['d2l_authoring'] = None\n"
    code += "import d2l_helpers as helpers\nhelpers.load_exercises('my_exercises')\n"
    code += "helpers.check('last_price', 43)\nhelpers.check('middle_value', lambda values: 3)\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=file.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "right, 1 of 1 point" in done.stdout


def test_a_module_without_the_key_is_handed_out_as_it_is(notebook):
    in_two_places(notebook)
    assert released(notebook) == module_of(notebook).read_text()


KEPT = {
    "a constant of the check": [("EXERCISES = (", "LIMIT = 0.01\n\n\nEXERCISES = ("), ("<= 0.01", "<= LIMIT")],
    "a helper of a helper": [
        (
            "EXERCISES = (",
            "def _all(values):\n    return _some(values)\n\n\ndef _some(values):\n    return values\n\n\nEXERCISES = (",
        ),
        ("middle_value(values), f", "middle_value(_all(values)), f"),
    ],
    "a class and a decorator": [
        (IMPORTS, f"import dataclasses\n{IMPORTS}"),
        ("EXERCISES = (", "@dataclasses.dataclass\nclass Limit:\n    most: float = 0.01\n\n\nEXERCISES = ("),
        ("<= 0.01", "<= Limit().most"),
    ],
    "an import under another name": [(IMPORTS, f"import math as m\n{IMPORTS}"), ("<= 0.01", "<= m.pi / 314")],
    "exercises that are added later": [("QUESTIONS = (", "EXERCISES += ()\n\nQUESTIONS = (")],
    "hints in a list that grows": [
        ("EXERCISES = (", 'HINTS = ["The other six prices sum to 27."]\nHINTS.append("x")\n\nEXERCISES = ('),
        ('"The other six prices sum to 27.",\n        ),', "HINTS[0],\n        ),"),
    ],
    "texts by name": [
        ("EXERCISES = (", 'TEXTS = {}\nTEXTS["reason"] = "One value can put the mean anywhere."\n\nEXERCISES = ('),
        ('reason="One value can put the mean anywhere."', 'reason=TEXTS["reason"]'),
    ],
    "a branch": [
        (
            IMPORTS,
            f"import sys\n\nif sys.version_info > (3, 9):\n    LIMIT = 0.01\nelse:\n    LIMIT = 0.02\n\n{IMPORTS}",
        ),
        ("<= 0.01", "<= LIMIT"),
    ],
    "an import that may fail": [
        (IMPORTS, f"try:\n    import scipy_is_not_here as s\nexcept ImportError:\n    s = None\n{IMPORTS}"),
        ("<= 0.01", "<= (0.01 if s is None else 1)"),
    ],
    "MXNet's mode": [
        (IMPORTS, f"from mxnet import np, npx\n{IMPORTS}\nnpx.set_np()\n"),
        ("<= 0.01", "<= float(np.ones(1)) / 99"),
    ],
    "a test of the module": [
        (
            "PROBES = {",
            "assert len(EXERCISES) == len(ANSWERS)\n\nif __name__ == '__main__':\n    print(EXERCISES, ANSWERS)\n\n"
            "PROBES = {",
        )
    ],
    "a formula that both use": [
        ("EXERCISES = (", "def _mean(values):\n    return sum(values) / len(values)\n\n\nEXERCISES = ("),
        (
            'mean = (3 + 4 + 4 + 5 + 5 + 6 + as_number(last_price, "last_price")) / 7',
            'mean = _mean([3, 4, 4, 5, 5, 6, as_number(last_price, "last_price")])',
        ),
        ("return (ordered[middle - 1] + ordered[middle]) / 2", "return _mean(ordered[middle - 1 : middle + 1])"),
    ],
    "the key in one line with the exercises": [("QUESTIONS = (", "SECRET = 4711; QUESTIONS = (")],
    "from __future__": [
        (
            '"""The exercises of the notebook beside this file."""\n',
            '"""The exercises."""\n\nfrom __future__ import annotations\n',
        )
    ],
    "a comment with the key": [("EXERCISES = (", "# The last price is 4711.\nEXERCISES = (")],
}


@pytest.mark.parametrize("case", KEPT)
def test_what_the_exercises_need_is_kept(notebook, case):
    change(module_of(notebook), *KEPT[case])
    source = released(notebook)
    assert "ANSWERS" not in source
    assert "4711" not in source


SAME_BODY = """\
def _sorted_middle(values):
    '''Another docstring.'''
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


EXERCISES = ("""
IS_B = """\
def _is_b(letter):
    expect(letter == "B".lower(), f"a mean that would stay the same, or fourfold, {letter}", "one of a, b, c")


EXERCISES = ("""
CHOSEN = "def _chosen():\n    return tuple(EXERCISES[: len(ANSWERS)])\n\n\nEXERCISES = _chosen()\n\nPROBES = {"
RIGHT = "def _right(values):\n    return globals_middle(values)\n\n\nEXERCISES = ("
AGREE = "from d2l_autograder.agreement import agree\n"


def also(statement: str) -> tuple[str, str]:
    """Return the change that adds a statement to a check."""
    return CHECK, f"{CHECK}        {statement}\n"


CANNOT = {
    "exercises made from answers": (
        [("PROBES = {", "EXERCISES = tuple(one for one in EXERCISES if len(ANSWERS))\n\nPROBES = {")],
        "EXERCISES or QUESTIONS need ANSWERS",
    ),
    "exercises made by a function that uses answers": ([("PROBES = {", CHOSEN)], "EXERCISES or QUESTIONS need ANSWERS"),
    "both in one statement": (
        [("QUESTIONS = (", "QUESTIONS, PROBES = (), {}\n\nQUESTIONS = (")],
        "QUESTIONS need PROBES",
    ),
    "a star import": ([(IMPORTS, f"from math import *\n{IMPORTS}")], "from math import *"),
    "a check that calls the solution": (
        [
            also("expect_close(got, _right(values), 'x')"),
            ("EXERCISES = (", RIGHT),
            ("ANSWERS = (", "globals_middle = middle_value\n\nANSWERS = ("),
        ],
        "a solution to middle_value that the exercises use",
    ),
    "a check with the solution's body": (
        [("EXERCISES = (", SAME_BODY), also("expect_close(got, _sorted_middle(values), 'x')")],
        "_sorted_middle, which has the body of the solution to middle_value",
    ),
    "a check that uses a wrong answer": (
        [also("_returns_the_mean(values)")],
        "a wrong answer to middle_value that the exercises use",
    ),
    "a letter": (
        [("        check=choice(", "        check=_is_b,\n        prepare=lambda: choice("), ("EXERCISES = (", IS_B)],
        "'b', the solution to doubled_prices",
    ),
    "a number": (
        [("43, wrong=", "4.71, wrong="), ("abs(mean - 10) <= 0.01", "last_price == 4.71")],
        "4.71, the solution to last_price",
    ),
    "a function of the grader": (
        [also("agree(got, got)"), (IMPORTS, f"{AGREE}{IMPORTS}")],
        "checks that need no package of the grader",
    ),
    "a function of the grader, imported in the check": (
        [also(AGREE.strip())],
        "checks that need no package of the grader",
    ),
    "a module by its name": ([also("__import__('d2l_autograder')")], "'d2l_autograder'"),
    "the key by its name": (
        [also("expect(globals()['ANSWERS'], 'x', 'x')")],
        "the check of middle_value says not yet",
    ),
    "the module's own text": (
        [also("expect('PRO' + 'BES' in open(__file__).read(), 'x', 'x')")],
        "the check of middle_value says not yet",
    ),
    "a call with both": ([("PROBES = {", "print(EXERCISES, ANSWERS)\n\nPROBES = {")], ": print(EXERCISES, ANSWERS)"),
    "a module that students do not get": (
        [(IMPORTS, f"from .my_limits import LIMIT\n{IMPORTS}"), ("<= 0.01", "<= LIMIT")],
        "FILES = ('my_limits.py',)",
    ),
}


@pytest.mark.parametrize("case", CANNOT)
def test_a_key_that_cannot_be_separated_is_refused_with_the_line(notebook, case):
    changes, said = CANNOT[case]
    (notebook.parent / "my_limits.py").write_text("LIMIT = 0.01\n")
    change(module_of(notebook), *changes)
    assert said in refused(notebook)


def test_a_module_beside_it_that_is_listed_is_released(notebook):
    file = module_of(notebook)
    (notebook.parent / "my_limits.py").write_text("LIMIT = 0.01\n")
    change(file, (IMPORTS, f"from .my_limits import LIMIT\n{IMPORTS}"), ("<= 0.01", "<= LIMIT"))
    change(file, ("EXERCISES = (", 'FILES = ("my_limits.py",)\n\nEXERCISES = ('))
    assert "from .my_limits import LIMIT" in released(notebook)
    (notebook.parent / "my_limits.py").write_text("LIMIT = 0.01\nANSWERS = 3\n")
    with pytest.raises(NotebookError, match="which is or mentions the key"):
        released(notebook)
