"""Say whose variant an answer was worked for, where that is not the student who handed it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from d2l_autograder.assignment import Item
from d2l_autograder.cells.named_student import students_in
from d2l_autograder.results import Mark
from d2l_autograder.sandbox import Verdict
from d2l_autograder.submission.submission import Submission
from d2l_helpers.errors import quote
from d2l_helpers.variants import marked_as, student_id

__all__ = ["named_in", "right_for_another", "with_student_named", "worked_as_another"]


def named_in(submission: Submission) -> str:
    """Return the id that the notebook names as its student's, the last one if there are several; or empty text."""
    found = [ident for cell in submission.all_cells() for ident in students_in(cell.source)]
    return found[-1] if found else ""


def right_for_another(named: str, is_right: Callable[[], bool]) -> str:
    """Return in words for whom a wrong answer would be right: nobody, the student that the notebook names, or nobody's.

    Parameters
    ----------
    named : str
        The id that the notebook names.
    is_right : callable
        Whether the answer is right for the student whose variant counts when it is called.
    """
    own = student_id()
    for other in dict.fromkeys((named, "") if own else ()):
        with marked_as(other):
            if other != own and is_right():
                whose = (
                    f"the variant of {quote(other)}, which the notebook names"
                    if other
                    else "a notebook that names no id"
                )
                return f" (This is right for {whose}, but the variant of {quote(own)} counts.)"
    return ""


def worked_as_another(submission: Submission, own: str) -> str:
    """Return in words that the notebook names another student than the one whose variant counts; or empty text."""
    named = named_in(submission) if own else ""
    if named in ("", own):
        return ""
    return f"the notebook names the student {quote(named)}; marked with the numbers of {quote(own)}"


def with_student_named(marks: Iterable[Mark], items: Iterable[Item], submission: Submission) -> tuple[Mark, ...]:
    """Return marks with a note at each that may follow from another student's numbers in the notebook."""
    note = worked_as_another(submission, student_id())
    return tuple(
        replace(mark, note="; ".join(filter(None, (note, mark.note)))) if _may_follow(mark, item) else mark
        for mark, item in zip(marks, items, strict=True)
    )


def _may_follow(mark: Mark, item: Item) -> bool:
    if mark.verdict == Verdict.NOT_ATTEMPTED:
        return False
    return item.exercise.variant is not None or mark.verdict != Verdict.RIGHT  # a check may ask for numbers itself
