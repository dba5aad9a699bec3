"""Run Sphinx on the pages of the book."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from d2l_helpers.errors import NotebookError

__all__ = ["write_book"]

_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_MOST_SAID = 2000  # characters of warnings


def write_book(
    source: Path, output: Path, doctrees: Path, settings: Mapping[str, Any], pages: Mapping[str, Mapping[str, Any]]
) -> None:
    """Write a folder of Markdown and notebooks as pages.

    Parameters
    ----------
    source, output, doctrees : Path
        Folders: of the pages' sources, for the pages, and for Sphinx's own files.
    settings : mapping
        Sphinx's settings, as a conf.py would have them.
    pages : mapping
        For each page what the templates know about it beside Sphinx's own values.

    Raises
    ------
    NotebookError
        If Sphinx fails, or warns of anything: a link that leads nowhere, a formula that it cannot read.
    """
    warnings = io.StringIO()
    try:
        with patch_docutils(), docutils_namespace():
            app = Sphinx(source, None, output, doctrees, "html", dict(settings), status=None, warning=warnings)
            app.connect("html-page-context", lambda _, page, template, context, tree: context.update(pages.get(page, {})))
            app.build(force_all=True)
    except (SphinxError, OSError) as error:
        raise _failed(error) from error
    if said := _COLOURS.sub("", warnings.getvalue()).replace(f"{source}/", "").strip():
        raise _failed(said[:_MOST_SAID])


def _failed(got: object) -> NotebookError:
    return NotebookError(
        "Cannot build the site",
        got=got,
        expected="notebooks that Sphinx reads without a warning",
        remedy="correct the cell that is named, and run make site again; the old site is unchanged",
    )
