"""Random inputs that a submission cannot foresee, and that a regrade draws again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

import numpy as np

from d2l_helpers.atomic import write_once
from d2l_helpers.errors import ArgumentError

__all__ = ["course_secret", "generator"]

_BYTES = 32


def generator(secret: bytes, *place: str) -> np.random.Generator:
    """Give the random generator for one place.

    Parameters
    ----------
    secret : bytes
        The course's; no student knows it.
    place : str
        What the numbers are for: the submission's digest, the exercise, the probe.

    Returns
    -------
    numpy.random.Generator
        The same for the same secret and place, and for any other one that nobody can tell from them.
    """
    message = "".join(f"{len(part)}:{part}" for part in place).encode()
    return np.random.default_rng(int.from_bytes(hmac.digest(secret, message, hashlib.sha256), "big"))


def course_secret(file: Path) -> bytes:
    """Read a course's secret, made at the first use and readable by its owner only.

    Raises
    ------
    ArgumentError
        If the file is too short to be one: whoever guesses it can foresee the inputs.
    """
    if not file.exists():
        write_once(file, secrets.token_hex(_BYTES).encode(), mode=0o600)
    secret = file.read_bytes()
    if len(secret.strip()) < _BYTES:
        raise ArgumentError(
            "The course's secret is too short.",
            got=f"{len(secret)} bytes in {file}",
            expected=f"{_BYTES} or more, as this program writes them",
            remedy="restore the file from a copy; or delete it, and what is marked anew gets other inputs",
        )
    return secret
