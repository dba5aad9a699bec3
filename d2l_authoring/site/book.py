"""Run Sphinx on the pages of the book."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from d2l_authoring.site.tables import with_named_headers
from d2l_helpers.errors import NotebookError

__all__ = ["write_book"]

_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_MOST_SAID = 2000  # characters of warnings


def write_book(
    source: Path,
    output: Path,
    settings: Mapping[str, Any],
    pages: Mapping[str, Mapping[str, Any]],
    builder: str = "html",
) -> None:
    """Write a folder of Markdown and notebooks as pages.

    Parameters
    ----------
    source, output : Path
        Folders: of the pages' sources, and for the pages. Sphinx's own files come beside the pages.
    settings : mapping
        Sphinx's settings, as a conf.py would have them.
    pages : mapping
        For each page what the templates know about it beside Sphinx's own values.
    builder : str
        Sphinx's name for the form of the book: ``"html"``, or ``"singlehtml"`` for one page of all.

    Raises
    ------
    NotebookError
        If Sphinx fails, or warns of anything: a link that leads nowhere, a formula that it cannot read.
    """
    said, doctrees, begun = io.StringIO(), output.with_name("doctrees"), [""]
    try:
        with patch_docutils(), docutils_namespace(), warnings.catch_warnings():
            # MyST calls what Sphinx will remove, which is no fault of a notebook
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            app = Sphinx(source, None, output, doctrees, builder, dict(settings), status=None, warning=said)
            app.connect("env-purge-doc", lambda *event: begun.append(event[2]))  # before a page is read
            app.connect("html-page-context", lambda *event: _complete(event[3], pages.get(event[1], {})))
            app.build(force_all=True)
    except OSError:
        raise
    except Exception as error:  # a damaged picture or table makes libraries below Sphinx raise errors of any kind
        raise _failed(f"{begun[-1]}: {type(error).__name__}: {error}") from error
    if warned := _COLOURS.sub("", said.getvalue()).replace(f"{source}/", "").strip():
        raise _failed(warned[:_MOST_SAID])


def _complete(context: dict[str, Any], told: Mapping[str, Any]) -> None:
    """Add what the templates of a page need."""
    context.update(told)
    if "body" in context:
        context["body"] = with_named_headers(context["body"])


def _failed(got: object) -> NotebookError:
    return NotebookError(
        "Cannot build the site",
        got=got,
        expected="notebooks that Sphinx reads without a warning",
        remedy="correct the cell that is named, and run make site again; the old site is unchanged",
    )
