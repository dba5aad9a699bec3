"""Select the MXNet that ``import mxnet`` imports if there is one for CUDA too, and explain why an import fails."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from d2l_helpers.engine.cuda.driver import LIBRARY, look
from d2l_helpers.engine.cuda.libraries import cuda_folder, load
from d2l_helpers.engine.cuda.wheels import CPU, Installed, code_for, installed_in
from d2l_helpers.errors import LibraryUnusable

__all__ = ["preferred_folder", "ready", "swap_command", "unused_because"]


@cache
def preferred_folder() -> str | None:
    """Return the folder with MXNet for CUDA if it can be used here; decided once per process.

    Returns
    -------
    str or None
        None if the environment's own MXNet is to be used. If a wheel for CUDA is there but cannot be used, a warning
        names the reason.
    """
    for wheel in installed_in([cuda_folder()]):
        reason = unused_because(wheel)
        if not reason:
            return str(wheel.folder)
        warnings.warn(f"{wheel} in {wheel.folder} is not used, so the CPU is: {reason}", stacklevel=2)
    return None


def unused_because(wheel: Installed) -> str:
    """Return why a wheel for CUDA cannot be used on this machine; empty if it can."""
    driver = look()
    if driver is None:
        return f"there is no NVIDIA driver ({LIBRARY})"
    if driver.problem:
        return f"the NVIDIA driver does not work: {driver.problem}"
    if not driver.gpus:
        return "the NVIDIA driver finds no GPU"
    missing = load(wheel.name, wheel.folder)
    return code_for(wheel, driver.gpus[0]) or (f"CUDA's libraries are missing: {_few(missing)}" if missing else "")


@contextmanager
def ready(folder: Path) -> Iterator[None]:
    """Load the libraries that MXNet in this folder needs; if the import in the block fails, say what to do.

    A wheel for the CPU needs none of them.

    Raises
    ------
    LibraryUnusable
        Instead of the linker's error about a library, and of any error if two wheels share the folder.
    """
    wheels = installed_in([folder])
    missing = [file for wheel in wheels for file in load(wheel.name, folder)]
    try:
        yield
    except Exception as error:
        if len(wheels) > 1:
            got = f"{' and '.join(map(str, wheels))} in one folder, {folder}: {error}"
            raise _unusable(got, "one wheel of MXNet in a folder", swap_command(wheels)) from error
        if isinstance(error, OSError) and wheels and wheels[0].needs_cuda:
            got = f"{wheels[0]} and no {_few(missing)}" if missing else f"{wheels[0]}: {error}"
            expected = "for a wheel with CUDA, an NVIDIA driver and CUDA's libraries"
            raise _unusable(got, expected, f"for the CPU: {swap_command(wheels)}") from error
        raise


def swap_command(wheels: Sequence[Installed]) -> str:
    """Return the command that uninstalls these wheels, whose files overlap, and installs the CPU wheel."""
    return f"python -m pip uninstall --yes {' '.join(wheel.name for wheel in wheels)} && {CPU.command}"


def _few(files: Sequence[str]) -> str:
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return ", ".join(files[:3]) + more


def _unusable(got: str, expected: str, remedy: str) -> LibraryUnusable:
    remedy = f"{remedy}; then restart the kernel. d2l-helpers doctor says which wheel fits"
    return LibraryUnusable("Cannot import MXNet.", got=got, expected=expected, remedy=remedy)
