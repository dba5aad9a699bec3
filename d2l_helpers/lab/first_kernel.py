"""Start the kernel of the notebook that the first page opens while the page still loads: 0.4 s that nobody waits for.

A server extension of ``make lab``. JupyterLab opens a notebook with the kernel that is running for its path.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

__all__ = ["start_first_kernel"]


async def start_first_kernel(server: Any) -> None:
    """Start a kernel for the notebook in the address of a Jupyter server's first page, if the notebook exists."""
    found = re.search(r"/tree/(.+\.ipynb)$", unquote(server.default_url))
    if found and Path(server.root_dir, found[1]).is_file():
        with suppress(Exception):  # the page starts a kernel itself then, and shows why that fails
            notebook = Path(server.root_dir, found[1])
            kernel = json.loads(notebook.read_bytes())["metadata"]["kernelspec"]["name"]
            await server.session_manager.create_session(
                path=found[1], name=notebook.name, type="notebook", kernel_name=kernel
            )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.io_loop.add_callback(start_first_kernel, server)  # JupyterLab sets the address after extensions are loaded
