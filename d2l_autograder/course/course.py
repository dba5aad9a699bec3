"""A course of nbgrader's as it was built: its assignments, its key, and the file that describes both."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.assignment import Assignment, load_assignment
from d2l_autograder.course.source_notebook import extra_in, points_in
from d2l_autograder.file_names import COURSE_FILE, SECRET_FILE
from d2l_autograder.random_generators import course_secret
from d2l_helpers.errors import ArgumentError

__all__ = ["Course", "description", "read_course"]


@dataclass(frozen=True)
class Course:
    """A course that was built.

    Attributes
    ----------
    folder : Path
        The folder in which it lies.
    answers : Path
        The folder with the key.
    assignments : tuple of str
        The assignments' names.
    sources : mapping of str to dict
        For a teacher's own notebooks, where ``exercises`` and ``answers`` are, if they differ from the chapter's.
    has_variants : bool
        Whether numbers and options of exercises follow from the student's id.
    """

    folder: Path
    answers: Path
    assignments: tuple[str, ...]
    sources: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    has_variants: bool = False

    def load(self, release: Path) -> Assignment:
        """Load a released assignment; its exercises are worth the points that the notebook says."""
        own, notebook = self.sources.get(release.stem, {}), read_notebook(release)
        answers = own.get("answers", None if "exercises" in own else self.answers)
        points, extra = points_in(notebook), extra_in(notebook)
        module, has_variants = own.get("exercises"), self.has_variants
        return load_assignment(release, answers, points, module=module, extra=extra, has_variants=has_variants)

    @property
    def hidden(self) -> tuple[Path, ...]:
        """The folders and files with the key."""
        places = (place for own in self.sources.values() for place in own.values())
        return tuple(dict.fromkeys([self.folder, self.answers, *places]))

    def secret(self, is_kept: bool = True) -> bytes:
        """Return the secret on which random inputs depend; a new one is written only if it shall be kept."""
        return course_secret(self.folder / SECRET_FILE, is_kept)


def description(folder: Path, answers: Path, assignments: Iterable[Assignment], has_variants: bool) -> bytes:
    """Write what `read_course` reads; places are relative to the folder, so that all can be moved together."""

    def relative(path: Path) -> str:
        return os.path.relpath(path.resolve(), folder.resolve())

    sources = {}
    for one in assignments:
        own = {"exercises": relative(one.module.file)} if one.module.file else {}
        if one.key.folder.is_dir() and one.key.folder != answers.resolve():
            own["answers"] = relative(one.key.folder)
        if own:
            sources[one.name] = own
    names = [one.name for one in assignments]
    content = {"answers": relative(answers), "assignments": names, "variants": has_variants}
    content |= {"sources": sources} if sources else {}
    return f"{json.dumps(content, indent=1)}\n".encode()


def read_course(folder: Path) -> Course:
    """Read the course that a folder holds.

    Raises
    ------
    ArgumentError
        If the folder holds no course.
    """
    try:
        content = json.loads((folder / COURSE_FILE).read_bytes())
        sources = {
            name: {what: folder / place for what, place in own.items()}
            for name, own in content.get("sources", {}).items()
        }
        names, has_variants = tuple(content["assignments"]), content.get("variants") is True
        return Course(folder, folder / content["answers"], names, sources, has_variants)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(
            "This folder holds no course that can be marked.",
            got=f"{type(error).__name__} on reading {folder / COURSE_FILE}",
            expected="what d2l-grade course build writes",
            remedy=f"run d2l-grade course build {folder}; it keeps what you changed",
        ) from error
