"""Where a course, a key and settings may lie: nowhere in what students handed in, or a student's code would run here.

The answer key is imported, and so are a course's settings. A student who hands in a folder with a course and a key of
its own must not have them read, wherever the command is started.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from d2l_autograder.file_names import COURSE_FILE, SECRET_FILE
from d2l_helpers.errors import ArgumentError

__all__ = ["require_course", "require_folder_for_marks", "require_own", "require_trusted"]

_FROM_STUDENTS = ("submitted", "downloaded")  # nbgrader's folders in a course
_FOLDERS = ("results", "feedback", "gradescope", "autograded")  # with a folder for each student
_REMEDY = (
    "pass your own course with --course, or --notebooks, --answers and --out outside of the submissions; or move the "
    "submissions into a folder of their own"
)
_FILES = (
    "gradebook.db",
    "grades.csv",
    "collected.csv",
    "changes.csv",
    "report.html",
    "similar.json",
    "similar.html",
    SECRET_FILE,
)


def require_trusted(handed_in: Path, places: Mapping[str, Path], is_given: bool = False) -> None:
    """Refuse places that lie in what was handed in.

    Parameters
    ----------
    handed_in : Path
        The submissions, or one notebook. A student may have handed in a whole folder, of which only one notebook is
        marked, so what lies below the notebook's folder counts as handed in, too, unless the teacher named it.
    places : mapping of str to Path
        What is read as course, key or configuration, or written; by its name in messages.
    is_given : bool, optional
        Whether the teacher named the places, or the course that they belong to, as with ``--course``. What lies right
        beside the notebook is refused even then.

    Raises
    ------
    ArgumentError
        If one of the places is the folder that was handed in, or lies below it, or below a course's ``submitted``.
    """
    is_one = not handed_in.is_dir()
    folder = handed_in.parent if is_one else handed_in
    is_handed_in = _is_at if is_one and is_given else _is_below
    for name, place in places.items():
        if is_handed_in(place, folder):
            remedy = _remedy_beside(is_given) if is_one else _REMEDY
            raise _from_students(name, place, f"a place outside of {folder}", remedy)
    require_own(places)


def require_own(places: Mapping[str, Path]) -> None:
    """Refuse places in a course's folder of what students handed in; raises as `require_trusted` does."""
    for name, place in places.items():
        for each in _with_parents(place):
            if each.name in _FROM_STUDENTS and (each.parent / COURSE_FILE).exists():
                raise _from_students(name, place, f"a place outside of {each}")


def require_course(course: Path, handed_in: Path, is_given: bool = False) -> None:
    """Refuse a course that holds what was handed in, except in nbgrader's folder ``submitted``.

    Raises
    ------
    ArgumentError
        If the course may have been handed in with the notebooks that it holds.
    """
    require_trusted(handed_in, {"the course": course}, is_given)
    own = [course / name for name in _FROM_STUDENTS]
    if _is_below(handed_in, course) and not any(_is_below(handed_in, folder) for folder in own):
        raise ArgumentError(
            "This course may have been handed in with the notebooks that it holds.",
            got=f"{handed_in}, in the course {course}",
            expected=f"submissions outside of the course, or in {own[0]}",
            remedy="move the submissions there; or pass another course with --course, or --notebooks and --answers",
        )


def require_folder_for_marks(out: Path, handed_in: Path) -> None:
    """Refuse a folder for marks that students can write to, or in which links lead elsewhere.

    Raises
    ------
    ArgumentError
        If the folder lies in what was handed in, or a part of it is a link.
    """
    require_trusted(handed_in, {"the folder for marks": out})
    folders = [out / name for name in _FOLDERS]
    of_students = (student for folder in folders if folder.is_dir() for student in folder.iterdir())
    for place in (*(out / name for name in _FILES), *folders, *of_students):
        if place.is_symlink():
            raise ArgumentError(
                "A link in the folder for marks would lead what is written elsewhere.",
                got=f"{place}, a link to {place.readlink()}",
                expected="files and folders",
                remedy="remove the link, or pass the folder that everything shall go to with --out",
            )


def _is_below(place: Path, folder: Path) -> bool:
    """Return whether a place is a folder or lies below it, by its name or by where links lead."""
    return any(_is_same(each, folder) for each in _with_parents(place))


def _is_at(place: Path, folder: Path) -> bool:
    """Return whether a place is a folder, by its name or by where links lead."""
    return _is_same(place, folder)


def _remedy_beside(is_given: bool) -> str:
    """Return what to do where a single notebook lies above or beside what would be used."""
    move = "move the notebook into a folder of its own"
    return move if is_given else f"{move}; or, if a course there is your own, name it with --course"


def _from_students(name: str, place: Path, expected: str, remedy: str = _REMEDY) -> ArgumentError:
    return ArgumentError(
        f"What students handed in may not be used as {name}: their code would run as yours.",
        got=place,
        expected=expected,
        remedy=remedy,
    )


def _with_parents(place: Path) -> Iterator[Path]:
    try:
        resolved = place.resolve()
    except (OSError, RuntimeError):  # RuntimeError: a link that leads to itself
        raise ArgumentError(
            "This place cannot be used.",
            got=f"{place}, a link that leads to itself, or a name that is too long",
            expected="a file or a folder",
            remedy="remove the link, or pass another place",
        ) from None
    for path in dict.fromkeys((place.absolute(), resolved)):
        yield from (path, *path.parents)


def _is_same(path: Path, folder: Path) -> bool:
    try:
        return path.samefile(folder)
    except OSError:
        return False
