"""Look into an archive in memory: bounded in bytes and members, and never unpacked to disk."""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from d2l_autograder.collect.reading import read_file
from d2l_autograder.collect.spelling import shown
from d2l_autograder.collect.walk import is_system
from d2l_helpers.errors import NotebookError

__all__ = ["LARGEST", "Archive", "base_name", "is_archive", "open_archive", "read_member"]

LARGEST = 64 << 20  # bytes of an archive file, and of a compressed tar's contents
_MOST_MEMBERS = 2_000
_MOST_BYTES = 256 << 20  # that all members together may say they have
_MOST_RATIO = 200  # bytes for each compressed byte, of a member of more than a megabyte: a bomb has a thousand
_LONGEST_NAME = (
    1000  # characters: a tar archive may have a name of a megabyte, on which expressions would run for hours
)
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip's table of contents
_UNOPENED = {
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
}
_SEPARATOR = re.compile(r"[/\\]")

Archive = dict[str, Callable[[int], bytes]]  # by a member's name: a function that reads at most so many bytes and one


def is_archive(start: bytes) -> bool:
    """Return whether a file that begins like this (512 bytes) is an archive, also one that cannot be opened here."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", *_UNOPENED)) or start[257:262] == b"ustar"


def open_archive(contents: bytes) -> tuple[Archive, list[str]]:
    """Open an archive.

    Parameters
    ----------
    contents : bytes
        The archive's.

    Returns
    -------
    dict of str to callable
        The regular members, by their names; of several with one name, the last, as programs unpack them.
    list of str
        What was left out, in words.

    Raises
    ------
    NotebookError
        If the archive cannot be opened, is damaged, or is larger than a notebook's would be.
    """
    for start, name in _UNOPENED.items():
        if contents.startswith(start):
            raise _unusable(f"{name}, which cannot be opened here")
    if len(contents) > LARGEST:
        raise _unusable(f"an archive of more than {LARGEST >> 20} MB")
    try:
        if contents.startswith(b"\x1f\x8b"):
            return _open_gzip(contents)
        return _open_tar(contents) if contents[257:262] == b"ustar" else _open_zip(contents)
    except NotebookError:
        raise
    except Exception as error:  # the readers of damaged archives raise a dozen types, RecursionError among them
        raise _unusable(f"an archive that is damaged ({type(error).__name__})") from None


def read_member(file: Path, member: str, most: int) -> bytes:
    """Read a file in an archive, at most one byte more than `most`.

    Parameters
    ----------
    file : Path
        The archive.
    member : str
        The member's name; for an archive in the archive, its name, a slash and the name in there.
    most : int
        The limit.

    Raises
    ------
    NotebookError
        If the archive or the member cannot be read.
    """
    archive, _ = open_archive(read_file(file, LARGEST))
    if member in archive:
        return archive[member](most)
    for name in archive:
        if member.startswith(f"{name}/"):
            inner, _ = open_archive(archive[name](LARGEST))
            if (rest := member[len(name) + 1 :]) in inner:
                return inner[rest](most)
    raise _unusable(f"an archive without {shown(member)}")


def base_name(member: str) -> str:
    """Return the last part of a member's name, which may have been packed on Windows."""
    return _SEPARATOR.split(member)[-1]


def _open_zip(contents: bytes) -> tuple[Archive, list[str]]:
    if contents.count(_ENTRY) > 10 * _MOST_MEMBERS:  # before zipfile makes an object of each
        raise _unusable(f"an archive of more than {_MOST_MEMBERS:,} files")
    try:
        opened = zipfile.ZipFile(io.BytesIO(contents))
    except UnicodeDecodeError:  # names that are flagged as UTF-8, and hold other bytes
        opened = zipfile.ZipFile(io.BytesIO(_without_false_flags(contents)))
    members = [info for info in opened.infolist() if not info.is_dir()]
    _require_small(len(members), sum(info.file_size for info in members))
    found: Archive = {}
    left: list[str] = []
    for info in members:
        if reason := _reason(info.filename) or _zip_reason(info):
            left.append(f"{shown(info.filename)}: {reason}")
        elif not _is_system(info.filename):
            found[info.filename] = _zip_reader(opened, info)
    return found, left


