"""Collect what was handed in: every file and folder ends in a row, as a part of one, or as ignored with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from d2l_autograder.collect.choose import Piece, choose
from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.contents import Candidate, describe, expected_in, look_into
from d2l_autograder.collect.dates import read_timestamp
from d2l_autograder.collect.entry import Collection, Entry, Ignored
from d2l_autograder.collect.exports import is_beside_already, only_exports, people_in, problem_of, some_of
from d2l_autograder.collect.group_prefixes import without_groups
from d2l_autograder.collect.identity import told_apart, with_normal_forms
from d2l_autograder.collect.nobody import named_otherwise, nothing_to_grade, reason_of_nobodys
from d2l_autograder.collect.ownership import claims_by_folders, claims_by_names
from d2l_autograder.collect.platforms import is_given_back
from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.recognise import Recogniser
from d2l_autograder.collect.roster import Roster, read_roster
from d2l_autograder.collect.rows import Loose, make_rows
from d2l_autograder.collect.shared import shared
from d2l_autograder.collect.spelling import Spelling, as_text, is_work, shown, stem_of
from d2l_autograder.collect.teams import read_teams
from d2l_autograder.collect.walk import Item, Kind, walk
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.errors import NotebookError

__all__ = ["collect", "entry_of"]

_TIMESTAMP = "timestamp.txt"


def collect(
    folder: Path,
    assignments: Mapping[str, Path],
    platform: str | None = None,
    names: str | None = None,
    roster: Path | None = None,
    own: Iterable[Path] = (),
    groups: Path | None = None,
) -> Collection:
    """Collect what was handed in.

    Parameters
    ----------
    folder : Path
        What a learning platform exported, or nbgrader's ``submitted``.
    assignments : mapping of str to Path
        The notebooks as they were handed out, by the assignments' names.
    platform : str, optional
        One of `PLATFORMS`; by default it is recognised by the names of the files.
    names : str, optional
        A regular expression with the group ``student`` for names that no platform gives. It is searched for in each
        path, relative to the folder; the groups ``attempt``, ``date``, ``late`` and ``assignment`` are optional.
    roster : Path, optional
        A CSV file, or nbgrader's gradebook, with the course's students.
    own : iterable of Path, optional
        Files and folders that this grader has written, such as reports: where they lie in the folder, they are ignored.
    groups : Path, optional
        A CSV file that says which students hand in together.

    Raises
    ------
    ArgumentError
        If the platform is unknown, the expression, the roster or the groups cannot be used, or the folders do not tell
        whose the notebooks are.
    NotebookError
        If there is nothing to grade, or the folder cannot be read.
    """
    known = read_roster(roster) if roster else None
    teams = read_teams(groups) if groups else None
    found = _Collecting(folder, assignments, known, own).collection(platform, names)
    return shared(found, teams, known, assignments) if teams else found


def entry_of(file: Path, assignments: Mapping[str, Path] | Iterable[str]) -> Entry:
    """Return the entry of a single file: its name stands for the student.

    Parameters
    ----------
    file : Path
        A notebook, or an archive with one.
    assignments : mapping of str to Path, or iterable of str
        The notebooks as they were handed out, by the assignments' names; of names alone, the content cannot tell.
    """
    releases = assignments if isinstance(assignments, Mapping) else {}
    names = list(assignments)
    spelling = Spelling([*names, *CHAPTER])
    item = Item(Path(file.name), Kind.FILE)
    hint = _hint(item, "", spelling, names)
    if not releases:
        return Entry(file.name, hint, file)
    recogniser = Recogniser(releases)
    candidates = look_into(file.parent, item, recogniser, hint, is_thorough=True)
    if not candidates:
        problem = f"{shown(file.name)} is {describe(file.name)}; expected {expected_in(recogniser, hint)}."
        return Entry(file.name, hint, file, problem=problem)
    pieces = [Piece(Claim(file.name), one) for one in candidates]
    best = max(pieces, key=lambda piece: (not piece.candidate.problem, piece.candidate.answers))
    same = [piece for piece in pieces if piece.candidate.assignment == best.candidate.assignment]
    entry, _ = choose(file.parent, same, best.candidate.assignment, spelling, lambda one: one)
    return replace(entry, file=file)


def _hint(item: Item, own: str, spelling: Spelling, known: Iterable[str]) -> str:
    """Return the assignment that the name of a file or of a folder above it tells, or the only one."""
    names = list(known)
    parts = [own or item.path.name, *reversed(item.path.parts[:-1])]
    for part in parts:
        named = spelling.find(as_text(part))
        if named:
            return named.assignment if named.assignment in names else ""
    return names[0] if len(names) == 1 else ""


class _Collecting:
    """What is known while a folder is collected."""

    def __init__(
        self, folder: Path, assignments: Mapping[str, Path], roster: Roster | None, own: Iterable[Path]
    ) -> None:
        self.folder, self.names, self.roster = folder, list(assignments), roster
        self.spelling = Spelling([*assignments, *CHAPTER])
        self.recogniser = Recogniser(assignments)
        self.items = walk(folder, own)
        self.claims: dict[Item, list[Claim]] = {}
        self.candidates: dict[Item, list[Candidate]] = {}
        self.reasons: dict[Item, str] = {}
        self.releases = list(assignments.values())

    def collection(self, platform: str | None, names: str | None) -> Collection:
        """Return all that was found, sorted."""
        self._claim(platform, names)
        pieces, loose, stamps = self._sort()
        rows = make_rows(
            self.folder, pieces, loose, self.spelling, self._look, lambda name: expected_in(self.recogniser, name)
        )
        if not rows.entries:
            raise nothing_to_grade(self.folder, len(self.items))
        rows.parts |= stamps - rows.files
        ignored = [
            Ignored(self.folder / item.path, rows.reasons.get(item) or self.reasons.get(item) or self._reason(item))
            for item in self.items
            if item not in rows.files and item not in rows.parts
        ]
        missing, strangers = self._compared(rows.entries)
        return Collection(
            entries=tuple(sorted(rows.entries, key=lambda entry: (entry.student, entry.assignment))),
            ignored=tuple(ignored),
            missing=missing,
            strangers=strangers,
            found=len(self.items),
            parts=tuple(self.folder / item.path for item in self.items if item in rows.parts),
        )

    def _claim(self, platform: str | None, names: str | None) -> None:
        """Find out whose each item is, and what is in it."""
        theirs = [item for item in self.items if item.kind != Kind.OWN]
        claims = claims_by_names(self.folder, theirs, self.spelling, platform, names)
        for item in self.items:
            hint = self._hint_of(item, claims.get(item, []))
            if any(is_given_back(item, claim) for claim in claims.get(item, [])):
                continue
            if item.kind in (Kind.FILE, Kind.LINK, Kind.SPECIAL):
                self.candidates[item] = look_into(self.folder, item, self.recogniser, hint, is_thorough=False)
        others = [item for item in theirs if item not in claims]
        around = {
            item.path.parts[:depth]
            for item, group in claims.items()
            for depth in range(group[0].depth)
            if group[0].depth
        }
        root = as_text(self.folder.resolve().name)
        is_first = not claims
        found = claims_by_folders(others, self.candidates, self.spelling, self.roster, root, around, is_first)
        self._set_exports_apart(found, claims)
        for item, claim in found.items():
            note = () if is_first else (f"{shown(item.path.name)} is not named as the other files are",)
            claims[item] = [replace(claim, notes=(*claim.notes, *note))]
        claims = without_groups(claims, self.roster)
        known = {item: [self._known(claim) for claim in group] for item, group in claims.items()}
        assignments = {item: frozenset(one.assignment for one in found) for item, found in self.candidates.items()}
        self.claims = with_normal_forms(told_apart(known, assignments))
        students = {claim.student for group in self.claims.values() for claim in group}
        for item, group in self.claims.items():
            self.claims[item] = [named_otherwise(item, claim, self.spelling, students) for claim in group]

    def _hint_of(self, item: Item, claims: Sequence[Claim]) -> str:
        claim = claims[0] if claims else Claim("")
        if claim.assignment and (named := self.spelling.find(claim.assignment)) and named.assignment in self.names:
            return named.assignment
        return _hint(item, claim.own, self.spelling, self.names)

    def _known(self, claim: Claim) -> Claim:
        """Return a claim with the roster's id of the student, where the roster has one."""
        if self.roster is None:
            return claim
        whole, ident = claim.account.split("_"), None
        if claim.account.endswith(f"_{claim.student}"):  # Blackboard's, whose users' names may hold underscores
            ends = ("_".join(whole[first:]) for first in range(len(whole)))
            ident = next((end for end in ends if self.roster.has(end)), None)
        account = claim.account if claim.is_global else ""
        ident = ident or self.roster.find(claim.student, claim.name, account)
        ident = ident or self.roster.find(f"Participant {claim.account}")  # as Moodle's worksheet has its numbers
        if ident:
            return replace(claim, student=ident)
        if not self.roster.has_several(claim.name or claim.student):
            return claim
        note = (
            f"the roster has several students called {claim.name or claim.student}; a column Identifier with Moodle's "
            "participants' numbers, as in its grading worksheet, or a column with the platform's ids would tell which"
        )
        return replace(claim, notes=(*claim.notes, note))

    def _sort(self) -> tuple[list[Piece], list[Loose], set[Item]]:
        """Return the notebooks, what holds none, and the timestamps that were read."""
        pieces, loose, stamps = [], [], set()
        places = {item.path: item for item in self.items if item.path.name == _TIMESTAMP and item.kind == Kind.FILE}
        for item, claims in self.claims.items():
            for claim in claims:
                if claim.is_stamped and claim.submitted is None and (stamp := _stamp_of(item, claim, places)):
                    submitted, note = self._read_stamp(stamp)
                    claim = replace(claim, submitted=submitted, notes=(*claim.notes, *([note] if note else [])))
                    stamps |= {stamp} if item != stamp else set()
                pieces += [Piece(claim, candidate) for candidate in self.candidates.get(item, [])]
                if not self.candidates.get(item):
                    loose.append(Loose(item, claim, self._hint_of(item, claims)))
        with_notebook = {piece.candidate.item for piece in pieces}
        return pieces, loose, {stamp for stamp in stamps if stamp not in with_notebook}

    def _read_stamp(self, stamp: Item) -> tuple[datetime | None, str]:
        try:
            return read_timestamp(read_file(self.folder / stamp.path, 200)[:200].decode(errors="replace"))
        except NotebookError as error:
            return None, f"{_TIMESTAMP} could not be read: {error.got}"

    def _look(self, candidate: Candidate) -> Candidate:
        """Count the answers of a notebook that was taken for what its name says."""
        if candidate.member:
            return candidate
        found = look_into(self.folder, candidate.item, self.recogniser, candidate.assignment, is_thorough=True)
        return found[0] if len(found) == 1 and found[0].assignment == candidate.assignment else candidate

    def _compared(self, entries: Sequence[Entry]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """Return who handed in nothing for an assignment that others handed in, and who is not in the roster."""
        if self.roster is None:
            return (), ()
        about = sorted({entry.assignment for entry in entries} & set(self.names))
        there = {(entry.student, entry.assignment) for entry in entries}
        missing = [(ident, name) for ident in self.roster.ids for name in about if (ident, name) not in there]
        return tuple(missing), tuple(sorted({entry.student for entry in entries} - set(self.roster.ids)))

    def _set_exports_apart(self, found: dict[Item, Claim], claims: Mapping[Item, Sequence[Claim]]) -> None:
        """Ignore archives of what lies beside them; replace what is in others of several students by a problem.

        An archive that lies in a student's folder, or that a platform names after a student, is the student's.
        """
        exports: dict[Item, dict[str, list[str]]] = {}
        for item, group in self.candidates.items():
            claim = found.get(item, Claim(""))
            is_students = claim.student in map(as_text, item.path.parts[:-1]) and not is_work(claim.student)
            if item not in claims and not is_students and (people := people_in(item, claim, group, self.spelling)):
                exports[item] = people
        if exports and {item for item, group in self.candidates.items() if group} == exports.keys():
            raise only_exports(exports)
        students = {claim.student for item, claim in found.items() if item not in exports}
        students |= {claim.student for group in claims.values() for claim in group}
        for item, people in exports.items():
            if is_beside_already(self.folder, item, people, self.items, students):
                found.pop(item, None)
                self.candidates[item] = []
                self.reasons[item] = f"an archive of notebooks that lie beside it ({some_of(people)})"
            else:
                found.setdefault(item, Claim(stem_of(as_text(item.path.name))))
                problem = problem_of(item, people)
                self.candidates[item] = [replace(self.candidates[item][0], member="", problem=problem, notes=())]

    def _reason(self, item: Item) -> str:
        """Return why an item that belongs to nobody has no row."""
        if item.kind != Kind.FILE:
            return item.kind.value
        if self.candidates.get(item):
            return reason_of_nobodys(self.folder / item.path, self.releases)
        return f"{describe(item.path.name)}, which belongs to no student"


def _stamp_of(item: Item, claim: Claim, places: Mapping[Path, Item]) -> Item | None:
    """Return the timestamp of an item: the platform's in the student's folder, or the nearest that lies above it."""
    if claim.depth and (stamp := places.get(Path(*item.path.parts[: claim.depth], _TIMESTAMP))):
        return stamp
    parts = [as_text(part) for part in item.path.parts]
    first = parts.index(claim.student) + 1 if claim.student in parts else 1  # not one above the student's folder
    above = [parent for parent in item.path.parents if len(parent.parts) >= first][:2]
    return next((places[parent / _TIMESTAMP] for parent in above if parent / _TIMESTAMP in places), None)
