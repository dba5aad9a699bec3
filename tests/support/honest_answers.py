"""Answers of a class that worked alone: put together from ways in which different people write each step."""

import random
import re
from pathlib import Path

# By notebook and exercise the steps of an answer, and for each step the ways to write it
STEPS = {}
for _part in re.split(r"^#### ", Path(__file__).with_suffix(".txt").read_text(), flags=re.MULTILINE)[1:]:
    _head, _, _text = _part.partition("\n")
    _notebook, _exercise = _head.split()
    STEPS.setdefault(_notebook, {})[_exercise] = [step.split("# or\n") for step in _text.split("## step\n")]


def honest_answers(notebook, seed):
    """Return one person's answers to the longer exercises of a notebook, by exercise."""
    generator = random.Random(f"{notebook} {seed}")
    return {exercise: "".join(map(generator.choice, steps)) for exercise, steps in STEPS[notebook].items()}


def own_ways(notebook, number):
    """Return the answers of somebody who writes each step in the way with this number, as nobody else does."""
    return {name: "".join(ways[number % len(ways)] for ways in steps) for name, steps in STEPS[notebook].items()}
