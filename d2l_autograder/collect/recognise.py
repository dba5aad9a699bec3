"""Recognise a notebook by its content: to which assignment it belongs, whatever its name."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from d2l_helpers.exercises.catalogue import chapter

__all__ = ["LARGEST", "Look", "Recogniser", "is_notebook_like", "is_same"]

LARGEST = 20 << 20  # bytes of a notebook, as submission.LARGEST
_MOST_PARTS = 300_000  # lists and objects: more are left to read_submission, which refuses them
_MOST_CELLS = 1000
_LONGEST = 50_000  # characters of a cell
_ENOUGH = 2  # one text that is also in a release may be a coincidence
_DEFINES = re.compile(
    r"^[ \t]*(?:>>> ?)?(?:(?:async[ \t]+)?def|class)[ \t]+(\w{1,80})"
    r"|^[ \t]*(?:>>> ?)?(\w{1,80})[ \t]*(?::[^=\n]{0,80})?=(?!=)",
    re.MULTILINE,
)
_CHECKS = re.compile(r"\bcheck\(\s{0,20}[\"'](\w{1,80})[\"']")


@dataclass(frozen=True)
class Look:
    """What a notebook's content says.

    Attributes
    ----------
    scores : mapping of str to int
        How much of each notebook of the chapter or the course is in it; those of which nothing is, are left out.
    answers : mapping of str to int
        How many exercises of each have an answer that is not the stub.
    """

    scores: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)

    def best(self, preferred: str = "") -> str:
        """Return the notebook that it is; the preferred one if at least half as much of it is there; else empty."""
        likely, score = max(self.scores.items(), key=lambda pair: pair[1], default=("", 0))
        if score < _ENOUGH:
            return ""
        return preferred if 2 * self.scores.get(preferred, 0) >= score else likely


class Recogniser:
    """Recognises notebooks.

    Parameters
    ----------
    assignments : mapping of str to Path
        The notebooks as they were handed out, by the assignments' names. One that cannot be read is known by the names
        of its exercises alone.
    """

    def __init__(self, assignments: Mapping[str, Path]) -> None:
        self.known = frozenset(assignments)
        self._exercises: dict[str, str] = {}  # exercise: notebook
        self._texts: dict[str, str] = {}  # text of a cell: the only notebook that has it
        self._stubs: set[str] = set()
        names = {name: {exercise.name for exercise in group} for name, group in chapter().items()}
        texts: dict[str, set[str]] = {}
        for name, file in assignments.items():
            cells = _cells(_read(file)) or []
            texts[name] = {text for text, _, _ in cells if len(text) > 1}
            solutions = [(ident, text) for text, ident, is_solution in cells if ident and is_solution]
            names[name] = {ident for ident, _ in solutions} or names.get(name, set())
            self._stubs |= {text for _, text in solutions}
        self._exercises = _only(names)
        self._texts = _only(texts)
        self._ids: dict[str, list[bytes]] = defaultdict(list)
        for exercise, name in self._exercises.items():
            self._ids[name].append(f'"{exercise}"'.encode())

    def knows(self, assignment: str) -> bool:
        """Return whether anything is known of an assignment's content."""
        return bool(self._ids.get(assignment))

    def is_quickly(self, contents: bytes, assignment: str) -> bool:
        """Return whether more than half of an assignment's exercises are named in a file, without parsing the file."""
        ids = self._ids.get(assignment, [])
        return 2 * sum(ident in contents for ident in ids) > len(ids)

    def look(self, contents: bytes) -> Look | None:
        """Look at a notebook; return None for a file that is no notebook, or is too large to be looked at."""
        cells = _cells(contents)
        if cells is None:
            return None
        seen: set[str] = set()
        answered: set[str] = set()
        scores: Counter[str] = Counter()
        for text, ident, _ in cells:
            named = {(ident or "").removeprefix("check-"), *_CHECKS.findall(text)} & self._exercises.keys()
            defined = {one or other for one, other in _DEFINES.findall(text)} & self._exercises.keys()
            seen |= named | defined
            if text not in self._stubs:
                answered |= defined
            if text in self._texts:
                scores[self._texts[text]] += 1
        for name in seen:
            scores[self._exercises[name]] += 3
        return Look(dict(scores), dict(Counter(self._exercises[name] for name in answered)))


def is_notebook_like(start: bytes) -> bool:
    """Return whether a file that begins like this may be a notebook: JSON's brace, in UTF-8, 16 or 32."""
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"{")


def is_same(one: bytes, other: bytes) -> bool:
    """Return whether two notebooks have the same cells, whatever their outputs and the programs that saved them."""
    cells = _cells(one)
    return cells is not None and cells == _cells(other)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _cells(contents: bytes) -> list[tuple[str, str | None, bool]] | None:
    """Return each cell's text, grade id, and whether the cell is for an answer; None for what is no notebook."""
    if len(contents) > LARGEST or contents.count(b"[") + contents.count(b"{") > _MOST_PARTS:
        return None
    try:
        content = json.loads(contents)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    sheets = content.get("worksheets")  # before nbformat 4
    found = content.get("cells")
    if "cells" not in content and isinstance(sheets, list):
        found = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
    if not isinstance(found, list):
        return None
    return [_cell(cell) for cell in found[:_MOST_CELLS] if isinstance(cell, dict)]


def _cell(cell: dict[str, Any]) -> tuple[str, str | None, bool]:
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    text = source[:_LONGEST].replace("\r\n", "\n").strip() if isinstance(source, str) else ""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    ident = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    is_solution = isinstance(nbgrader, dict) and bool(nbgrader.get("solution")) and not nbgrader.get("grade")
    return text, ident if isinstance(ident, str) else None, is_solution


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _only(groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return for each text the group that has it, where only one has."""
    owners: dict[str, str] = {}
    several: set[str] = set()
    for name, texts in groups.items():
        for text in texts:
            if owners.setdefault(text, name) != name:
                several.add(text)
    return {text: name for text, name in owners.items() if text not in several}
