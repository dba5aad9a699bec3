import nbformat
import pytest
from nbformat import v4

from d2l_authoring.notebook_file import to_bytes
from d2l_helpers.records import metrics_bundle

_TRAIN = "helpers.show(test_acc=0.8298,\n             loss=[0.7866, 0.5708])"


@pytest.fixture
def chapter():
    """A small notebook that lint has nothing to say about."""
    bundle = metrics_bundle({"test_acc": (0.8298, 5e-4), "loss": ([0.7866, 0.5708], 1e-4)})
    output = v4.new_output("display_data", data=bundle)
    cells = [
        v4.new_markdown_cell("# Softmax regression\n\n![Ten garments](garments.svg)", id="title"),
        v4.new_code_cell("import d2l_helpers as helpers", id="setup", execution_count=1),
        v4.new_code_cell(_TRAIN, id="train-the-model", execution_count=2, outputs=[output]),
        v4.new_markdown_cell("It got **83.0%**<!--test_acc--> right.", id="result"),
        v4.new_markdown_cell("## Exercises", id="exercises"),
        v4.new_markdown_cell("## Summary", id="summary"),
        v4.new_markdown_cell("## Sources and what comes next", id="sources"),
    ]
    return v4.new_notebook(cells=cells)


@pytest.fixture
def write(tmp_path):
    """Write a notebook as record writes it, or content as it is."""

    def write(content, name="chapter.ipynb"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else to_bytes(content))
        return path

    return write


@pytest.fixture
def code():
    """Make a notebook of code cells, not run yet."""

    def code(*sources):
        cells = [v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources, start=1)]
        return nbformat.from_dict(v4.new_notebook(cells=cells))

    return code
