"""Find the level of folders at which the students are, where no platform's names tell.

A folder around students' folders looks like a student's folder with several folders in it. What tells them apart is the
notebooks: several folders in one that hold the same assignment are several students, several folders that hold it each
once are each a student's. A student chooses no names above the own folder, so one alone cannot change what is found.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from d2l_autograder.collect.spelling import is_only_work, is_work
from d2l_helpers.errors import ArgumentError

__all__ = ["Unit", "locate"]

_ATTEMPT = re.compile(
    r"(?i)(?<![^\W_])(attempt|version|v|backup|copy|old|new|draft|final|late|try|kopie)s?(?![^\W\d_])"
)


@dataclass(frozen=True)
class Unit:
    """An item, as far as its level matters.

    Attributes
    ----------
    folders : tuple of str
        The folders above it, without those that are named after an assignment; of an empty folder, itself, too.
    tail : str
        What its own name may say about the student; empty where it is no more than the assignment's.
    is_named : bool
        Whether the tail stands beside an assignment's name, and so is meant as a student's.
    assignments : frozenset of str
        The assignments of the notebooks in it.
    is_handed_in : bool
        Whether it is something to be marked, or an attempt at it.
    """

    folders: tuple[str, ...]
    tail: str = ""
    is_named: bool = False
    assignments: frozenset[str] = frozenset()
    is_handed_in: bool = True

    @property
    def names_nobody(self) -> bool:
        """Whether neither a folder nor its own name may be a student's."""
        return not self.folders and is_only_work(self.tail or "hw")

    @property
    def chain(self) -> tuple[str, ...]:
        """What may be the student's name, from the outside inwards."""
        return (*self.folders, self.tail) if self.tail else self.folders

    def student_at(self, depth: int) -> str | None:
        """Return the name at a depth of the chain; None for a file that names work alone."""
        name = self.chain[depth]
        return None if depth >= len(self.folders) and is_only_work(name) else name


@dataclass(frozen=True)
class _Top:
    """A folder that is a student's, or lies around students' folders.

    Attributes
    ----------
    name : str
        Its name.
    inside : mapping of str to frozenset of str
        The assignments in what may be students in it.
    folders : frozenset of str
        Those that are folders.
    named : frozenset of str
        Those that are files whose names tell a student.
    has_own : bool
        Whether a notebook lies in it that names no student.
    """

    name: str
    inside: Mapping[str, frozenset[str]]
    folders: frozenset[str]
    named: frozenset[str]
    has_own: bool

    @property
    def repeated(self) -> int:
        """How many more there are than one for each assignment."""
        counts = Counter(one for assignments in self.inside.values() for one in assignments)
        return sum(count - 1 for count in counts.values())


def locate(units: Sequence[Unit], root: str | None) -> list[str | None]:
    """Return the student of each unit; None for what belongs to nobody.

    Parameters
    ----------
    units : sequence of Unit
        All that was found.
    root : str or None
        The student of what lies in no folder and names nobody; None for nobody.

    Raises
    ------
    ArgumentError
        If a folder may be a student's or lie around a student's, and nothing tells.
    """
    found: list[str | None] = [None] * len(units)
    waiting, depth = list(range(len(units))), 0
    while waiting:
        around = _around([units[number] for number in waiting], depth)
        later = []
        for number in waiting:
            unit = units[number]
            if len(unit.folders) > depth and unit.folders[depth] in around:
                later.append(number)
            elif len(unit.chain) > depth:
                found[number] = unit.student_at(depth)
            elif unit.is_handed_in and not unit.chain:
                found[number] = root
        waiting, depth = later, depth + 1
    return found


def _around(units: Sequence[Unit], depth: int) -> frozenset[str]:
    """Return the folders at a depth that lie around students' folders."""
    groups: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if len(unit.folders) > depth:
            groups[unit.folders[depth]].append(unit)
    tops = [_top(name, group, depth) for name, group in groups.items()]
    if not tops:
        return frozenset()
    everything = frozenset(groups)
    outside = next(iter(groups.values()))[0].folders[:depth]
    if all(is_work(top.name) and not top.has_own for top in tops) and _is_someone_inside(units, depth):
        return everything
    if len(tops) == 1:
        return everything if _is_around(tops[0], units, depth) else frozenset()
    crowded = [top for top in tops if top.repeated]
    by_inside = Counter((name, one) for top in tops for name, ones in top.inside.items() for one in ones)
    repeated = sum(count - 1 for count in by_inside.values())
    if (
        not any(top.has_own for top in tops)
        and 2 * len(crowded) >= len(tops)
        and repeated < sum(top.repeated for top in crowded)
    ):
        return everything
    if 2 * len(crowded) > len(tops) and len(crowded) > 1 and _are_sections(crowded, repeated):
        raise _unclear("/".join((*outside, crowded[0].name)), crowded[0].name, sorted(crowded[0].folders))
    for_work = [top for top in tops if is_only_work(top.name)]
    return frozenset(top.name for top in for_work if len(top.folders | top.named) > top.has_own)


