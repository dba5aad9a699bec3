"""Snapshots of exhibits in notebook files: a kernel writes what an exhibit shows, the Jupyter server puts it in.

A page saves an exhibit as a reference to a model in the kernel. Once the kernel has ended, JupyterLab shows "Error
displaying widget: model not found" in its place, whatever else the output contains. So the file must not contain the
reference: this server extension replaces it while the notebook is saved, and the open page keeps its live exhibit.

The server loads this module, so it imports neither MXNet nor matplotlib nor ipywidgets.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from d2l_helpers import atomic

__all__ = ["EXHIBIT", "VIEW", "keep_snapshot", "replace_live_views", "snapshot_of"]

VIEW = "application/vnd.jupyter.widget-view+json"
EXHIBIT = "d2l_helpers_exhibit"
"""The entry in an output's metadata that marks an exhibit of this package."""

_MODEL = re.compile(r"[0-9a-f]{32}")
_MOST_BYTES = 1_000_000  # of a snapshot
_DAYS = 30  # after which no open page is expected to show the exhibit


def keep_snapshot(model_id: str, markup: str) -> None:
    """Write what an exhibit shows to a file that the server finds and nobody else can read.

    The file stays when the kernel ends: the page may save the notebook after that. Files that no kernel wrote to for
    30 days are removed.

    Parameters
    ----------
    model_id : str
        The model of the widget that the page shows, 32 hexadecimal digits.
    markup : str
        HTML that a page shows even if the notebook is not trusted. More than a megabyte is not written.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    content = markup.encode(errors="replace")
    if not _MODEL.fullmatch(model_id) or len(content) > _MOST_BYTES:
        return
    folder = _folder()
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / model_id
    if not path.exists():
        _remove_old(folder)
    atomic.write(path, content, mode=0o600)  # a server that reads meanwhile gets the old file or the new one


def snapshot_of(model_id: object) -> str | None:
    """Return the newest snapshot of a model; None if there is none, or if `model_id` is not the name of a model."""
    if not isinstance(model_id, str) or not _MODEL.fullmatch(model_id):
        return None
    try:
        with (_folder() / model_id).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        return content.decode() if len(content) <= _MOST_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def replace_live_views(model: Any, **_: Any) -> None:
    """Replace the live view in each output of an exhibit by its snapshot, before the server saves a notebook.

    Without a snapshot, as when the kernel runs on another machine, the picture that came with the output stays.
    Outputs of other libraries stay as they are.

    Parameters
    ----------
    model : dict
        The contents that a Jupyter server is asked to save.
    """
    content = model.get("content") if model.get("type") == "notebook" else None
    for cell in _list(content, "cells"):
        for output in _list(cell, "outputs"):
            data, metadata = (output.get(key) if isinstance(output, dict) else None for key in ("data", "metadata"))
            is_exhibit = isinstance(metadata, dict) and metadata.get(EXHIBIT)
            if not is_exhibit or not isinstance(data, dict) or VIEW not in data:
                continue
            view = data[VIEW]
            snapshot = snapshot_of(view.get("model_id")) if isinstance(view, dict) else None
            if snapshot is None and "text/html" not in data:
                continue
            if snapshot is not None:
                data["text/html"] = snapshot
            del data[VIEW]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.contents_manager.register_pre_save_hook(replace_live_views)


def _folder() -> Path:
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir()) / "d2l_helpers-exhibits"


def _remove_old(folder: Path) -> None:
    for path in folder.iterdir():
        try:
            if time.time() - path.stat().st_mtime > 86400 * _DAYS:
                path.unlink()
        except OSError:
            continue  # another kernel has removed it


def _list(parent: Any, key: str) -> list[Any]:
    items = parent.get(key) if isinstance(parent, dict) else None
    return items if isinstance(items, list) else []
