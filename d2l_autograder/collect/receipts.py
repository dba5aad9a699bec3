"""Read what platforms say about submissions in files of their own: Gradescope's metadata, Blackboard's receipts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.dates import read_timestamp
from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.walk import Item, Kind
from d2l_helpers.errors import NotebookError

__all__ = ["METADATA", "with_metadata", "with_receipts"]

METADATA = "submission_metadata.yml"
_MOST = 20 << 20  # bytes: Gradescope's metadata of a large class, with the results of its own autograder
_MOST_OF_RECEIPT = 20_000
_SUBMISSION = re.compile(r"[\"']?(submission_\d+)[\"']?:\s*")
_SCALAR = re.compile(r"(?P<indent>\s*)(?P<dash>- )?:(?P<key>name|sid|email|created_at|submitters):\s*(?P<value>.*)")
_RECEIPT = re.compile(r"(?P<whole>.+)_attempt_[\d-]+\.txt")
_NAME = re.compile(r"Name:\s*(?P<name>.*?)\s*\((?P<user>[^()\s]+)\)\s*")


@dataclass
class _Submission:
    """What the metadata say about one submission."""

    people: list[dict[str, str]] = field(default_factory=list)
    created: datetime | None = None


def with_metadata(folder: Path, items: Iterable[Item], claims: Mapping[Item, Claim]) -> dict[Item, list[Claim]]:
    """Return whose each item is by Gradescope's metadata: one claim for each who submitted it.

    Parameters
    ----------
    folder : Path
        The folder that was searched.
    items : iterable of Item
        What was found in it; the metadata lie beside the submissions' folders, never inside one.
    claims : mapping of Item to Claim
        Each with a submission's name as the student.
    """
    beside = {item.path.parts[: claim.depth - 1] for item, claim in claims.items()}
    files = [item for item in items if item.path.name == METADATA and item.path.parent.parts in beside]
    known: dict[tuple[tuple[str, ...], str], _Submission] = {}
    for item in files:
        for name, submission in _read_metadata(folder / item.path).items():
            known[item.path.parent.parts, name] = submission
    result = {}
    for item, claim in claims.items():
        said = known.get((item.path.parts[: claim.depth - 1], claim.student))
        if said and said.people:
            result[item] = _each(claim, said)
        else:
            note = f"the file {METADATA} does not say whose {claim.student} is"
            result[item] = [replace(claim, notes=(*claim.notes, note))]
    return result


def _each(claim: Claim, submission: _Submission) -> list[Claim]:
    people = submission.people
    names = [one.get("name") or one.get("email") or one.get("sid") or "" for one in people]
    found = []
    for one, name in zip(people, names, strict=True):
        partners = [other for other in names if other != name]
        notes = (f"handed in together with {', '.join(partners)}",) if partners else ()
        student = one.get("sid") or one.get("email") or one.get("name") or claim.student
        account = one.get("email", "")
        found.append(replace(claim, student=student, name=name, account=account, is_global=bool(account), notes=notes))
    return [replace(one, submitted=submission.created) for one in found]


def _read_metadata(file: Path) -> dict[str, _Submission]:
    """Read the few lines that matter of a YAML file: its keys are Ruby's symbols, and no parser of ours is needed."""
    try:
        text = read_file(file, _MOST)[:_MOST].decode(errors="replace")
    except NotebookError:
        return {}
    found: dict[str, _Submission] = {}
    current, is_among_people = _Submission(), False
    for line in text.splitlines():
        if match := _SUBMISSION.fullmatch(line):
            current = found[match[1]] = _Submission()
            is_among_people = False
        elif scalar := _SCALAR.fullmatch(line):
            is_among_people = _note(current, scalar, is_among_people)
        elif re.match(r" {0,2}:\w+:", line):  # the next key of a submission ends the list of people
            is_among_people = False
    return found


def _note(submission: _Submission, scalar: re.Match[str], is_among_people: bool) -> bool:
    """Take over a line; return whether the next lines are about those who submitted."""
    key, value = scalar["key"], scalar["value"].strip()
    value = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
    if key == "submitters":
        return True
    if key == "created_at":
        if len(scalar["indent"]) <= 2 and not scalar["dash"] and submission.created is None:
            submission.created, _ = read_timestamp(value)
        return False
    if is_among_people:
        if scalar["dash"]:
            submission.people.append({})
        if submission.people and value not in ("", "null", "~"):
            submission.people[-1][key] = value
    return is_among_people


def with_receipts(folder: Path, claims: Mapping[Item, Claim]) -> dict[Item, Claim]:
    """Return Blackboard's claims with the users' names that its receipts state.

    A user's name may hold underscores, as may the assignment's title before it.
    """
    users: dict[tuple[Path, str], tuple[str, str]] = {}
    for item in claims:
        match = _RECEIPT.fullmatch(item.path.name)
        said = _said(folder / item.path) if match and item.kind == Kind.FILE else None
        if match and said and match["whole"].endswith(f"_{said[1]}"):  # a student's own text could name anybody
            users[item.path.parent, match["whole"]] = said
    result = {}
    for item, claim in claims.items():
        name, user = users.get((item.path.parent, claim.account), (claim.name, claim.student))
        result[item] = replace(claim, student=user, name=name)
    return result


def _said(file: Path) -> tuple[str, str] | None:
    """Return the full name and the user's name in a receipt."""
    try:
        text = read_file(file, _MOST_OF_RECEIPT).decode(errors="replace")
    except NotebookError:
        return None
    match = _NAME.match(text.split("\n", 1)[0][:500])
    return (match["name"], match["user"]) if match else None
