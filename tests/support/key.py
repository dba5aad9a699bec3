"""The project's own answer key."""

from pathlib import Path

from d2l_autograder.key import Answer, load_key

FOLDER = Path(__file__).parents[2] / "answers"
_KEY = load_key(FOLDER)


def answers_to(notebook: str) -> dict[str, Answer]:
    """Return the answers to a notebook's exercises by the exercises' names."""
    return _KEY.answers_to(notebook)


def solutions_to(notebook: str) -> dict[str, str]:
    """Return the cells that take the stubs' place, by the exercises' names."""
    return {name: answer.source() for name, answer in answers_to(notebook).items()}
