"""Leave the commands of authors and teachers out of the wheel, which holds the readers' package alone."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ReadersWheel(BuildHookInterface[Any]):
    """Remove from a wheel, not from an editable install, the commands whose packages it lacks."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Keep ``d2l-helpers`` alone; `version` is "standard" for a wheel."""
        if version == "standard":
            scripts = self.metadata.core.scripts
            for name in [name for name, target in scripts.items() if not target.startswith("d2l_helpers.")]:
                del scripts[name]
