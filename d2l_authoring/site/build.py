"""Build the site: all of it or nothing, and the same bytes each time."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from d2l_authoring.site.settings import require_packages, settings
from d2l_authoring.site.sources import write_sources
from d2l_helpers.errors import ArgumentError, NotebookError

__all__ = ["build_site"]

_MARK = ".nojekyll"  # tells GitHub Pages to serve _static, too
_MARKED = b"made by d2l-author site\n"
_SPHINXS_OWN = (".buildinfo", "objects.inv")  # for later builds, and for other books


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
    require_packages()
    output = output.resolve()  # Sphinx reads a relative path as one below its sources; a link is kept
    try:
        _require_site(output)
        output.parent.mkdir(parents=True, exist_ok=True)
        # Beside the site, because a folder is renamed only within a file system
        with tempfile.TemporaryDirectory(prefix=f".{output.name[:50]}.", dir=output.parent) as work:
            _write(project, Path(work))
            _replace(output, Path(work))
    except OSError as error:
        raise NotebookError(
            f"Cannot write the site to {output}",
            got=error,
            expected="a folder with write permission, and 30 MB of free space",
            remedy="look at the folder's permissions and the free space; the old site is unchanged",
        ) from error


def _require_site(output: Path) -> None:
    """Raise ArgumentError if a path has anything but a site, which would be lost."""
    mark = output / _MARK
    is_free = not output.exists() or (output.is_dir() and not any(output.iterdir()))
    if not is_free and not (mark.is_file() and mark.read_bytes() == _MARKED):
        raise ArgumentError(
            "Cannot put the site there.",
            got=f"{output}, which is something else than a site",
            expected="a folder that is new, empty or an earlier site: it is replaced as a whole",
            remedy="choose another folder, as in d2l-author site --output build/site",
        )


def _write(project: Path, work: Path) -> None:
    """Write the new site into a folder for the work."""
    from d2l_authoring.site.book import write_book  # imported here, because it imports Sphinx

    sources, new = write_sources(project, work), work / "new"
    write_book(sources.pages, new, settings(sources.extra), sources.told)
    for name in _SPHINXS_OWN:
        (new / name).unlink(missing_ok=True)
    (new / "_sources").rmdir()  # empty, since the notebooks' files are there as they are
    (new / _MARK).write_bytes(_MARKED)


def _replace(output: Path, work: Path) -> None:
    """Put the new site in the place of the old one, which goes with the folder for the work."""
    old = work / "old"
    if output.exists():
        output.rename(old)
    try:
        (work / "new").rename(output)
    except BaseException:  # also Ctrl-C between the two
        if old.exists() and not output.exists():
            old.rename(output)
        raise
    shutil.rmtree(old, ignore_errors=True)
