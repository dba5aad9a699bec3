"""Build the site: all of it or nothing, and with the same bytes each time."""

from __future__ import annotations

import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from d2l_authoring.links import address_of
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_authoring.site.buttons import NOTEBOOKS, buttons
from d2l_authoring.site.front import FRONT, Section, front_page, sections_of
from d2l_authoring.site.pages import page_of
from d2l_authoring.site.settings import settings
from d2l_helpers.errors import ArgumentError, LibraryUnusable, NotebookError

__all__ = ["build_site"]

_NEEDED = ("sphinx", "myst_nb", "furo", "math_core")
_MARK = ".nojekyll"  # tells GitHub Pages to serve _static, too
_MARKED = b"made by d2l-author site\n"
_SPHINXS_OWN = (".buildinfo", "objects.inv")  # for later builds and other books


def build_site(project: Path, output: Path) -> None:
    """Build the chapter's pages from its recorded notebooks; nothing is executed.

    Parameters
    ----------
    project : Path
        A folder with ``pyproject.toml`` and ``notebooks``.
    output : Path
        The folder of the site. It is replaced as a whole; until the new site is complete, the old one stays.

    Raises
    ------
    LibraryUnusable
        If a package of the extra ``site`` is missing.
    ArgumentError
        If `output` holds something else than a site.
    NotebookError
        If a notebook cannot be read or shown, or the site cannot be written.
    """
    if missing := [name for name in _NEEDED if not find_spec(name)]:
        raise LibraryUnusable(
            "Cannot build the site",
            got=f"no {', '.join(missing)} in this environment",
            expected="the packages of requirements-site.lock",
            remedy="run make site in the project's folder, which installs them",
        )
    _require_site(output)
    notebooks = {path.stem: read_notebook(path) for path in sorted((project / "notebooks").glob("*.ipynb"))}
    if not notebooks:
        raise NotebookError(
            "Cannot build the site",
            got=f"no notebook in {project / 'notebooks'}",
            expected="the project's folder, with its notebooks",
            remedy="run the command in the project's folder, or pass --project",
        )
    address = address_of(project)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent) as work:
            _write(notebooks, address, Path(work))
            _replace(output, Path(work))
    except OSError as error:
        raise NotebookError(
            f"Cannot write the site to {output}",
            got=error,
            expected="a folder with write permission, and 30 MB of free space",
            remedy="look at the folder's permissions and the free space; the old site is unchanged",
        ) from error


def _require_site(output: Path) -> None:
    """Raise ArgumentError if a folder holds anything but a site: it will be replaced."""
    mark = output / _MARK
    is_free = not output.exists() or (output.is_dir() and not any(output.iterdir()))
    if not is_free and not (mark.is_file() and mark.read_bytes() == _MARKED):
        raise ArgumentError(
            "Cannot put the site there.",
            got=f"{output}, which holds something else than a site",
            expected="a folder that is new, empty, or an earlier site: it is replaced as a whole",
            remedy="choose another folder, as in d2l-author site --output build/site",
        )


def _write(notebooks: dict[str, NotebookNode], address: str | None, work: Path) -> None:
    """Write the pages' sources, and from them the new site, into a folder for the work."""
    from d2l_authoring.site.book import write_book  # imported here, because it imports Sphinx

    source, extra, new = work / "source", work / "extra", work / "new"
    downloads = extra / NOTEBOOKS
    for folder in (source, downloads):
        folder.mkdir(parents=True)
    sections = sections_of(notebooks)
    (source / f"{FRONT}.md").write_text(front_page(sections, address), encoding="utf-8")
    for name, notebook in notebooks.items():
        (source / f"{name}.ipynb").write_bytes(to_bytes(page_of(notebook, name)))
        (downloads / f"{name}.ipynb").write_bytes(to_bytes(notebook))
    pages = {one.name: _page(one, address) for one in sections}
    write_book(source, new, work / "doctrees", settings(extra), pages)
    for name in _SPHINXS_OWN:
        (new / name).unlink(missing_ok=True)
    (new / _MARK).write_bytes(_MARKED)


def _page(section: Section, address: str | None) -> dict[str, Any]:
    goal = f": {section.goal}" if section.goal else ""
    return {"buttons": buttons(section.name, address), "description": f"{section.title}{goal}."}


def _replace(output: Path, work: Path) -> None:
    """Put the new site in the place of the old one, which is removed with the folder for the work."""
    if output.exists():
        output.rename(work / "old")
    (work / "new").rename(output)
    shutil.rmtree(work / "old", ignore_errors=True)
