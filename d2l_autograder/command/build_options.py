"""What a course was built with last: without options, `d2l-grade course build` builds it again alike."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from d2l_autograder.course import read_course
from d2l_autograder.file_names import COURSE_FILE
from d2l_helpers.atomic import replace_file
from d2l_helpers.errors import ArgumentError

__all__ = ["BuildOptions", "course_of", "options_as_before", "remember_options"]

_FILE = ".built.json"


@dataclass(frozen=True)
class BuildOptions:
    """The options of ``d2l-grade course build``.

    Attributes
    ----------
    notebooks, answers : Path or None
        The folders, where they are not the project's.
    only : tuple of str
        Numbers or names of the notebooks; empty for all.
    points : mapping of str to float
        What exercises are worth, where that differs from the notebooks.
    extra : tuple of str
        The exercises whose points are extra credit.
    variants : bool or None
        Whether numbers and options of exercises follow from the student's id; None is not said.
    """

    notebooks: Path | None = None
    answers: Path | None = None
    only: tuple[str, ...] = ()
    points: Mapping[str, float] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    variants: bool | None = None

    def __str__(self) -> str:
        """Return the options as one would type them."""
        folders = {"--notebooks": self.notebooks, "--answers": self.answers}
        words = [f"{name} {folder}" for name, folder in folders.items() if folder]
        words += [f"--only {','.join(self.only)}"] if self.only else []
        words += [f"--points {name}={worth:g}" for name, worth in self.points.items()]
        words += ["--variants"] if self.variants else []
        return " ".join([*words, *(f"--extra {name}" for name in self.extra)])


def course_of(current: Path) -> Path:
    """Return the current folder, which is to hold a course.

    Raises
    ------
    ArgumentError
        If it holds none: the command then needs the name of a folder.
    """
    if (current / COURSE_FILE).is_file():
        return current
    raise ArgumentError(
        "Which course is to be built?",
        got=f"no folder's name, and no course in {current}",
        expected="the folder of a course, new or not",
        remedy="run d2l-grade course build DIR, or the command without DIR in the folder of a course",
    )


def options_as_before(folder: Path, given: BuildOptions) -> BuildOptions:
    """Return the given options, and for the others those of the last build.

    Notebooks are added to those that the course has, and points to those that differ already, because an assignment
    that was handed out must not leave the course. Other notebooks begin anew.

    Raises
    ------
    ArgumentError
        If the file with the last options cannot be read.
    """
    last = _read(folder)
    if given.notebooks not in (None, last.notebooks):
        return given
    only = last.only
    if given.only:
        only = tuple(dict.fromkeys((*(last.only or _assignments(folder)), *given.only)))
    return BuildOptions(
        notebooks=last.notebooks,
        answers=given.answers or last.answers,
        only=only,
        points={**last.points, **given.points},
        extra=tuple(dict.fromkeys((*last.extra, *given.extra))),
        variants=last.variants if given.variants is None else given.variants,
    )


def _assignments(folder: Path) -> tuple[str, ...]:
    """Return the assignments of the course in a folder, if any."""
    return read_course(folder).assignments if (folder / COURSE_FILE).exists() else ()


def remember_options(folder: Path, options: BuildOptions) -> None:
    """Write the options into the course, with folders relative to it, so that both can be moved together."""
    content = {
        "notebooks": _relative(options.notebooks, folder),
        "answers": _relative(options.answers, folder),
        "only": options.only,
        "points": dict(options.points),
        "extra": options.extra,
        "variants": options.variants,
    }
    replace_file(folder / _FILE, f"{json.dumps(content, indent=1)}\n".encode())


def _relative(place: Path | None, folder: Path) -> str | None:
    return os.path.relpath(place.resolve(), folder.resolve()) if place else None


def _read(folder: Path) -> BuildOptions:
    try:
        content = json.loads((folder / _FILE).read_bytes())
        notebooks, answers = (
            (folder / content[name]).resolve() if content[name] else None for name in ("notebooks", "answers")
        )
        points = {str(name): float(worth) for name, worth in content["points"].items()}
        only, extra = (tuple(map(str, content[name])) for name in ("only", "extra"))
        variants = content.get("variants")
        return BuildOptions(notebooks, answers, only, points, extra, variants if isinstance(variants, bool) else None)
    except FileNotFoundError:
        return BuildOptions()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(
            "Cannot read what this course was built with.",
            got=f"{type(error).__name__} on reading {folder / _FILE}",
            expected="what d2l-grade course build has written",
            remedy="remove that file, and pass --only, --points, --answers and --notebooks as you did at first",
        ) from error
