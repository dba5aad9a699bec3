"""Make of a recorded notebook what a page shows of it, for readers who cannot run it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nbformat import NotebookNode, v4

from d2l_authoring.site.exhibits.markup import exhibit_html
from d2l_authoring.site.folds import fold_answers, fold_setup
from d2l_authoring.site.prose import page_prose
from d2l_authoring.site.questions import hints, prediction, quiz
from d2l_authoring.site.tables import measured_html
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.catalogue import find as find_exercise
from d2l_helpers.predictions.catalogue import find as find_question
from d2l_helpers.records import METRICS_TYPE

__all__ = ["page_of"]

_CALL = re.compile(r"^helpers\.(predict|check|quiz|progress)\((?:[\"'](\w+)[\"'])?", re.MULTILINE)
_QUIZ = """\
Fifteen questions, drawn from all sections. Choose an answer before you unfold it. In the notebook, each run draws other
questions, and a table at the end names the sections that are worth a second look."""
_RUN_IT = re.compile(r"<p[^>]*><b>Run this cell to use its controls\.</b></p>")
_SHOWN = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
_MOST_CHARACTERS = 20_000  # of an output; for a long line, Sphinx takes time with the square of its length
_LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}


def page_of(notebook: NotebookNode, name: str, pages: Collection[str]) -> NotebookNode:
    """Return the notebook from which a page is made.

    Guesses, checks and the quiz become texts whose answers unfold; what installs, and what counts a reader's progress,
    is folded or left out.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook as recorded. It is not changed.
    name : str
        Its name, such as ``"04_softmax_regression"``.
    pages : collection of str
        The names of all notebooks of the book; where prose names one, it links to its page.

    Returns
    -------
    NotebookNode
        A new notebook.
    """
    cells = fold_answers(fold_setup(_cells(notebook, name, pages)))
    return v4.new_notebook(cells=[_plain(cell) for cell in cells], metadata={"language_info": _LANGUAGE})


def _cells(notebook: NotebookNode, name: str, pages: Collection[str]) -> Iterator[NotebookNode]:
    """Write each cell anew for the page."""
    calls = [_call(cell) for cell in notebook.cells]
    for place, cell in enumerate(notebook.cells):
        following = calls[place + 1] if place + 1 < len(calls) else ("", "")
        if cell.cell_type == "markdown":
            yield from _markdown(cell, following[0], pages)
        elif cell.cell_type == "code":
            yield from _code(notebook, name, cell, calls[place])


def _markdown(cell: NotebookNode, following: str, pages: Collection[str]) -> Iterator[NotebookNode]:
    """Return a cell of prose; `following` is what the next cell calls."""
    source = page_prose(_with_attachments(cell), pages)
    if following == "progress":
        return  # its heading would stand over nothing
    if following == "quiz":
        source = f"{source.partition(chr(10))[0]}\n\n{_QUIZ}"
    yield _text_cell(cell, source, cell.metadata)


def _code(notebook: NotebookNode, name: str, cell: NotebookNode, call: tuple[str, str]) -> Iterator[NotebookNode]:
    function, argument = call
    if function == "progress":
        return
    text = _written(cell, function, argument)
    yield _with_outputs(cell, exhibit_html(notebook, name, cell["id"])) if text is None else _text_cell(cell, text)


def _written(cell: NotebookNode, function: str, argument: str) -> str | None:
    """Return the Markdown that stands for a cell; None if the cell stays, as where no catalogue has the name."""
    try:
        if function == "check":
            return hints(find_exercise(argument))
        if function == "predict":
            return prediction(find_question(argument))
    except ArgumentError:
        return None
    return quiz(len(cell.outputs) - 1) if function == "quiz" else None  # the last output says how to answer


def _with_outputs(cell: NotebookNode, exhibit: str | None) -> NotebookNode:
    if exhibit is not None:  # not folded, whatever the notebook does: its own pictures say what they show only unfolded
        outputs = [v4.new_output("display_data", data={"text/html": exhibit})]
        return v4.new_code_cell(cell.source, id=cell["id"], outputs=outputs)
    outputs = [_output(output) for output in cell.outputs]
    return v4.new_code_cell(cell.source, id=cell["id"], outputs=outputs, metadata=cell.metadata)


def _output(output: NotebookNode) -> NotebookNode:
    """Return an output as a page shows it: metrics as a table, a picture without the request to run its cell."""
    if output.output_type == "stream":
        return v4.new_output("stream", name=output.name, text=_cut(output.text))
    if "data" not in output:
        return v4.new_output("error", ename=output.ename, evalue="", traceback=[_cut("\n".join(output.traceback))])
    data = {kind: content for kind, content in output.data.items() if kind in _SHOWN}
    markup = data.get("text/html", "")
    if not markup and METRICS_TYPE in output.data:
        markup = measured_html(data.get("text/plain", ""))
    if markup:
        data = {"text/html": _RUN_IT.sub("", markup)}
    elif "text/plain" in data:
        data["text/plain"] = _cut(data["text/plain"])
    return v4.new_output("display_data", data=data, metadata=output.metadata)


def _cut(text: str) -> str:
    """Return a text of an output; of a very long one the beginning, and how much is left out."""
    left_out = len(text) - _MOST_CHARACTERS
    return text if left_out <= 0 else f"{text[:_MOST_CHARACTERS]}\n[{left_out:,} more characters in the notebook]\n"


def _with_attachments(cell: NotebookNode) -> str:
    """Return the source of a cell of prose, with the pictures that JupyterLab keeps beside it when they are pasted."""
    source = str(cell.source)
    for name, kinds in cell.get("attachments", {}).items():
        for kind, content in kinds.items():
            source = source.replace(f"(attachment:{name})", f"(data:{kind};base64,{''.join(content)})")
    return source


def _call(cell: NotebookNode) -> tuple[str, str]:
    """Return which of the functions for readers a cell calls, and the name that it passes."""
    found = _CALL.search(cell.source) if cell.cell_type == "code" else None
    return (found[1], found[2] or "") if found else ("", "")


def _text_cell(cell: NotebookNode, source: str, metadata: NotebookNode | None = None) -> NotebookNode:
    return v4.new_markdown_cell(source, id=cell["id"], metadata=metadata or {})


def _plain(cell: NotebookNode) -> NotebookNode:
    """Keep of a cell's metadata only the tags: a page knows neither nbgrader nor JupyterLab."""
    cell["metadata"] = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
    return cell
