"""Decide whether the folder that was searched is a student's own, and so names the student of what lies in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from d2l_autograder.collect.contents import Candidate
from d2l_autograder.collect.level import Unit
from d2l_autograder.collect.spelling import COPIES, Spelling, as_text, is_only_work, shown, stem_of
from d2l_autograder.collect.walk import Item
from d2l_helpers.errors import ArgumentError

__all__ = ["is_anothers", "is_students_own", "require_one"]


def is_students_own(units: Sequence[Unit]) -> bool:
    """Return whether the folder that was searched is a student's: a notebook lies in it, and no name tells of others.

    Folders such as ``backup`` beside the notebook are the student's.
    """
    with_notebook = [unit for unit in units if unit.assignments]
    return any(unit.names_nobody for unit in with_notebook) and not any(map(is_anothers, with_notebook))


def is_anothers(unit: Unit) -> bool:
    """Return whether a name that may be a student's stands above an item or in its own name."""
    return any(not is_only_work(name) for name in unit.chain)


def require_one(
    items: Sequence[Item],
    units: Sequence[Unit],
    candidates: Mapping[Item, Sequence[Candidate]],
    spelling: Spelling,
    root: str,
) -> None:
    """Raise an error if nothing tells whose the notebooks are, or whether they are one student's."""
    found = zip(items, units, strict=True)
    loose = [
        (item, unit)
        for item, unit in found
        if unit.assignments and unit.names_nobody and not candidates[item][0].member
    ]
    counts = Counter(one for _, unit in loose for one in unit.assignments)
    copies = [item for item, unit in loose if _is_copy(item, spelling) and any(counts[n] > 1 for n in unit.assignments)]
    if not loose or (not copies and not is_only_work(root)):
        return
    some = ", ".join(shown(item.path.name) for item, _ in loose[:3]) + (", …" if len(loose) > 3 else "")
    raise ArgumentError(
        "Cannot tell whose notebooks these are.",
        got=f"{some} in the folder {shown(root)}: no student is named",
        expected="a folder for each student, or a file for each student that is named student_notebook.ipynb",
        remedy="put each student's notebook into a folder that is named after the student, or pass a single notebook",
    )


def _is_copy(item: Item, spelling: Spelling) -> bool:
    """Return whether a browser or a drive may have named a file, of which another student's has the plain name."""
    named = spelling.find(stem_of(as_text(item.path.name)))
    if named is None:
        return False
    return named.before.casefold() in COPIES or (bool(named.after) and not any(map(str.isalpha, named.after)))
