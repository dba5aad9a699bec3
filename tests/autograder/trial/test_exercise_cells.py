"""`d2l-author cells` writes an exercise's cells and their metadata, and leaves alone what a teacher wrote."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from support.own import change, module_of, own_notebook

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_autograder.assignment import load_assignment
from d2l_autograder.cli.cells import cells
from d2l_autograder.trial.exercise_cells import write_cells
from d2l_autograder.trial.trial import try_item


@pytest.fixture
def notebook(tmp_path):
    return own_notebook(tmp_path)


def changed(notebook, edit):
    content = read_notebook(notebook)
    edit(content)
    notebook.write_bytes(to_bytes(content))


def problems(notebook):
    assignment = load_assignment(notebook, None)
    return [tried.problem for item in assignment.items for tried in try_item(assignment, item) if tried.problem]


def test_a_new_notebook_has_nothing_to_do(notebook):
    before = notebook.read_bytes()
    assert CliRunner().invoke(cells, [str(notebook.with_suffix(""))]).output == "nothing to do\n"
    assert notebook.read_bytes() == before


def without_exercises(content):
    content.cells = [cell for cell in content.cells if "nbgrader" not in cell.metadata and "-prompt" not in cell.id]


def test_exercises_without_cells_get_them_above_the_summary(notebook):
    original = [cell.source for cell in read_notebook(notebook).cells if "nbgrader" in cell.metadata]
    changed(notebook, without_exercises)
    assert len(write_cells(notebook)) == 3
    found = read_notebook(notebook)
    assert [cell.source for cell in found.cells if "nbgrader" in cell.metadata] == original
    assert [cell.id for cell in found.cells][-2:] == ["summary", "sources"]
    assert problems(notebook) == ["the task below the heading still says 'Write here what is to be done.'"] * 3
    change(notebook, ("Write here what is to be done.", "How large is it?"))
    assert problems(notebook) == []
    assert write_cells(notebook) == []


def test_cells_that_a_teacher_wrote_get_their_metadata(notebook):
    def forget(content):
        for cell in content.cells:
            cell.metadata.pop("nbgrader", None)

    sources = [cell.source for cell in read_notebook(notebook).cells]
    changed(notebook, forget)
    assert len(write_cells(notebook)) == 6
    assert [cell.source for cell in read_notebook(notebook).cells] == sources
    assert problems(notebook) == []


@pytest.mark.parametrize("lost", ["middle-value", "check-middle-value"])
def test_a_cell_that_is_missing_is_put_in_its_place(notebook, lost):
    ids = [cell.id for cell in read_notebook(notebook).cells]

    def lose(content):
        content.cells = [cell for cell in content.cells if cell.id != lost]

    changed(notebook, lose)
    write_cells(notebook)
    assert [cell.id for cell in read_notebook(notebook).cells] == ids
    assert problems(notebook) == []


def test_points_follow_the_module_in_metadata_and_heading(notebook):
    change(module_of(notebook), ("points=2", "points=5"))
    assert len(problems(notebook)) == 1
    assert write_cells(notebook) == [
        "wrote nbgrader's metadata of check-middle_value",
        "wrote the points of middle_value into its heading",
    ]
    assert problems(notebook) == []
    assert "### 1. The value in the middle (5 points)" in notebook.read_text()


def test_a_notebook_without_the_install_cell_gets_it_above_its_first_code(notebook):
    original = [cell.source for cell in read_notebook(notebook).cells]

    def without_install(content):
        content.cells = [cell for cell in content.cells if cell.id != "install"]

    changed(notebook, without_install)
    assert write_cells(notebook) == ["added the cell that installs what students lack"]
    assert [cell.source for cell in read_notebook(notebook).cells] == original
    assert write_cells(notebook) == []


def test_ids_stay_unique(notebook):
    def take(content):
        without_exercises(content)
        content.cells[0]["id"] = "last-price"

    changed(notebook, take)
    write_cells(notebook)
    ids = [cell.id for cell in read_notebook(notebook).cells]
    assert len(ids) == len(set(ids))
    assert "last-price-2" in ids


def test_a_module_that_fails_leaves_the_notebook_alone(notebook):
    before = notebook.read_bytes()
    change(module_of(notebook), ("EXERCISES = (", "EXERCISES = (("))
    done = CliRunner().invoke(cells, [str(notebook)])
    assert done.exit_code == 1
    assert notebook.read_bytes() == before
