"""What has been answered: in this kernel, and in all kernels of this user before it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.exercise import State, Verdict
from d2l_helpers.records import is_recording

__all__ = ["checked_here", "note", "states"]

_LARGEST = 100_000  # bytes
_here: dict[str, State] = {}


def note(verdict: Verdict) -> None:
    """Remember a verdict; a right answer is remembered beyond this kernel."""
    if verdict.state == "not attempted":  # a stub run again, as at each opening of the notebook, undoes nothing
        _here.setdefault(verdict.exercise.name, verdict.state)
    else:
        _here[verdict.exercise.name] = verdict.state
    if verdict.state == "right" and (file := _file()):
        _keep(verdict.exercise.name, file)


def states() -> dict[str, State]:
    """Give the state of each exercise of the chapter: this kernel's newest, else what was kept."""
    kept = _kept(_file())
    names = [exercise.name for group in chapter().values() for exercise in group]
    before: dict[str, State] = {name: "right" if name in kept else "not attempted" for name in names}
    return before | {name: state for name, state in _here.items() if state != "not attempted"}


def checked_here() -> set[str]:
    """Give the names of the exercises that were checked in this kernel."""
    return set(_here)


def _file() -> Path | None:
    """Give the user's file, or None where notebooks are recorded: those must not depend on who records them."""
    if is_recording():
        return None
    from platformdirs import user_state_path

    return user_state_path("d2l-helpers", appauthor=False) / "exercises.json"


def _kept(file: Path | None) -> list[str]:
    try:
        if file is None or file.stat().st_size > _LARGEST:
            return []
        names = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):  # none yet, or spoilt: then the next right answer writes it anew
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _keep(name: str, file: Path) -> None:
    """Add a name to the file; where that cannot be done, progress lasts as long as the kernel."""
    from filelock import FileLock, Timeout

    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=0.2):
            temporary.write_text(json.dumps(sorted({*_kept(file), name})))
            temporary.replace(file)
    except (OSError, NotImplementedError, Timeout):  # the second: a file system without locks
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
