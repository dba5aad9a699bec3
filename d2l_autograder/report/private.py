"""Take out of a text what tells about the grader's machine: folders, the ids of the machine, its name.

A student's code can put into an error message whatever the sandbox lets it read, in any disguise. This module takes out
what is there as it is; `safe_text` bounds the rest.
"""

from __future__ import annotations

import re
import socket
from functools import cache
from pathlib import Path

__all__ = ["without_machine"]

_WORD = r"""[^\s/"<>|]+"""
_PART = rf"{_WORD}(?:(?<![,;:.!?)\]])[ ]{_WORD}){{0,3}}/+"  # of a path: a folder's name may hold spaces
_START = r"(?<![\w/.~…<])"
_PRIVATE = re.compile(
    rf"""
      (?P<address> \b (?!file:) [a-z][a-z0-9+.-]* :// [^\s"'<>]* )    # stays
    | (?<=")/[^"\n]*/ | (?<=')/[^'\n]*/ | (?<=`)/[^`\n]*/           # in quotes, folders' names may hold anything
    | file:/+ (?:{_PART})*
    | {_START} /+ (?:{_PART})+
    | {_START} ~ [\w.-]* /+ (?:{_PART})*
    | (?<!\w) [a-z]: [\\/]+ (?: [^\\/"\n:*?<>|]+ [\\/]+ )*            # C:\Users\…
    | (?<![\\\w]) \\\\+ (?: [\w.$-]+ \\+ )+                           # \\server\share\…
    """,
    re.VERBOSE | re.IGNORECASE,
)
_IDS = re.compile(
    r"(?<![0-9a-f])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32,})(?![0-9a-f])", re.IGNORECASE
)


def without_machine(text: str) -> str:
    """Cut each absolute path down to the name at its end, and take out ids and names of the machine.

    Addresses such as ``https://…`` stay.
    """
    for name in _names():
        text = text.replace(name, "…")
    return _IDS.sub("…", _PRIVATE.sub(lambda found: found["address"] or "…/", text))


@cache
def _names() -> tuple[str, ...]:
    """Return what is the machine's own and no ordinary word: the longest first, as one may begin with another."""
    names = {socket.gethostname(), socket.gethostname().split(".")[0]}
    try:
        home = str(Path.home())
    except RuntimeError:
        home = ""
    words = {name for name in names if len(name) > 3 and not name.isalpha()}
    return tuple(sorted(words | {folder for folder in (home,) if folder.count("/") > 1}, key=len, reverse=True))
