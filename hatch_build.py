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
            scripts = self.metadata.core.scripts
            for name in [name for name, target in scripts.items() if target.partition(".")[0] not in packages]:
                del scripts[name]
