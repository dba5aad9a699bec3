"""Distinguish different students of one name, and say where one student's name is written in two ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from d2l_autograder.collect.claim import Claim
from d2l_autograder.collect.spelling import as_text
from d2l_autograder.collect.walk import Item

__all__ = ["told_apart", "with_normal_forms"]


def told_apart(
    claims: Mapping[Item, Sequence[Claim]], assignments: Mapping[Item, frozenset[str]]
) -> dict[Item, list[Claim]]:
    """Return the claims with different names for different students of one name, as platforms' numbers tell them.

    A number that belongs to a student in one assignment tells apart only what was handed in for the same one. Who has
    a name of which there are several in any assignment, has the number in all.
    """
    groups: dict[tuple[object, ...], set[str]] = defaultdict(set)
    numbers: dict[str, set[str]] = defaultdict(set)
    for item, group in claims.items():
        for claim in group:
            if claim.is_global:
                groups[claim.student, True].add(claim.account)
            elif claim.account:
                numbers[claim.student].add(claim.account)
                for assignment in assignments.get(item, frozenset()):
                    groups[claim.student, item.path.parts[: claim.depth - 1], assignment].add(claim.account)
    shared = {(key[0], account) for key, accounts in groups.items() if len(accounts) > 1 for account in accounts}
    shared |= {(student, account) for student, _ in shared for account in numbers.get(str(student), ())}

    def apart(claim: Claim) -> Claim:
        if not claim.account or (claim.student, claim.account) not in shared:
            return claim
        note = f"several students are called {claim.student}; {claim.account} tells them apart{_until(claim)}"
        return replace(claim, student=f"{claim.student} ({claim.account})", notes=(*claim.notes, note))

    return {item: [apart(claim) for claim in group] for item, group in claims.items()}


def _until(claim: Claim) -> str:
    """Return how far a number tells students apart, and what would tell further."""
    if claim.is_global:
        return f", and an export with one of them alone calls that one {claim.student}: --roster gives ids that stay"
    if claim.may_have_group:
        return (
            " in one assignment alone, and nothing tells who is who in another: pass --roster with Moodle's grading "
            "worksheets of all assignments, one below the other"
        )
    return " in one assignment alone, and nothing tells who is who in another: pass --roster"


def with_normal_forms(claims: Mapping[Item, Sequence[Claim]]) -> dict[Item, list[Claim]]:
    """Return the claims with a note where a student's folders or files differ in Unicode's normal form only."""
    written: dict[str, set[str]] = defaultdict(set)
    for item, group in claims.items():
        for claim in group:
            written[claim.student] |= {part for part in item.path.parts if as_text(part) == claim.student}

    def noted(claim: Claim) -> Claim:
        if len(written[claim.student]) < 2:
            return claim
        note = f"{len(written[claim.student])} folders named {claim.student} differ only in how Unicode writes it"
        return replace(claim, notes=(*claim.notes, note))

    return {item: [noted(claim) for claim in group] for item, group in claims.items()}
