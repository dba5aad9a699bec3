"""What is measured of a reader's waits: the setup cell and no other, and only a chapter that nbval passes."""

import nbformat
import pytest

from benchmarks.waits import nbval_seconds, setup_seconds
from d2l_helpers.errors import NotebookError

pytestmark = pytest.mark.kernel


def write(folder, **sources):
    cells = [nbformat.v4.new_code_cell(source, id=name, execution_count=1) for name, source in sources.items()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "a.ipynb")
    return folder


def test_install_and_setup_cell_are_measured_and_no_other(tmp_path):
    sources = {"install": "import time", "setup": "time.sleep(0.5)", "train": "time.sleep(60)"}
    assert 0.5 <= setup_seconds(write(tmp_path, **sources), repeats=1)["a"] < 60


def test_a_setup_cell_that_fails_is_not_measured(tmp_path):
    with pytest.raises(NotebookError, match="no_such_library"):
        setup_seconds(write(tmp_path, setup="import no_such_library"), repeats=1)


def test_a_chapter_that_nbval_refuses_is_not_measured(tmp_path):
    assert nbval_seconds(write(tmp_path, same="x = 1")) > 0
    with pytest.raises(NotebookError, match="status 1"):
        nbval_seconds(write(tmp_path, other="x = 1; x"))
