"""Where Python cannot import ipywidgets, exhibits show their pictures, and questions and hints their texts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode, v4
from support.endless import ENDLESS
from support.waiting import until

from d2l_helpers.lab.snapshots import VIEW

# What Python does where the package is not installed, and where its installation is damaged
LACKS = {
    "not installed": "raise ModuleNotFoundError(\"No module named 'ipywidgets'\", name=name)",
    "damaged": "raise RuntimeError('the traits are of another version')",
}
BLOCK = """
import sys

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "ipywidgets":
            {}

sys.meta_path.insert(0, Lacking())
"""
TRAIN = """
import d2l_helpers as helpers

def train(lr=0.1, num_epochs=5, width=[8], name="relu", deep=True):
    for epoch in range(num_epochs):
        print("epoch", epoch)
        yield lr / (epoch + 1)
"""
CELLS = {
    "setup": TRAIN,
    "retrain": "helpers.retrain(train, name=['relu', 'tanh'])",
    "softmax": "helpers.explore_softmax()",
    "predict": "helpers.predict('rate_of_almost_one')",
    "check": "helpers.check('kl_bits', lambda p, q: 1)",
    "hint": "helpers.hint('kl_bits')",
    "quiz": "helpers.quiz(2, seed=1)",
}
EXHIBITS = """
import json, numpy as np
exhibits = {
    "softmax": helpers.explore_softmax(),
    "cross-entropy": helpers.explore_cross_entropy(),
    "double softmax": helpers.explore_double_softmax(),
    "noise": helpers.explore_noise(),
    "robust loss": helpers.explore_robust_loss(),
    "ridge": helpers.explore_ridge(),
    "descent": helpers.explore_descent(np.array([0.2, 1, 2, 3, 4]), np.array([7.0, 10, 13, 19, 22])),
}
print(json.dumps({name: [exhibit.values, exhibit._repr_mimebundle_()[0]] for name, exhibit in exhibits.items()}))
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep guesses and hints out of the user's own files."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


def run(sources: dict[str, str]) -> dict[str, NotebookNode]:
    """Run cells in a fresh kernel, and return the output of each; one output at most."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources.values()])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute(env=dict(os.environ))
    return {name: cell.outputs for name, cell in zip(sources, notebook.cells, strict=True)}


@pytest.mark.kernel
@pytest.mark.parametrize("lack", LACKS)
def test_a_notebook_shows_a_run_and_says_how_to_go_on(lack: str) -> None:
    outputs = run({"block": BLOCK.format(LACKS[lack]), **CELLS})
    assert not [output for cell in outputs.values() for output in cell if VIEW in output.get("data", {})]
    (panel,) = outputs["retrain"]
    for text in (panel.data["text/html"], panel.data["text/plain"]):
        assert "No module named" in text or "another version" in text
        assert "%pip install ipywidgets" in text
        assert "change the defaults and call retrain again" in text
        assert "done after 5 of 5" in text
        assert "epoch 4" in text
    assert re.search('<img [^>]*alt="Curves after 5 epochs: train loss 0.02', panel.data["text/html"])
    (softmax,) = outputs["softmax"]
    assert "Entropy 1.20 bits" in softmax.data["text/plain"]
    assert "<img " in softmax.data["text/html"]
    (question,) = outputs["predict"]
    assert "helpers.predict('rate_of_almost_one', 'a')" in question.data["text/plain"]
    assert [len(outputs[name]) for name in ("check", "hint", "quiz")] == [1, 1, 3]
    assert "helpers.quiz(2, seed=1, answers='aa')" in outputs["quiz"][-1].data["text/plain"]


@pytest.mark.kernel
def test_an_interrupt_ends_the_fit_and_shows_what_there_is(tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    waits = tmp_path / "the cell waits"
    try:
        client.wait_for_ready(timeout=60)
        for source in (BLOCK.format(LACKS["not installed"]), TRAIN):
            assert client.execute(source, reply=True, timeout=60)["content"]["status"] == "ok"
        client.execute(f"{ENDLESS.format(str(waits))}\nhelpers.retrain(train)")
        until(waits.exists)
        manager.interrupt_kernel()
        message = client.get_iopub_msg(timeout=60)
        while message["msg_type"] not in ("execute_result", "error"):
            message = client.get_iopub_msg(timeout=60)
        assert "stopped after" in message["content"]["data"]["text/plain"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_stand_ins_show_what_ipywidgets_shows() -> None:
    """The stand-ins' pictures and values are those of the real widgets."""
    shown = {}
    for block in ("", BLOCK.format(LACKS["not installed"])):
        code = f"{block}\nimport d2l_helpers as helpers\n{EXHIBITS}"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
        shown[bool(block)] = json.loads(done.stdout.splitlines()[-1])
    for name, (values, bundle) in shown[False].items():
        other_values, other = shown[True][name]
        assert other_values == values, name
        assert other == bundle, name
