"""The functions that are added to MXNet 1.6 compute what MXNet 1.9 computes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from support.environments import cpu_twin

pytestmark = [pytest.mark.nightly, pytest.mark.network]

PROGRAM = """
import json, sys
import d2l_helpers, mxnet
from mxnet import autograd, np, npx
npx.set_np()
A = np.array([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]])
v = np.array([2.0, 0.0, 1.0])
none = np.array([float("nan"), float("inf"), 1.0])
found = []
for expression in sys.argv[1:]:
    try:
        value = eval(expression)
        value = value.tolist() if hasattr(value, "tolist") else value
    except Exception as error:
        value = type(error).__name__
    found.append(value)
print(json.dumps([mxnet.__version__, found]))
"""
EXPRESSIONS = [
    "A @ v",
    "v @ v",
    "A @ A.T",
    "np.matmul(A, A.T)",
    "(A > 0).all()",
    "(A > 2).all(axis=1)",
    "(A > 5).any(axis=0, keepdims=True)",
    "repr((A > 5).any())",
    "abs(v - 1)",
    "(A / 7).round(2)",
    "A.argsort()",
    "[(A > 2) & (A < 5), (A > 5) | (A < 2), (A > 2) ^ (A < 5), ~(A > 2)][int(v[2])].tolist()",
    "((A > 2) & (A < 5)).tolist()",
    "(~(A > 2)).tolist()",
    "str(((A > 2) ^ (A < 5)).dtype)",
    "np.all(A > 0)",
    "np.any(A > 9)",
    "np.sort(A)",
    "np.sort(A, axis=0)",
    "np.argsort(A)",
    "np.argwhere(A > 4)",
    "np.where(A > 2, A, 0.0)",
    "str(np.where(A > 2, A, A).dtype)",
    "np.round(A / 7, 2)",
    "[float(x) for x in np.isnan(none)]",
    "[float(x) for x in np.isfinite(none)]",
    "str(np.isinf(none).dtype)",
    "bool(np.allclose(A, A + 1e-9))",
    "bool(np.array_equal(A, A + 1))",
    "np.bincount(np.array([0, 2, 2], dtype='int32'))",
    "np.linalg.solve(np.array([[2.0, 1.0], [0.0, 4.0]]), np.array([3.0, 4.0]))",
    "A[1:9]",
    "A[-1:9]",
    "A[0:9:1]",
    "A[:, 1:9]",
    "A[:1]",
]


def evaluated(python: object, expressions: list[str]) -> tuple[str, list[object]]:
    run = subprocess.run(
        [str(python), "-c", PROGRAM, *expressions], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    version, found = json.loads(run.stdout.splitlines()[-1])
    return version, found


def test_mxnet_1_6_computes_what_1_9_computes():
    old, ours = evaluated(cpu_twin(), EXPRESSIONS)
    new, theirs = evaluated(sys.executable, EXPRESSIONS)
    assert (old, new) == ("1.6.0", "1.9.1")
    for expression, got, expected in zip(EXPRESSIONS, ours, theirs, strict=True):
        if isinstance(expected, list):
            assert json.dumps(got).count("[") == json.dumps(expected).count("["), expression
            assert flat(got) == pytest.approx(flat(expected)), expression
        else:
            assert got == expected, expression


def test_functions_keep_their_derivative_or_raise_an_error_while_recording():
    begin, end = "autograd.set_recording(True)", "autograd.set_recording(False)"
    gradient = "(v.attach_grad(), {begin}, loss := {loss}, {end}, loss.backward(), v.grad.tolist())[-1]"
    losses = ["(A @ v).sum()", "abs(v - 1).sum()"]
    slopes = [gradient.format(begin=begin, end=end, loss=loss) for loss in losses]
    recorded = [f"[{begin}, {expression}, {end}][1].tolist()" for expression in ("v.argsort()", "np.sort(v)")]
    _, (product, absolute, order, refused) = evaluated(cpu_twin(), [*slopes, *recorded])
    assert product == [9.0, 6.0, 6.0]
    assert absolute == [1.0, -1.0, 0.0]
    assert order == [1, 2, 0]
    assert refused == "NotImplementedError"


def flat(value: Any) -> list[float]:
    return [leaf for item in value for leaf in flat(item)] if isinstance(value, list) else [float(value)]
