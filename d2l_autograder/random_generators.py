"""Random generators for hidden probes: no submission can foresee their numbers, and a regrade draws the same."""

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
    """Return the random generator for one purpose.

    Parameters
    ----------
    secret : bytes
        The course's secret; no student knows it.
    place : str
        The purpose, in parts: the submission's digest, the exercise, the probe.

    Returns
    -------
    numpy.random.Generator
        With the same numbers for the same secret and place, and unpredictable ones for any other.
    """
    message = "".join(f"{len(part)}:{part}" for part in place).encode()
    return np.random.default_rng(int.from_bytes(hmac.digest(secret, message, hashlib.sha256), "big"))


def course_secret(file: Path, is_kept: bool = True) -> bytes:
    """Read a course's secret; the first call writes it, readable by its owner only.

    Parameters
    ----------
    file : Path
        Where it is.
    is_kept : bool, optional
        False writes nothing: where there is no secret yet, the new one is for this process.

    Raises
    ------
    ArgumentError
        If the file is too short for a secret: who guesses it can foresee the probes' inputs.
    """
    if not file.exists():
        if not is_kept:
            return secrets.token_hex(_BYTES).encode()
        write_once(file, secrets.token_hex(_BYTES).encode(), mode=0o600)
    secret = file.read_bytes()
    if len(secret.strip()) < _BYTES:
        raise ArgumentError(
            "The course's secret is too short.",
            got=f"{len(secret)} bytes in {file}",
            expected=f"{_BYTES} or more, as this program writes them",
            remedy="restore the file from a copy; or delete it, and submissions marked from then on get other inputs",
        )
    return secret
