"""Measure how many copies are listed, and how many honest answers: ``python -m benchmarks.similarity FOLDER``.

The folder holds ``EXERCISE/PERSON.py`` for each answer; with ``--apart`` each exercise is an assignment of its own. See
docs/similarity.md.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from benchmarks.similarity.copies import CHANGES, changed
from d2l_autograder.similarity import compare
from d2l_autograder.similarity.answers import Answer, answer_of
from d2l_autograder.similarity.pairs import FEWEST_TOKENS, LOWEST_SHARE

__all__ = ["Class", "honest_row", "read_class", "recall"]

_COPY = "the copy of "
_THRESHOLDS = ((40, 0.5), (60, 0.3), (60, 0.5), (60, 0.7), (80, 0.5), (100, 0.5))


@dataclass(frozen=True)
class Class:
    """The answers of one assignment: by person, the source of each exercise's answer."""

    sources: dict[str, dict[str, str]]

    @cached_property
    def answers(self) -> dict[str, list[Answer]]:
        """The answers as they are compared."""
        return {person: _answers(sources) for person, sources in sorted(self.sources.items())}

    @cached_property
    def short(self) -> tuple[str, ...]:
        """The people who have too little of their own to be compared."""
        return compare(self.answers).too_short


@dataclass(frozen=True)
class Row:
    """How many honest pairs and people are listed, of how many."""

    people: int
    listed_people: int
    pairs: int
    listed_pairs: int


def read_class(folders: list[Path]) -> Class:
    """Read the answers in folders, one for each exercise; what is not valid Python is left out."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for folder in folders:
        for file in sorted(folder.glob("*.py")):
            source = file.read_text(encoding="utf-8", errors="replace")
            try:
                ast.parse(source)
            except (SyntaxError, ValueError):
                continue
            found[file.stem][folder.name] = source
    return Class(dict(found))


def honest_row(group: Class, tokens: int = FEWEST_TOKENS, share: float = LOWEST_SHARE) -> Row:
    """Count what is listed in a class in which nobody copied, with these thresholds."""
    pairs = compare(group.answers, frozenset(), tokens, share).pairs
    people = len(group.sources)
    return Row(people, len({one for pair in pairs for one in pair.students}), people * (people - 1) // 2, len(pairs))


def recall(group: Class, change: str, every: int) -> tuple[int, int]:
    """Have copies handed in beside a class; return how many are listed with their originals, and of how many.

    Parameters
    ----------
    group : Class
        The class.
    change : str
        How the copies are changed.
    every : int
        One of so many people is copied, if there is enough to compare.
    """
    answers = dict(group.answers)
    copied = [person for person in answers if person not in group.short][::every]
    for seed, person in enumerate(copied):
        sources = {name: changed(source, change, seed) for name, source in group.sources[person].items()}
        answers[f"{_COPY}{person}"] = _answers(sources)
    found = {frozenset(pair.students) for pair in compare(answers).pairs}
    return sum({person, f"{_COPY}{person}"} in found for person in copied), len(copied)


def _answers(sources: Mapping[str, str]) -> list[Answer]:
    return [answer_of(name, [(source, source)]) for name, source in sorted(sources.items())]


def _classes(folder: Path, apart: bool, fewest: int) -> Iterator[Class]:
    exercises = [each for each in sorted(folder.iterdir()) if len(list(each.glob("*.py"))) >= fewest]
    groups = [[each] for each in exercises] if apart else [exercises]
    return map(read_class, groups)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--apart", is_flag=True, help="Compare each exercise by itself.")
@click.option("--fewest", default=15, help="Leave out exercises with fewer answers.")
@click.option("--every", default=3, help="Copy one of so many people.")
@click.option("--pairs", is_flag=True, help="Print the pairs that are listed.")
def _main(folder: Path, apart: bool, fewest: int, every: int, pairs: bool) -> None:
    """Print the rates for the answers in FOLDER."""
    classes = list(_classes(folder, apart, fewest))
    count = sum(len(one) for group in classes for one in group.sources.values())
    short = sum(len(group.short) for group in classes)
    people = sum(len(group.sources) for group in classes)
    click.echo(f"{people} submissions with {count} answers; {short} too short to compare")
    click.echo("| tokens | share | pairs that are listed | people in a listed pair |\n|---|---|---|---|")
    for tokens, share in _THRESHOLDS:
        rows = [honest_row(group, tokens, share) for group in classes]
        listed, of = sum(row.listed_pairs for row in rows), sum(row.pairs for row in rows)
        named = sum(row.listed_people for row in rows)
        rates = f"{listed} of {of} ({listed / of:.3%}) | {named} of {people} ({named / people:.1%})"
        click.echo(f"| {tokens} | {share:.0%} | {rates} |")
    if pairs:
        for pair in (pair for group in classes for pair in compare(group.answers).pairs):
            click.echo(f"{pair.tokens} {pair.share:.0%} {pair.exercise or 'all'} {' '.join(pair.students)}")
    click.echo("| what the copies change | listed |\n|---|---|")
    for change in CHANGES:
        found = [recall(group, change, every) for group in classes]
        got, of = sum(one for one, _ in found), sum(one for _, one in found)
        click.echo(f"| {change} | {got} of {of} ({got / max(of, 1):.1%}) |")


if __name__ == "__main__":
    _main()
