"""Extend Sphinx by formulas as MathML, which a browser shows without a script."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging

__all__ = ["setup"]

_LOG = logging.getLogger(__name__)
_CONVERTER = LatexToMathML(fancy_error=False)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer `mathml`, as Sphinx asks of an extension."""
    app.setup_extension("furo")  # now, or Sphinx would not know its setting for dark code
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def mathml(formula: str, is_block: bool) -> str:
    """Return a formula of LaTeX as MathML.

    Raises
    ------
    ValueError
        If it has an error, or a command that is not known.
    """
    try:
        return str(_CONVERTER.convert_with_local_state(formula, displaystyle=is_block))
    except LatexError as error:
        raise ValueError(str(error)) from error


def _inline(translator: Any, node: nodes.math) -> None:
    _write(translator, node, is_block=False)


def _block(translator: Any, node: nodes.math_block) -> None:
    _write(translator, node, is_block=True)


def _write(translator: Any, node: nodes.Element, is_block: bool) -> None:
    try:
        translator.body.append(mathml(node.astext(), is_block))
    except ValueError as error:
        _LOG.warning("the formula %s: %s", node.astext(), error, location=node)
    raise nodes.SkipNode
