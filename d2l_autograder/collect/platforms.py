"""Read the names that learning platforms give to what they export.

The forms follow the platforms' own sources where these are public: Canvas's ``content_zipper.rb``, Moodle's
``mod/assign/classes/downloader.php``, Sakai's ``AssignmentServiceImpl.java``, ILIAS's ``class.ilExSubmission.php``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.dates import date_in_name
from d2l_autograder.collect.majority import is_majority
from d2l_autograder.collect.spelling import Spelling, as_text
from d2l_autograder.collect.walk import Item, Kind
from d2l_helpers.errors import ArgumentError

__all__ = [
    "PLATFORMS",
    "RECOGNISED",
    "Platform",
    "choose_platform",
    "counted_in",
    "is_beside",
    "is_given_back",
    "is_plausible",
    "platform_claims",
    "require_platform",
]

_DATE = r"[^-]*\b20\d\d\b[^-]*"  # as the teacher's language has it


@dataclass(frozen=True)
class Platform:
    """How a platform names what it exports.

    Attributes
    ----------
    file, folder : re.Pattern or None
        The names of files and of students' folders.
    is_plain : bool
        Whether other names may look alike, so that more than the form must fit.
    is_global : bool
        Whether the number in a name belongs to the student; else to the student in one assignment.
    is_stamped : bool
        Whether the platform puts a ``timestamp.txt`` into each folder.
    """

    file: re.Pattern[str] | None
    folder: re.Pattern[str] | None
    is_plain: bool = False
    is_global: bool = False
    is_stamped: bool = False


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL)


_MOODLE = r"(?P<student>.+?)(?:_(?P<account>\d+))?_assign(?:submission|feedback)_[a-z]+"
_BRIGHTSPACE = rf"(?P<account>\d+)-\d+ - (?P<student>.+?) ?- (?P<date>{_DATE})"
_BLACKBOARD = r"(?P<title>.+?)_(?P<student>[^_]+)_attempt_(?P<date>\d{4}(?:-\d\d){2,5})"
_SAKAI = r"(?P<name>[^(),]+,.*?)\((?P<student>[^()]+)\)"
_EXCHANGE = r"(?P<student>.+)\+[^+]+\+(?P<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Za-z/_]+)(?:\+.*)?"

PLATFORMS: Mapping[str, Platform] = {
    "moodle": Platform(_pattern(rf"{_MOODLE}_(?P<own>.+)"), _pattern(rf"{_MOODLE}_?")),
    "canvas": Platform(
        _pattern(
            r"(?:(?P<student>(?!anon_|LATE_)[\w .,'’()-]+?)_)?(?:(?P<late>LATE)_)?(?P<account>\d+|anon_[A-Za-z0-9]+)_"
            r"(?:(?P<number>\d+)_(?P<own>.+)|(?:text|link)\.html)"
        ),
        None,
        is_plain=True,
        is_global=True,
    ),
    "blackboard": Platform(_pattern(rf"{_BLACKBOARD}(?:_(?P<own>.+)|\.txt)"), None),
    "brightspace": Platform(
        _pattern(rf"{_BRIGHTSPACE} - (?P<own>.+)|(?P<number>\d+)-\d+ - (?P<who>.+?) - (?P<what>.+)"),
        _pattern(_BRIGHTSPACE),
    ),
    "ilias": Platform(
        None,
        _pattern(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<student>.+)_(?P<account>\d+)"),
        is_plain=True,
        is_global=True,
    ),
    "sakai": Platform(_pattern(rf"{_SAKAI}_(?:.*\(s\)_)?(?P<own>.+)"), _pattern(_SAKAI), is_stamped=True),
    "gradescope": Platform(None, _pattern(r"(?P<student>submission_\d+)"), is_plain=True),
    "nbgrader": Platform(None, None, is_stamped=True),
}
RECOGNISED = {**PLATFORMS, "exchange": Platform(None, _pattern(_EXCHANGE), is_stamped=True)}  # nbgrader's own, inside
_LATE_IN_ILIAS = re.compile(r"(late submission|versp(?:ä|ae|a)tete (?:abgabe|einreichung)) - ", re.IGNORECASE)
_ANONYMOUS = frozenset(("participant", "teilnehmer", "teilnehmer/in", "participante", "deelnemer", "hidden"))
_RESUBMITTED = re.compile(r"(?P<stem>.+)-(?P<attempt>\d{1,3})(?P<suffix>(?:\.\w{1,8}){0,2})")
_BESIDE = re.compile(r"(grades?\b.*|.*\.(csv|xlsx?|ods|log|xml|yml|yaml)|index\.html?|readme.*|timestamp\.txt)", re.I)


def platform_claims(name: str, items: Iterable[Item], spelling: Spelling) -> dict[Item, Claim]:
    """Return whose each item is, where its name is as a platform gives names.

    Parameters
    ----------
    name : str
        The platform's.
    items : iterable of Item
        What was found.
    spelling : Spelling
        Knows the assignments, whose names Blackboard puts before the student's.
    """
    everything = list(items)
    if name == "nbgrader":
        return _of_nbgrader(everything, spelling)
    claims = _claims(name, everything, spelling, 0)
    while len({item.path.parts[: claim.depth] for item, claim in claims.items()}) == 1:
        inside = _claims(name, everything, spelling, next(iter(claims.values())).depth)
        units = {item.path.parts[: claim.depth] for item, claim in inside.items()}
        if len(units) < 2 or 2 * len(inside) <= len(claims):
            break
        claims = inside  # the folder around the students' is named as theirs are
    return claims


def _claims(name: str, items: Iterable[Item], spelling: Spelling, outside: int) -> dict[Item, Claim]:
    """Return claims by the outermost part of each path that fits, below so many folders."""
    claims = {}
    for item in items:
        for depth, part in enumerate(item.path.parts[outside:], start=outside + 1):
            match = _fit(RECOGNISED[name], item, depth, as_text(part))
            if match:
                claims[item] = _claim(name, match, depth, item, spelling)
                break
    return claims


def _fit(platform: Platform, item: Item, depth: int, part: str) -> re.Match[str] | None:
    """Return the match of a part of a path, which is a file's name at the end and a folder's before."""
    is_last = depth == len(item.path.parts)
    patterns = [platform.file] if is_last and not item.is_folder else [platform.folder]
    if is_last and item.kind == Kind.LINK:  # which may lead to either
        patterns = [platform.file, platform.folder]
    return next((match for each in patterns if each and (match := each.fullmatch(part))), None)


def _of_nbgrader(items: Sequence[Item], spelling: Spelling) -> dict[Item, Claim]:
    """Return claims by the folders above those that are named after assignments, at the level that most have."""
    levels: Counter[int] = Counter()
    for item in items:
        parts = item.path.parts if item.is_folder else item.path.parts[:-1]
        named = [level for level, part in enumerate(parts) if level and spelling.is_assignment(as_text(part))]
        levels.update(named[:1])
    depth = levels.most_common(1)[0][0] if levels else 1
    return {
        item: Claim(as_text(item.path.parts[depth - 1]), depth=depth, is_stamped=True)
        for item in items
        if len(item.path.parts) + item.is_folder > depth
    }


def choose_platform(items: Sequence[Item], spelling: Spelling) -> str | None:
    """Return the platform whose names most items have; None if there is none.

    More than half must fit, so that no student can choose the platform by names in a submission.
    """
    counted = counted_in(items)
    for name, platform in RECOGNISED.items():
        claims = platform_claims(name, counted, spelling) if name != "nbgrader" else {}  # which needs no preset
        if is_majority(claims, counted, spelling) and (not platform.is_plain or is_plausible(name, claims)):
            return name
    return None


def counted_in(items: Iterable[Item]) -> list[Item]:
    """Return the items that count where the platform is recognised: what a student may have handed in."""
    return [item for item in items if item.kind != Kind.SYSTEM and not is_beside(item.path.name)]


def is_beside(name: str) -> bool:
    """Return whether a file of this name is what platforms and teachers put beside what was handed in."""
    return _BESIDE.fullmatch(name) is not None


def is_given_back(item: Item, claim: Claim) -> bool:
    """Return whether an item is what the teacher gave back, in the form of Sakai's or Moodle's exports."""
    parts = item.path.parts[claim.depth - 1 : claim.depth + 1] if claim.depth else ()
    return any("_assignfeedback_" in part or part.casefold().startswith("feedback attachment") for part in parts)


def require_platform(name: str) -> None:
    """Raise an error that names the platforms if this is none of them.

    Raises
    ------
    ArgumentError
        If the platform is not known.
    """
    if name not in PLATFORMS:
        raise ArgumentError(
            "There is no such platform.",
            got=name,
            expected=", ".join(PLATFORMS),
            remedy="choose one of these, or pass --names with a regular expression",
        )


def is_plausible(name: str, claims: Mapping[Item, Claim]) -> bool:
    """Return whether names that may be of another form have numbers as the platform gives them."""
    if name == "gradescope":
        return len({claim.student for claim in claims.values()}) > 1
    pattern = RECOGNISED[name].file or RECOGNISED[name].folder
    accounts: dict[str, set[str]] = {}
    for claim in claims.values():
        accounts.setdefault(claim.account, set()).add(claim.student)
    if any(len(students) > 1 for students in accounts.values()):  # a year or a week, and no student's number
        return False
    if name == "ilias":
        return len(accounts) > 1
    numbers = [m["number"] for item in claims if (m := pattern.fullmatch(item.path.name))] if pattern else []
    return len(numbers) == len(set(numbers)) and all(len(number or "000") > 2 for number in numbers)


def _claim(name: str, match: re.Match[str], depth: int, item: Item, spelling: Spelling) -> Claim:
    platform, found = RECOGNISED[name], match.groupdict()
    submitted, note = date_in_name(_iso(found["date"])) if found.get("date") else (None, "")
    claim = Claim(
        student=(found["student"] or found["account"] or "").strip(),
        name=found.get("name") or "",
        account=found.get("account") or "",
        is_global=platform.is_global,
        own=found.get("own") or "",
        submitted=submitted,
        is_late=bool(found.get("late")),
        depth=depth,
        is_stamped=platform.is_stamped,
        notes=(note,) if note else (),
    )
    own = {"moodle": _of_moodle, "canvas": _of_canvas, "ilias": _of_ilias, "brightspace": _of_brightspace}.get(name)
    if name == "blackboard":
        return _of_blackboard(claim, found["title"], spelling)
    return own(claim, found, item) if own else claim


def _of_moodle(claim: Claim, found: Mapping[str, str], item: Item) -> Claim:
    if claim.student.casefold() in _ANONYMOUS and claim.account:
        return replace(claim, student=f"{claim.student} {claim.account}")
    return replace(claim, may_have_group=True)


def _of_canvas(claim: Claim, found: Mapping[str, str], item: Item) -> Claim:
    """Read the number that Canvas puts behind the name of a file that is handed in again."""
    again = _RESUBMITTED.fullmatch(claim.own)
    if not again:
        return replace(claim, attempt=500 * claim.is_late)
    return replace(claim, own=again["stem"] + again["suffix"], attempt=500 * claim.is_late + int(again["attempt"]))


def _of_brightspace(claim: Claim, found: Mapping[str, str], item: Item) -> Claim:
    """Read a name without a date, as it was before Brightspace wrote one."""
    if not found.get("who"):
        return claim
    return replace(claim, student=found["who"].strip(), account=found["number"], own=found["what"])


def _of_ilias(claim: Claim, found: Mapping[str, str], item: Item) -> Claim:
    late = _LATE_IN_ILIAS.match(item.path.name)
    own = item.path.name[late.end() :] if late else ""
    return replace(claim, name=f"{found['first']} {found['last']}", is_late=late is not None, own=own)


def _of_blackboard(claim: Claim, title: str, spelling: Spelling) -> Claim:
    """Split the assignment's title from the user's name, both of which may hold underscores."""
    whole = f"{title}_{claim.student}"
    named = spelling.find(whole)
    if named and not named.before and named.after:
        return replace(claim, student=named.after, account=whole)
    return replace(claim, account=whole)


def _iso(date: str) -> str:
    """Write Blackboard's ``2026-01-31-10-00-00`` as dates are written."""
    parts = date.split("-")
    return f"{'-'.join(parts[:3])} {':'.join(parts[3:])}".strip() if len(parts) > 3 and parts[0].isdigit() else date
