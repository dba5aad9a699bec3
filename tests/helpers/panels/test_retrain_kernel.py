"""A panel in a real kernel: what its cell shows, and how the cells after it wait, ask and print."""

import os
import time

import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbformat import v4

pytestmark = pytest.mark.kernel

SETUP = """
import time
import numpy
import d2l_helpers as helpers
from mxnet import gluon, np, npx
from mxnet.gluon import nn

npx.set_np()
X, y = np.random.uniform(size=(256, 1, 28, 28)), np.random.randint(0, 10, 256).astype("int32")
loss, fits = gluon.loss.SoftmaxCrossEntropyLoss(), []

def train(lr=0.1, num_epochs=5):
    helpers.seed_all(0)
    net = nn.Sequential()
    net.add(nn.Dense(10))
    net.initialize()
    data = helpers.load_array((X, y), 4)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": lr})
    fits.append(helpers.train_ch3(net, data, data, loss, num_epochs, trainer))
"""
# Slow enough for a fit that went on beside it to draw some of these numbers
DRAW = """
helpers.seed_all(1)
draws = []
for _ in range(20):
    draws.append((numpy.random.rand(), np.random.uniform().item()))
    time.sleep(0.01)
draws, [len(fit) for fit in fits]
"""


VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def outputs():
    """What cells in a fresh kernel show: a panel, draws beside its fit, draws alone, and a panel that is recorded."""
    record = "import os\nos.environ['D2L_HELPERS_RECORDING'] = '1'\nhelpers.retrain(train)"
    sources = {"setup": SETUP, "started": "panel = helpers.retrain(train)", "beside": DRAW, "ended": "fits.clear()"}
    sources |= {"live": "panel", "alone": DRAW, "recorded": record}
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources.values()])
    environment = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute(env=environment)
    return {name: cell.outputs for name, cell in zip(sources, notebook.cells, strict=True)}


def test_a_recorded_cell_keeps_a_picture_and_no_live_panel(outputs):
    (output,) = outputs["recorded"]
    assert output.output_type == "execute_result"
    assert sorted(output.data) == ["image/png", "text/html", "text/plain"]
    assert sorted(output.metadata["image/png"]) == ["height", "width"]
    assert output.data["text/plain"] == (
        "A panel with sliders for learning rate, epochs. Run this cell to use its controls.\n"
        "The training panel after its first fit: curves of loss and accuracy, and each class's weights as an image."
    )


def test_a_live_cell_shows_the_panel_without_a_picture_and_its_fit_no_progress_bar(outputs):
    (output,) = outputs["live"]
    assert sorted(output.data) == [VIEW, "text/html", "text/plain"]
    assert len(outputs["beside"]) == 1


def test_the_next_cell_waits_for_the_fit_and_draws_what_its_seed_promises(outputs):
    beside, alone = (outputs[name][0].data["text/plain"] for name in ("beside", "alone"))
    assert beside.endswith("[5])"), "the fit had ended when the cell began"
    assert alone.endswith("[])")
    assert beside.removesuffix("[5])") == alone.removesuffix("[])")


def published(client, cell):
    """Go through what the kernel says while it runs a cell."""
    state = None
    while state != "idle":
        message = client.get_iopub_msg(timeout=20)
        if message["parent_header"].get("msg_id") == cell:
            state = message["content"].get("execution_state")
            yield message


@pytest.fixture
def kernel():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_interrupting_a_cell_that_waits_stops_the_fit_and_runs_the_cell(kernel):
    manager, client = kernel
    for source in (SETUP, "panel = helpers.retrain(lambda lr=0.1: train(lr, num_epochs=10**6))"):
        assert client.execute(source, reply=True, timeout=60)["content"]["status"] == "ok"
    cell = client.execute("print(len(fits), fits[0].stopped, panel.wait(0))")
    messages = published(client, cell)
    while "waits until" not in str(next(messages)["content"]):
        pass
    time.sleep(0.5)  # until the fit has begun
    manager.interrupt_kernel()
    printed = [message["content"]["text"] for message in messages if message["msg_type"] == "stream"]
    assert "".join(printed) == "1 True True\n"


ENDLESS = """
import d2l_helpers as helpers
def train(lr=0.1):
    print("begun")
    while True: pass
panel = helpers.retrain(train)
import time
while not (panel._display.printed.value or panel.wait(0)): time.sleep(0.01)
"""
ASLEEP = ENDLESS.replace("while True: pass", "time.sleep(8)\n    yield 0.5").replace("import", "import time\nimport", 1)


def shown(client, cell):
    """Return what a cell has shown, in the order of the messages: streams' texts, displays, and what took them away."""
    told = []
    for message in published(client, cell):
        content = message["content"]
        if message["msg_type"] == "stream":
            told.append(content["text"])
        elif message["msg_type"] in ("display_data", "execute_result"):
            told.append(content["data"].get("text/html") or content["data"]["text/plain"])
        elif message["msg_type"] in ("clear_output", "error"):
            told.append(content.get("evalue", message["msg_type"]))
    return told


