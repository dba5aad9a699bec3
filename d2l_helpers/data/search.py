"""A search for the four files in folders: what was found, and why the rest was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from d2l_helpers.data.idx import FILES, Bytes, IdxFile, read_verified
from d2l_helpers.errors import DataCorrupt

__all__ = ["Complain", "Found", "Problem", "Search", "got"]

Problem = OSError | DataCorrupt
Complain = Callable[[Path, Problem], None]


@dataclass(frozen=True, eq=False)
class Found:
    """One verified file of the dataset.

    Parameters
    ----------
    source : str
        Where it came from this time, in words.
    path : Path
        Where it lies now; compressed if it is, and stays, outside our cache.
    contents : numpy.ndarray of uint8
        Its decompressed bytes, header included.
    """

    source: str
    path: Path
    contents: Bytes = field(repr=False)


class Search:
    """What was found so far, and why the rest was not."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}
        self.failures: list[str] = []

    @property
    def missing(self) -> list[IdxFile]:
        """The files that were not found yet, in order."""
        return [file for name, file in FILES.items() if name not in self.found]

    def fail(self, source: str, reason: object) -> None:
        """Note why a source has not given what it was asked for."""
        self.failures.append(f"{source}: {reason}")

    def look_in(self, folder: Path, source: str, complain: Complain) -> dict[str, Found]:
        """Read each missing file that the folder has as published; complain about each other one."""
        files = {file.name: self._read(folder, file, source, complain) for file in self.missing}
        return {name: found for name, found in files.items() if found}

    def _read(self, folder: Path, file: IdxFile, source: str, complain: Complain) -> Found | None:
        problems: list[tuple[Path, Problem]] = []
        for name in (file.filename, f"{file.filename}.gz", file.name, f"{file.name}.gz"):
            try:
                return Found(source, folder / name, read_verified(folder / name, file))
            except (FileNotFoundError, NotADirectoryError):
                pass
            except (DataCorrupt, OSError) as error:
                problems.append((folder / name, error))
        for path, problem in problems:
            complain(path, problem)
            self.fail(source, f"{path}: {got(problem)}")
        if not problems:
            complain(folder / file.filename, FileNotFoundError("there is no such file"))
            self.fail(source, f"not in {folder}")
        return None


def got(problem: Problem) -> object:
    """What was met: the short form, for a list of failures."""
    return problem.got if isinstance(problem, DataCorrupt) else problem
