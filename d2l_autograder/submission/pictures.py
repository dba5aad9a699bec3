"""Reduce a picture to its pixels: metadata, further pictures and whatever follows its end are left out.

Nothing is decompressed here: a browser shows the picture, and a damaged one shows nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["KINDS", "sanitized"]

_LARGEST = 1 << 20  # bytes
_WIDEST = 4000  # pixels
_PNG = b"\x89PNG\r\n\x1a\n"
_PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT")  # others hold text, other pictures, or anything
_TABLES = {0xC4, 0xDB, 0xDD}  # of a JPEG picture
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # each kind of compression begins its header with another number


def sanitized(kind: str, encoded: str) -> str | None:
    """Return a picture in base64, or None for anything that is no picture of this kind and of a sensible size.

    Parameters
    ----------
    kind : str
        One of `KINDS`, its media type.
    encoded : str
        In base64, as notebooks have it.
    """
    if len(encoded) > _LARGEST * 4 // 3 + 1000 + encoded.count("\n"):
        return None
    try:
        picture = KINDS[kind](base64.b64decode("".join(encoded.split()), validate=True))
    except (binascii.Error, ValueError, IndexError):
        return None
    return base64.b64encode(picture).decode()


def _require_size(width: int, height: int) -> None:
    if not (0 < width <= _WIDEST and 0 < height <= _WIDEST):
        raise ValueError("no picture of a sensible size")


def _png(picture: bytes) -> bytes:
    if picture[:16] != _PNG + b"\0\0\0\rIHDR":
        raise ValueError("no PNG picture")
    _require_size(int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big"))
    kept, place, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        kind = picture[place + 4 : place + 8]
        end = place + 12 + int.from_bytes(picture[place : place + 4], "big")
        if end > len(picture) or (kind == b"IHDR" and len(kept) > 1):
            raise ValueError("a PNG picture that is damaged")
        if kind in (*_PIXEL_CHUNKS, b"IEND"):
            kept.append(picture[place:end])
        place = end
    return b"".join(kept)


def _jpeg(picture: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(_jpeg_segments(picture)) + b"\xff\xd9"


def _jpeg_segments(picture: bytes) -> Iterator[bytes]:
    if picture[:2] != b"\xff\xd8":
        raise ValueError("no JPEG picture")
    place, has_frame = 2, False
    while picture[place : place + 2] != b"\xff\xd9":
        marker, end = picture[place + 1], place + 2 + int.from_bytes(picture[place + 2 : place + 4], "big")
        if picture[place] != 0xFF or end > len(picture) or end < place + 4:
            raise ValueError("a JPEG picture that is damaged")
        if marker in _FRAMES:
            _require_size(
                int.from_bytes(picture[place + 7 : place + 9], "big"),
                int.from_bytes(picture[place + 5 : place + 7], "big"),
            )
            has_frame = True
        if marker == 0xDA:
            if not has_frame:
                raise ValueError("a JPEG picture without a size")
            end = _end_of_scan(picture, end)
        if marker in _FRAMES or marker in _TABLES or marker in (0xDA, 0xE0, 0xEE):  # 0xE0, 0xEE: how colours are kept
            yield picture[place:end]
        place = end


def _end_of_scan(picture: bytes, place: int) -> int:
    """Return where compressed pixels end: at a marker that is neither a byte of them nor a restart."""
    while True:
        place = picture.index(b"\xff", place)
        if picture[place + 1] != 0 and not 0xD0 <= picture[place + 1] <= 0xD7:
            return place
        place += 2


def _gif(picture: bytes) -> bytes:
    if picture[:6] not in (b"GIF87a", b"GIF89a"):
        raise ValueError("no GIF picture")
    _require_size(int.from_bytes(picture[6:8], "little"), int.from_bytes(picture[8:10], "little"))
    place = 13 + _colours(picture[10])
    kept = [picture[:place]]
    while picture[place] != 0x3B:
        start = place
        if picture[place] == 0x2C:
            place = _end_of_blocks(picture, place + 11 + _colours(picture[place + 9]))
        elif picture[place] == 0x21:
            place = _end_of_blocks(picture, place + 2)
        else:
            raise ValueError("a GIF picture that is damaged")
        if picture[start] == 0x2C or picture[start + 1] == 0xF9:  # pixels, or how long they are shown; no comments
            kept.append(picture[start:place])
    return b"".join([*kept, b"\x3b"])


def _colours(flags: int) -> int:
    """Return the size of a GIF picture's table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_blocks(picture: bytes, place: int) -> int:
    while picture[place]:
        place += 1 + picture[place]
    return place + 1


KINDS: dict[str, Callable[[Any], bytes]] = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif}
