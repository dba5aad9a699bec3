"""A panel in a real kernel: what its cell shows, and that the cells after it are not disturbed."""

import os
import time

import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbformat import v4

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
    sources = {"setup": SETUP, "live": "helpers.retrain(train)", "beside": DRAW, "ended": "fits.clear()"}
    sources |= {"alone": DRAW, "recorded": record}
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
        "A panel with sliders for learning rate, epochs. Run this cell to bring it to life.\n"
        "The training panel after its first fit: curves of loss and accuracy, and weight templates."
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
    assert next(messages)["content"] == {"execution_state": "busy"}
    time.sleep(0.3)  # until it waits for the fit
    manager.interrupt_kernel()
    printed = [message["content"]["text"] for message in messages if message["msg_type"] == "stream"]
    assert "".join(printed) == "1 True True\n"
