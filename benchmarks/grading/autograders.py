"""Run three autograders on the same submissions: prepare the files of each, run its commands, read its marks."""

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

from benchmarks.grading.coursework import HiddenTest, Student, hidden_tests, notebook, submission
from benchmarks.grading.memory import PeakMemory
from d2l_autograder.assignment import Assignment
from d2l_helpers.errors import TrainingError

__all__ = ["Autograder", "D2LGrade", "Measurement", "NBGrader", "Otter", "Untouched", "environment_of_others"]

_OTHERS = ("nbgrader==0.9.6", "otter-grader==7.0.0")
_TIMEOUT = 3600.0  # seconds for a command
_CELL_SECONDS = 10  # nbgrader's timeout for a cell


@dataclass
class Measurement:
    """Time, memory and marks of one autograder.

    Attributes
    ----------
    grader : str
        The autograder's name.
    submissions : int
        The number of submissions that it graded.
    seconds : float
        Wall time of all its commands.
    memory : PeakMemory
        Its peak memory.
    marks : dict of str to float or None
        The points of each student; None for a submission without a mark.
    """

    grader: str
    submissions: int
    seconds: float = 0.0
    memory: PeakMemory = field(default_factory=PeakMemory)
    marks: dict[str, float | None] = field(default_factory=dict)

    @property
    def per_minute(self) -> float:
        """Submissions per minute."""
        return 60 * self.submissions / self.seconds


