"""Every notebook with its arrays on another device than MXNet's default: the recorded numbers, and no mixed devices.

The other device is ``cpu(1)``, so that this needs no GPU; `other_device` is what looks. `make test-engines` runs it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from support.environments import ROOT

from d2l_authoring.notebook_file import read_notebook, to_bytes

pytestmark = [pytest.mark.nightly, pytest.mark.kernel]

RunNotebook = Callable[..., subprocess.CompletedProcess[str]]

# An array in each notebook that was trained, or with which the training computed
TRAINED = {
    "01_linear_regression": "km",
    "02_linear_regression_scratch": "w",
    "03_linear_regression_gluon": "net[0].weight.data()",
    "04_softmax_regression": "W",
    "05_fashion_mnist": "train_iter.X",
    "06_softmax_regression_scratch": "W",
    "07_softmax_regression_gluon": "net[0].weight.data()",
    "08_softmax_regression_keras": "net_once[0].weight.data()",
}
MISTAKES = (
    "np.ones(3, ctx=ctx) + np.ones(3)",
    "np.dot(np.ones((3, 3), ctx=ctx), np.ones(3))",
    "np.stack([np.ones(3), np.ones(3, ctx=ctx)])",
    "np.ones(3, ctx=ctx).take(np.array([0]))",
    "gluon.loss.L2Loss()(np.ones((3, 1), ctx=ctx), np.ones((3, 1)))",
    "y_hat.backward(np.ones(3))",
    "np.random.normal(size=3, ctx=ctx)",
)
NO_MISTAKES = (
    "np.ones(3) + np.ones(3)",
    "np.ones(3, ctx=ctx) + np.random.normal(size=3).as_in_ctx(ctx)",
    "np.ones(3, ctx=ctx)[np.array([0])]",
    "y_hat.backward(np.ones(3, ctx=ctx))",
)


@pytest.fixture
def run_elsewhere(run_notebook: RunNotebook, tmp_path: Path) -> RunNotebook:
    """Run a notebook between two cells: one that makes another device the one to compute on, and one that judges."""

    def run(notebook: NotebookNode, name: str, trained: str) -> subprocess.CompletedProcess[str]:
        notebook["cells"] = [
            code_cell("import other_device"),
            *notebook.cells,
            code_cell(f"other_device.judge({trained})"),
        ]
        changed = tmp_path / "changed" / f"{name}.ipynb"
        changed.parent.mkdir()
        changed.write_bytes(to_bytes(notebook))
        return run_notebook(Path(sys.executable), name, changed, Path(__file__).with_name("other_device.py"))

    return run


def code_cell(source: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, execution_count=1)  # nbval minds a cell that was never run


@pytest.mark.parametrize("name", TRAINED)
def test_elsewhere_the_numbers_are_the_recorded_ones_and_all_arrays_are_there(
    run_elsewhere: RunNotebook, name: str
) -> None:
    if name.endswith("keras"):
        pytest.importorskip("tensorflow", reason="make keras")
    run = run_elsewhere(read_notebook(ROOT / "notebooks" / f"{name}.ipynb"), name, TRAINED[name])
    assert run.returncode == 0, run.stdout[-8000:]


def test_every_mistake_is_found(run_elsewhere: RunNotebook) -> None:
    name = "03_linear_regression_gluon"
    notebook = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    setup = [cell for cell in notebook.cells if cell["id"] == "setup"]
    record = "y = np.ones(3, ctx=ctx)\ny.attach_grad()\nwith autograd.record():\n    y_hat = 2 * y"
    lines = [f"_ = {line}" for line in (*MISTAKES, *NO_MISTAKES)]
    notebook["cells"] = [*setup, *(code_cell(source) for line in lines for source in (record, line))]
    run = run_elsewhere(notebook, name, "np.ones(3)")
    assert run.returncode == 1
    assert [line for line in (*MISTAKES, *NO_MISTAKES) if f": _ = {line}\n" in run.stdout] == list(MISTAKES)
    assert "was trained with is on cpu(0)" in run.stdout
