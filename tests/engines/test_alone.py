"""What is handed out runs alone: a folder of `release/`, where nothing of the project is installed.

Each folder is copied to an empty one and run from the first cell to the last, its exercises unanswered.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from support.courses import nbgrader, need_nbgrader
from support.environments import ROOT, usable_python

from d2l_autograder.course import build_course

pytestmark = [pytest.mark.nightly, pytest.mark.network, pytest.mark.kernel, pytest.mark.nbgrader]

NAMES = ("04_softmax_regression", "06_softmax_regression_scratch")
RUN = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], 4)
try:
    nbclient.NotebookClient(notebook, kernel_name="alone", timeout=600).execute()
except nbclient.exceptions.CellExecutionError:
    pass  # the cells say how far it came
nbformat.write(notebook, sys.argv[1])
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_nbgrader()
    course = tmp_path_factory.mktemp("course")
    build_course(course, ROOT / "notebooks", ROOT / "answers", only=NAMES)
    for name in NAMES:
        nbgrader(course, "generate_assignment", name)
    return course / "release"


def run_alone(folder: Path, python: Path, home: Path, **variables: str) -> NotebookNode:
    """Run the notebook of a folder in a kernel of another Python; a cell at its end says what was imported."""
    (file,) = folder.glob("*.ipynb")
    notebook = nbformat.read(file, 4)
    notebook.cells.append(nbformat.v4.new_code_cell("print(helpers.__file__, numpy.__version__)", id="imported"))
    notebook.cells[-1].source = f"import numpy\n{notebook.cells[-1].source}"
    nbformat.write(notebook, file)
    kernel = home / "jupyter" / "kernels" / "alone"
    kernel.mkdir(parents=True, exist_ok=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "", "language": "python"}))
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV", "D2L_DATA")}
    places = {"JUPYTER_PATH": str(home / "jupyter"), "IPYTHONDIR": str(home / "ipython")}
    subprocess.run(
        [sys.executable, "-P", "-c", RUN, file],
        cwd=folder, env=ours | places | variables, check=True, capture_output=True, timeout=900,
    )  # fmt: skip
    return nbformat.read(file, 4)


def came_to_the_end(notebook: NotebookNode, python: Path) -> str:
    """Require that all cells ran, with the helpers of this Python; return the version of NumPy."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = [output for cell in code for output in cell.outputs if output.output_type == "error"]
    assert not said
    assert all(cell.execution_count for cell in code)
    place, numpy = code[-1].outputs[0].text.split()
    assert Path(place).is_relative_to(python.parents[1])
    return str(numpy)


@pytest.mark.parametrize("name", NAMES)
def test_in_colab_a_release_runs_to_the_end_and_numpy_stays(
    release: Path, colab: Path, tmp_path: Path, name: str
) -> None:
    folder = shutil.copytree(release / name, tmp_path / "content")
    notebook = run_alone(folder, colab, tmp_path, COLAB_RELEASE_TAG="release-colab")
    assert came_to_the_end(notebook, colab) == "2.1.3"


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_on_a_laptop_with_nothing_but_jupyters_kernel_a_release_runs_to_the_end(
    release: Path, tmp_path: Path, version: str
) -> None:
    python = tmp_path / "environment" / "bin" / "python"
    subprocess.run([usable_python(version), "-m", "venv", python.parents[1]], check=True, timeout=120)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "ipykernel"], check=True, timeout=300)
    name = NAMES[0]
    without = shutil.copytree(release / name, tmp_path / "without", ignore=shutil.ignore_patterns("*.whl"))
    notebook = run_alone(without, python, tmp_path)
    ran = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count]
    assert [cell.id for cell in ran] == ["install"]
    (output,) = ran[0].outputs
    assert output.text.startswith("UsageError: put d2l_helpers-*.whl, handed out with this notebook, beside it")
    assert len(output.text.splitlines()) == 1
    came_to_the_end(run_alone(shutil.copytree(release / name, tmp_path / "folder"), python, tmp_path), python)
