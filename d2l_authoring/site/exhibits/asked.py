"""Find the questions that a notebook asks before an exhibit."""

from __future__ import annotations

import html
import re

from markdown_it import MarkdownIt
from markdown_it.token import Token
from nbformat import NotebookNode

from d2l_helpers.errors import NotebookError
from d2l_helpers.predictions.catalogue import find

__all__ = ["asked"]

_FORMULA = re.compile(r"\$([^$\n]+)\$")
_GREEK = {r"\delta": "δ", r"\eta": "η", r"\lambda": "λ", r"\sigma": "σ"}
_PREDICT = re.compile(r'helpers\.predict\("(\w+)"\)')
_QUESTIONS = re.compile(r"(?:(?<=[.?!:] )|\A)[^.?!:]*\?(?:.*\?)?", re.DOTALL)  # from the first one to the last one


def asked(notebook: NotebookNode, cell_id: str) -> list[str]:
    """Return as HTML the questions of a cell: the items of a list, the end of a paragraph, or what `predict` asks.

    Raises
    ------
    NotebookError
        If there is no such cell, it asks nothing, or a question has a formula other than a Greek letter or a number.
    """
    cells = {cell["id"]: cell for cell in notebook.cells}
    source = str(cells[cell_id].source) if cell_id in cells else ""
    if predicted := _PREDICT.search(source):
        question = find(predicted[1])
        choices = "".join(f"<li>{html.escape(text)}</li>" for text in question.options().values())
        return [f"<p>{html.escape(question.text)}</p>" + (f'<ol type="a">{choices}</ol>' if choices else "")]
    tokens = MarkdownIt("commonmark").parse(source)
    questions = [_text(token.content) for token in tokens if token.type == "inline" and token.level >= 2]
    questions = [text for text in questions if "?" in text] or _of_paragraphs(tokens)
    if not questions or any(re.search(r"[\\$]", text) for text in questions):
        raise NotebookError(
            f"Cannot show the question before an exhibit, in the cell {cell_id!r}.",
            got=questions[0] if questions else "no question there",
            expected="a list or a paragraph that asks something, in which formulas are Greek letters or numbers",
            remedy="correct the cell, or its id in the table of states",
        )
    return [f"<p>{MarkdownIt('commonmark').renderInline(text)}</p>" for text in questions]


def _of_paragraphs(tokens: list[Token]) -> list[str]:
    texts = [_text(token.content) for token in tokens if token.type == "inline" and token.level == 1]
    return [found[0] for text in texts[-1:] if (found := _QUESTIONS.search(text))]


def _text(source: str) -> str:
    """Return Markdown with the letters of its formulas as plain text, on one line."""

    def plain(formula: re.Match[str]) -> str:
        written = formula[1]
        for command, letter in _GREEK.items():
            written = written.replace(command, letter)
        return written if "\\" not in written else formula[0]

    return _FORMULA.sub(plain, " ".join(source.split()))
