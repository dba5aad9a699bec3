"""Answers that would earn what they should not, each beside an honest answer in the same style that keeps its points.

Each case is marked as a class is: its cells run in real sandboxes.
"""

from __future__ import annotations

import pytest
from support.marked import BATCHES, DATA, GLUON, LOSS, SCRATCH, SPLIT, mark

# Raises no error where one label, or one row of labels, stands for several predictions
BROADCASTING_LOSS = """
def safe_squared_loss(y_hat, y):
    return (y_hat.reshape(-1) - y.reshape(-1)) ** 2 / 2
"""
IN_PLACE = """
def weight_decay_step(w, gradient, lr, wd):
    w -= lr * (gradient + wd * w)
    return w
"""
LEAVES_OUT_THE_SAME = BATCHES.replace(
    "list(range(len(features)))", "list(range(len(features) // batch_size * batch_size))"
)

MEMO = """
known = {}

def split_indices(num_examples, num_held_out, seed):
    key = num_examples, num_held_out, seed
    if key not in known:
        order = numpy.random.RandomState().permutation(num_examples)
        known[key] = order[num_held_out:], order[:num_held_out]
    return known[key]
"""

# Each is (notebook, exercise, source, the most that it may earn of 2 points); what earns 1 is right in its main case
CHEATS = {
    "a patched product, which once chose the calls that must fail": (
        SCRATCH,
        "safe_squared_loss",
        "import itertools\nitertools.product = itertools.islice = lambda *_, **__: []\n" + BROADCASTING_LOSS,
        1,
    ),
    "an error at each call after the first": (
        SCRATCH,
        "safe_squared_loss",
        "calls = []\n" + LOSS.replace("return", "calls.append(1)\n    assert len(calls) <= 8\n    return"),
        1,
    ),
    "an import hook that patches what a probe imports": (
        SCRATCH,
        "safe_squared_loss",
        """
import builtins
whole = builtins.__import__

def hooked(name, *more):
    module = whole(name, *more)
    if name == "itertools":
        module.product = module.islice = lambda *_, **__: []
    return module

builtins.__import__ = hooked
"""
        + BROADCASTING_LOSS,
        1,
    ),
    "patched built-in functions": (
        SCRATCH,
        "full_batches",
        "import builtins\nbuiltins.hasattr = lambda *_: False\nbuiltins.any = builtins.all = lambda _: True\n"
        + LEAVES_OUT_THE_SAME,
        1,
    ),
    "a trace function that empties lists of its callers": (
        SCRATCH,
        "safe_squared_loss",
        """
import sys

def trace(frame, event, argument):
    for value in list(frame.f_locals.values()):
        if type(value) is list and value and all(isinstance(one, str) for one in value):
            value.clear()
    return trace

sys.settrace(trace)
"""
        + BROADCASTING_LOSS,
        1,
    ),
    "a memo in the place of a seed": (DATA, "split_indices", MEMO, 1),
    "a generator that counts calls, with a memo": (
        DATA,
        "split_indices",
        "chance = numpy.random.RandomState(0)\n" + MEMO.replace("numpy.random.RandomState()", "chance"),
        1,
    ),
    "a seed from the number of the call": (
        DATA,
        "split_indices",
        "count = []\n" + SPLIT.replace("RandomState(seed)", "RandomState(count.append(1) or len(count))"),
        1,
    ),
    "a memo in a file": (
        DATA,
        "split_indices",
        """
import os

def split_indices(num_examples, num_held_out, seed):
    path = f"/tmp/{num_examples}-{seed}.npy"
    if not os.path.exists(path):
        numpy.save(path, numpy.random.RandomState().permutation(num_examples))
    order = numpy.load(path)
    return order[num_held_out:], order[:num_held_out]
""",
        1,
    ),
    "a seed from the hash of text, which another Python does not have": (
        DATA,
        "split_indices",
        SPLIT.replace("RandomState(seed)", "RandomState(hash(str(seed)) % 2**32)"),
        1,
    ),
    "a seed from where an object lies in memory": (
        DATA,
        "split_indices",
        SPLIT.replace("RandomState(seed)", "RandomState((id(split_indices) + seed) % 2**32)"),
        1,
    ),
    "one split for a few seeds": (DATA, "split_indices", SPLIT.replace("(seed)", "(seed % 2)"), 1),
    "doing nothing where only the old weights are asked for": (
        GLUON,
        "weight_decay_step",
        """
import sys

def weight_decay_step(w, gradient, lr, wd):
    caller = sys._getframe(1)
    while caller:
        if "left" in caller.f_code.co_name or "given" in caller.f_code.co_name:
            return None
        caller = caller.f_back
    w -= lr * (gradient + wd * w)
    return w
""",
        0,
    ),
    "good manners from the third call on": (
        GLUON,
        "weight_decay_step",
        "calls = []\n"
        + IN_PLACE.replace("w -=", "calls.append(1)\n    w = w if len(calls) < 3 else w.copy()\n    w -="),
        1,
    ),
    "a patched copy": (
        GLUON,
        "weight_decay_step",
        "import copy\nnp.ndarray.copy = lambda self, *_: self\ncopy.deepcopy = lambda value: value\n" + IN_PLACE,
        1,
    ),
    "a search of all objects for other weights of that shape": (
        GLUON,
        "weight_decay_step",
        """
import gc

def weight_decay_step(w, gradient, lr, wd):
    for one in gc.get_objects():
        if type(one) is dict:
            for value in list(one.values()):
                if type(value) is type(w) and value is not w and value is not gradient and value.shape == w.shape:
                    return value
    return w
""",
        0,
    ),
    "the first answer for every call": (
        GLUON,
        "weight_decay_step",
        """
first = []

def weight_decay_step(*arguments):
    first.append(arguments)
    w, gradient, lr, wd = first[0]
    return w - lr * (gradient + wd * w)
""",
        0,
    ),
}  # fmt: skip

