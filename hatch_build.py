"""Leave the authors' and teachers' commands out of the wheel, which contains only the readers' package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ReadersWheel(BuildHookInterface[Any]):
    """Remove commands whose packages the wheel lacks, which would fail with an ImportError; editable ones stay."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Keep the commands of the packages in the wheel; `version` is "editable" for an editable install."""
        if version == "standard":
            packages = {Path(package).name for package in self.build_config.packages}
            core = self.metadata.core
            for group in (core.scripts, *core.entry_points.values()):
                for name in [name for name, target in group.items() if target.partition(".")[0] not in packages]:
                    del group[name]
            for empty in [name for name, group in core.entry_points.items() if not group]:
                del core.entry_points[empty]
