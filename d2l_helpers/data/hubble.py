"""Hubble's table of 1929: the distances and velocities of 24 nebulae."""

from __future__ import annotations

from typing import Any

__all__ = ["DISTANCES", "VELOCITIES", "load_hubble"]

DISTANCES = (
    0.032, 0.034, 0.214, 0.263, 0.275, 0.275, 0.45, 0.5, 0.5, 0.63, 0.8, 0.9,
    0.9, 0.9, 0.9, 1.0, 1.1, 1.1, 1.4, 1.7, 2.0, 2.0, 2.0, 2.0,
)  # fmt: skip
VELOCITIES = (
    170.0, 290.0, -130.0, -70.0, -185.0, -220.0, 200.0, 290.0, 270.0, 200.0, 300.0, -30.0,
    650.0, 150.0, 500.0, 920.0, 450.0, 500.0, 500.0, 960.0, 500.0, 850.0, 800.0, 1090.0,
)  # fmt: skip


def load_hubble() -> tuple[Any, Any]:
    """Return the distances and velocities of 24 nebulae, as Hubble published them, sorted by distance.

    Returns
    -------
    distance : mxnet.np.ndarray of float64, shape (24,)
        In megaparsecs (Mpc). The high powers of a polynomial need more digits than float32 has.
    velocity : mxnet.np.ndarray of float64, shape (24,)
        In km/s along the line of sight; positive away from us. Not corrected for the motion of the sun.

    References
    ----------
    Edwin Hubble: A relation between distance and radial velocity among extra-galactic nebulae, Proceedings of the
    National Academy of Sciences 15 (1929), pages 168 to 173, table 1, columns r and v.
    """
    from mxnet import np as mx_np

    return mx_np.array(DISTANCES, dtype="float64"), mx_np.array(VELOCITIES, dtype="float64")
