"""The result of a folded cell is not beside the dots that unfold it."""

from pathlib import Path

import pytest
from nbformat import v4

from d2l_authoring.folded import cover_folded, without_covers
from d2l_authoring.notebook_file import read_notebook

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def notebook(folded, *outputs):
    metadata = {"jupyter": {"outputs_hidden": folded}}
    return v4.new_notebook(cells=[v4.new_code_cell("1 + 1", outputs=list(outputs), metadata=metadata)])


RESULT = v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)


def first_line(output):
    """Return what JupyterLab 4.6 shows of an output that is folded."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    lines = data.get("text/html", data.get("text/plain", "")).split("\n")
    return next((line for line in lines if line != ""), "")


def test_a_folded_result_is_covered_once():
    chapter = notebook(True, RESULT)
    for _ in range(2):
        cover_folded(chapter)
    cover, result = chapter.cells[0].outputs
    assert result == RESULT
    assert first_line(cover).strip() == ""
    assert without_covers(chapter.cells[0].outputs) == [RESULT]


@pytest.mark.parametrize("folded", [notebook(False, RESULT), notebook(True)], ids=["open", "empty"])
def test_other_cells_stay_as_they_are(folded):
    before = list(folded.cells[0].outputs)
    cover_folded(folded)
    assert folded.cells[0].outputs == before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_no_folded_result_of_the_chapter_shows(path):
    folded = [cell for cell in read_notebook(path).cells if cell.metadata.get("jupyter", {}).get("outputs_hidden")]
    shown = {cell["id"]: first_line(cell.outputs[0]).strip() for cell in folded}
    assert {cell_id: line for cell_id, line in shown.items() if line} == {}
