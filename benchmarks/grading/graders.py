"""The three graders: how each gets the class's work, how it is run, and where its marks are."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
import venv
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from benchmarks.grading.coursework import Check, Student, checks, notebook, submission
from benchmarks.grading.memory import Peaks
from d2l_autograder.assignment import Assignment
from d2l_helpers.errors import TrainingError

__all__ = ["RIVALS", "Grader", "NBGrader", "Otter", "Ours", "Run", "own_python", "rivals_python"]

RIVALS = ("nbgrader==0.9.6", "otter-grader==7.0.0")
_PATIENCE = 3600.0  # seconds for a command
_CELL_SECONDS = 10  # that nbgrader gives a cell


@dataclass
class Run:
    """What one grader did.

    Attributes
    ----------
    grader : str
        Its name.
    submissions : int
        How many it was given.
    seconds : float
        Wall time of the command, or of all its commands.
    peaks : Peaks
        The memory it held.
    marks : dict of str to float or None
        The points of each student; None where it gave none.
    """

    grader: str
    submissions: int
    seconds: float = 0.0
    peaks: Peaks = field(default_factory=Peaks)
    marks: dict[str, float | None] = field(default_factory=dict)

    @property
    def per_minute(self) -> float:
        """Submissions a minute."""
        return 60 * self.submissions / self.seconds


class Grader(ABC):
    """A grader and its folder.

    Parameters
    ----------
    folder : Path
        Its own and empty.
    python : Path
        The Python that has it.
    assignment : Assignment
        What was handed out.
    """

    name = ""

    def __init__(self, folder: Path, python: Path, assignment: Assignment) -> None:
        self.folder, self.python, self.assignment = folder, python, assignment
        folder.mkdir(parents=True)

    def race(self, students: Sequence[Student]) -> Run:
        """Prepare without the clock, grade the class, and read the marks."""
        mine = [student for student in students if self.takes(student)]
        self.prepare(mine)
        run = Run(self.name, len(mine))
        for command in self.commands(mine):
            began = time.monotonic()
            with (self.folder / "log").open("ab") as log:
                program = subprocess.Popen(
                    [self.python, *command],
                    cwd=self.folder,
                    env=self.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            if not run.peaks.watch_until_end(program, _PATIENCE):
                raise _failed(self.folder / "log", f"no end within {_PATIENCE:.0f} seconds")
            run.seconds += time.monotonic() - began
        found = self.marks(mine)
        run.marks = {student.name: found.get(student.name) for student in mine}
        return run

    def takes(self, student: Student) -> bool:
        """Whether it can be given this student's work."""
        return True

    @abstractmethod
    def prepare(self, students: Sequence[Student]) -> None:
        """Write what it works on."""

    @abstractmethod
    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Give the arguments for Python that grade the class; each command is waited for."""

    @abstractmethod
    def marks(self, students: Sequence[Student]) -> dict[str, float]:
        """Read the marks."""

    def write(self, file: Path, text: str) -> None:
        """Write a file below the folder."""
        (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / file).write_text(text)

    def environment(self) -> dict[str, str]:
        """Give the environment of its programs: nbgrader starts others by their names."""
        places = [str(self.python.parent), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        return os.environ | {"PATH": os.pathsep.join(places)}

    def call(self, *command: str) -> None:
        """Run a command whose time does not count."""
        done = subprocess.run(
            [self.python, *command], cwd=self.folder, env=self.environment(), capture_output=True, text=True
        )
        if done.returncode:
            self.write(Path("log"), done.stdout + done.stderr)
            raise _failed(self.folder / "log", f"status {done.returncode} of {' '.join(command[:3])}")


class Ours(Grader):
    """``d2l-grade grade``, as many at a time as there are cores."""

    name = "ours"

    def __init__(self, folder: Path, python: Path, assignment: Assignment, answers: Path) -> None:
        super().__init__(folder, python, assignment)
        self.answers = answers.resolve()

    def prepare(self, students: Sequence[Student]) -> None:
        """Write the release, and a folder for each student."""
        blank = notebook(self.assignment)
        self.write(Path("notebooks", f"{self.assignment.name}.ipynb"), nbformat.writes(blank))
        for student in students:
            file = Path("submissions", student.name, f"{self.assignment.name}.ipynb")
            self.write(file, submission(blank, student))

    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Give one command for all."""
        folders = ("--out", "results", "--notebooks", "notebooks", "--answers", str(self.answers))
        return [["-m", "d2l_autograder", "grade", "submissions", *folders]]

    def marks(self, students: Sequence[Student]) -> dict[str, float]:
        """Read grades.csv."""
        with (self.folder / "results" / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
            return {row["student"]: float(row["earned"]) for row in csv.DictReader(file)}


class NBGrader(Grader):
    """``nbgrader autograde``: one submission after the other, each in a kernel of its own, tests in its cells."""

    name = "nbgrader 0.9.6"

    def prepare(self, students: Sequence[Student]) -> None:
        """Write a course, let nbgrader make its release, and fill that in for each student."""
        name = self.assignment.name
        config = ["c = get_config()", 'c.CourseDirectory.course_id = "race"']
        config += [f"c.{which}.timeout = {_CELL_SECONDS}" for which in ("Execute", "ExecutePreprocessor")]
        self.write(Path("nbgrader_config.py"), "\n".join(config) + "\n")
        tests: dict[str, list[NotebookNode]] = {}
        for number, check in enumerate(checks(self.assignment)):
            tests.setdefault(check.exercise, []).append(_grade_cell(check, number))
        source = notebook(self.assignment, tests)
        self.write(Path("source", name, f"{name}.ipynb"), nbformat.writes(source))
        self.call("-m", "nbgrader", "generate_assignment", name)
        released = nbformat.read(self.folder / "release" / name / f"{name}.ipynb", as_version=4)
        for student in students:
            self.write(Path("submitted", student.name, name, f"{name}.ipynb"), submission(released, student))

    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Give one command for all."""
        return [["-m", "nbgrader", "autograde", self.assignment.name]]

    def marks(self, students: Sequence[Student]) -> dict[str, float]:
        """Export the gradebook; who has no graded notebook has no mark."""
        self.call("-m", "nbgrader", "export", "--to", "grades.csv")
        with (self.folder / "grades.csv").open(newline="") as file:
            found = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
        graded = {path.parent.parent.name for path in self.folder.glob("autograded/*/*/*.ipynb")}
        return {student: score for student, score in found.items() if student in graded}


class Otter(Grader):
    """``otter run``: one command a submission, tests in the kernel; it has no limit of time."""

    name = "otter 7.0.0"

    def takes(self, student: Student) -> bool:
        """Leave out who would hang it."""
        return student.kind != "endless"

    def prepare(self, students: Sequence[Student]) -> None:
        """Write the test files, let otter pack them, and write a notebook for each student."""
        parts: dict[str, list[Check]] = {}
        for check in checks(self.assignment):
            parts.setdefault(check.exercise, []).append(check)
        for exercise, found in parts.items():
            self.write(Path("tests", f"{exercise}.py"), _test_file(exercise, found))
        self.call("-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip")
        blank = notebook(self.assignment, {name: [] for name in parts})
        for student in students:
            self.write(Path("submissions", f"{student.name}.ipynb"), submission(blank, student))

    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Give a command for each student."""
        for student in students:
            (self.folder / "results" / student.name).mkdir(parents=True)
        return [
            [
                *("-m", "otter", "run", f"submissions/{student.name}.ipynb", "--no-logo"),
                *("-a", "autograder.zip", "-o", f"results/{student.name}"),
            ]
            for student in students
        ]

    def marks(self, students: Sequence[Student]) -> dict[str, float]:
        """Read each student's results.json; where a kernel died there is none."""
        found = {}
        for file in self.folder.glob("results/*/results.json"):
            tests = json.loads(file.read_text())["tests"]
            found[file.parent.name] = sum(float(test.get("score", 0)) for test in tests)
        return found


def own_python() -> Path:
    """Give the Python that runs this."""
    return Path(sys.executable)


def rivals_python(folder: Path) -> Path:
    """Give the Python of an environment with the other two graders, made once; all else it takes from ours."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=False)
        (site,) = folder.glob("lib/python*/site-packages")
        ours = [path for path in sys.path if path.endswith("site-packages")]
        (site / "ours.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in ours))
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-warn-conflicts"]
        subprocess.run([*pip, *RIVALS], check=True, timeout=_PATIENCE)
        (folder / "ready").touch()
    return python


def _grade_cell(check: Check, number: int) -> NotebookNode:
    source = "\n".join(["### BEGIN HIDDEN TESTS", check.definition, check.call.format(answer=check.exercise)])
    metadata: dict[str, Any] = {"grade": True, "solution": False, "task": False, "locked": True, "schema_version": 3}
    metadata |= {"grade_id": f"test-{number}", "points": check.points}
    return nbformat.v4.new_code_cell(
        f"{source}\n### END HIDDEN TESTS", id=f"test-{number}", metadata={"nbgrader": metadata}
    )


def _test_file(exercise: str, found: Sequence[Check]) -> str:
    """Write a test file of otter's newer format."""
    answer = f"env[{exercise!r}]"
    parts = ["from otter.test_files import test_case", "OK_FORMAT = False", f"name = {exercise!r}"]
    parts += [f"points = {sum(check.points for check in found)!r}", found[0].definition]
    for number, check in enumerate(found):
        parts.append(f"@test_case(points={check.points!r}, hidden=True)")
        parts.append(f"def test_{number}(env):\n    {check.call.format(answer=answer)}")
    return "\n".join(parts) + "\n"


def _failed(log: Path, got: str) -> TrainingError:
    return TrainingError(
        "The benchmark cannot go on.",
        got=got,
        expected="a grader that grades",
        remedy=f"look at what it wrote to {log}, and measure again",
    )
