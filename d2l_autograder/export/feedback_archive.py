"""Feedback pages as the archive that Moodle's "Upload multiple feedback files in a zip" takes.

Moodle looks in each path for a part of the form ``Full name_1234567_assignsubmission_file_``, splits it at
underscores, and reads the second piece as the participant's number: ``mod/assign/feedback/file/importziplib.php``.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from d2l_autograder.collect.platforms import RECOGNISED
from d2l_autograder.collect.roster import names_of
from d2l_autograder.export.template import StudentRow
from d2l_autograder.file_names import file_name
from d2l_autograder.gradebook.totals import Total
from d2l_helpers.errors import ArgumentError

__all__ = ["Archive", "archive_name", "feedback_archive", "merged", "participants_in"]

_LARGEST_PAGE = 5 << 20  # bytes
_LARGEST = 500 << 20  # of all pages, uncompressed
_LONGEST_NAME = 60  # characters
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same pages make the same archive
_MOST_FOLDERS = 20_000


@dataclass(frozen=True)
class Archive:
    """An archive of feedback pages.

    Attributes
    ----------
    contents : bytes
        The zip file.
    packed : tuple of str
        The students whose pages are in it.
    left_out : dict of str to str
        Why other students' pages are not, by the students' ids.
    older : tuple of str
        The students whose pages show another mark than the gradebook now.
    """

    contents: bytes
    packed: tuple[str, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    older: tuple[str, ...] = ()


def feedback_archive(
    folder: Path, assignment: str, totals: Mapping[str, Total], row_of: Mapping[str, StudentRow]
) -> Archive:
    """Pack the feedback pages of an assignment.

    Parameters
    ----------
    folder : Path
        The folder with the students' pages, as ``write_feedback`` writes them.
    assignment : str
        The assignment.
    totals : mapping of str to Total
        What counts in the gradebook, by the students' ids.
    row_of : mapping of str to StudentRow
        The participants, by the students' ids.
    """
    stream, size = io.BytesIO(), 0
    packed, older, left_out = [], [], {}
    name = file_name(assignment)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for student in sorted(totals, key=lambda one: (_number_of(row_of.get(one)), one)):
            page = folder / file_name(student) / f"{name}.html"
            row = row_of.get(student)
            if row is None or not row.participant:
                left_out[student] = "the file does not say which participant this is"
                continue
            try:
                contents = _read(page, _LARGEST - size)
            except (OSError, ValueError) as error:
                left_out[student] = f"no page that can be packed ({getattr(error, 'strerror', None) or error})"
                continue
            size += len(contents)
            entry = zipfile.ZipInfo(f"{_folder(row)}/{name}.html", _WHEN)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, contents)
            packed.append(student)
            if _total_in(page.with_suffix(".json")) != totals[student].counts:
                older.append(student)
    return Archive(stream.getvalue(), tuple(packed), left_out, tuple(older))


def participants_in(folder: Path) -> list[StudentRow]:
    """Return the participants that the folders or files of Moodle's export of submissions name.

    Raises
    ------
    ArgumentError
        If there is none.
    """
    patterns = [each for each in (RECOGNISED["moodle"].folder, RECOGNISED["moodle"].file) if each]
    found: dict[str, str] = {}
    try:
        for number, path in enumerate(sorted((*folder.glob("*"), *folder.glob("*/*")))):
            match = next((match for each in patterns if (match := each.fullmatch(path.name))), None)
            if match and match["account"]:
                found.setdefault(match["account"], match["student"])
            if number > _MOST_FOLDERS:
                break
    except OSError as error:
        raise _none_in(folder, error) from error
    if not found:
        raise _none_in(folder, "no name such as Ada Lovelace_1234567_assignsubmission_file")
    return [
        StudentRow(number, name, (f"Participant {account}",), names_of(name, "", ""), account)
        for number, (account, name) in enumerate(found.items())
    ]


def _none_in(folder: Path, got: object) -> ArgumentError:
    return ArgumentError(
        "Cannot tell Moodle's participants from this folder.",
        got=f"{folder}: {got}",
        expected="the submissions as Moodle exports them, in folders",
        remedy="download all submissions once more with the option to download them in folders, or pass --moodle with "
        "the grading worksheet",
    )


def _read(page: Path, room: int) -> bytes:
    if page.is_symlink():
        raise ValueError("a link")
    with page.open("rb") as file:
        contents = file.read(_LARGEST_PAGE + 1)
    if len(contents) > _LARGEST_PAGE:
        raise ValueError(f"more than {_LARGEST_PAGE >> 20} MB")
    if len(contents) > room:
        raise ValueError(f"the archive has {_LARGEST >> 20} MB already")
    return contents


def _total_in(file: Path) -> float | None:
    """Return what a page says that counts; None if it says nothing, or cannot be read."""
    try:
        total = json.loads(file.read_bytes())["total"]
        return None if total is None else float(total)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _folder(row: StudentRow) -> str:
    """Return Moodle's name for a participant's folder; a name with an underscore would move the number."""
    kept = "".join(
        each if each in " ,.'()-’" or unicodedata.category(each)[0] in "LMN" else " "
        for each in unicodedata.normalize("NFC", row.shown)
    )
    name = re.sub(r"\s+", " ", kept).strip(" .")[:_LONGEST_NAME].strip(" .")
    return f"{name or 'Participant'}_{row.participant}_assignsubmission_file_"


def _number_of(row: StudentRow | None) -> int:
    return int(row.participant) if row and row.participant.isdecimal() else -1


def archive_name(file: Path, assignment: str, is_only: bool) -> Path:
    """Return the archive's place: the assignment's name is added where there are several."""
    return file if is_only else file.with_name(f"{file.stem}-{file_name(assignment)}{file.suffix or '.zip'}")


def merged(groups: Iterable[tuple[str, Mapping[str, StudentRow]]]) -> dict[str, dict[str, StudentRow]]:
    """Return the participants by assignment, from several files."""
    found: dict[str, dict[str, StudentRow]] = {}
    for assignment, row_of in groups:
        found.setdefault(assignment, {}).update(row_of)
    return found
