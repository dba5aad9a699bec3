"""What the reports of the last run said of each submission: every change of a mark is named, and reports can be remade.

The file holds no marks of exercises: a submission's digest says which result in the store has them.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from d2l_autograder.batch.store import Store
from d2l_autograder.results import Result, Row, Status
from d2l_helpers.atomic import write
from d2l_helpers.errors import RecordError

__all__ = ["Reported", "Standing"]


@dataclass(frozen=True)
class Standing:
    """A row as it was reported, without the marks of its exercises.

    Attributes
    ----------
    earned : float or None
        What the submission earned; None where it had no mark, as of a student who handed nothing in.
    digest : str
        The digest of its result; empty where none is in the store, or an earlier version wrote the file.
    status, detail, repairs, submitted, is_late, penalty, handed_in_by
        As of `Result` and `Row`.
    is_last : bool
        Whether the row was among those of the last run.
    """

    earned: float | None
    digest: str = ""
    status: Status = Status.MARKED
    detail: str = ""
    repairs: tuple[str, ...] = ()
    submitted: str = ""
    is_late: bool = False
    penalty: float = 0.0
    handed_in_by: str = ""
    is_last: bool = False


class Reported:
    """The rows that were reported last.

    They are written when a run's reports are there: where a run was killed before, the next one names the changes.

    Parameters
    ----------
    file : Path
        Where they are kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rows: dict[str, dict[str, Standing]] = {}  # by assignment and student

    @classmethod
    def in_folder(cls, folder: Path) -> Reported:
        """Return those of a folder of marks."""
        return cls(folder / ".d2l-grade.reported.json")

    def load(self) -> None:
        """Read the file, if it is there.

        Raises
        ------
        RecordError
            If it cannot be read.
        """
        self._rows = _read(self._file)

    def standing(self, student: str, assignment: str) -> Standing | None:
        """Return what the last reports said of a submission; None if they said nothing."""
        return self._rows.get(assignment, {}).get(student)

    def before(self, student: str, assignment: str, earned: float) -> float | None:
        """Return what the last reports said that a submission had earned, where it was something else."""
        found = self.standing(student, assignment)
        before = found.earned if found else None
        return before if before is not None and not math.isclose(before, earned, abs_tol=1e-9) else None

    def result(self, student: str, assignment: str, store: Store) -> Result | None:
        """Return the result that was reported last, with its marks; None if the store has it no longer.

        Raises
        ------
        RecordError
            If it is there and cannot be read.
        """
        standing = self.standing(student, assignment)
        if not standing or not standing.digest:
            return None
        found = store.find(standing.handed_in_by or student, assignment, standing.digest)
        return dataclasses.replace(found, student=student) if found and found.earned == standing.earned else None

    def rows(self, store: Store, note: Callable[[RecordError], None]) -> Iterator[Row]:
        """Yield the rows of the last run; `note` is called with the error where the store cannot tell one's marks."""
        for assignment, students in self._rows.items():
            for student, standing in students.items():
                if standing.is_last:
                    try:
                        yield self._row(student, assignment, standing, store)
                    except RecordError as error:
                        note(error)

    def save(self, rows: Iterable[Row], is_whole: bool = True) -> None:
        """Keep what these rows say; what others said stays. A fault of the grader changes no mark.

        Parameters
        ----------
        rows : iterable of Row
            The rows of a run.
        is_whole : bool, optional
            Whether they are all rows of the run. Otherwise, those of the run before it count as the last, too.
        """
        if is_whole:
            for students in self._rows.values():
                students.update({name: dataclasses.replace(one, is_last=False) for name, one in students.items()})
        for row in rows:
            students = self._rows.setdefault(row.result.assignment, {})
            students[row.result.student] = _standing(row, students.get(row.result.student))
        content = {
            assignment: {student: _content(standing) for student, standing in students.items()}
            for assignment, students in self._rows.items()
        }
        write(self._file, json.dumps(content, indent=1, sort_keys=True).encode())

    def _row(self, student: str, assignment: str, standing: Standing, store: Store) -> Row:
        result = Result(student, assignment, standing.status, standing.detail)
        if standing.digest:
            found = self.result(student, assignment, store)
            if found is None:
                raise RecordError(
                    "The marks of a submission are not kept any longer.",
                    got=f"no result of {student}, {assignment} in {store.folder}",
                    expected="what the last run has kept there",
                    remedy="restore the folder from a copy, or grade again",
                )
            result = found
        result = dataclasses.replace(result, repairs=standing.repairs)
        submitted = datetime.fromisoformat(standing.submitted) if standing.submitted else None
        return Row(result, submitted, standing.is_late, standing.penalty, handed_in_by=standing.handed_in_by)


def _standing(row: Row, before: Standing | None) -> Standing:
    result = row.result
    if result.status == Status.SANDBOX_FAULT and before:
        return dataclasses.replace(before, is_last=True)
    return Standing(
        earned=result.earned if result.marks else None,
        digest=result.digest,
        status=result.status,
        detail=result.detail,
        repairs=result.repairs,
        submitted=row.submitted.isoformat() if row.submitted else "",
        is_late=row.is_late,
        penalty=row.penalty,
        handed_in_by=row.handed_in_by,
        is_last=True,
    )


def _content(standing: Standing) -> dict[str, Any]:
    """Return what differs from the defaults: for a class of thousands, the file stays small."""
    defaults = {field.name: field.default for field in dataclasses.fields(Standing)}
    return {name: value for name, value in dataclasses.asdict(standing).items() if value != defaults[name]}


def _read(file: Path) -> dict[str, dict[str, Standing]]:
    try:
        content = json.loads(file.read_bytes())
        return {
            str(assignment): {str(student): _read_standing(said) for student, said in students.items()}
            for assignment, students in content.items()
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


def _read_standing(said: Any) -> Standing:
    if not isinstance(said, dict):
        return Standing(float(said))  # as versions wrote it that kept the marks alone
    earned = said.pop("earned", None)
    texts = {name: str(said.pop(name)) for name in ("digest", "detail", "submitted", "handed_in_by") if name in said}
    if texts.get("submitted"):
        datetime.fromisoformat(texts["submitted"])  # raises an error here, where it is expected
    return Standing(
        earned=None if earned is None else float(earned),
        status=Status(said.pop("status", Status.MARKED)),
        repairs=tuple(map(str, said.pop("repairs", ()))),
        is_late=bool(said.pop("is_late", False)),
        penalty=float(said.pop("penalty", 0.0)),
        is_last=bool(said.pop("is_last", False)),
        **texts,
    )
