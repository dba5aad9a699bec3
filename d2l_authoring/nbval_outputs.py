"""Outputs that a cell clears, updates or sends into a widget: nbval, which knows only new ones, sees what is recorded.

What a later cell updates is recorded in the earlier cell, which nbval has compared by then: such a cell needs the
comment ``# NBVAL_IGNORE_OUTPUT``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

__all__ = ["CellOutputs"]

_OUTPUTS = ("stream", "display_data", "execute_result", "error")


class CellOutputs:
    """What one cell's messages do to its outputs beyond adding one.

    Parameters
    ----------
    receive : callable
        Returns the kernel's next message, as ``IPyNbFile.get_kernel_message`` does.
    outputs : callable
        Returns the list in which nbval collects the running cell's outputs.
    """

    def __init__(self, receive: Callable[..., dict[str, Any]], outputs: Callable[[], list[Any]]) -> None:
        self._receive, self._outputs = receive, outputs
        self._captures: dict[str, str] = {}  # by widget: the request whose outputs it takes
        self._is_clearing: str | None = None  # the request before whose next output the others go
        self._places: dict[str, list[int]] = defaultdict(list)  # by display id
        self._request = ""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the next message; one that is dealt with here becomes one that nbval passes over."""
        message = self._receive(*args, **kwargs)
        kind, request = message["msg_type"], str(message["parent_header"].get("msg_id"))
        if request != self._request:
            self._request, self._is_clearing = request, None
            self._places.clear()
        if kind.startswith("comm"):
            self._note_capture(message["content"])
        is_dealt_with = kind in ("clear_output", "update_display_data") or (
            kind in _OUTPUTS[:-1] and request in self._captures.values()
        )
        if is_dealt_with and request not in self._captures.values():
            (self._clear if kind == "clear_output" else self._update)(message["content"])
        if kind in _OUTPUTS and not is_dealt_with:
            self._before_output(message["content"])
        return {**message, "msg_type": "execute_input"} if is_dealt_with else message

    def _note_capture(self, content: dict[str, Any]) -> None:
        """Follow an Output widget, which takes the outputs of the request that its state names."""
        data = content.get("data", {})
        request = data.get("state", {}).get("msg_id") if isinstance(data.get("state"), dict) else None
        if request:
            self._captures[content["comm_id"]] = request
        elif request == "":
            self._captures.pop(content["comm_id"], None)

    def _clear(self, content: dict[str, Any]) -> None:
        if content.get("wait"):
            self._is_clearing = self._request
        else:
            self._empty()

    def _before_output(self, content: dict[str, Any]) -> None:
        if self._is_clearing == self._request:
            self._empty()
        if name := content.get("transient", {}).get("display_id"):
            self._places[name].append(len(self._outputs()))

    def _empty(self) -> None:
        self._is_clearing = None
        self._outputs().clear()
        self._places.clear()

    def _update(self, content: dict[str, Any]) -> None:
        """Replace what the same cell displayed under this id; an earlier cell has been compared already."""
        for place in self._places[content.get("transient", {}).get("display_id", "")]:
            self._outputs()[place].update(data=content["data"], metadata=content["metadata"])
