"""The corpus: read its files, and make submissions of them; as a program, write README.md."""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from support.key import solutions_to

from d2l_authoring.compose import compose
from d2l_authoring.notebook_file import read_notebook

HERE = Path(__file__).parent
ASSIGNMENT = "04_softmax_regression"
RELEASE = HERE.parents[1] / "notebooks" / f"{ASSIGNMENT}.ipynb"
# One for each way to earn what one should not, or to cost others what they should earn
CHOSEN = (
    "01_read_the_key",
    "08_memory_hog",
    "11_fork_bomb",
    "13_loop",
    "21_exit",
    "25_daemons",
    "30_forged_reply",
    "42_patched_numpy",
    "47_memorised_checks",
    "92_dies_at_the_second_question",
)
_HEAD = re.compile(r"# (exercise|verdict|earned|why|others): (.*)\n")

ABOUT = """# The corpus of hostile submissions

Each file takes the place of one exercise's answer in `04_softmax_regression`; the other exercises hold the solutions.
`damaged.py` makes the notebooks that are hostile as a whole. `test_corpus.py` grades them all as a class is graded,
several at a time and an honest submission with them. It checks that each earns what the table says, that all others
keep their marks, and that nothing is left behind. An answer that finds what it looks for answers rightly, so that a
hole in the sandbox shows as a mark.

`make test` grades the ten cases that are marked with ●; `make test-all` grades all of them, as root and as an
unprivileged user. Attacks on the sandbox itself that would show nothing more here are in `tests/support/hostile/`.

`PYTHONPATH=.:tests .venv/bin/python tests/corpus/cases.py` writes this file from the heads of the cases.

"""


@dataclass(frozen=True)
class Case:
    """A hostile answer to one exercise.

    Attributes
    ----------
    verdicts : tuple of str
        The verdicts that the attacked exercise may have; more than one where the kernel's timing or the version of
        Python decides.
    earned : float
        The points of the attacked exercise.
    others : tuple or None
        Where the attack costs the points of the submission's other functions: their verdict, their points, and the one
        function that is meant, or "" for all.
    is_chosen : bool
        Whether `make test` grades it.
    """

    name: str
    exercise: str
    verdicts: tuple[str, ...]
    earned: float
    why: str
    source: str
    others: tuple[str, float, str] | None = None
    is_chosen: bool = False


def cases():
    """Read all cases, in their order."""
    return [_read(path) for path in sorted(HERE.glob("[0-9]*.py"))]


def notebook(sources=None, release=None):
    """Compose the reference solution, with other answers to some exercises."""
    solutions = solutions_to(ASSIGNMENT)
    return compose(release or read_notebook(RELEASE), solutions | (sources or {}))


def submission(case):
    """Return a case as a notebook file."""
    return nbformat.writes(notebook({case.exercise: case.source})).encode()


def table():
    """Return README.md."""
    from corpus.damaged import DAMAGED

    rows = [
        (case.name, "●" * case.is_chosen, case.exercise, case.why, " or ".join(case.verdicts), f"{case.earned:g}")
        for case in cases()
    ]
    rows += [(f"`{one.name}`", "", "the notebook", one.why, one.status, f"{one.earned:g}") for one in DAMAGED]
    head = "| case | chosen | in | what it does | verdict | points |\n|---|---|---|---|---|---|\n"
    return ABOUT + head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _read(path):
    text = path.read_text()
    head = dict(_HEAD.findall(text))
    source = _HEAD.sub("", text).strip("\n")
    costs, _, exercise = head.get("others", "").partition(" in ")
    verdict, _, points = costs.partition(" ")
    others = (verdict, float(points), exercise) if points else None
    verdicts = tuple(head["verdict"].split(" or "))
    earned, is_chosen = float(head["earned"]), path.stem in CHOSEN
    return Case(path.stem, head["exercise"], verdicts, earned, head["why"], source, others, is_chosen)


if __name__ == "__main__":
    (HERE / "README.md").write_text(table())
