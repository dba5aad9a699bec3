"""Put into a notebook what a course with variants hands out: the student's id, and each student's own questions."""

from __future__ import annotations

import re

import nbformat
from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_helpers.errors import NotebookError, quote
from d2l_helpers.exercises.exercise import Exercise
from d2l_helpers.exercises.variant import Options, Variant

__all__ = ["add_variant_cells"]

_HELPERS = re.compile(r"^import d2l_helpers as (\w+)$", re.MULTILINE)
_MINE = re.compile(r"\bmine\(")
# An item of a list of options, "- **a**: …" or "- (a) …", with the lines that continue it
_OPTION = re.compile(r"^- (?:\*\*[a-j]\*\*:?|\([a-j]\)) .*\n?(?:^  .*\n?)*", re.MULTILINE)
_ASK = """\
## Your id

Some exercises have numbers of your own, or their options in an order of your own. A cell below the text of such an
exercise shows them; they count, whatever the text says. Replace the dots by the id that your teacher has for you, in
quotes, as in `helpers.student("s01")`, and run the cell before those below it."""


def add_variant_cells(notebook: NotebookNode, exercises: dict[str, Exercise]) -> None:
    """Add a cell for the student's id, and before each stub with a variant one that shows the student's own question.

    A notebook without variants, and without a cell that asks for numbers by ``mine(…)``, stays as it is. Options are
    taken out of the text: their letters there are not the student's.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook, which is changed.
    exercises : dict of str to Exercise
        Its exercises by their names.

    Raises
    ------
    NotebookError
        If no cell imports ``d2l_helpers`` under a name, or a part of a text that is to be replaced is not there once.
    """
    own = {name: cell for name, cell in stubs(notebook) if exercises[name].variant}
    if not own and not any(_MINE.search(cell.source) for cell in notebook.cells if cell.cell_type == "code"):
        return
    place, helpers = _setup(notebook)
    for name, stub in own.items():
        before = notebook.cells.index(stub)
        variant = exercises[name].variant
        prompt = next((cell for cell in reversed(notebook.cells[:before]) if cell.cell_type == "markdown"), None)
        if variant and prompt:
            prompt["source"] = _without_numbers(prompt.source, variant)
        notebook.cells.insert(before, _code(f"question-{name.replace('_', '-')}", f'{helpers}.question("{name}")'))
    ask = nbformat.v4.new_markdown_cell(_ASK, id="student-heading")
    notebook.cells[place:place] = [ask, _code("student", f"{helpers}.student(...)")]


def _without_numbers(prompt: str, variant: Variant) -> str:
    """Return an exercise's text without the options and the numbers that the student's own take the place of."""
    if isinstance(variant, Options):
        prompt = _OPTION.sub("", prompt).rstrip("\n")
    for said, instead in variant.prompt.items():
        around = re.split(r"\s+".join(map(re.escape, said.split())), prompt)  # lines may break anywhere in it
        if len(around) != 2:
            raise NotebookError(
                f"Cannot replace a part of the text of {variant.name}.",
                got=f"{quote(said)} {len(around) - 1} times in the text above its stub",
                expected="once",
                remedy="copy the part from the notebook into prompt= of the exercise's variant",
            )
        prompt = instead.join(around)
    return prompt


def _setup(notebook: NotebookNode) -> tuple[int, str]:
    """Return the place after the setup cell, and the name by which it imports the helpers."""
    for place, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and (found := _HELPERS.search(cell.source)):
            return place, found[1]
    raise NotebookError(
        "Cannot put the student's id into the notebook.",
        got="no cell that imports d2l_helpers",
        expected="a setup cell with the line import d2l_helpers as helpers",
        remedy="add the line to the notebook's setup cell, or build the course without --variants",
    )


def _code(ident: str, source: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, id=ident)
