"""What a mark follows from, as one digest: the packages that make it, the key, and the versions of what computes."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import d2l_authoring
import d2l_helpers

__all__ = ["PACKAGES", "digest_of_folder", "digest_of_parts", "environment", "files_of", "packages_digest"]

# The whole of each: a list of the modules that matter would lack the next one. d2l_authoring reads the notebooks
PACKAGES = (*(Path(str(package.__file__)).parent for package in (d2l_helpers, d2l_authoring)), Path(__file__).parent)
_ENGINES = ("mxnet", "numpy", "d2l")


def digest_of_parts(*parts: str) -> str:
    """Compute a digest of texts; the cuts between them count."""
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def digest_of_folder(folder: Path) -> str:
    """Compute a digest of a folder's files and their names, wherever the folder lies.

    Hidden files and what Python compiled are left out.
    """
    digests = ((name, hashlib.sha256(contents).hexdigest()) for name, contents in files_of(folder))
    return digest_of_parts(*(part for pair in digests for part in pair))


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of a folder's files, sorted, without hidden ones and what Python compiled."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if file.is_file() and "__pycache__" not in name.parts and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix(), file.read_bytes()


@cache
def packages_digest() -> str:
    """Compute the digest of the packages that make a mark, once in a process."""
    return digest_of_parts(*map(digest_of_folder, PACKAGES))


@cache
def environment() -> str:
    """Return the versions of Python and of the libraries that compute, and the machine's kind."""
    return ", ".join([f"Python {platform.python_version()}", platform.machine(), *map(_with_version, _ENGINES)])


def _with_version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"