def _without_false_flags(contents: bytes) -> bytes:
    """Return a zip archive whose table of contents calls no name UTF-8 that is none: such names are read as cp437."""
    changed = bytearray(contents)
    end = contents.rindex(b"PK\x05\x06")
    place = end - int.from_bytes(contents[end + 12 : end + 16], "little")
    while contents.startswith(_ENTRY, place):
        lengths = [int.from_bytes(contents[place + at : place + at + 2], "little") for at in (28, 30, 32)]
        try:
            contents[place + 46 : place + 46 + lengths[0]].decode()
        except UnicodeDecodeError:
            local = int.from_bytes(contents[place + 42 : place + 46], "little")
            for at in (place + 9, local + 7):
                if at < len(changed):
                    changed[at] &= 0xF7
        place += 46 + sum(lengths)
    return bytes(changed)


def _zip_reason(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 1:
        return "encrypted"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "compressed in a way that cannot be opened here"  # bz2 and lzma would be unpacked without a limit
    if info.file_size > max(1 << 20, _MOST_RATIO * info.compress_size):
        return "much larger unpacked than a notebook would be"
    return ""


def _zip_reader(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        with opened.open(info) as stream:
            return stream.read(most + 1)

    return _guarded(read)


def _open_gzip(contents: bytes) -> tuple[Archive, list[str]]:
    unpacking = zlib.decompressobj(wbits=31)
    unpacked = unpacking.decompress(contents, LARGEST + 1)
    if len(unpacked) > LARGEST:
        raise _unusable(f"an archive of more than {LARGEST >> 20} MB unpacked")
    if not unpacking.eof:
        raise _unusable("an archive that ends too early")
    if unpacked[257:262] == b"ustar":
        return _open_tar(unpacked)
    return {"notebook.ipynb": lambda most: unpacked[: most + 1]}, []  # one compressed file, which has no name in there


def _open_tar(contents: bytes) -> tuple[Archive, list[str]]:
    opened = tarfile.open(fileobj=io.BytesIO(contents), mode="r:")  # noqa: SIM115 (the readers below use it)
    found: Archive = {}
    left: list[str] = []
    size = 0
    for number, info in enumerate(opened):
        size += info.size
        _require_small(number, size)
        if info.isdir() or _is_system(info.name):
            continue
        kind = "" if info.isreg() and not info.issparse() else "a link, a device or a sparse file"
        if reason := _reason(info.name) or kind:
            left.append(f"{shown(info.name)}: {reason}")
        else:
            found[info.name] = _tar_reader(opened, info)
    return found, left


def _tar_reader(opened: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        stream = opened.extractfile(info)
        return stream.read(most + 1) if stream else b""

    return _guarded(read)


def _guarded(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    def guarded(most: int) -> bytes:
        try:
            return read(most)
        except Exception as error:  # see open_archive: a checksum that differs, an offset beyond the end
            raise _unusable(f"a damaged file in an archive ({type(error).__name__})") from None

    return guarded


def _require_small(members: int, size: int) -> None:
    if members > _MOST_MEMBERS:
        raise _unusable(f"an archive of more than {_MOST_MEMBERS:,} files")
    if size > _MOST_BYTES:
        raise _unusable(f"an archive of more than {_MOST_BYTES >> 20} MB unpacked")


def _reason(name: str) -> str:
    """Return why a member of this name is left out; nothing is unpacked, but an honest program makes no such names."""
    if len(name) > _LONGEST_NAME:
        return f"its name has more than {_LONGEST_NAME:,} characters"
    parts = _SEPARATOR.split(name)
    if parts[0] == "" or ".." in parts or re.match(r"[A-Za-z]:", name):
        return "its path leads out of the archive"
    return ""


def _is_system(name: str) -> bool:
    return any(is_system(part) for part in _SEPARATOR.split(name))


def _unusable(got: str) -> NotebookError:
    return NotebookError(
        "This archive cannot be used.",
        got=got,
        expected="the notebook itself, or a small zip or tar archive with the notebook in it",
        remedy="hand in the notebook itself",
    )
