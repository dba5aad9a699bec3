"""The example of docs/variants.md works as it stands, and a mistake in a variant is found."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from d2l_autograder.cli.trial import trial

DOCS = Path(__file__).parents[3] / "docs" / "variants.md"
STUB = {"schema_version": 3, "task": False, "grade": False, "grade_id": "area", "locked": False, "solution": True}
CHECK = STUB | {"grade": True, "grade_id": "check-area", "locked": True, "solution": False, "points": 1}


@pytest.fixture
def notebook(tmp_path) -> Path:
    """Write the example as a teacher's notebook with its module."""
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    module = "\n".join(["from d2l_autograder.key import Answer, Wrong", *blocks])
    (tmp_path / "area.py").write_text(module, encoding="utf-8")
    cells = [
        nbformat.v4.new_code_cell('import d2l_helpers as helpers\n\nhelpers.load_exercises("area")', id="setup"),
        nbformat.v4.new_markdown_cell("### 1. A square (1 point)\n\nThe side is 3 m long. How large?", id="prompt"),
        nbformat.v4.new_code_cell("area = ...", id="area", metadata={"nbgrader": STUB}),
        nbformat.v4.new_code_cell('helpers.check("area", area)', id="check-area", metadata={"nbgrader": CHECK}),
    ]
    file = tmp_path / "area.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    return file


def tried(notebook: Path):
    return CliRunner().invoke(trial, [str(notebook)], catch_exceptions=False)


def test_the_example_has_nothing_to_repair(notebook):
    done = tried(notebook)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("side**3", "4 * side", "the side is 4 m long: the wrong answer 16 is not refused"),
        ("lambda side: side**2", "lambda side: 9", "the check says not yet: got 9 m²"),
    ],
)
def test_an_answer_that_only_some_students_could_give_is_found(notebook, before, after, said):
    module = notebook.with_suffix(".py")
    text = module.read_text(encoding="utf-8")
    assert text.count(before) == 1
    module.write_text(text.replace(before, after), encoding="utf-8")
    done = tried(notebook)
    assert done.exit_code == 1
    assert said in done.output
