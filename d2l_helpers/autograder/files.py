"""Files that are there whole or not at all, under names that are safe."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path

__all__ = ["file_name", "write", "write_once"]

_LONGEST_NAME = 120  # bytes: file systems take 255, and what writes a file adds to its name
_HARMLESS = frozenset(" _.,@+()-")  # to shells, web addresses and operating systems
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # to Windows


def file_name(text: str) -> str:
    """Make a name for a file or folder of any text, such as a student's name.

    Most names stay as they are. Of others, what is unsafe becomes an underscore, and a digest follows a tilde, so that
    no two texts get one name.
    """
    name = "".join(letter if _is_safe(letter) else "_" for letter in unicodedata.normalize("NFC", text))
    name = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    name = re.sub(r"^[ .-]|[ .]$", "_", name)
    if _DEVICES.match(name):
        name = f"_{name}"
    if name and name == text:
        return name
    return f"{name}~{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:12]}"


def write(file: Path, contents: bytes, mode: int = 0o644) -> None:
    """Put a file in its place at once; what it replaces is whole until then."""
    temporary = _beside(file, contents, mode)
    try:
        temporary.replace(file)
    except OSError:
        temporary.unlink()
        raise


def write_once(file: Path, contents: bytes, mode: int = 0o644) -> bool:
    """Put a file in its place unless there is one; says whether it did. Of two processes, one does."""
    temporary = _beside(file, contents, mode)
    try:
        os.link(temporary, file)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def _beside(file: Path, contents: bytes, mode: int) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name[:50]}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(contents)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), mode)
    except BaseException:  # such as a full disk, or Ctrl-C
        Path(name).unlink()
        raise
    return Path(name)


def _is_safe(letter: str) -> bool:
    """Letters, marks and digits of all scripts are."""
    return letter in _HARMLESS or unicodedata.category(letter)[0] in "LMN"
