"""Find the pairs of students whose answers to an assignment share more of their own code than chance explains.

An inverted index of fingerprints finds the pairs that are worth a look; passages are looked for in these alone.
What the notebook, the key's solutions or many answers have says nothing about two students, and is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from d2l_autograder.similarity.answers import Answer
from d2l_autograder.similarity.fingerprints import WINDOW, winnow
from d2l_autograder.similarity.passages import Passage, passages

__all__ = ["FEWEST_TOKENS", "LOWEST_SHARE", "Compared", "Match", "Pair", "compare", "most_who_share"]

FEWEST_TOKENS = 60  # of their own that two answers share; below it, strangers' answers agree by chance
LOWEST_SHARE = 0.5  # of the own tokens of the one who has fewer
_MANY_SHARE, _FEWEST_MANY, _MOST_MANY = 0.05, 4, 20
_FEWEST_FINGERPRINTS = 4  # passages of 60 tokens in all have more, unless they are scraps or repeat themselves


@dataclass(frozen=True)
class Match:
    """What two answers to one exercise share.

    Attributes
    ----------
    answers : tuple of Answer
        Both answers.
    passages : tuple of Passage
        What they share.
    own : tuple of int
        How many tokens each of them has of its own.
    """

    answers: tuple[Answer, Answer]
    passages: tuple[Passage, ...]
    own: tuple[int, int]

    @property
    def tokens(self) -> int:
        """How many tokens they share."""
        return sum(passage.length for passage in self.passages)


@dataclass(frozen=True)
class Pair:
    """Two students whose answers are alike.

    Attributes
    ----------
    students : tuple of str
        Both.
    exercise : str
        Where they are alike; empty for the notebook as a whole.
    tokens : int
        How many tokens of their own they share there.
    own : tuple of int
        How many tokens each of them has of its own there.
    matches : tuple of Match
        The exercises in which they share anything, the longest first.
    """

    students: tuple[str, str]
    exercise: str
    tokens: int
    own: tuple[int, int]
    matches: tuple[Match, ...]

    @property
    def share(self) -> float:
        """The share of the own tokens of the one who has fewer that the other has, too."""
        return self.tokens / max(min(self.own), 1)


@dataclass(frozen=True)
class Compared:
    """What comparing the answers to an assignment gave.

    Attributes
    ----------
    pairs : tuple of Pair
        The pairs to look at, those that share most first.
    too_short : tuple of str
        The students who have too little of their own to compare.
    many : int
        What more students than this share was left out.
    """

    pairs: tuple[Pair, ...]
    too_short: tuple[str, ...]
    many: int


def most_who_share(students: int) -> int:
    """Return how many of so many students may share a passage that still says something about two of them."""
    return min(max(_FEWEST_MANY, int(_MANY_SHARE * students)), _MOST_MANY)


def compare(
    answers: Mapping[str, Sequence[Answer]],
    known: frozenset[int] = frozenset(),
    fewest_tokens: int = FEWEST_TOKENS,
    lowest_share: float = LOWEST_SHARE,
) -> Compared:
    """Compare all students' answers to an assignment.

    Parameters
    ----------
    answers : mapping of str to sequence of Answer
        By student.
    known : frozenset of int, optional
        The hashes of the windows that the notebook and the solutions have.
    fewest_tokens : int, optional
        How many tokens of their own the students of a pair share at least.
    lowest_share : float, optional
        Which share of the own tokens of the one who has fewer these are at least.
    """
    many = most_who_share(len(answers))
    ignored = {name: known | common for name, common in _common(answers, many).items()}
    own = {
        student: {one.exercise: own_tokens(one, ignored[one.exercise]) for one in group}
        for student, group in answers.items()
    }
    long_enough = [student for student, counts in own.items() if sum(counts.values()) >= fewest_tokens]
    found = []
    for first, second in _candidates({one: answers[one] for one in long_enough}, ignored):
        matches = _matches(answers[first], answers[second], own[first], own[second], ignored)
        totals = sum(own[first].values()), sum(own[second].values())
        candidates = _pairs((first, second), matches, totals)
        found += [pair for pair in candidates if pair.tokens >= fewest_tokens and pair.share >= lowest_share][:1]
    found.sort(key=lambda pair: (-pair.tokens, pair.students))
    too_short = [student for student in answers if student not in set(long_enough)]
    return Compared(tuple(found), tuple(too_short), many)


def own_tokens(answer: Answer, ignored: set[int] | frozenset[int]) -> int:
    """Return how many tokens stand in a window that says something."""
    count, end = 0, 0
    for place, value in enumerate(answer.windows):
        if value not in ignored:
            count += place + WINDOW - max(end, place)
            end = place + WINDOW
    return count


def _common(answers: Mapping[str, Sequence[Answer]], many: int) -> dict[str, frozenset[int]]:
    """Return by exercise the hashes that more than `many` students have."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for group in answers.values():
        for one in group:
            counts[one.exercise].update(set(one.windows))
    return {name: frozenset(h for h, count in found.items() if count > many) for name, found in counts.items()}


def _candidates(
    answers: Mapping[str, Sequence[Answer]], ignored: Mapping[str, frozenset[int]]
) -> Iterator[tuple[str, str]]:
    """Yield the pairs of students with several fingerprints in common; a student is compared with later ones only."""
    students: dict[tuple[str, int], list[int]] = defaultdict(list)
    names = list(answers)
    for number in range(len(names) - 1, -1, -1):
        prints = [
            (one.exercise, value)
            for one in answers[names[number]]
            for value in winnow(one.windows, ignored[one.exercise])
        ]
        counts = Counter(other for each in prints for other in students[each])
        for other in sorted(other for other, count in counts.items() if count >= _FEWEST_FINGERPRINTS):
            yield names[number], names[other]
        for each in prints:
            students[each].append(number)


def _matches(
    first: Sequence[Answer],
    second: Sequence[Answer],
    own_first: Mapping[str, int],
    own_second: Mapping[str, int],
    ignored: Mapping[str, frozenset[int]],
) -> tuple[Match, ...]:
    others = {one.exercise: one for one in second}
    found = []
    for one in first:
        if other := others.get(one.exercise):
            shared = passages(one.windows, other.windows, ignored[one.exercise])
            if shared:
                own = own_first[one.exercise], own_second[one.exercise]
                found.append(Match((one, other), tuple(shared), own))
    return tuple(sorted(found, key=lambda match: -match.tokens))


def _pairs(students: tuple[str, str], matches: tuple[Match, ...], totals: tuple[int, int]) -> Iterator[Pair]:
    """Yield what two students share: in the whole notebook, and in each exercise."""
    yield Pair(students, "", sum(match.tokens for match in matches), totals, matches)
    for match in matches:
        yield Pair(students, match.answers[0].exercise, match.tokens, match.own, matches)
