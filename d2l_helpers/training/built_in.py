"""Tell blocks whose Python is MXNet's own from those with Python of the reader's, which must run for every batch."""

from __future__ import annotations

import dis
from types import CodeType
from typing import Any

__all__ = ["is_built_in", "is_mxnets"]


def is_built_in(block: Any) -> bool:
    """Return whether calling a block runs no Python but MXNet's own, and no hooks.

    Returns
    -------
    bool
        False for functions, for blocks of the reader's with a ``forward`` or ``hybrid_forward`` of their own, for
        blocks with a hook, and for blocks that contain one of these: a print, a counter or an ``if`` in them must run
        for every batch. Also for a ``Lambda`` layer, and for a ``HybridLambda`` whose function uses more than its
        arguments: ``lambda F, z: F.npx.softmax(z)`` can neither print nor count.
    """
    from mxnet.gluon import Block, nn

    if not isinstance(block, Block) or isinstance(block, nn.Lambda):
        return False
    if isinstance(block, nn.HybridLambda) and not (is_mxnets(block._func) or _uses_only_arguments(block._func)):
        return False
    if block._forward_hooks or block._forward_pre_hooks or getattr(block, "_callback", None):
        return False
    methods = (getattr(block, name, None) for name in ("__call__", "forward", "hybrid_forward"))
    return all(map(is_mxnets, methods)) and all(map(is_built_in, block._children.values()))


def is_mxnets(method: Any) -> bool:
    """Return whether a method is MXNet's own, or missing, as ``hybrid_forward`` may be; not one that replaces it."""
    if method is None:
        return True
    function = getattr(method, "__func__", method)
    while function is not None:
        # Not __module__, which a wrapper copies from the function inside
        if not str(getattr(function, "__globals__", {}).get("__name__")).startswith("mxnet."):
            return False
        function = getattr(function, "__wrapped__", None)  # MXNet's `use_np` wraps functions of the reader's
    return True


def _uses_only_arguments(function: Any) -> bool:
    """Return whether a function uses no global, no variable around it and no default, and sets no attribute or item."""
    code = getattr(function, "__code__", None)
    return isinstance(code, CodeType) and not function.__defaults__ and not function.__kwdefaults__ and _is_closed(code)


def _is_closed(code: CodeType) -> bool:
    if code.co_freevars or any(isinstance(constant, CodeType) for constant in code.co_consts):
        return False
    names = {instruction.opname for instruction in dis.get_instructions(code)}
    return not any("GLOBAL" in name or "IMPORT" in name or name in ("STORE_ATTR", "STORE_SUBSCR") for name in names)
