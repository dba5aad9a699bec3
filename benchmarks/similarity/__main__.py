"""Measure how many copies are listed, and how many honest answers: ``python -m benchmarks.similarity FOLDER``.

The folder holds ``EXERCISE/PERSON.py`` for each answer; with ``--apart`` each exercise is an assignment of its own. See
docs/similarity.md.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks.similarity.copies import CHANGES, changed
from d2l_autograder.similarity import Compared, compare
from d2l_autograder.similarity.answers import Answer, answer_of
from d2l_autograder.similarity.pairs import FEWEST_TOKENS, LOWEST_SHARE

__all__ = ["Class", "honest_row", "read_class", "recall"]

_COPY = "the copy of "


@dataclass
class Class:
    """The answers of one assignment: by person, the source of each exercise's answer."""

    sources: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def answers(self) -> dict[str, list[Answer]]:
        """Return the answers as they are compared."""
        return {person: _answers(sources) for person, sources in sorted(self.sources.items())}


@dataclass(frozen=True)
class Row:
    """How many honest pairs and people are listed, of how many."""

    people: int
    listed_people: int
    pairs: int
    listed_pairs: int


def read_class(folders: list[Path]) -> Class:
    """Read the answers in folders, one for each exercise; what is not valid Python is left out."""
    found = Class()
    for folder in folders:
        for file in sorted(folder.glob("*.py")):
            source = file.read_text(encoding="utf-8", errors="replace")
            try:
                ast.parse(source)
            except (SyntaxError, ValueError):
                continue
            found.sources[file.stem][folder.name] = source
    return found


def honest_row(people: int, compared: Compared) -> Row:
    """Count what is listed in a class in which nobody copied."""
    listed = {student for pair in compared.pairs for student in pair.students}
    return Row(people, len(listed), people * (people - 1) // 2, len(compared.pairs))


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
    answers = group.answers()
    short = set(compare(answers).too_short)
    copied = [person for person in sorted(group.sources) if person not in short][::every]
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
    answers = [group.answers() for group in classes]
    count = sum(len(one) for group in answers for one in group.values())
    short = sum(len(compare(group).too_short) for group in answers)
    people = sum(map(len, answers))
    click.echo(f"{people} submissions with {count} answers; {short} too short to compare")
    click.echo("| tokens | share | pairs that are listed | people in a listed pair |\n|---|---|---|---|")
    for tokens in sorted({40, FEWEST_TOKENS, 80, 100}):
        for share in sorted({0.3, LOWEST_SHARE, 0.7}):
            rows = [honest_row(len(group), compare(group, frozenset(), tokens, share)) for group in answers]
            listed, of = sum(row.listed_pairs for row in rows), sum(row.pairs for row in rows)
            named = sum(row.listed_people for row in rows)
            rates = f"{listed} of {of} ({listed / of:.3%}) | {named} of {people} ({named / people:.1%})"
            click.echo(f"| {tokens} | {share:.0%} | {rates} |")
    if pairs:
        for group in answers:
            for pair in compare(group).pairs:
                click.echo(f"{pair.tokens} {pair.share:.0%} {pair.exercise or 'all'} {' '.join(pair.students)}")
    click.echo("| what the copies change | listed |\n|---|---|")
    for change in CHANGES:
        found = [recall(group, change, every) for group in classes]
        got, of = sum(one for one, _ in found), sum(one for _, one in found)
        click.echo(f"| {change} | {got} of {of} ({got / max(of, 1):.1%}) |")


if __name__ == "__main__":
    _main()
