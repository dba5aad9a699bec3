"""What the reports of the last run said that each submission had earned, so that every change of a mark is named."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

from d2l_autograder.results import Row, Status
from d2l_helpers.atomic import write
from d2l_helpers.errors import RecordError

__all__ = ["Reported"]


class Reported:
    """The marks that were reported last.

    They are written when a run's reports are there: where a run was killed before, the next one names the changes.

    Parameters
    ----------
    file : Path
        Where they are kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._marks: dict[str, dict[str, float]] = {}  # by assignment and student

    def load(self) -> None:
        """Read the file, if it is there.

        Raises
        ------
        RecordError
            If it cannot be read.
        """
        self._marks = _read(self._file)

    def before(self, student: str, assignment: str, earned: float) -> float | None:
        """Return what the last reports said, where it was something else."""
        before = self._marks.get(assignment, {}).get(student)
        return before if before is not None and not math.isclose(before, earned, abs_tol=1e-9) else None

    def save(self, rows: Iterable[Row]) -> None:
        """Keep what these rows say; what others said stays. A fault of the grader changes no mark."""
        for row in rows:
            result = row.result
            if result.status == Status.MISSING:
                self._marks.get(result.assignment, {}).pop(result.student, None)
            elif result.marks:
                self._marks.setdefault(result.assignment, {})[result.student] = result.earned
        write(self._file, json.dumps(self._marks, indent=1, sort_keys=True).encode())


def _read(file: Path) -> dict[str, dict[str, float]]:
    try:
        content = json.loads(file.read_bytes())
        return {
            str(assignment): {str(student): float(earned) for student, earned in marks.items()}
            for assignment, marks in content.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise RecordError(
            "Cannot read what the last reports said, so marks that have changed since are not named.",
            got=f"{file}: {getattr(error, 'strerror', None) or type(error).__name__}",
            expected="the file as this program writes it",
            remedy="nothing, as the file is written again; or restore it from a copy before the next run",
        ) from error
