"""Feedback as HTML: a student's page, and the output of a check in nbgrader's formgrader.

The page stands alone: it has no script and fetches nothing, and it can be read in print and without colour.
"""

from __future__ import annotations

from d2l_autograder.report.feedback import Exercise, Feedback
from d2l_autograder.report.rendering import heading_of, render
from d2l_autograder.report.text import points_text

__all__ = ["check_html", "feedback_page", "notes_html"]


def feedback_page(feedback: Feedback) -> str:
    """Return the page for one student and assignment."""
    heading = heading_of(feedback["assignment"])
    return render("page.html", heading=heading, score=points_text(feedback["earned"], feedback["points"]), **feedback)


def check_html(exercise: Exercise) -> str:
    """Return what the check of an exercise shows.

    nbconvert sanitizes it, so it has only tags that nbconvert lets through, and classes of Bootstrap, which nbgrader's
    pages load.
    """
    return render("check.html", exercise=exercise)


def notes_html(feedback: Feedback) -> str:
    """Return what concerns the notebook as a whole; empty where there is nothing to say.

    It is one line, for a Markdown cell: after an empty line, a text in it would be read as Markdown.
    """
    return render("notes.html", **feedback).replace("\n", "")
