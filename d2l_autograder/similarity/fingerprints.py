"""Fingerprints of tokens: a hash of each window of tokens, and the few of them by which answers find each other.

Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003) takes of each `GUARANTEE` windows in a row the one with the
smallest hash, so answers with a common passage of `WINDOW` + `GUARANTEE` - 1 tokens have a fingerprint in common.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from functools import lru_cache

from d2l_autograder.similarity.normalise import Token

__all__ = ["GUARANTEE", "WINDOW", "windows_of", "winnow"]

WINDOW = 8  # tokens
GUARANTEE = 4  # windows in a row


def windows_of(tokens: Sequence[Token], size: int = WINDOW) -> list[int]:
    """Return the hash of each window of so many tokens, by the place of the window's first token.

    Names that an answer binds count as their place among the names of the window, so that windows are equal if one
    becomes the other when its names are replaced, each by another one.
    """
    codes = [0 if token.is_bound else _code(token.text) for token in tokens]
    return [_hash(tokens[start : start + size], codes[start : start + size]) for start in range(len(tokens) - size + 1)]


def _hash(tokens: Sequence[Token], codes: list[int]) -> int:
    names: dict[str, int] = {}
    return hash(
        tuple(code or names.setdefault(token.text, len(names)) for token, code in zip(tokens, codes, strict=True))
    )


@lru_cache(maxsize=1 << 16)
def _code(text: str) -> int:
    """Return a number for a token's text that is no small number, as names have, and the same in each process."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=7).digest()) | 1 << 56


def winnow(hashes: Sequence[int], ignored: Container[int] = frozenset(), guarantee: int = GUARANTEE) -> set[int]:
    """Return the smallest hash of each `guarantee` hashes in a row.

    Parameters
    ----------
    hashes : sequence of int
        The hashes of an answer's windows.
    ignored : container of int, optional
        Hashes that say nothing: a row ends before each of them.
    guarantee : int, optional
        How long a row is.
    """
    found: set[int] = set()
    row: list[int] = []
    for value in (*hashes, None):
        if value is not None and value not in ignored:
            row.append(value)
        elif row:
            found.update(min(row[start : start + guarantee]) for start in range(max(len(row) - guarantee, 0) + 1))
            row = []
    return found
