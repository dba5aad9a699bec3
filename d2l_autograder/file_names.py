"""File names: those of a course's own files, and those that are safe on every system."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata

__all__ = ["COURSE_FILE", "SECRET_FILE", "file_name", "is_folder_name"]

COURSE_FILE = "course.json"
"""The file that makes a folder a course: what it hands out, and where the key is."""

SECRET_FILE = "secret"
"""The file with the secret on which random inputs depend."""

_LONGEST_NAME = 120  # bytes: file systems allow 255, and whoever writes the file adds to the name
_LONGEST_FOLDER = 255  # bytes: what Linux allows
_SAFE = frozenset(" _.,@+()-")  # for shells, web addresses and operating systems
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # Windows opens a device by these names


def file_name(text: str) -> str:
    """Return a name for a file or folder, made of any text, such as a student's name.

    Most texts stay as they are. In others, unsafe characters become underscores, and a tilde and a digest follow, so
    that no two texts get the same name.
    """
    name = "".join(each if _is_safe(each) else "_" for each in unicodedata.normalize("NFC", text))
    name = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    name = re.sub(r"^[ .-]|[ .]$", "_", name)
    if _DEVICES.match(name):
        name = f"_{name}"
    if name and name == text:
        return name
    return f"{name}~{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:12]}"


def _is_safe(character: str) -> bool:
    """Return whether a character is in `_SAFE`, or is a letter, mark or digit of any script."""
    return character in _SAFE or unicodedata.category(character)[0] in "LMN"


def is_folder_name(text: str) -> bool:
    """Return whether a text can be the name of a folder as it is, on Linux."""
    if text in ("", ".", "..") or "/" in text or "\0" in text:
        return False
    try:
        return len(os.fsencode(text)) <= _LONGEST_FOLDER
    except UnicodeEncodeError:  # half of a surrogate pair, or any letter in a Latin-1 locale
        return False
