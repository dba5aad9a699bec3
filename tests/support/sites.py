"""The book as the tests see it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock
from nbformat import v4
from support.lacking import lacking

from d2l_authoring.notebook_file import to_bytes
from d2l_authoring.site.build import build_site
from d2l_authoring.site.settings import require_packages
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.errors import LibraryUnusable

ROOT = Path(__file__).parents[2]
PAGES = ("index", *CHAPTER, "search")


def built_site(temporary: pytest.TempPathFactory) -> Path:
    """Return the folder of the chapter's site, built once for all workers; skip the test where a package is missing."""
    require_sphinx()
    of_worker = temporary.getbasetemp()
    shared = of_worker.parent if "PYTEST_XDIST_WORKER" in os.environ else of_worker
    with FileLock(shared / "site.lock"):
        if not (shared / "site").exists():
            build_site(ROOT, shared / "site")
    return shared / "site"


def require_sphinx() -> None:
    try:
        require_packages()
    except LibraryUnusable as error:
        lacking(str(error))


def small_project(folder: Path, *cells: str, address: str = "") -> Path:
    """Write a project of one notebook, whose cells of prose are given."""
    (folder / "notebooks").mkdir(parents=True)
    urls = f'Repository = "{address}"\n' if address else ""
    (folder / "pyproject.toml").write_text(f'[project]\nname = "small"\n[project.urls]\n{urls}')
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(text, id=f"text-{n}") for n, text in enumerate(cells)])
    (folder / "notebooks" / "01_small.ipynb").write_bytes(to_bytes(notebook))
    return folder