def test_a_cell_that_waits_says_so_and_takes_it_back(kernel):
    _, client = kernel
    slow = "import time\n" + SETUP.replace("data = helpers", "time.sleep(2)\n    data = helpers")
    for source in (slow, "panel = helpers.retrain(train)"):
        assert client.execute(source, reply=True, timeout=60)["content"]["status"] == "ok"
    waiting, cleared, printed = shown(client, client.execute("print(len(fits), panel.wait(0))"))
    assert "This cell waits until the running fit of a panel has ended" in waiting
    assert "press Stop in its panel" in waiting
    assert "interrupt the kernel (■)" in waiting
    assert (cleared, printed) == ("clear_output", "1 True\n")


def test_interrupting_a_cell_that_waits_ends_an_endless_loop_whose_prints_stand_in_the_panel(kernel):
    manager, client = kernel
    assert client.execute(ENDLESS, reply=True, timeout=60)["content"]["status"] == "ok"
    cell = client.execute("panel.wait(); print(panel._display.status.value); print(panel._display.printed.value)")
    messages = published(client, cell)
    while "waits until" not in str(next(messages)["content"]):
        pass
    manager.interrupt_kernel()
    rest = "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream")
    assert "stopped in train(), line 4: while True: pass" in rest
    assert "begun</pre>" in rest
    assert not rest.startswith("begun"), "what is printed on the panel's thread goes to the panel"


def test_a_cell_goes_on_beside_a_call_that_cannot_be_ended_and_says_so(kernel):
    manager, client = kernel
    assert client.execute(ASLEEP, reply=True, timeout=60)["content"]["status"] == "ok"
    cell = client.execute("print('goes on')")
    messages = published(client, cell)
    while "waits until" not in str(next(messages)["content"]):
        pass
    manager.interrupt_kernel()
    rest = "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream")
    assert "Cannot stop train(), line 5: time.sleep(8)" in rest
    assert "restart the kernel (Kernel > Restart Kernel…)" in rest
    assert "goes on\n" in rest
    told = "".join(shown(client, client.execute("print(panel._display.status.value)")))
    assert "cannot be stopped: train(), line 5: time.sleep(8)" in told
    # Once the call has ended by itself, everything is as before
    assert client.execute("panel.wait()", reply=True, timeout=60)["content"]["status"] == "ok"
    (told,) = shown(client, client.execute("print(panel._display.status.value)"))
    assert "stopped" in told
    assert "cannot" not in told


def test_what_the_function_displays_appears_as_text_in_the_panel(kernel):
    _, client = kernel
    source = ENDLESS.replace("while True: pass", "display({'a': 1})\n    import warnings; warnings.warn('of mine')")
    assert client.execute(source, reply=True, timeout=60)["content"]["status"] == "ok"
    told = shown(client, client.execute("panel.wait(); print(panel._display.printed.value)"))[-1]
    assert "begun\n{&#x27;a&#x27;: 1}\n" in told
    assert "UserWarning: of mine" in told


ASKING = """
import builtins, pathlib, time
import d2l_helpers as helpers
def train(lr=0.1):
    while (type(builtins.input).__name__ == "builtin_function_or_method") is {in_a_cell}: time.sleep(0.001)
    try:
        {question}
    finally:
        pathlib.Path("{done}").touch()
"""


@pytest.mark.parametrize("question", ["input('how many? ')", "import sys; sys.stdin.read()"])
@pytest.mark.parametrize("in_a_cell", [True, False])
def test_input_is_refused_in_and_between_cells_and_cells_still_ask(kernel, in_a_cell, question, tmp_path):
    """While a cell runs, ipykernel has another `input` in place than between two cells."""
    _, client = kernel
    done = tmp_path / "done"
    source = ASKING.format(in_a_cell=in_a_cell, question=question, done=done)
    assert client.execute(source, reply=True, timeout=60)["content"]["status"] == "ok"
    wait = "while not panel.wait(0): time.sleep(0.001)" if in_a_cell else ""
    cell = f"panel = helpers.retrain(train)\n{wait}"
    assert client.execute(cell, reply=True, timeout=60, allow_stdin=True)["content"]["status"] == "ok"
    deadline = time.monotonic() + 60
    while not done.exists():  # no cell runs meanwhile
        assert time.monotonic() < deadline
        time.sleep(0.01)
    told = shown(client, client.execute("panel.wait(); print(panel._display.status.value)"))[-1]
    assert "A panel&#x27;s function cannot ask for input" in told
    asked = client.execute("print('got', input('in a cell? '))", allow_stdin=True)
    assert client.get_stdin_msg(timeout=20)["content"]["prompt"] == "in a cell? "
    client.input("6")
    assert shown(client, asked) == ["got 6\n"]
    assert shown(client, client.execute("import sys; print(repr(sys.stdin.read()))")) == ["''\n"]
