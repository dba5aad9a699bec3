"""Repair a submitted notebook from the release: each of the release's cells is found by what it defines.

A cell's type, id and metadata are hints only: editors drop them, and students copy, merge, split, move and convert
cells. What a student wrote always stays, and runs where the student's notebook runs it.
"""

from __future__ import annotations

import copy
import re

from nbformat import NotebookNode

from d2l_authoring.compose import stubs
from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.cells.meaning import is_same
from d2l_autograder.cells.needed_cells import names_in, tree_of

__all__ = ["grade_id", "is_check", "repair"]

_FENCED = re.compile(r"\s*(`{3,}|~{3,})[ ]*(?:(?:python3?|py|ipython3?)[ ]*)?\n(.*?)\n?\1\s*", re.DOTALL)
_MOST_PROSE = 50_000  # characters of text that are parsed, to find answers and cells in them
_KINDS = {"code": "code", "markdown": "text", "raw": "raw text"}


def repair(cells: list[NotebookNode], release: NotebookNode, repairs: list[str]) -> list[NotebookNode]:
    """Match submitted cells to the release's, and restore what is missing.

    Parameters
    ----------
    cells : list of NotebookNode
        The submitted cells, which are changed. Each has as `claim` the name that it has in nbgrader's metadata, and as
        `was` its id.
    release : NotebookNode
        The notebook as it was handed out.
    repairs : list of str
        What was repaired is added here, in words.
    """
    matching = _Matching(cells, release, repairs)
    place = 0
    for cell in release.cells:
        new = matching.found[cell.id]
        if new is None:
            if grade_id(cell) is None and (cell.cell_type != "code" or matching.is_replaced(cell)):
                continue  # prose, or a cell of the chapter that the student rewrote
            new = matching.added(cell)
            matching.cells.insert(place, new)
        elif is_check(cell):
            new = matching.restored(new, cell)
        else:
            new["id"], new["metadata"] = cell.id, copy.deepcopy(cell.metadata)
        place = next(number for number, one in enumerate(matching.cells) if one is new) + 1
    for cell in matching.cells:
        cell.pop("claim", None)
        cell.pop("was", None)
    return matching.cells


def grade_id(cell: NotebookNode) -> str | None:
    """Return a cell's name in nbgrader's metadata."""
    name: str | None = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name


def is_check(cell: NotebookNode) -> bool:
    """Return whether nbgrader's metadata call a cell a check."""
    metadata = cell.metadata.get("nbgrader", {})
    return bool(metadata.get("grade") and not metadata.get("solution"))


