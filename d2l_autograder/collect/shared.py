"""Count what one student of a group handed in for the others, too, and name everybody whose group is not clear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from d2l_autograder.collect.entry import Collection
from d2l_autograder.collect.roster import Roster
from d2l_autograder.collect.spelling import shown
from d2l_autograder.collect.teams import Teams

__all__ = ["shared"]


def shared(collection: Collection, teams: Teams, roster: Roster | None, known: Iterable[str]) -> Collection:
    """Return a collection in which each entry says for whom else it counts.

    What a student hands in counts for that student; for the others of the group, it counts where they hand in nothing.
    Where several of a group hand in, the last counts for the others.

    Parameters
    ----------
    collection : Collection
        What was collected.
    teams : Teams
        The groups.
    roster : Roster or None
        The course's students.
    known : iterable of str
        The assignments' names.
    """
    return _Sharing(collection, teams, roster, set(known)).collection()


class _Sharing:
    def __init__(self, collection: Collection, teams: Teams, roster: Roster | None, known: set[str]) -> None:
        self._before, self._teams, self._roster = collection, teams, roster
        self._about = sorted({entry.assignment for entry in collection.entries} & known)
        self._notes: list[str] = []
        self._ident = self._idents()
        self._members = {
            name: tuple(dict.fromkeys(self._ident[member] for member in members))
            for name, members in teams.members.items()
        }
        self._entries = list(collection.entries)

    def collection(self) -> Collection:
        """Return the collection with shared entries."""
        self._name_members()
        for assignment in self._about:
            self._share(assignment)
        there = {(student, entry.assignment) for entry in self._entries for student in (entry.student, *entry.members)}
        members = dict.fromkeys(member for group in self._members.values() for member in group)
        missing = [pair for pair in self._before.missing if pair not in there]
        missing += [
            (member, assignment)
            for member in members
            for assignment in self._about
            if (member, assignment) not in there and (member, assignment) not in missing
        ]
        strangers = {entry.student for entry in self._entries} & set(self._before.strangers)
        if self._roster:
            strangers |= {member for member in members if not self._roster.has(member)}
        return replace(
            self._before,
            entries=tuple(sorted(self._entries, key=lambda entry: (entry.student, entry.assignment))),
            missing=tuple(missing),
            strangers=tuple(sorted(strangers)),
            about_groups=tuple(self._notes),
            groups=tuple(map(frozenset, self._members.values())),
        )

    def _idents(self) -> dict[str, str]:
        """Return the id that reports show, by the id in the table of groups: the roster's, or as work is handed in."""
        people = self._teams.people
        found: dict[str, str] = {}
        if self._roster:
            for ident in people.ids:
                others, names = people.about(ident)
                known = (self._roster.find(each) for each in (ident, *sorted(others), *sorted(names)))
                found[ident] = next((one for one in known if one), ident)
        else:
            for entry in self._before.entries:
                known_as = people.find(entry.student)
                if known_as and not people.has(entry.student):
                    found[known_as] = entry.student
        return {ident: found.get(ident, ident) for ident in people.ids}

    def _name_members(self) -> None:
        """Name who is in several groups; and have what is named after a group belong to a member of it."""
        for ident, names in self._teams.in_several.items():
            self._notes.append(f"{shown(self._ident[ident])} is in several groups: {', '.join(map(shown, names))}")
        students = {member for group in self._members.values() for member in group}
        for number, entry in enumerate(self._entries):
            group = "" if entry.student in students else self._teams.named(entry.student)
            if not group:
                continue
            own = {each.student for each in self._entries if each.assignment == entry.assignment}
            free = [member for member in self._members[group] if member not in own]
            if free:
                note = f"handed in for the group {shown(group)}"
                self._entries[number] = replace(entry, student=free[0], notes=(*entry.notes, note))
            else:
                self._notes.append(f"each of {shown(group)} handed in alone, and so did the group: {entry.assignment}")

    def _share(self, assignment: str) -> None:
        """Have each entry of an assignment count for those of its groups who handed in nothing."""
        number_of = {entry.student: n for n, entry in enumerate(self._entries) if entry.assignment == assignment}
        offers: dict[str, list[tuple[str, int]]] = {}
        for name, members in self._members.items():
            handed_in = [member for member in members if member in number_of]
            if not handed_in:
                continue
            chosen = self._last([number_of[member] for member in handed_in])
            if len(handed_in) > 1:
                several = ", ".join(map(shown, handed_in))
                note = f"{shown(name)}, {assignment}: {several} each handed in, and each has a mark of their own"
                if len(handed_in) < len(members):
                    note += f"; for the others, what {shown(self._entries[chosen].student)} handed in counts"
                self._notes.append(note)
            for member in members:
                if member not in number_of:
                    offers.setdefault(member, []).append((name, chosen))
        for member, given in offers.items():
            entries = {number for _, number in given}
            if len(entries) > 1:
                names = ", ".join(shown(name) for name, _ in given)
                self._notes.append(f"{shown(member)}, {assignment}: no mark, as {names} each handed in")
                continue
            (number,) = entries
            entry = self._entries[number]
            self._entries[number] = replace(entry, members=(*entry.members, member))

    def _last(self, numbers: Sequence[int]) -> int:
        """Return the entry that was handed in last; without dates, the first that holds a notebook."""

        def key(number: int) -> tuple[bool, float, int]:
            entry = self._entries[number]
            when = entry.submitted.timestamp() if entry.submitted else float("-inf")
            return not entry.problem, when, -number

        return max(numbers, key=key)
