"""Choose, of all that a student handed in for an assignment, what counts; and say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.contents import Candidate
from d2l_autograder.collect.entry import Entry
from d2l_autograder.collect.spelling import Spelling, natural, shown, stem_of

__all__ = ["Piece", "choose"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Piece:
    """A notebook, or what stands in its place, and whose it is.

    Attributes
    ----------
    claim : Claim
        Whose.
    candidate : Candidate
        The notebook.
    """

    claim: Claim
    candidate: Candidate

    @property
    def attempt(self) -> tuple[datetime, int]:
        """What orders attempts."""
        return self.claim.submitted or _LONG_AGO, self.claim.attempt

    def name(self, outside: int) -> str:
        """Return the file's name below so many folders, and the member's in an archive."""
        name = shown("/".join(self.candidate.item.path.parts[outside:]))
        return f"{name}: {shown(self.candidate.member)}" if self.candidate.member else name


def choose(
    folder: Path, pieces: Sequence[Piece], assignment: str, spelling: Spelling, look: Callable[[Candidate], Candidate]
) -> tuple[Entry, Piece]:
    """Return the entry of a student and an assignment, and the piece that counts.

    The last attempt with a notebook counts; in it, the file with the assignment's exact name, else the one with the
    most answers, else the last by name.

    Parameters
    ----------
    folder : Path
        The folder that was searched.
    pieces : sequence of Piece
        One or more, all of one student and one assignment.
    assignment : str
        The assignment's name; empty where it is not known.
    spelling : Spelling
        Knows the assignments' names.
    look : callable
        ``look(candidate)`` counts its answers.
    """
    chosen, reason = _best(pieces, assignment, spelling, look)
    outside = _shared([piece.candidate.item.path.parent.parts for piece in pieces])
    notes = (*_attempts(pieces, chosen, outside), *_files(pieces, chosen, outside, reason))
    notes += (*chosen.claim.notes, *chosen.candidate.notes)
    others = tuple(piece.name(outside) for piece in pieces if _key(piece) != _key(chosen))
    entry = Entry(
        student=chosen.claim.student,
        assignment=assignment,
        file=folder / chosen.candidate.item.path,
        others=others,
        member=chosen.candidate.member,
        submitted=chosen.claim.submitted,
        is_late=chosen.claim.is_late,
        problem=chosen.candidate.problem,
        notes=tuple(dict.fromkeys(notes)),
    )
    return entry, chosen


def _best(
    pieces: Sequence[Piece], assignment: str, spelling: Spelling, look: Callable[[Candidate], Candidate]
) -> tuple[Piece, str]:
    """Return the piece that counts, and why it counts before others of its attempt."""
    usable = [piece for piece in pieces if not piece.candidate.problem and piece.candidate.is_sound]
    marked = usable or [piece for piece in pieces if not piece.candidate.problem] or list(pieces)
    last = max(piece.attempt for piece in marked)
    rivals = [piece for piece in marked if piece.attempt == last]
    exact = [piece for piece in rivals if _is_exact(piece, assignment, spelling)]
    rivals, reason = (exact, "its name is the assignment's") if exact else (rivals, "")
    if len(rivals) > 1:
        rivals = [replace(piece, candidate=look(piece.candidate)) for piece in rivals]
        most = max(piece.candidate.answers for piece in rivals)
        best = [piece for piece in rivals if piece.candidate.answers == most]
        reason = f"it has the most answers ({most})" if len(best) < len(rivals) else "it is the last by its name"
        rivals = best
    return max(rivals, key=lambda piece: natural(piece.candidate.item.path, piece.candidate.member)), reason


def _key(piece: Piece) -> tuple[Path, str]:
    return piece.candidate.item.path, piece.candidate.member


def _is_exact(piece: Piece, assignment: str, spelling: Spelling) -> bool:
    """Return whether a file is called as the assignment, with at most the student's name beside it."""
    own = piece.claim.own if not piece.candidate.member and piece.claim.own else piece.candidate.name
    named = spelling.find(stem_of(own))
    if named is None or named.assignment != assignment:
        return False
    return {named.before, named.after} <= {"", piece.claim.student, piece.claim.name}


def _attempts(pieces: Sequence[Piece], chosen: Piece, outside: int) -> list[str]:
    attempts = sorted({piece.attempt for piece in pieces})
    if len(attempts) < 2:
        return []
    which = "the last" if chosen.attempt == attempts[-1] else "the last that holds a notebook"
    when = f", of {chosen.claim.submitted:%Y-%m-%d %H:%M %Z}," if chosen.claim.submitted else ""
    return [f"there were {len(attempts)} attempts; {which}{when} counts: {chosen.name(outside)}"]


def _files(pieces: Sequence[Piece], chosen: Piece, outside: int, reason: str) -> list[str]:
    same = [piece for piece in pieces if piece.attempt == chosen.attempt]
    if len(same) < 2:
        return []
    why = f", because {reason}" if reason else ""
    return [f"there were {len(same)} files for this assignment; {chosen.name(outside)} counts{why}"]


def _shared(folders: Sequence[tuple[str, ...]]) -> int:
    """Return how many folders all paths have in common."""
    depths = range(min(map(len, folders)), 0, -1)
    return next((depth for depth in depths if len({parts[:depth] for parts in folders}) == 1), 0)
