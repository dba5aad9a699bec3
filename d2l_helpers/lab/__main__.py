"""Run JupyterLab for ``make lab``: ``python -m d2l_helpers.lab``, with the options of ``jupyter lab``."""

from __future__ import annotations

from typing import Any

from jupyterlab import commands


def _without_node(logger: Any) -> dict[str, dict[str, str]]:
    """Return yarn's settings, as where there is no Node.js: only building JupyterLab needs them."""
    return {"yarn config": {}, "npm config": {}}


if __name__ == "__main__":
    # Where Node.js is installed, importing labapp would wait 0.3 to 0.5 s for yarn's settings
    commands._yarn_config = _without_node
    from jupyterlab.labapp import main

    main()
