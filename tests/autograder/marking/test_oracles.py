"""What a cell cannot find out inside a sandbox, and what is said of a cell that stops there."""

from __future__ import annotations

import pytest
from support.marked import DATA, GLUON, LOSS, SCRATCH, mark

from d2l_autograder.sandbox import Limits

pytestmark = [pytest.mark.sandbox, pytest.mark.nightly]

# What one cell, the same for every notebook, would find with the public checks if the sandbox had them
ORACLE = """
import d2l_helpers as helpers
import contextlib, io

def found(name, guesses):
    for guess in guesses:
        try:
            from d2l_helpers.exercises.catalogue import find
            from d2l_helpers.exercises.checking import judge
            if judge(find(name), guess).state == "right":
                return guess
        except ImportError:
            pass
        with contextlib.redirect_stdout(io.StringIO()) as said:
            shown = helpers.check(name, guess)
        if "right" in said.getvalue().lower() or "right" in str(shown).lower():
            return guess
"""
BISECTS = """
import d2l_helpers as helpers
import contextlib, io

def bisected(name, low, high):
    while low < high:
        middle = (low + high) // 2
        with contextlib.redirect_stdout(io.StringIO()) as said:
            helpers.check(name, middle / 10)
        if "a loss below 0.01" in said.getvalue():
            low = middle + 1
        else:
            high = middle
    return low / 10
"""
GUESSES = "[*'abcd', *range(1, 300), *[n / 100 for n in range(1, 3500)]]"
ORACLES = {
    "a letter": (SCRATCH, "zero_start", f"{ORACLE}\nzero_start = found('zero_start', {GUESSES})"),
    "a number": (SCRATCH, "galileos_constant", f"{ORACLE}\ngalileos_constant = found('galileos_constant', {GUESSES})"),
    "a number, by bisection": (
        GLUON,
        "sure_margin",
        f"{BISECTS}\nsure_margin = bisected('sure_margin', 1, 1000)",
    ),
    "a pair": (
        DATA,
        "best_pixel",
        f"{ORACLE}\nbest_pixel = found('best_pixel', [(a, b) for a in range(28) for b in range(28)])",
    ),
    "one of several functions": (
        GLUON,
        "weight_decay_step",
        f"{ORACLE}\ndef wrong(w, g, lr, wd):\n    return w - lr * g - wd * w\n\n"
        "def right(w, g, lr, wd):\n    return w - lr * (g + wd * w)\n\n"
        "weight_decay_step = found('weight_decay_step', [wrong, right])",
    ),
}
# What hides the checks; the sandbox itself covers their folder, and has an inert `check`
COVER = """
import sys
import d2l_helpers

class Hidden:
    def find_spec(self, name, *_):
        if name.startswith("d2l_helpers.exercises"):
            raise ModuleNotFoundError(name)

for name in [name for name in sys.modules if name.startswith("d2l_helpers.exercises")]:
    del sys.modules[name]
sys.meta_path.insert(0, Hidden())
d2l_helpers.check = d2l_helpers.hint = d2l_helpers.progress = lambda *_: None
"""


@pytest.mark.parametrize("cover", [pytest.param(COVER, id="covered here"), pytest.param(None, id="as sandboxes are")])
@pytest.mark.parametrize("case", ORACLES)
def test_an_answer_that_asks_the_public_check_earns_nothing(case, cover):
    notebook, exercise, source = ORACLES[case]
    found = mark(notebook, {exercise: source}, cover=cover)
    assert sum(each.earned for each in found.values()) == 0, found[exercise]


CLASS = "class Lazy:\n    def {}(self, *_, **__):\n        return {}\n\ngalileos_constant = Lazy()"
LAZY = {
    "a class with __float__": CLASS.format("__float__", "33.05"),
    "a class with __array__": "import numpy\n" + CLASS.format("__array__", "numpy.array(33.05)"),
    "a function": "def galileos_constant():\n    return 33.05",
    "a generator": "galileos_constant = (value for value in [33.05])",
}


@pytest.mark.parametrize("case", LAZY)
def test_a_number_that_an_object_would_compute_later_is_no_answer(case):
    found = mark(SCRATCH, {"galileos_constant": LAZY[case]})
    assert found["galileos_constant"].earned == 0
    assert found["galileos_constant"].verdict == "bad_answer"


def test_a_number_that_a_function_sets_when_it_is_called_comes_too_late():
    late = LOSS + "\ngalileos_constant = 1.0\n"
    late = late.replace("y):\n", "y):\n    global galileos_constant\n    galileos_constant = 33.05\n")
    found = mark(SCRATCH, {"safe_squared_loss": late, "galileos_constant": "pass"})
    assert [found[name].earned for name in ("safe_squared_loss", "galileos_constant")] == [2, 0]


SHORT, SMALL = Limits(seconds=5, total_seconds=100), Limits(seconds=60, memory=600 << 20)
STOPPED = {
    "an error": ("import no_such_torch", "line 2: ModuleNotFoundError: No module named 'no_such_torch'"),
    "a death": ("__import__('os')._exit(3)", "line 2: Python ended; it ended with status 3"),
    "a loop": ("while True: pass", "line 2: "),
    "too much memory": ("held = [bytearray(1 << 24) for _ in range(10**6)]", "line 2: more memory than"),
}


@pytest.mark.parametrize("case", STOPPED)
def test_what_follows_from_a_cell_that_stopped_names_its_line_and_what_it_did_before_stays(case):
    stop, said = STOPPED[case]
    extra = [f"import math as kept\n{stop}\nimport math as lost\nscale = 2\n"]
    answers = {
        "safe_squared_loss": LOSS.replace("/ 2", "/ kept.sqrt(4)"),
        "sgd_clipped": "def sgd_clipped(params, lr, batch_size, limit):\n    return lost.sqrt(4)",
        "galileos_constant": "galileos_constant = scale * 16.525",
    }
    found = mark(SCRATCH, answers, SMALL if "memory" in case else SHORT, extra=extra)
    assert found["safe_squared_loss"].earned == 2, found["safe_squared_loss"]
    for name in ("sgd_clipped", "galileos_constant"):
        (finding,) = found[name].findings
        assert finding.got.startswith("cell 3, "), finding
        assert said in finding.got


def test_a_second_try_takes_no_longer_than_a_submission_may():
    limits, sessions = Limits(seconds=2, total_seconds=8), []
    wrong = LOSS.replace("/ 2", "/ 3")
    endless = ["print('mine')\nwhile True:\n    pass"] * 30
    found = mark(SCRATCH, {"safe_squared_loss": wrong}, limits, extra=endless, sessions=sessions)
    assert found["safe_squared_loss"].earned == 0
    (session,) = sessions
    assert 7.9 < session.seconds < 8 + limits.seconds  # a request is given what is left; ending it may take a moment
