import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import v4

from d2l_authoring.lint import lint_notebook
from d2l_authoring.notebook_file import normalise, read_notebook, to_bytes
from d2l_helpers.errors import NotebookError

VIEW = "application/vnd.jupyter.widget-view+json"


def minimal(**changes):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **changes}).encode()


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "Expecting value"),
        (b"not JSON", "Expecting value"),
        (b"\xff\xfe\xfd", "codec can't decode"),
        (b"[]", "no JSON object"),
        (b"{}", "nbformat None"),
        (minimal(nbformat=3), "nbformat 3"),
        (minimal(nbformat="4"), "nbformat 4"),
        (minimal(nbformat_minor="x"), "minor x"),
        (minimal(cells=7), "$.cells: 7 is not"),
        (minimal(cells=[{"cell_type": "code"}]), "$.cells[0]: 'id' is a required property"),
        (minimal(metadata={"title": "\ud800"}), "surrogates not allowed"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_an_invalid_notebook_is_refused_with_the_reason(write, content, got):
    with pytest.raises(NotebookError) as caught:
        read_notebook(write(content))
    assert got in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.ipynb", tmp_path):
        with pytest.raises(NotebookError, match="Cannot read the notebook"):
            read_notebook(path)
    (tmp_path / "other.ipynb").touch()
    with pytest.raises(NotebookError, match=r"(?s)no such file; .* has other.ipynb.*its name and folder"):
        read_notebook(tmp_path / "none.ipynb")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.ipynb"
    with path.open("wb") as file:
        file.truncate(10**12)  # a hole: reading it would run out of memory
    with pytest.raises(NotebookError, match="1000000 MB"):
        read_notebook(path)


def test_cells_without_ids_get_numbered_ids(write):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": []}] * 2
    notebook = read_notebook(write(minimal(nbformat_minor=4, cells=cells)))
    assert [cell.id for cell in notebook.cells] == ["cell-1", "cell-2"]
    assert normalise(notebook).nbformat_minor == 5


def test_a_written_notebook_is_read_back_the_same(write, chapter):
    once = to_bytes(chapter)
    assert to_bytes(read_notebook(write(chapter))) == once
    assert once.endswith(b"}\n")
    assert once.startswith(b'{\n "cells": [\n')


def test_normalise_removes_what_differs_between_recordings(chapter):
    chapter.metadata = {
        "widgets": {"state": {}},
        "kernelspec": {"name": "mine", "display_name": "Mine", "language": "python"},
        "language_info": {"name": "python", "version": "3.11.7"},
        "title": "kept",
    }
    cell = chapter.cells[1]
    cell.metadata = {"execution": {"iopub.status.busy": "now"}, "ExecuteTime": {}, "tags": ["kept"]}
    normal = normalise(chapter)
    assert normal.metadata == {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "title": "kept",
    }
    assert normal.cells[1].metadata == {"tags": ["kept"]}
    assert "widgets" in chapter.metadata, "the argument is not changed"


def test_widget_views_are_numbered_in_order_of_appearance(chapter):
    chapter.cells[1].outputs = [
        v4.new_output("display_data", {VIEW: {"model_id": name}}) for name in ("d4", "0f", "d4")
    ]
    ids = [output.data[VIEW]["model_id"] for output in normalise(chapter).cells[1].outputs]
    assert ids == [f"{number:032x}" for number in (1, 2, 1)]


def test_streams_are_merged_up_to_the_next_output_and_empty_ones_dropped(chapter):
    picture = v4.new_output("display_data", {"text/plain": "a line"})
    pieces = [("stderr", "x"), ("stdout", "a"), ("stdout", "b"), None, ("stdout", ""), None, ("stdout", "c")]
    chapter.cells[1].outputs = [v4.new_output("stream", name=p[0], text=p[1]) if p else picture for p in pieces]
    outputs = normalise(chapter).cells[1].outputs
    assert [(o.name, o.text) if o.output_type == "stream" else None for o in outputs] == [
        ("stdout", "ab"),
        ("stderr", "x"),
        None,
        None,
        ("stdout", "c"),
    ]


def test_deep_metadata_is_a_finding_not_a_traceback(write):
    for depth in (200, 400, 600, 800, 950):
        shallow = minimal(metadata={"deep": "here"})  # json.dumps itself gives up before 950
        findings = lint_notebook(write(shallow.replace(b'"here"', b"[" * depth + b"]" * depth)))
        assert any("Cannot" in finding or "first cell" in finding for finding in findings), depth


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "text", "name", "text/plain", "image/png", "value"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
cell_like = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "metadata": st.just({}),
        "source": st.text(max_size=20),
    },
    optional={
        "id": st.just("a"),
        "execution_count": st.none() | st.integers(),
        "outputs": st.lists(
            st.fixed_dictionaries(
                {"output_type": st.sampled_from(["stream", "display_data", "error"])},
                optional={"data": anything, "metadata": st.just({}), "name": anything, "text": anything},
            ),
            max_size=2,
        ),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.fixed_dictionaries(
        {
            "nbformat": st.just(4),
            "nbformat_minor": st.sampled_from([5, 4, 0, 9, -1, None, 10**30]),
            "metadata": st.just({}) | anything,
            "cells": st.lists(cell_like | anything, max_size=3),
        }
    )
)
def test_lint_of_any_json_returns_findings(tmp_path, notebook):
    path = tmp_path / "any.ipynb"
    path.write_text(json.dumps(notebook))
    assert all(finding.startswith("any.ipynb:") for finding in lint_notebook(path))
