"""Check notebooks without running them: order, freshness, lengths, pictures, paths, numbers in prose."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from nbformat import NotebookNode

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_authoring.prose import check_prose
from d2l_authoring.sentences import long_sentences
from d2l_helpers.errors import NotebookError

__all__ = ["lint_notebook"]

_CELL_LINES, _SETUP_LINES, _COLUMNS = 20, 8, 78
_FILE_BYTES, _OUTPUT_BYTES = 1_000_000, 300_000
_SECTIONS = ("Exercises", "Summary", "Sources")

_WORDS = re.compile(r"[a-z][a-z0-9-]*")
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f-]+)?")
_HEADING = re.compile(r"^##+ +(.*)", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
# The second half matches C:\Users and C:\work\, but not the "x:\n" of a string
_MACHINE_PATH = re.compile(
    r"(?<![\w.~/-])/(?:home|root|tmp|Users)/[^\s'\"]*|(?<!\w)[A-Z]:\\{1,2}(?:[A-Z]|\w{2,}\\)[^\s'\"]*"
)
_PLOTTING = re.compile(r"^[ \t]*(?:import|from)\s.*\b(matplotlib|pyplot|ipywidgets)\b", re.MULTILINE)
# Of Python, NumPy or MXNet
_TRUTH_VALUE = re.compile(r"(?:np\.)?(?:array\()?(True|False)_?(?:\.\d*)?(?:,[^()]*)?\)?")
_LOADS = re.compile(r"\bload_exercises\(")
_DATA = re.compile(r"data:image/[^\"']*")
_IMAGE = re.compile(r"<img\b", re.IGNORECASE)
_IMAGE_WITHOUT_ALT = re.compile(r"!\[\s*\][(\[]|<img\b(?![^<>]*\balt\s*=\s*(?:\"\s*[^\s\"]|'\s*[^\s']))", re.IGNORECASE)


def lint_notebook(path: Path) -> list[str]:
    """Check a notebook's form, cells, outputs and the numbers in its prose.

    A teacher's own notebook, which loads its exercises, needs neither the chapter's sections nor ids made of words, and
    may import a library for plots.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file; it may contain anything.

    Returns
    -------
    list of str
        The findings, as ``name.ipynb:cell-id: message``, or ``name.ipynb: message`` where one is not about one cell.
        Empty if nothing needs repair. A file that is not a notebook is one finding.
    """
    try:
        notebook = read_notebook(path)
        findings = [f" {message}" for message in _form(notebook, path)]
    except NotebookError as error:
        return [f"{path.name}: {error.failed}: got {error.got}, expected {error.expected}"]
    is_own = any(cell.cell_type == "code" and _LOADS.search(cell.source) for cell in notebook.cells)
    findings += [f" {message}" for rule in (_order(notebook, is_own), _counts(notebook)) for message in rule]
    root = _repository(path)
    for cell in notebook.cells:
        rules = [_code(cell), _outputs(cell)] if cell.cell_type == "code" else [_prose(cell)]
        if not is_own:
            rules.append(_chapters(cell))
        messages = [message for rule in (_cell(cell, root), *rules) for message in rule]
        findings += [f"{cell['id']}: {message}" for message in messages]
    return [f"{path.name}:{finding}" for finding in findings + check_prose(notebook)]


def _form(notebook: NotebookNode, path: Path) -> Iterator[str]:
    """Check the file as a whole."""
    if notebook.nbformat_minor != 5:
        yield f"is nbformat 4.{notebook.nbformat_minor}, not 4.5"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "has no kernelspec named python3"
    if "widgets" in notebook.metadata:
        yield "keeps widget state in metadata.widgets, with which GitHub does not show the notebook"
    content = path.read_bytes()
    if len(content) > _FILE_BYTES:
        yield f"is {len(content) / 1e6:.1f} MB, more than {_FILE_BYTES / 1e6:.0f} MB"
    if content != to_bytes(notebook):
        yield "is not written as d2l-author record writes it; record it again"


def _order(notebook: NotebookNode, is_own: bool) -> Iterator[str]:
    """Check that title, setup and last sections stand in the order that the reader expects."""
    cells = notebook.cells
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        yield "its first cell is not a title: markdown that starts with '# '"
    code = [cell for cell in cells if cell.cell_type == "code"]
    if not code or len(code[0].source.splitlines()) > _SETUP_LINES:
        yield f"its first code cell is not a setup of at most {_SETUP_LINES} lines"
    prose = "\n".join(_FENCE.sub("", cell.source) for cell in cells if cell.cell_type == "markdown")
    headings = _HEADING.findall(prose)
    places = [next((i for i, text in enumerate(headings) if name in text), None) for name in _SECTIONS]
    missing = [name for name, place in zip(_SECTIONS, places, strict=True) if place is None]
    yield from (f"has no heading '## {name}'" for name in missing if not is_own)
    found = [place for place in places if place is not None]
    if found != sorted(found):
        yield f"has its last sections out of order: expected {', '.join(_SECTIONS)}"
    names = Counter(cell["id"] for cell in cells)
    yield from (f"has {number} cells with the id {name}" for name, number in names.items() if number > 1)


def _counts(notebook: NotebookNode) -> Iterator[str]:
    """Check that every code cell was run once, from top to bottom."""
    expected = count(1)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.execution_count != (number := next(expected)):
            got = "was never run" if cell.execution_count is None else f"was run as number {cell.execution_count}"
            yield f"cell {cell['id']} {got}, not as number {number}; record the notebook again"
            return  # every later cell would be a finding, too


def _cell(cell: NotebookNode, root: Path | None) -> Iterator[str]:
    """Check the texts of a cell, prose or code."""
    outputs = cell.outputs if cell.cell_type == "code" else []  # nbformat does not validate the outputs of other cells
    texts = [cell.source, *(text for output in outputs for text in _texts(output))]
    for text in texts:
        if root and str(root) in text:
            yield f"names the folder of this repository, {root}"
        elif match := _MACHINE_PATH.search(text):
            yield f"names a path of one machine, {match[0][:60]}"


def _code(cell: NotebookNode) -> Iterator[str]:
    """Check the source of a code cell."""
    lines = cell.source.splitlines()
    if len(lines) > _CELL_LINES:
        yield f"has {len(lines)} lines, more than {_CELL_LINES}"
    for number, line in enumerate(lines, start=1):
        if len(line) > _COLUMNS:
            yield f"line {number} has {len(line)} columns, more than {_COLUMNS}"


def _chapters(cell: NotebookNode) -> Iterator[str]:
    """Check what holds for the chapter's cells only: their ids, and that they leave plots to the helpers."""
    if not _WORDS.fullmatch(cell["id"]) or _RANDOM_ID.fullmatch(cell["id"]):
        yield "its id is not made of words, such as train-the-model"
    if cell.cell_type == "code" and (match := _PLOTTING.search(cell.source)):
        yield f"imports {match[1]}; let a figure or panel of d2l_helpers draw instead"


