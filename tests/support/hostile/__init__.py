"""Attacks on the sandbox: each is a cell, and the verdict on it. A cell without a verdict prints what it found."""

from support.hostile import cells, memory, processes, reading, replies, system
from support.hostile.attack import SMALL, Attack

__all__ = ["ATTACKS", "SMALL", "Attack"]

ATTACKS: dict[str, Attack] = {
    name: attack
    for kind in (reading, memory, processes, replies, system, cells)
    for name, attack in kind.ATTACKS.items()
}
