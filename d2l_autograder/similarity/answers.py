"""Take a student's answers out of a notebook: without checks, stubs and the cells that were handed out."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from d2l_autograder.assignment import Assignment
from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.cells.meaning import meaning
from d2l_autograder.similarity.fingerprints import windows_of
from d2l_autograder.similarity.normalise import Token, bound_names, tokens_of
from d2l_autograder.submission.repair import grade_id
from d2l_autograder.submission.submission import Cell, Submission

__all__ = ["Answer", "answer_of", "answers_in", "known_windows"]

_MOST_TOKENS = 4000  # of an answer; no honest one is nearly as long
_MOST_CHARACTERS = 200_000  # of an answer: one of 1 MB took 25 seconds to read


@dataclass(frozen=True, eq=False)
class Answer:
    """A student's answer to an exercise that asks for a function.

    Attributes
    ----------
    exercise : str
        The exercise's name.
    text : str
        The answer's cells as the student wrote them, one below the other.
    lines : array of int
        The line of the text on which each token stands, from 1.
    windows : array of int
        The hash of each window of tokens.
    is_read : bool
        Whether all of the code could be read as Python, and was short enough to be compared.
    """

    exercise: str
    text: str
    lines: array[int]
    windows: array[int]
    is_read: bool = True


def answer_of(exercise: str, cells: Sequence[tuple[str, str]]) -> Answer:
    """Return an answer.

    Parameters
    ----------
    exercise : str
        The exercise's name.
    cells : sequence of (str, str)
        Each cell as the student wrote it, and in Python's own syntax, with as many lines.
    """
    bound: frozenset[str] = frozenset()
    if is_short := sum(len(python) for _, python in cells) <= _MOST_CHARACTERS:
        bound = bound_names([python for _, python in cells])
    tokens: list[Token] = []
    is_read, above, texts = True, 0, []
    for text, python in cells:
        found = tokens_of(python, bound) if is_short else None
        is_read &= found is not None
        tokens += [token._replace(line=token.line + above) for token in found or ()]
        texts.append(text)
        above += text.count("\n") + 2
    is_read &= len(tokens) <= _MOST_TOKENS
    tokens = tokens[:_MOST_TOKENS]
    last = above or 1
    lines = array("L", (min(token.line, last) for token in tokens))
    return Answer(exercise, "\n\n".join(texts), lines, array("q", windows_of(tokens)), is_read)


def answers_in(submission: Submission, assignment: Assignment) -> Iterator[Answer]:
    """Yield the answers to the exercises that ask for a function; a number or a letter is never compared.

    An answer is the exercise's own cell with the cells of the student's that the answer needs.
    """
    handed_out = {meaning(cell.source) for cell in assignment.release.cells if cell.cell_type == "code"}
    cells = [cell for cell in submission.all_cells() if meaning(cell.source) not in handed_out]
    names = {cell.id: grade_id(cell) for cell in submission.notebook.cells}
    taken: set[str] = set()
    for item in assignment.items:
        name = item.exercise.name
        if item.exercise.kind != "written" or name not in submission.attempted:
            continue
        needed = {cell.id for cell in submission.cells([name])}
        own = [cell for cell in cells if cell.id in needed - taken and names[cell.id] in (None, name)]
        taken |= {cell.id for cell in own}
        if own:
            yield answer_of(name, [(_written(submission, cell), cell.source) for cell in own])


def known_windows(assignment: Assignment) -> frozenset[int]:
    """Return the hashes of all windows in what was handed out and in the key's solutions."""
    sources = [to_python(cell.source) for cell in assignment.release.cells if cell.cell_type == "code"]
    sources += [item.answer.source() for item in assignment.items]
    return frozenset(_windows_in(sources))


def _windows_in(sources: Iterable[str]) -> Iterator[int]:
    for source in sources:
        yield from windows_of(tokens_of(source) or [])


def _written(submission: Submission, cell: Cell) -> str:
    source: str = submission.notebook.cells[cell.number - 1].source
    return source
