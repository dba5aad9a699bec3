"""Turn a cell into plain Python as Jupyter does, by IPython's own transformer; lines keep their numbers."""

from __future__ import annotations

import ast
import keyword
import re
from functools import lru_cache
from typing import Any

from d2l_autograder.cells.parser_warnings import quietly

__all__ = ["AROUND", "MAGIC_OPTIONS", "to_python"]

AROUND = ("time", "prun", "capture")  # magics that run a statement, or the cell below them, in the notebook's namespace
MAGIC_OPTIONS = re.compile(r"(?:-[nrpvDlsT]\s*\S+\s+|-[a-z]+\s+)*")  # of timeit and prun, before the statement
_APART = "timeit"  # runs code too, in a function of its own
# Whatever IPython transforms matches one of these; all other text is Python as it stands, and IPython is not imported
_SPECIAL = re.compile(r"^[ \t\f]*(?:[%!?,;/]|>>>|In \[|\[nav\]|\[ins\])|=[ \t\\\n]*[%!]|\?|\A\s|\.\.\.:", re.MULTILINE)
_AUTOMATIC = re.compile(r"\s*([a-z]\w*)[ \t]+[^=\s(]")  # a magic that is called without its sign
_OUTPUT = re.compile(r"[^\W\d]\w*")
_MOST_LAYERS = 20  # cell magics above each other
_MOST_WORK = 200_000  # characters that are tokenized for one cell: IPython does so once for each magic in it
_MOST_MAGICS = 500  # as IPython
_LONGEST_ESCAPED = 1000  # Python's tokenizer takes quadratic time over a line of escaped quotes
_LONGEST_HELP = 2000  # IPython's pattern for `name?` takes quadratic time


@lru_cache(maxsize=2048)
def to_python(source: str) -> str:
    """Return a cell as Python; never raises, whatever the text.

    Magics become calls of ``get_ipython()``, as in IPython, except that the code below `AROUND`'s cell magics takes
    the place of the call. What IPython cannot transform, or only with much work, is returned as it is.

    Parameters
    ----------
    source : str
        As the notebook has it.
    """
    if not _SPECIAL.search(source) and not _is_automatic(source):
        return source
    try:
        with quietly():
            return _transformed(source)
    except Exception:  # IPython's transformer on text that nobody writes: RecursionError, IndexError, AssertionError
        return source


def _transformed(source: str) -> str:
    manager = _manager()
    lines = f"{source.rstrip(chr(10))}\n".splitlines(keepends=True)
    if any(len(line) > _LONGEST_ESCAPED and "\\" in line for line in lines):
        return source
    above, after = 0, ""
    for _ in range(_MOST_LAYERS):
        count = len(lines)
        for clean in manager.cleanup_transforms:
            lines = clean(lines)
        above += count - len(lines)  # empty lines, which keep the numbers of the lines below them
        name, options = _cell_magic(lines)
        if name not in AROUND:
            break
        lines, above = lines[1:], above + 1
        if name == "capture" and (output := _OUTPUT.match(options)):
            after = f"{output[0]} = get_ipython().captured()\n{after}"
    if name == _APART:
        body = "".join(lines[1:])
        body = body if body.lstrip().startswith("%%") else to_python(body)  # each such layer would double the quotes
        lines = [f"get_ipython().run_cell_magic({name!r}, {options!r}, {body!r})\n"]
    elif name:
        lines = manager.line_transforms[0](lines)
    else:
        lines = _with_calls(lines, manager)
    return "\n" * above + "".join(lines) + after


def _manager() -> Any:
    from IPython.core.inputtransformer2 import HelpEnd, TransformerManager

    class Help(HelpEnd):
        def transform(self, lines: list[str]) -> list[str]:
            if sum(map(len, lines[self.start_line : self.q_line + 1])) > _LONGEST_HELP:
                raise SyntaxError("too long for help")  # which the manager takes for a transformer that does not fit
            return super().transform(lines)  # type: ignore[no-any-return, no-untyped-call]

    manager = TransformerManager()  # type: ignore[no-untyped-call]
    manager.token_transformers = [Help if each is HelpEnd else each for each in manager.token_transformers]
    return manager


def _cell_magic(lines: list[str]) -> tuple[str, str]:
    """Return the name and the options of the cell magic in the first line, if there is one."""
    if not lines or not lines[0].startswith("%%") or re.match(r"%%\w+\?", lines[0]):
        return "", ""
    name, _, options = lines[0][2:].strip().partition(" ")
    return name, options.strip()


def _with_calls(lines: list[str], manager: Any) -> list[str]:
    """Replace what is IPython's own syntax by calls, one after the other; a call stands in the first of its lines."""
    for _ in range(min(_MOST_MAGICS, _MOST_WORK // sum(map(len, lines)) if any(lines) else 0)):
        is_changed, new = manager.do_one_token_transform(lines)
        if not is_changed:
            break
        pairs = enumerate(zip(lines, new, strict=False))
        place = next((number for number, (one, other) in pairs if one != other), len(new) - 1)
        new[place + 1 : place + 1] = ["\n"] * (len(lines) - len(new))
        lines = new
    if len(lines) == 1 and _is_automatic(lines[0]):
        name, _, rest = lines[0].strip().partition(" ")
        return [f"get_ipython().run_line_magic({name!r}, {rest.strip()!r})\n"]
    return lines


def _is_automatic(source: str) -> bool:
    """Return whether IPython may take a cell of one line for a magic without its sign, such as ``pip install x``."""
    found = _AUTOMATIC.match(source) if len(source) <= _LONGEST_HELP and "\n" not in source.strip() else None
    if not found or keyword.iskeyword(found[1]):
        return False
    try:
        with quietly():
            ast.parse(source.strip())
    except Exception:  # SyntaxError, or what the parser raises on text that nobody writes
        return True
    return False