def _are_sections(crowded: Iterable[_Top], repeated: int) -> bool:
    """Return whether most folders hold several folders with one assignment, and a notebook beside these."""
    several = [top for top in crowded if len(top.folders) > 1]
    return len(several) > 1 and repeated < sum(top.repeated for top in several)


def _top(name: str, units: Iterable[Unit], depth: int) -> _Top:
    inside: dict[str, frozenset[str]] = {}
    folders, named, has_own = set(), set(), False
    for unit in units:
        if not unit.is_handed_in:
            continue
        if len(unit.chain) <= depth + 1:
            has_own = has_own or (len(unit.folders) == depth + 1 and bool(unit.assignments))
            continue
        place = _inside(unit, depth)
        if place is None:
            continue
        key = unit.chain[place]
        inside[key] = inside.get(key, frozenset()) | unit.assignments
        if len(unit.folders) > place:
            folders.add(key)
        elif unit.is_named:
            named.add(key)
    return _Top(name, inside, frozenset(folders), frozenset(named), has_own)


def _inside(unit: Unit, depth: int) -> int | None:
    """Return the place of the first name further in that may be a student's; a single wrapper between is none."""
    return next((place for place in range(depth + 1, len(unit.chain)) if not is_work(unit.chain[place])), None)


def _is_someone_inside(units: Iterable[Unit], depth: int) -> bool:
    """Return whether a folder, or a file's name, further in looks like somebody's."""
    for unit in units:
        further = unit.folders[depth + 1 :]
        if unit.is_handed_in and (
            any(not is_work(name) for name in further) or (unit.is_named and not is_work(unit.tail))
        ):
            return True
    return False


def _is_around(top: _Top, units: Sequence[Unit], depth: int) -> bool:
    """Return whether the only folder at a depth lies around students' folders.

    Raises
    ------
    ArgumentError
        If nothing tells.
    """
    people = top.folders | top.named
    around = _wrappers(units, depth)
    place = "/".join(around)
    if top.has_own:
        if top.repeated and len(top.folders) > 1:
            raise _unclear(place, top.name, sorted(top.folders))
        return False
    if len(top.folders) > 1 or len(people) > 1:
        return True
    if top.repeated:  # files whose names may be students', or a student's several tries
        if any(map(is_work, around[depth:])):
            return True
        raise _unclear(place, top.name, sorted(top.inside))
    if top.folders:
        if _branches(units, depth + 1):
            return True
        raise _unclear(place, top.name, sorted(top.folders))
    if mixed := _mixed(units, depth):
        raise _unclear(place, top.name, mixed)
    return False


def _wrappers(units: Sequence[Unit], depth: int) -> tuple[str, ...]:
    """Return the folders around the first that may be a student's, from the outermost."""
    for unit in units:
        inside = _inside(unit, depth)
        if unit.is_handed_in and inside is not None:
            return unit.folders[:inside]
    return next(unit.folders[: depth + 1] for unit in units if len(unit.folders) > depth)


def _mixed(units: Iterable[Unit], depth: int) -> list[str]:
    """Return folders with the same assignment whose names hold a word for work beside others, such as Max Test."""
    found: dict[str, set[str]] = defaultdict(set)
    for unit in units:
        inside = unit.folders[depth + 1 : depth + 2]
        if inside and not is_only_work(inside[0]) and not _ATTEMPT.search(inside[0]):
            for assignment in unit.assignments:
                found[assignment].add(inside[0])
    return next((sorted(names) for names in found.values() if len(names) > 1), [])


def _branches(units: Iterable[Unit], depth: int) -> bool:
    """Return whether there are several at a level further in, below folders that are each the only one."""
    at: dict[int, set[str]] = defaultdict(set)
    for unit in units:
        names = unit.chain if unit.is_named else unit.folders
        for level, name in enumerate(names):
            if level > depth and unit.is_handed_in and not is_work(name):
                at[level].add(name)
    return any(len(names) > 1 for names in at.values())


def _unclear(folder: str, outer: str, inside: Sequence[str]) -> ArgumentError:
    some = ", ".join(inside[:3]) + (", …" if len(inside) > 3 else "")
    return ArgumentError(
        "Cannot tell whose notebooks these are.",
        got=f"a folder {folder}, and in it {some}: either may be named after a student",
        expected="a folder for each student, or a file for each student that is named student_notebook.ipynb",
        remedy=(
            f"pass the folder {folder} if what is in it ({some}) is named after students; "
            f"if {outer} is a student, pass --platform nbgrader; or pass a roster, which tells in either case"
        ),
    )
