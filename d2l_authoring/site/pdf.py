"""Print the book: one page of all notebooks, which Chromium turns into a PDF file."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from d2l_authoring.site.settings import require_packages, settings
from d2l_authoring.site.sources import write_sources
from d2l_helpers.atomic import replace_file
from d2l_helpers.errors import LibraryUnusable, NotebookError

__all__ = ["build_pdf"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 180
_OPTIONS = ("--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline")


def build_pdf(project: Path, output: Path) -> None:
    """Write all notebooks into one PDF file, with everything unfolded.

    Parameters
    ----------
    project : Path
        A folder with ``pyproject.toml`` and ``notebooks``.
    output : Path
        The file; until the new one is complete, the old one stays. Chromium writes the date into it.

    Raises
    ------
    LibraryUnusable
        If Chromium or a package of the extra ``site`` is missing.
    NotebookError
        If a notebook cannot be read or shown, or the file cannot be made or written.
    """
    require_packages()
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise LibraryUnusable(
            "Cannot print the book",
            got=f"none of {', '.join(_BROWSERS)} on the PATH",
            expected="Chromium, which turns pages into PDF",
            remedy="run make system-packages, or on Debian and Ubuntu sudo apt-get install chromium",
        )
    from d2l_authoring.site.book import write_book  # imported here, because it imports Sphinx

    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        # Beside the file and not hidden, because Chromium from Ubuntu's snap sees neither /tmp nor hidden folders
        with tempfile.TemporaryDirectory(prefix=f"{output.stem[:50]}-", dir=output.parent) as folder:
            work = Path(folder).absolute()
            sources = write_sources(project, work)
            write_book(sources.pages, work / "new", settings(sources.extra), {}, builder="singlehtml")
            printed = _printed(browser, work)
    except OSError as error:
        raise NotebookError(
            f"Cannot print the book beside {output}",
            got=error,
            expected="a folder with write permission, and 50 MB of free space",
            remedy="look at the folder's permissions and the free space; an earlier file is unchanged",
        ) from error
    replace_file(output, printed)


def _printed(browser: str, work: Path) -> bytes:
    """Return the page that lies in a folder as PDF."""
    printed = work / "book.pdf"
    options = [*_OPTIONS, f"--user-data-dir={work / 'browser'}", f"--print-to-pdf={printed}"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium does not start its sandbox as root; the page is our own
    command = [browser, *options, (work / "new" / "index.html").as_uri()]
    try:
        said = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True).stderr
        return printed.read_bytes()
    except FileNotFoundError:
        got: object = said.decode(errors="replace")[-500:]
    except subprocess.SubprocessError as error:
        got = error
    raise NotebookError(
        "Cannot print the book",
        got=got,
        expected=f"a PDF file from {browser} within {_SECONDS} seconds",
        remedy=f"try {browser} --headless --print-to-pdf on another page; it says more",
    )
