"""Write the sources of the book's pages: a first page, and what each page shows of its notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from d2l_authoring.links import address_of
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_authoring.site.buttons import NOTEBOOKS, buttons
from d2l_authoring.site.front import FRONT, Section, front_page, sections_of
from d2l_authoring.site.pages import page_of
from d2l_helpers.errors import NotebookError

__all__ = ["Sources", "write_sources"]


@dataclass(frozen=True)
class Sources:
    """What Sphinx makes pages of.

    Attributes
    ----------
    pages : Path
        A folder with the pages' sources.
    extra : Path
        A folder with what becomes part of the site as it is: the notebooks' files.
    told : dict
        For each page what the templates know about it.
    """

    pages: Path
    extra: Path
    told: dict[str, dict[str, Any]]


def write_sources(project: Path, work: Path) -> Sources:
    """Write the sources of a project's pages into a folder.

    Raises
    ------
    NotebookError
        If the project has no notebooks, or one of them cannot be read.
    """
    notebooks = {path.stem: read_notebook(path) for path in sorted((project / "notebooks").glob("*.ipynb"))}
    if not notebooks:
        raise NotebookError(
            "Cannot build the site",
            got=f"no notebook in {project / 'notebooks'}",
            expected="the project's folder, with its notebooks",
            remedy="run the command in the project's folder, or pass the folder with --project",
        )
    address, sections = address_of(project), sections_of(notebooks)
    sources = Sources(work / "pages", work / "extra", {one.name: _told(one, address) for one in sections})
    downloads = sources.extra / NOTEBOOKS
    for folder in (sources.pages, downloads):
        folder.mkdir(parents=True)
    (sources.pages / f"{FRONT}.md").write_text(front_page(sections, address), encoding="utf-8")
    for name, notebook in notebooks.items():
        page = nbformat.v4.writes(page_of(notebook, name, notebooks))  # as it is: `to_bytes` would drop the lexer
        (sources.pages / f"{name}.ipynb").write_text(page, encoding="utf-8")
        (downloads / f"{name}.ipynb").write_bytes(to_bytes(notebook))
    return sources


def _told(section: Section, address: str | None) -> dict[str, Any]:
    goal = f": {section.goal}" if section.goal else ""
    return {"buttons": buttons(section.name, address), "description": f"{section.title}{goal}."}
