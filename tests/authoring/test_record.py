import os
import stat

import pytest

from d2l_authoring.lint import lint_notebook
from d2l_authoring.notebook_file import read_notebook
from d2l_authoring.record import record_notebook
from d2l_helpers.errors import NotebookError

pytestmark = pytest.mark.kernel

SOURCES = (
    "import os, sys, pathlib\nimport d2l_helpers as helpers",
    "# first one stream, then another\nprint('to stdout')\nprint('and', flush=True)\nprint('more')",
    "",
    "from ipywidgets import IntSlider\nIntSlider(3)",
    "helpers.show(loss=[0.5, 0.25], test_acc=0.83)",
    "os.environ['D2L_HELPERS_RECORDING'], os.environ['TQDM_DISABLE'], pathlib.Path.cwd().name",
    "1 + 1;",
    "6 * 7",
)


@pytest.fixture
def recorded(write, code):
    path = write(code(*SOURCES))
    record_notebook(path)
    return path


def test_a_second_recording_is_the_same_to_the_byte(recorded):
    first = recorded.read_bytes()
    record_notebook(recorded)
    assert recorded.read_bytes() == first


def test_a_recording_has_outputs_and_numbers_but_no_times(recorded):
    notebook = read_notebook(recorded)
    cells = notebook.cells
    assert [cell.execution_count for cell in cells] == [1, 2, None, 3, 4, 5, 6, 7]
    assert cells[1].outputs[0].text == "to stdout\nand\nmore\n"
    assert len(cells[1].outputs) == 1
    view = cells[3].outputs[0].data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == f"{1:032x}"
    assert cells[4].outputs[0].data["text/plain"].startswith("epoch    loss\n    1  0.5000")
    assert cells[5].outputs[0].data["text/plain"] == f"('1', '1', {recorded.parent.name!r})"
    assert cells[6].outputs == []
    assert cells[7].outputs[0].data == {"text/plain": "42"}
    assert all(cell.metadata == {} for cell in cells)
    assert sorted(notebook.metadata) == ["kernelspec", "language_info"]
    assert "D2L_HELPERS_RECORDING" not in os.environ, "the environment is the kernel's alone"


def test_prints_in_an_output_widget_are_recorded_without_its_state_and_later_cells_as_ever(write, code):
    interact = "from ipywidgets import interact\n@interact(x=(0, 10))\ndef f(x):\n    print(x)"
    path = write(code(interact, "from ipywidgets import Output\nwith Output():\n    print('inside')", "print('after')"))
    record_notebook(path)
    first = path.read_bytes()
    notebook = read_notebook(path)
    assert [len(cell.outputs) for cell in notebook.cells] == [1, 0, 1]
    assert notebook.cells[2].outputs[0].text == "after\n"
    assert sorted(notebook.metadata) == ["kernelspec", "language_info"]
    record_notebook(path)
    assert path.read_bytes() == first


def test_lint_finds_nothing_in_a_recording(write, chapter):
    path = write(chapter)
    expected = path.read_bytes()
    chapter.cells[2].update(execution_count=None, outputs=[])
    assert lint_notebook(write(chapter)) != []
    record_notebook(path)
    assert path.read_bytes() == expected
    assert lint_notebook(path) == []


def test_earlier_outputs_are_removed(write, code, chapter):
    notebook = code("x = 1", "")
    notebook.cells[0].outputs = notebook.cells[1].outputs = chapter.cells[2].outputs
    path = write(notebook)
    record_notebook(path)
    assert [cell.outputs for cell in read_notebook(path).cells] == [[], []]


@pytest.mark.parametrize(
    ("source", "got"),
    [
        ("raise ValueError('the loss\\nis NaN')", "ValueError: the loss\nis NaN"),
        ("import os; os._exit(3)", "DeadKernelError"),
    ],
)
def test_a_failing_cell_is_named_and_the_file_unchanged(write, code, source, got):
    path = write(code("x = 1", source, "y = 2"))
    before = path.read_bytes()
    with pytest.raises(NotebookError, match="Cell 'cell-2' of chapter") as caught:
        record_notebook(path)
    assert got in str(caught.value.got)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_the_file_keeps_its_mode_and_a_symbolic_link_stays_a_link(write, code, tmp_path):
    path = write(code("1"))
    path.chmod(0o640)
    link = tmp_path / "link.ipynb"
    link.symlink_to(path)
    record_notebook(link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert read_notebook(path).cells[0].execution_count == 1


def test_a_folder_that_cannot_be_written_to_is_an_error(write, code, tmp_path):
    (tmp_path / "folder").mkdir()
    replace = "import pathlib, shutil\nhere = pathlib.Path.cwd()\nshutil.rmtree(here)\nhere.touch()"
    path = write(code(replace), "folder/chapter.ipynb")
    with pytest.raises(NotebookError, match=r"Cannot write \w+\.ipynb"):
        record_notebook(path)


def test_a_missing_notebook_is_refused(tmp_path):
    with pytest.raises(NotebookError, match="Cannot read the notebook"):
        record_notebook(tmp_path / "none.ipynb")
