"""Write the book's first page: what the chapter is, a table of its sections, and how to run them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

__all__ = ["FRONT", "Section", "front_page", "sections_of"]

FRONT = "index"
_START = "00_start_here"
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<goal>[^|]*?) \| (?P<minutes>[^|]*?) \|$", re.MULTILINE)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_ABOUT_START = ("look around: a map, one slider, and how guesses, checks and hints work", "10")

_INTRODUCTION = """\
# Linear Neural Networks

A chapter of deep learning in ten notebooks, after *Dive into Deep Learning*, edition 0.13.2, in its own words and code.
A linear network is the smallest network there is. It predicts, measures its error, and moves its weights to make the
error smaller, as all larger networks do.

Each page shows a notebook as it was recorded: its text, its code, and every number and picture that the code produced.
Questions come before results. **Guess first, then unfold the answer.** Each exercise has three hints, which unfold one
after another."""

_RUN = """\
## Run it yourself

In a running notebook, sliders retrain your own code while you watch, and a check says at once what an answer still
lacks."""

_WAYS = """\
1. {online}
2. **On your computer**, with Debian or Ubuntu and Python 3.11 to 3.14: get the repository{where}, and run `make lab` in
   its folder. The command asks nothing, sets up everything and opens your copies of the notebooks in JupyterLab.
3. **In a container**, on macOS, Windows or any other system with Docker: open the repository's folder in an editor that
   knows development containers, such as Visual Studio Code, or build its `Dockerfile`."""
_LINKED = "**In the browser**, with nothing to install: use the buttons above the title of each page."
_NOT_LINKED = """\
**In Colab**: download a notebook with the button above the title of its page. Upload it there with the file
   `d2l_helpers-*.whl`, which `make wheel` builds in the repository's folder."""


@dataclass(frozen=True)
class Section:
    """What the book says about a notebook.

    Attributes
    ----------
    name : str
        The notebook's, such as ``"04_softmax_regression"``; the address of its page follows it.
    title : str
        Its heading.
    goal : str
        What its reader will do, as the start page says it; may be empty.
    minutes : str
        How long reading takes; may be empty.
    """

    name: str
    title: str
    goal: str = ""
    minutes: str = ""

    @property
    def number(self) -> str:
        """The section's number, such as "4"; "0" for the start page."""
        return str(int(self.name[:2])) if self.name[:2].isdigit() else ""


def sections_of(notebooks: Mapping[str, NotebookNode]) -> list[Section]:
    """Return the sections of the book; goals and minutes are those of the table on the chapter's start page."""
    start = notebooks.get(_START)
    text = "\n".join(cell.source for cell in start.cells if cell.cell_type == "markdown") if start else ""
    told = {row["name"]: (row["goal"], row["minutes"]) for row in _ROW.finditer(text)}
    told[_START] = _ABOUT_START
    return [Section(name, _title(notebook, name), *told.get(name, ())) for name, notebook in notebooks.items()]


def front_page(sections: Sequence[Section], address: str | None) -> str:
    """Return the first page as Markdown.

    Parameters
    ----------
    sections : sequence of Section
        In the order of the book.
    address : str or None
        The repository's public address, if it has one.
    """
    rows = [f"| [{_cell(_entry(one))}]({one.name}.ipynb) | {one.goal} | {one.minutes} |" for one in sections]
    table = "\n".join(["| section | you will | minutes |", "|---|---|---|", *rows])
    where = f" from <{address}>" if address else ""
    ways = _WAYS.format(online=_LINKED if address else _NOT_LINKED, where=where)
    entries = "\n".join(f"{_entry(one)} <{one.name}>" for one in sections)
    contents = f"```{{toctree}}\n:hidden:\n\n{entries}\n```"
    return "\n\n".join([_INTRODUCTION, "## The sections", table, contents, _RUN, ways, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")  # or the title would end the cell of the table


def _entry(section: Section) -> str:
    return f"{section.number} {section.title}".strip()


def _title(notebook: NotebookNode, name: str) -> str:
    titles = (_TITLE.search(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return next((found[1].strip() for found in titles if found), name)
