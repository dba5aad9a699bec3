"""Tell a stub from an answer."""

from __future__ import annotations

import dis
from types import FunctionType
from typing import Any

__all__ = ["is_untouched"]

# What compilers of Python 3.11 to 3.14 make of a docstring and dots; anything else is the reader's
_IDLE = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP"}


def is_untouched(answer: Any) -> bool:
    """Tell whether an answer is a stub: nothing, the dots, or a function with no more than a docstring and dots."""
    if answer is None or answer is ...:
        return True
    if not isinstance(answer, FunctionType):
        return False
    is_idle = all(step.opname in _IDLE for step in dis.get_instructions(answer))
    return is_idle and set(answer.__code__.co_consts) <= {answer.__doc__, None}
