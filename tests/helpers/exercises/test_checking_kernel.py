"""Check answers in a real kernel: the message has a button for the next hint, and then for the solution."""

import os
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat import v4

from d2l_helpers.exercises.catalogue import find

pytestmark = pytest.mark.kernel

ROOT = Path(__file__).parents[3]  # which has the answers

VIEW = "application/vnd.jupyter.widget-view+json"
NAME = "stable_softmax"
SETUP = """
import ipywidgets
from ipywidgets.widgets.widget import _instances
import d2l_helpers as helpers

def stub(Z):
    ...

def newest(kind):
    return [widget for widget in _instances.values() if isinstance(widget, kind)][-1]
"""
SOURCES = {
    "setup": SETUP,
    "untouched": f"helpers.check('{NAME}', stub)",
    "pressed": "button = newest(ipywidgets.Button)\nbutton.click()\nprint(button.description, button.disabled)",
    "typed": f"helpers.hint('{NAME}')",
    "wrong": f"helpers.check('{NAME}', lambda Z: Z)",
    "last": "other = newest(ipywidgets.Button)\nprint(other.description)\nother.click()\n"
    "print(other.description, other.disabled)",
    "solved": "other.click()\nprint(other.description, other.disabled)",
    "again": f"helpers.check('{NAME}', lambda Z: 0 * Z)\nprint(newest(ipywidgets.Button).description)",
    "no attempt": "helpers.check('kl_bits', ...)\nbutton = newest(ipywidgets.Button)\n"
    "for _ in range(5): button.click()\nprint(button.description, button.disabled)",  # two more were on their way
    "no key": "import os\nos.chdir('/')\nhelpers.check('weight_gradient', lambda W, X, y: W)\n"
    "button = newest(ipywidgets.Button)\nfor _ in range(3): button.click()\n"
    "print(button.description, button.disabled)",
    "right": f"from mxnet import npx\nhelpers.check('{NAME}', npx.softmax)",
    "recorded": f"import os\nos.environ['D2L_HELPERS_RECORDING'] = '1'\nhelpers.check('{NAME}', stub)",
}


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """What each cell shows."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in SOURCES.values()])
    environment = {name: value for name, value in os.environ.items() if name != "D2L_HELPERS_RECORDING"}
    environment["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    resources = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, kernel_name="python3", timeout=60, resources=resources).execute(env=environment)
    return {name: cell.outputs for name, cell in zip(SOURCES, notebook.cells, strict=True)}, notebook


def printed(outputs):
    return "".join(output.text for output in outputs if output.output_type == "stream").splitlines()


def state_of(notebook, output):
    """Return the values of a view's parts: message, button and hints."""
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    whole = state[output.data[VIEW]["model_id"]]["state"]
    return [state[child.removeprefix("IPY_MODEL_")]["state"] for child in whole["children"]]


def test_a_stub_has_a_button_beside_its_message_in_text_and_html(cells):
    (output,) = cells[0]["untouched"]
    assert sorted(output.data) == [VIEW, "text/html", "text/plain"]
    assert output.data["text/plain"].endswith(f"help:     helpers.hint('{NAME}')")
    message, _, _ = state_of(cells[1], output)
    assert message["value"] == output.data["text/html"]
    assert output.metadata == {"d2l_helpers_exhibit": True}  # when saved, the server takes the button out


def test_presses_and_typed_hints_count_together(cells):
    outputs, notebook = cells
    assert printed(outputs["pressed"]) == [f"Next hint for {NAME} False"]
    assert outputs["typed"][0].data["text/plain"].startswith(f"{find(NAME).title}: hint 2 of 3")
    assert printed(outputs["last"]) == [f"Next hint for {NAME}", f"Show the solution of {NAME} False"]
    (output,) = outputs["wrong"]
    _, _, hints = state_of(notebook, output)
    assert [hints["value"].count(f"hint {number} of 3") for number in (1, 2, 3)] == [1, 1, 1]


def test_after_the_last_hint_the_button_shows_the_solution(cells):
    outputs, notebook = cells
    assert printed(outputs["solved"]) == [f"Solution of {NAME} True"]
    (output,) = outputs["wrong"]
    _, button, below = state_of(notebook, output)
    assert button["disabled"]
    assert below["value"].index("hint 3 of 3") < below["value"].index("<pre ") < below["value"].rindex("np.exp(")
    assert printed(outputs["again"]) == [f"Show the solution of {NAME}"]


@pytest.mark.parametrize(("cell", "name"), [("no attempt", "kl_bits"), ("no key", "weight_gradient")])
def test_without_an_attempt_or_a_key_the_button_ends_with_the_hints(cells, cell, name):
    assert printed(cells[0][cell]) == [f"No more hints for {name} True"]


def test_a_right_answer_needs_no_button(cells):
    (output,) = cells[0]["right"]
    assert sorted(output.data) == ["text/html", "text/plain"]


def test_a_recorded_notebook_has_no_button(cells):
    (output,) = cells[0]["recorded"]
    assert sorted(output.data) == ["text/html", "text/plain"]
    assert not output.metadata
