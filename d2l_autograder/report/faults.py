"""Print what a run could not do: which file, which student, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from d2l_autograder.faults import Fault
from d2l_autograder.report.text import safe_line

__all__ = ["faults_text"]

_MOST = 20  # faults of one kind


def faults_text(faults: Sequence[Fault]) -> RenderableType:
    """Return the faults, those with one remedy together."""
    parts = [Text("Not all could be done:", style="red")]
    for remedy in dict.fromkeys(fault.remedy for fault in faults):
        alike = [fault for fault in faults if fault.remedy == remedy]
        parts += [Text(f"  {safe_line(fault.what)}: {safe_line(fault.why)}") for fault in alike[:_MOST]]
        if len(alike) > _MOST:
            parts.append(Text(f"  and {len(alike) - _MOST} more"))
        parts.append(Text(f"  → {safe_line(remedy)}"))
    return Group(*parts)
