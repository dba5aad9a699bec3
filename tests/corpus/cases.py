"""The corpus: what each file says of itself, and the submission that it becomes; as a program, it writes README.md."""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from support.key import solutions_to

from d2l_authoring.compose import compose
from d2l_authoring.notebook_file import read_notebook

HERE = Path(__file__).parent
ASSIGNMENT = "04_softmax_regression"
SANDBOX, MARKING = "sandbox", "marking"
RELEASE = HERE.parents[1] / "notebooks" / f"{ASSIGNMENT}.ipynb"
_HEAD = re.compile(r"# (exercise|verdict|earned|why|others|against): (.*)\n")

ABOUT = """# The corpus of hostile submissions

Each file stands in the place of one exercise's answer in `04_softmax_regression`; the other exercises hold the
solutions. `damaged.py` makes the notebooks that are hostile as a whole. `test_corpus.py` grades them all, several at a
time with an honest submission beside them, and sees to it that none earns more than the table says, that the others
keep their marks, and that nothing is left. Who gets at what a case is after answers rightly, so that a hole in the
sandbox shows as a mark.

What is against the sandbox is graded once more by a user without powers. What is against the marking counts on how the
grader reads and compares an answer, which is the same for every user, and is graded once.

`PYTHONPATH=. .venv/bin/python tests/corpus/cases.py` writes this file from the heads of the cases.

"""


@dataclass(frozen=True)
class Case:
    """A hostile answer to one exercise.

    Attributes
    ----------
    verdicts : tuple of str
        Those that the attacked exercise may have; more than one where the kernel's timing or the
        version of Python decides.
    earned : float
        What it earns there.
    others : tuple or None
        The verdict and points of every other exercise, where they do not keep all theirs.
    against : str
        What it is to get past: ``"sandbox"``, unless its head says ``"marking"``.
    """

    name: str
    exercise: str
    verdicts: tuple[str, ...]
    earned: float
    why: str
    source: str
    others: tuple[str, float] | None = None
    against: str = SANDBOX


def cases():
    """Read all cases, in their order."""
    return [_read(path) for path in sorted(HERE.glob("[0-9]*.py"))]


def notebook(sources=None, release=None):
    """Compose the reference solution, with some exercises answered otherwise."""
    solutions = solutions_to(ASSIGNMENT)
    return compose(release or read_notebook(RELEASE), solutions | (sources or {}))


def submission(case):
    """Write the notebook that a case is."""
    return nbformat.writes(notebook({case.exercise: case.source})).encode()


def table():
    """Write README.md."""
    from damaged import DAMAGED

    rows = [
        (case.name, case.exercise, case.against, case.why, " or ".join(case.verdicts), f"{case.earned:g}")
        for case in cases()
    ]
    rows += [(f"`{one.name}`", "the notebook", "reading", one.why, one.status, f"{one.earned:g}") for one in DAMAGED]
    head = "| case | in | against | what it does | verdict | points |\n|---|---|---|---|---|---|\n"
    return ABOUT + head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _read(path):
    text = path.read_text()
    head = dict(_HEAD.findall(text))
    source = _HEAD.sub("", text).strip("\n")
    verdict, _, points = head.get("others", "").partition(" ")
    others = (verdict, float(points)) if points else None
    verdicts = tuple(head["verdict"].split(" or "))
    against = head.get("against", SANDBOX)
    return Case(path.stem, head["exercise"], verdicts, float(head["earned"]), head["why"], source, others, against)


if __name__ == "__main__":
    (HERE / "README.md").write_text(table())
