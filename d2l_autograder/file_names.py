"""Names for files that are safe everywhere."""

from __future__ import annotations

import hashlib
import re
import unicodedata

__all__ = ["file_name"]

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


def _is_safe(letter: str) -> bool:
    """Letters, marks and digits of all scripts are."""
    return letter in _HARMLESS or unicodedata.category(letter)[0] in "LMN"
