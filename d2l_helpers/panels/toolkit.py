"""The widgets that panels are made of: ipywidgets, or stand-ins where Python cannot import it.

Nothing shows a stand-in; an exhibit made of them displays its picture.
"""

from __future__ import annotations

__all__ = ["MISSING", "widgets"]

MISSING = ""
"""Why Python cannot import ipywidgets; empty if it can."""

try:
    import ipywidgets as widgets
except Exception as error:  # an installation that is damaged may raise anything
    from d2l_helpers.panels import stand_ins as widgets

    MISSING = f"{type(error).__name__}: {error}"
