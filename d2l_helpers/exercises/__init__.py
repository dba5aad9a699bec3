"""The chapter's exercises: one module a notebook, and what tells a reader how an answer fares."""

from d2l_helpers.exercises.checking import check
from d2l_helpers.exercises.hints import hint
from d2l_helpers.exercises.progress import progress

__all__ = ["check", "hint", "progress"]