def _outputs(cell: NotebookNode) -> Iterator[str]:
    """Check the outputs of a code cell."""
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"ends in {output.ename}: {output.evalue[:60]}"
        if output.get("name") == "stderr":
            yield f"writes to stderr: {output.text.strip()[:60]}"
        size = len(json.dumps(output).encode())
        if size > _OUTPUT_BYTES:
            yield f"has an output of {size / 1e3:.0f} KB, more than {_OUTPUT_BYTES / 1e3:.0f} KB"
        data = output.get("data", {})
        description = data.get("text/plain", "").strip()
        if match := _TRUTH_VALUE.fullmatch(description or output.get("text", "").strip()):
            yield f"answers with a bare {match[1]}; show the numbers that were compared"
        is_type_name = description.startswith("<") and description.endswith(">")  # <Figure size 640x480 …>
        if any(kind.startswith("image/") for kind in data) and (is_type_name or not description):
            yield "shows a picture without a description in text/plain"
        markup = _joined(data.get("text/html", ""))
        if any(kind.startswith("image/") for kind in data) and not _IMAGE.search(markup):
            yield "shows a picture without an <img> with alt text in text/html"
        if _IMAGE_WITHOUT_ALT.search(markup):
            yield "shows an image without an alt text"
        if "application/vnd.jupyter.widget-view+json" in data:
            yield 'keeps a widget view, which shows "model not found" without a kernel'


def _prose(cell: NotebookNode) -> Iterator[str]:
    """Check the pictures and sentences of a markdown cell."""
    if not cell.source.startswith(f"## {_SECTIONS[-1]}"):  # lists of authors and titles
        yield from long_sentences(cell.source)
    for match in _IMAGE_WITHOUT_ALT.finditer(cell.source):
        yield f"has a picture without alt text: {cell.source[match.start() : match.start() + 40]}"


def _texts(output: NotebookNode) -> Iterator[str]:
    """Yield the texts of an output, without base64, which may contain any path by chance."""
    yield output.get("text", "")
    yield "\n".join(output.get("traceback", []))
    for kind, content in output.get("data", {}).items():
        if not kind.startswith("image/") or kind == "image/svg+xml":
            yield _DATA.sub("", content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _repository(path: Path) -> Path | None:
    """Return the folder of the repository that a file belongs to, if any."""
    folders = path.resolve().parents[:-1]  # without "/", which every path contains
    return next((folder for folder in folders if (folder / "pyproject.toml").exists()), None)
