"""The bar of a training run: it moves, and leaves nothing on the page or in the file."""

import io
import os
import sys

import pytest
from nbclient import NotebookClient
from nbformat import v4

from d2l_helpers.training.bar import progress_bar

CELL = """
from d2l_helpers.training.bar import progress_bar

with progress_bar(4, False) as bar:
    for _ in range(3):
        bar.update(1)
        bar.refresh()
"""


@pytest.mark.kernel
def test_nothing_of_it_stays_in_a_notebook():
    notebook = v4.new_notebook(cells=[v4.new_code_cell(CELL)])
    environment = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    seen = []
    client = NotebookClient(notebook, kernel_name="python3", timeout=60)
    process = client.process_message

    def noted(message, *others):
        seen.append(message)
        return process(message, *others)

    client.process_message = noted
    client.execute(env=environment)
    lines = [message["content"]["data"]["text/plain"] for message in seen if "data" in message["content"]]
    assert any("75%" in line for line in lines), lines
    (output,) = notebook.cells[0].outputs
    assert output.data == {"text/html": "", "text/plain": ""}  # no widget: its view would be "model not found"


def test_in_a_terminal_it_is_a_line_that_is_erased(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar(4, silent=False) as bar:
        bar.update(3)
        bar.refresh()
    assert "75%" in sys.stderr.getvalue()
    assert sys.stderr.getvalue().rstrip("\r").endswith(" ")


def test_a_silent_one_writes_nothing(capsys):
    with progress_bar(4, silent=True) as bar:
        bar.update(3)
    assert capsys.readouterr() == ("", "")
