"""Name the shared libraries that MXNet's wheel needs from the system, with their packages, if they are missing."""

from __future__ import annotations

import ctypes
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager

from d2l_helpers.errors import LibraryUnusable

__all__ = ["named"]

# By file: the package on Debian and Ubuntu, and the one on Fedora
_PACKAGES = {"libgomp.so.1": ("libgomp1", "libgomp"), "libquadmath.so.0": ("libquadmath0", "libquadmath")}
# MXNet's wheel for aarch64 was linked with Arm Performance Libraries; setup.sh puts Debian's OpenBLAS in their place
_ARMS = ("libarmpl_lp64_mp.so", "libamath.so", "libastring.so")
_LINKERS_ERROR = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")


@contextmanager
def named() -> Iterator[None]:
    """Replace the linker's error, which only names the first missing file, by one that says what to install.

    Raises
    ------
    LibraryUnusable
        Instead of the linker's error, if the project knows a remedy.
    """
    try:
        yield
    except OSError as error:
        if "cannot enable executable stack" in str(error):  # MXNet 1.6, with glibc 2.41 and later
            raise _unusable(
                got=error,
                expected="a system whose linker loads MXNet 1.6, which asks for an executable stack",
                remedy="set GLIBC_TUNABLES=glibc.rtld.execstack=2 in the environment in which Jupyter is started",
            ) from error
        found = _LINKERS_ERROR.search(str(error))
        if found is not None and found[1] in _ARMS:
            raise _unusable(
                got=f"no {found[1]} on this system",
                expected="OpenBLAS in the place of Arm Performance Libraries, which MXNet's wheel for aarch64 needs "
                "and does not contain",
                remedy="make lab in a clone on Debian or Ubuntu, or in the chapter's container (docs/containers.md), "
                "which fetches OpenBLAS without root; then restart the kernel",
            ) from error
        if found is None or not (packages := _missing(found[1])):
            raise
        debian, fedora = (" ".join(names) for names in zip(*packages.values(), strict=True))
        raise _unusable(
            got=f"no {' and no '.join(packages)} on this system",
            expected="the shared libraries that MXNet's wheel needs and does not contain",
            remedy=f"sudo apt-get install {debian} (Debian, Ubuntu) or sudo dnf install {fedora} (Fedora), or, without "
            "root, make lab in a clone on Debian or Ubuntu, which fetches them; then restart the kernel",
        ) from error


def _unusable(got: object, expected: str, remedy: str) -> LibraryUnusable:
    return LibraryUnusable("Cannot import MXNet.", got=got, expected=expected, remedy=remedy)


def _missing(first: str) -> dict[str, tuple[str, str]]:
    """Return the packages of the libraries that cannot be loaded; none if `first`, the one in the error, is unknown."""
    if first not in _PACKAGES:
        return {}
    return {file: packages for file, packages in _PACKAGES.items() if file == first or not _loads(file)}


def _loads(file: str) -> bool:
    if file == "libquadmath.so.0" and platform.machine() == "aarch64":
        return True  # it does not exist there, and the wheel for aarch64 does not ask for it
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True
