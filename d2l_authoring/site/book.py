"""Run Sphinx on the pages of the book."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import docutils_namespace, patch_docutils

from d2l_authoring.site.tables import with_named_headers
from d2l_helpers.errors import NotebookError

__all__ = ["write_book"]

_LOG = logging.getLogger(__name__)
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_PLACE = re.compile(r"^(\w+)\.ipynb:(\d+)", re.MULTILINE)
_NO_TITLE = re.compile(r"^index\.md:\d+: .*document '(\w+)' that doesn't have a title.*$", re.MULTILINE)
_FRAME = re.compile(r"<(/?)(?:div|section|article|details)\b")
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
            app.connect("html-page-context", lambda *event: _complete(event[1], event[3], pages.get(event[1], {})))
            app.build(force_all=True)
    except OSError:
        raise
    except Exception as error:  # a damaged picture or table makes libraries below Sphinx raise errors of any kind
        raise _failed(f"{begun[-1]}: {type(error).__name__}: {error}") from error
    if warned := _COLOURS.sub("", said.getvalue()).replace(f"{source}/", "").strip():
        raise _failed(_readable(warned, source)[:_MOST_SAID])


def _complete(page: str, context: dict[str, Any], told: Mapping[str, Any]) -> None:
    """Add what the templates of a page need."""
    context.update(told)
    if "body" in context:
        context["body"] = with_named_headers(context["body"])
        if _closes_too_much(context["body"]):
            _LOG.warning(
                "%s.ipynb: HTML in its prose or outputs ends an element, such as </div>, that it did not begin", page
            )


def _closes_too_much(body: str) -> bool:
    """Return whether HTML of an author ends the frame of the page, and so moves all that follows."""
    depth = 0
    for tag in _FRAME.finditer(body):
        depth += -1 if tag[1] else 1
        if depth < 0:
            return True
    return False


def _readable(warned: str, source: Path) -> str:
    """Return Sphinx's warnings, each once, with the cells in which an author finds them.

    MyST-NB numbers the lines of a notebook: the third line of the second cell is line 20004, or 20003 in some warnings.
    """

    def place(found: re.Match[str]) -> str:
        try:
            cells = json.loads((source / f"{found[1]}.ipynb").read_bytes())["cells"]
            cell = cells[int(found[2]) // 10_000 - 1]
        except (OSError, ValueError, LookupError):
            return found[0]
        begins = "".join(cell["source"]).strip().partition("\n")[0][:60]
        return f"{found[1]}.ipynb, the cell that begins with {begins!r}"

    said = _NO_TITLE.sub(r"\1.ipynb: no title, which is a line '# Title' in a cell of Markdown", warned)
    return "\n".join(dict.fromkeys(_PLACE.sub(place, said).splitlines()))


def _failed(got: object) -> NotebookError:
    return NotebookError(
        "Cannot build the site",
        got=got,
        expected="notebooks that Sphinx reads without a warning",
        remedy="correct the cell that is named, and run make site again; the old site is unchanged",
    )
