"""Read and verify the four files of Fashion-MNIST; their published names, shapes and checksums."""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from d2l_helpers.errors import DataCorrupt

__all__ = ["CHECKSUMS", "FILES", "Bytes", "IdxFile", "read_verified"]

Bytes = NDArray[np.uint8]

CHECKSUMS = {
    "train-images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
"""SHA-256 of the decompressed files; the gz files differ from one source to the next."""


@dataclass(frozen=True)
class IdxFile:
    """One published file: a header of four bytes, four more for each axis, and then one byte for each value.

    Parameters
    ----------
    name : str
        Its key in `CHECKSUMS`.
    shape : tuple of int
        The shape of the array it holds.
    """

    name: str
    shape: tuple[int, ...]

    @property
    def filename(self) -> str:
        """Its usual name, as published, without ``.gz``."""
        return f"{self.name}-idx{len(self.shape)}-ubyte"

    @property
    def size(self) -> int:
        """Its length in bytes, decompressed."""
        return 4 + 4 * len(self.shape) + math.prod(self.shape)

    def array(self, contents: Bytes) -> Bytes:
        """Return the values in the file's bytes, in its shape, without copying them."""
        return contents[-math.prod(self.shape) :].reshape(self.shape)


FILES = {
    file.name: file
    for file in (
        IdxFile("train-images", (60_000, 28, 28)),
        IdxFile("train-labels", (60_000,)),
        IdxFile("t10k-images", (10_000, 28, 28)),
        IdxFile("t10k-labels", (10_000,)),
    )
}


def read_verified(path: Path, file: IdxFile) -> Bytes:
    """Read one of the files, compressed or not, and check that its bytes are the published ones.

    Parameters
    ----------
    path : Path
        The file; whether it is compressed is decided by its first bytes, not by its name.
    file : IdxFile
        Which of the four it should be.

    Returns
    -------
    numpy.ndarray of uint8, shape (file.size,)
        The decompressed bytes, header included.

    Raises
    ------
    DataCorrupt
        If the bytes are not the published ones.
    OSError
        If there is no such file, or it cannot be read.
    """
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is not a regular file")  # reading from a pipe could wait forever
    contents = np.empty(file.size + 1, dtype=np.uint8)  # one byte more than expected, to notice a file that is too long
    try:
        with path.open("rb") as stream:
            filled = _fill(contents, _decompressed(stream))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _corrupt(path, file, str(error)) from error
    if filled != file.size:
        raise _corrupt(path, file, f"{filled} bytes" if filled < file.size else f"more than {file.size} bytes")
    contents = contents[:-1]
    digest = hashlib.sha256(contents.data).hexdigest()
    if digest != CHECKSUMS[file.name]:
        raise _corrupt(path, file, f"SHA-256 {digest}")
    return contents


def _decompressed(stream: BufferedIOBase) -> BufferedIOBase:
    magic = stream.read(2)
    stream.seek(0)
    return gzip.GzipFile(fileobj=stream) if magic == b"\x1f\x8b" else stream


def _fill(buffer: Bytes, stream: BufferedIOBase) -> int:
    """Read until the buffer is full or the stream ends; return the number of bytes. No file can fill the memory."""
    filled = 0
    while count := stream.readinto(buffer.data[filled:]):
        filled += count
    return filled


def _corrupt(path: Path, file: IdxFile, got: str) -> DataCorrupt:
    return DataCorrupt(
        f"{path} is not Fashion-MNIST's {file.filename}.",
        got=got,
        expected=f"{file.size} bytes with SHA-256 {CHECKSUMS[file.name]}, after decompression",
        remedy="delete it, or replace it with the published file",
    )