class _Matching:
    """Which submitted cell takes the place of which cell of the release."""

    def __init__(self, cells: list[NotebookNode], release: NotebookNode, repairs: list[str]) -> None:
        self.cells, self.repairs = list(cells), repairs
        self.stubs = dict(stubs(release))
        known = {grade_id(cell) for cell in release.cells}
        for cell in self.cells:
            cell["claim"] = cell.claim if cell.claim in known else None
        self.free = list(self.cells)
        self.found: dict[str, NotebookNode | None] = {}
        self.room = _MOST_PROSE
        self.readable = self._readable_prose()
        for cell in release.cells:
            if (name := grade_id(cell)) not in self.stubs:
                self.found[cell.id] = self._take(self._check_or_chapter(cell, name), cell)
        for name, stub in self.stubs.items():
            self.found[stub.id] = self._take(self._answers(name, stub), stub)
        self.bound = frozenset().union(*(self.given(cell) for cell in self.cells if cell.cell_type == "code"))

    def given(self, cell: NotebookNode) -> frozenset[str]:
        """Return the names that a cell binds, or would bind if it were code."""
        if cell.cell_type == "code":
            return names_in(cell.source).given
        code = self.readable.get(id(cell))
        return names_in(code).given if code is not None else frozenset()

    def is_replaced(self, cell: NotebookNode) -> bool:
        """Return whether submitted cells bind every name that a cell of the release binds."""
        given = names_in(cell.source).given
        return bool(given) and given <= self.bound

    def added(self, cell: NotebookNode) -> NotebookNode:
        """Return a cell of the release that is missing; a stub whose answer stands elsewhere only says so."""
        new, name = copy.deepcopy(cell), grade_id(cell)
        if cell.cell_type == "code":
            new.update(outputs=[], execution_count=None)
        if name in self.stubs and name in self.bound:
            new["source"] = f"# The answer {name} stands in another cell."
            self.repairs.append(f"the cell {name} was missing; its answer stands in another cell")
        elif name is not None:
            self.repairs.append(f"the cell {name} was missing and was added again")
        return new

    def restored(self, changed: NotebookNode, check: NotebookNode) -> NotebookNode:
        """Return a check as it was handed out, without outputs: a student's kernel may have written anything there.

        What the student wrote into it is kept in a cell above it.
        """
        if changed.source.strip() in ("", check.source.strip()):
            new = changed
        else:
            new = copy.deepcopy(check)
            self.cells.insert(next(place for place, cell in enumerate(self.cells) if cell is changed) + 1, new)
        if changed.source.strip() != check.source.strip():
            kept = "" if new is changed else "; what stood in it was kept in a cell above"
            self.repairs.append(f"the cell {grade_id(check)} was changed; the original was restored{kept}")
        new.update(id=check.id, metadata=copy.deepcopy(check.metadata), source=check.source)
        if check.cell_type == "code":
            new.update(outputs=[], execution_count=None)
        return new

    def _readable_prose(self) -> dict[int, str]:
        """Return the code in cells of text, by the cells' identity; only of a cell that is one of the release's."""
        known = {stub.id for stub in self.stubs.values()}
        found = {}
        for cell in self.cells:
            if cell.cell_type != "code" and len(cell.source) <= self.room:
                fenced = _FENCED.fullmatch(cell.source) if cell.claim or cell.was in known else None
                code = fenced[2] if fenced else cell.source
                if any(name in code for name in self.stubs):
                    found[id(cell)] = code
                    self.room -= len(code)
        return found

    def _check_or_chapter(self, cell: NotebookNode, name: str | None) -> list[NotebookNode]:
        """Find the submitted cells that match one of the release: by nbgrader's name, else by id, else by text."""
        unclaimed = [one for one in self.free if one.claim is None]
        by_name = [one for one in self.free if name is not None and one.claim == name]
        by_id = [one for one in unclaimed if one.was == cell.id]
        alike = [one for one in self.free if one.source.strip() == cell.source.strip()]
        by_text = [one for one in alike if name is None or one.claim is None]
        if name is None:
            is_code = cell.cell_type == "code"
            by_id = [one for one in by_id if one.cell_type == cell.cell_type or (is_code and self._is_code(one, cell))]
        found = by_name or by_id or by_text
        if not found and name is not None:
            found = [one for one in unclaimed if one.cell_type == "code" and self._calls(one, cell)]
        return [one for one in found if one.cell_type == cell.cell_type] or found

    def _is_code(self, one: NotebookNode, cell: NotebookNode) -> bool:
        """Return whether a cell that is no code would bind names of this cell of the release if it were code."""
        given = names_in(cell.source).given
        if one.source.strip() == cell.source.strip():
            return True
        if len(one.source) > self.room:
            return False
        self.room -= len(one.source)
        return bool(given & names_in(one.source).given)

    def _calls(self, one: NotebookNode, check: NotebookNode) -> bool:
        """Return whether a cell that is no answer calls a check."""
        name = str(grade_id(check)).removeprefix("check-")
        call = rf"\bcheck\(\s*[\"']{re.escape(name)}[\"']"
        return not self.given(one) & self.stubs.keys() and re.search(call, one.source) is not None

    def _answers(self, name: str, stub: NotebookNode) -> list[NotebookNode]:
        """Find the cells that answer an exercise, and are no other exercise's cell."""
        own = [cell for cell in self.free if self._is_own(cell, name, stub)]
        defining = [cell for cell in own if name in self.given(cell)]
        others = self.stubs.keys() - {name}
        if defining:  # code after text, since the last one that is no stub is chosen
            return sorted(defining, key=lambda cell: cell.cell_type == "code")
        if found := [cell for cell in own if cell.cell_type == "code" and not self.given(cell) & others]:
            return found
        elsewhere = [cell for cell in self.free if name in self.given(cell) and not self._is_at_home(cell)]
        is_answered = any(name in self.given(cell) for cell in self.cells if cell.cell_type == "code")
        return [cell for cell in elsewhere if cell.cell_type == "code" or not is_answered]

    def _is_at_home(self, cell: NotebookNode) -> bool:
        """Return whether a cell is the one of an exercise that it answers."""
        given = self.given(cell)
        return any(name in given and self._is_own(cell, name, stub) for name, stub in self.stubs.items())

    def _is_own(self, cell: NotebookNode, name: str, stub: NotebookNode) -> bool:
        """Return whether a cell is an exercise's by its name in nbgrader's metadata, or else by its id."""
        return cell.claim == name or (cell.was == stub.id and (cell.claim is None or name in self.given(cell)))

    def _take(self, found: list[NotebookNode], cell: NotebookNode) -> NotebookNode | None:
        """Choose one of several copies, and set its type back.

        Of an answer the last copy that was changed is chosen, as it counts when the notebook runs; of a check, the
        last that was not.
        """
        if not found:
            return None
        name = grade_id(cell)
        if len(found) > 1 and name is not None and any(one.claim == name for one in found):
            self.repairs.append(f"there were {len(found)} cells {name}; one of them counts")
        preferred = [one for one in found if self._is_same(one, cell) == is_check(cell)] if len(found) > 1 else []
        chosen = (preferred or found)[-1]
        if chosen.cell_type != cell.cell_type:
            self._set_type(chosen, cell)
        if not is_check(cell) or chosen.source.strip() == cell.source.strip():
            self.free = [one for one in self.free if one is not chosen]  # a changed check may hold an answer
        return chosen

    def _is_same(self, one: NotebookNode, cell: NotebookNode) -> bool:
        """Compare code by its meaning, and text as it is: parsing all text of a large notebook could take minutes."""
        is_code = one.cell_type == "code" or id(one) in self.readable
        return is_same(one.source, cell.source) if is_code else one.source.strip() == cell.source.strip()

    def _set_type(self, chosen: NotebookNode, cell: NotebookNode) -> None:
        """Set the type of a submitted cell back; what was written into a check may as well be prose, and stays so."""
        if cell.cell_type == "code":
            source = self.readable.get(id(chosen), chosen.source)
            if tree_of(to_python(source)) is None:
                return
            chosen.pop("attachments", None)
            chosen.update(source=source, outputs=[], execution_count=None)
        else:
            for key in ("outputs", "execution_count"):
                chosen.pop(key, None)
        became, again = _KINDS[chosen.cell_type], _KINDS[cell.cell_type]
        self.repairs.append(f"the cell {grade_id(cell) or cell.id} had become {became}; it is {again} again")
        chosen["cell_type"] = cell.cell_type