class Autograder(ABC):
    """An autograder that works in a folder.

    Parameters
    ----------
    folder : Path
        A new folder for its files.
    python : Path
        The Python of the environment in which it is installed.
    assignment : Assignment
        The assignment to grade.
    """

    name = ""

    def __init__(self, folder: Path, python: Path, assignment: Assignment) -> None:
        self.folder, self.python, self.assignment = folder, python, assignment
        folder.mkdir(parents=True)

    def measure(self, students: Sequence[Student]) -> Measurement:
        """Prepare the files, measure the commands that grade the class, and read the marks."""
        graded = [student for student in students if self.can_grade(student)]
        self.prepare(graded)
        measurement = Measurement(self.name, len(graded))
        for command in self.commands(graded):
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
            if not measurement.memory.watch_until_end(program, _TIMEOUT):
                raise _failed(self.folder / "log", f"a command that ran longer than {_TIMEOUT:.0f} seconds")
            measurement.seconds += time.monotonic() - began
        found = self.marks(graded)
        measurement.marks = {student.name: found.get(student.name) for student in graded}
        return measurement

    def can_grade(self, student: Student) -> bool:
        """Return whether grading this student's submission ends."""
        return True

    @abstractmethod
    def prepare(self, students: Sequence[Student]) -> None:
        """Write the assignment, the hidden tests and the submissions."""

    @abstractmethod
    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Return Python's arguments for the commands that grade the class, to be run one after the other."""

    @abstractmethod
    def marks(self, students: Sequence[Student]) -> dict[str, float]:
        """Read the marks by student."""

    def write(self, file: Path, text: str) -> None:
        """Write a file below the folder."""
        (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / file).write_text(text)

    def environment(self) -> dict[str, str]:
        """Return the environment of the commands; nbgrader starts other programs from the PATH."""
        places = [str(self.python.parent), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        return os.environ | {"PATH": os.pathsep.join(places)}

    def call(self, *command: str) -> None:
        """Run a command that is not measured."""
        done = subprocess.run(
            [self.python, *command], cwd=self.folder, env=self.environment(), capture_output=True, text=True
        )
        if done.returncode:
            self.write(Path("log"), done.stdout + done.stderr)
            raise _failed(self.folder / "log", f"status {done.returncode} of {' '.join(command[:3])}")


class D2LGrade(Autograder):
    """``d2l-grade grade``, with one job per core."""

    name = "ours"

    def __init__(self, folder: Path, assignment: Assignment, answers: Path) -> None:
        super().__init__(folder, Path(sys.executable), assignment)
        self.answers = answers.resolve()

    def prepare(self, students: Sequence[Student]) -> None:
        """Write the released notebook, and a folder for each student."""
        blank = notebook(self.assignment)
        self.write(Path("notebooks", f"{self.assignment.name}.ipynb"), nbformat.writes(blank))
        for student in students:
            file = Path("submissions", student.name, f"{self.assignment.name}.ipynb")
            self.write(file, submission(blank, student))

    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Return one command for all submissions."""
        folders = ("--out", "results", "--notebooks", "notebooks", "--answers", str(self.answers))
        return [["-m", "d2l_autograder", "grade", "submissions", *folders]]

    def marks(self, students: Sequence[Student]) -> dict[str, float]:
        """Read grades.csv."""
        with (self.folder / "results" / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
            return {row["student"]: float(row["earned"]) for row in csv.DictReader(file)}


class Untouched(D2LGrade):
    """``d2l-grade grade`` for a class that hands in the whole notebook as it got it."""

    def prepare(self, students: Sequence[Student]) -> None:
        """Write the released notebook, and a copy for each student."""
        name, text = f"{self.assignment.name}.ipynb", nbformat.writes(self.assignment.release)
        self.write(Path("notebooks", name), text)
        for number, student in enumerate(students):
            self.write(Path("submissions", student.name, name), text + " " * number)  # no two files are the same


class NBGrader(Autograder):
    """``nbgrader autograde``: one submission after the other, in a kernel each, with the tests in its cells."""

    name = "nbgrader 0.9.6"

    def prepare(self, students: Sequence[Student]) -> None:
        """Write a course, let nbgrader generate the release, and fill in a copy for each student."""
        name = self.assignment.name
        config = ["c = get_config()", 'c.CourseDirectory.course_id = "benchmark"']
        config += [f"c.{which}.timeout = {_CELL_SECONDS}" for which in ("Execute", "ExecutePreprocessor")]
        self.write(Path("nbgrader_config.py"), "\n".join(config) + "\n")
        tests: dict[str, list[NotebookNode]] = {}
        for number, test in enumerate(hidden_tests(self.assignment)):
            tests.setdefault(test.exercise, []).append(_grade_cell(test, number))
        source = notebook(self.assignment, tests)
        self.write(Path("source", name, f"{name}.ipynb"), nbformat.writes(source))
        self.call("-m", "nbgrader", "generate_assignment", name)
        released = nbformat.read(self.folder / "release" / name / f"{name}.ipynb", as_version=4)
        for student in students:
            self.write(Path("submitted", student.name, name, f"{name}.ipynb"), submission(released, student))

    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Return one command for all submissions."""
        return [["-m", "nbgrader", "autograde", self.assignment.name]]

    def marks(self, students: Sequence[Student]) -> dict[str, float]:
        """Export the gradebook; a student without a graded notebook has no mark."""
        self.call("-m", "nbgrader", "export", "--to", "grades.csv")
        with (self.folder / "grades.csv").open(newline="") as file:
            found = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
        graded = {path.parent.parent.name for path in self.folder.glob("autograded/*/*/*.ipynb")}
        return {student: score for student, score in found.items() if student in graded}


class Otter(Autograder):
    """``otter run``: one command per submission, with the tests in the kernel and without a timeout."""

    name = "otter 7.0.0"

    def can_grade(self, student: Student) -> bool:
        """Return False for a submission that never ends: ``otter run`` has no timeout."""
        return student.kind != "endless"

    def prepare(self, students: Sequence[Student]) -> None:
        """Write the test files, let otter package them, and write a notebook for each student."""
        parts: dict[str, list[HiddenTest]] = {}
        for test in hidden_tests(self.assignment):
            parts.setdefault(test.exercise, []).append(test)
        for exercise, tests in parts.items():
            self.write(Path("tests", f"{exercise}.py"), _test_file(exercise, tests))
        self.call("-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip")
        blank = notebook(self.assignment, {name: [] for name in parts})
        for student in students:
            self.write(Path("submissions", f"{student.name}.ipynb"), submission(blank, student))

    def commands(self, students: Sequence[Student]) -> list[list[str]]:
        """Return one command per student."""
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
        """Read each student's results.json, which is missing if the kernel died."""
        found = {}
        for file in self.folder.glob("results/*/results.json"):
            tests = json.loads(file.read_text())["tests"]
            found[file.parent.name] = sum(float(test.get("score", 0)) for test in tests)
        return found


def environment_of_others(folder: Path) -> Path:
    """Return the Python of an environment with nbgrader and otter, made once; other packages are this environment's."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=False)
        (site,) = folder.glob("lib/python*/site-packages")
        ours = [path for path in sys.path if path.endswith("site-packages")]
        (site / "ours.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in ours))
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-warn-conflicts"]
        subprocess.run([*pip, *_OTHERS], check=True, timeout=_TIMEOUT)
        (folder / "ready").touch()
    return python


def _grade_cell(test: HiddenTest, number: int) -> NotebookNode:
    source = "\n".join(["### BEGIN HIDDEN TESTS", test.definition, test.call.format(answer=test.exercise)])
    metadata: dict[str, Any] = {"grade": True, "solution": False, "task": False, "locked": True, "schema_version": 3}
    metadata |= {"grade_id": f"test-{number}", "points": test.points}
    return nbformat.v4.new_code_cell(
        f"{source}\n### END HIDDEN TESTS", id=f"test-{number}", metadata={"nbgrader": metadata}
    )


def _test_file(exercise: str, tests: Sequence[HiddenTest]) -> str:
    """Return the source of a test file in otter's newer format."""
    answer = f"env[{exercise!r}]"
    parts = ["from otter.test_files import test_case", "OK_FORMAT = False", f"name = {exercise!r}"]
    parts += [f"points = {sum(test.points for test in tests)!r}", tests[0].definition]
    for number, test in enumerate(tests):
        parts.append(f"@test_case(points={test.points!r}, hidden=True)")
        parts.append(f"def test_{number}(env):\n    {test.call.format(answer=answer)}")
    return "\n".join(parts) + "\n"


def _failed(log: Path, got: str) -> TrainingError:
    return TrainingError(
        "The benchmark cannot go on.",
        got=got,
        expected="an autograder whose commands succeed",
        remedy=f"look at its output in {log}, repair the cause, and run the benchmark again",
    )