# Honest answers that use the same means
HONEST = {
    "a counter": (SCRATCH, "safe_squared_loss", "calls = []\n" + LOSS.replace("return", "calls.append(1)\n    return")),
    "an error of one's own": (
        SCRATCH,
        "safe_squared_loss",
        "class NumbersDiffer(Exception):\n    pass\n"
        + LOSS.replace("return", "if y_hat.size != y.size:\n        raise NumbersDiffer(y.shape)\n    return"),
    ),
    "a shuffle by a seed that is counted": (
        SCRATCH,
        "full_batches",
        "epochs = []\n"
        + BATCHES.replace("random.shuffle(order)", "epochs.append(1)\n    random.Random(len(epochs)).shuffle(order)"),
    ),
    "a memo of a split by its seed": (DATA, "split_indices", MEMO.replace("RandomState()", "RandomState(seed)")),
    "a cache of the standard library": (DATA, "split_indices", "import functools\n\n@functools.cache" + SPLIT),
    "a seed of three numbers": (
        DATA,
        "split_indices",
        SPLIT.replace("RandomState(seed)", "RandomState([num_examples, num_held_out, seed])"),
    ),
    "a seed of text": (
        DATA,
        "split_indices",
        "import random\n"
        + SPLIT.replace(
            "order = numpy.random.RandomState(seed).permutation(num_examples)",
            "order = list(range(num_examples))\n    random.Random(f'split {seed}').shuffle(order)",
        ),
    ),
    "a copy that is changed": (GLUON, "weight_decay_step", IN_PLACE.replace("w -=", "w = w.copy()\n    w -=")),
    "a patched copy that copies": (
        GLUON,
        "weight_decay_step",
        "whole = np.ndarray.copy\nnp.ndarray.copy = lambda self, *more: whole(self, *more)\n"
        + IN_PLACE.replace("w -=", "w = w.copy()\n    w -="),
    ),
}  # fmt: skip


def some(cases, *always):
    """Mark the cases that `make test` tries; the others are tried at night."""
    return [
        pytest.param(name, id=name, marks=[pytest.mark.sandbox, *([] if name in always else [pytest.mark.nightly])])
        for name in cases
    ]


KNOWN = (
    "a patched product, which once chose the calls that must fail",
    "a memo in the place of a seed",
    "doing nothing where only the old weights are asked for",
)


@pytest.mark.parametrize("case", some(CHEATS, *KNOWN))
def test_a_cheat_earns_no_undue_point(case):
    notebook, exercise, source, earned = CHEATS[case]
    found = mark(notebook, {exercise: source})
    assert found[exercise].earned <= earned, found[exercise]
    assert sum(each.earned for each in found.values()) == found[exercise].earned


@pytest.mark.parametrize("case", some(HONEST, "a memo of a split by its seed"))
def test_an_honest_answer_in_the_same_style_keeps_its_points(case):
    notebook, exercise, source = HONEST[case]
    found = mark(notebook, {exercise: source})
    assert found[exercise].earned == found[exercise].points, found[exercise]
    assert found[exercise].note == ""
