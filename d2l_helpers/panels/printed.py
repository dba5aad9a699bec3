"""The last lines that a function printed, as a terminal would show them."""

from __future__ import annotations

import html
import re
from collections import deque

__all__ = ["Printed"]

_LINES = 10
_LONGEST = 200  # characters of a line
_MOST_AT_ONCE = 50_000  # characters of one print that are looked at: the last ones
_CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # colours and movements of the cursor


class Printed:
    """The last ten lines of what is written, each of at most 200 characters."""

    def __init__(self) -> None:
        self._lines = deque([""], maxlen=_LINES + 1)  # the last one is being written
        self._column = 0
        self._is_cut = False

    def __len__(self) -> int:
        return len(self._shown())

    def write(self, text: str) -> None:
        """Write on from where the last text ended; a carriage return goes back to the line's beginning."""
        lines = _CONTROL_SEQUENCE.sub("", text[-_MOST_AT_ONCE:]).split("\n")
        for number, line in enumerate(lines):
            if number:
                self._is_cut = self._is_cut or len(self._lines) > _LINES
                self._lines.append("")
                self._column = 0
            for again, piece in enumerate(line.split("\r")):
                self._overwrite(piece, 0 if again else self._column)

    def html(self, fewest: int = 0) -> str:
        """Return the lines with their caption, as high as `fewest` lines at least; nothing for no lines."""
        lines = self._shown()
        if not lines and not fewest:
            return ""
        text = "\n".join(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in lines)
        text = html.escape(text.encode("utf-8", "replace").decode("utf-8"))  # a lone surrogate cannot be sent
        is_cut = self._is_cut or (len(self._lines) > _LINES and self._lines[-1])
        caption = f"Printed, the last {_LINES} lines" if is_cut else "Printed"
        look = f"margin:0;padding:0;line-height:1.4;min-height:{1.4 * max(fewest, len(lines)):.1f}em"
        wrap = "white-space:pre-wrap;overflow-wrap:anywhere"
        return f'<div role="group" aria-label="{caption}">{caption}<pre style="{look};{wrap}">{text}</pre></div>'

    def _overwrite(self, piece: str, column: int) -> None:
        line = self._lines[-1]
        kept = line[:column] + piece + line[column + len(piece) :]
        self._lines[-1] = kept[: _LONGEST + 1]
        self._column = min(column + len(piece), _LONGEST + 1)

    def _shown(self) -> list[str]:
        lines = list(self._lines)
        return (lines if lines[-1] else lines[:-1])[-_LINES:]
