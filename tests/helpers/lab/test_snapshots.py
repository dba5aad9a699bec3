"""Snapshots of exhibits: a kernel writes them, the server puts them into the file, and no save fails for them."""

import copy
import json
import os
import stat
import subprocess
import sys
import time

import pytest
from jupyter_server.services.contents.filemanager import FileContentsManager

from d2l_helpers.lab.snapshots import (
    EXHIBIT,
    VIEW,
    _load_jupyter_server_extension,
    keep_snapshot,
    replace_live_views,
    snapshot_of,
)

ID = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return tmp_path / "runtime"


def output(model_id=ID, metadata=None, **data):
    live = {"version_major": 2, "version_minor": 0, "model_id": model_id}
    return {
        "output_type": "display_data",
        "data": {"text/plain": "An exhibit.", "text/html": "<p>first</p>", VIEW: live} | data,
        "metadata": {EXHIBIT: True} if metadata is None else metadata,
    }


def notebook(*outputs):
    cell = {"cell_type": "code", "id": "a", "source": "", "execution_count": 1, "metadata": {}, "outputs": [*outputs]}
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return {"type": "notebook", "format": "json", "content": content}


def saved(*outputs):
    """What the file gets of some outputs."""
    model = notebook(*outputs)
    replace_live_views(model=model, path="a.ipynb", contents_manager=None)
    return [output["data"] for output in model["content"]["cells"][0]["outputs"]]


def test_the_file_gets_the_newest_snapshot_and_no_live_view():
    keep_snapshot(ID, "<p>once</p>")
    keep_snapshot(ID, "<p>last</p>")
    assert saved(output()) == [{"text/plain": "An exhibit.", "text/html": "<p>last</p>"}]


def test_without_a_snapshot_the_first_picture_stays():
    assert saved(output()) == [{"text/plain": "An exhibit.", "text/html": "<p>first</p>"}]


@pytest.mark.parametrize(
    "other",
    [
        output(metadata={}),
        {"output_type": "stream", "name": "stdout", "text": "x"},
        {"output_type": "display_data", "data": {VIEW: {"model_id": ID}}, "metadata": {EXHIBIT: True}},
        {"output_type": "display_data", "data": None, "metadata": None},
        None,
    ],
)
def test_what_is_not_ours_or_has_no_picture_is_left_alone(other):
    model = notebook(other)
    before = copy.deepcopy(model)
    replace_live_views(model=model, path="a.ipynb")
    if isinstance(other, dict) and other.get("metadata") == {EXHIBIT: True}:
        assert before == model, "nothing kept, nothing to show instead"
        keep_snapshot(ID, "<p>last</p>")
        replace_live_views(model=model, path="a.ipynb")
        assert model["content"]["cells"][0]["outputs"][0]["data"] == {"text/html": "<p>last</p>"}
    else:
        assert before == model


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", ID.upper(), ID + "\n", ID[:-1], "", None, 7, ["a"]])
def test_a_notebook_cannot_name_a_file_to_read(name, runtime):
    folder = runtime / "d2l_helpers-exhibits"
    folder.mkdir(parents=True)
    (runtime / "secret").write_text("secret")
    assert snapshot_of(name) is None
    assert saved(output(name))[0]["text/html"] == "<p>first</p>"


@pytest.mark.parametrize(
    "model",
    [
        {},
        {"type": "file", "content": "x"},
        {"type": "notebook"},
        {"type": "notebook", "content": "x"},
        {"type": "notebook", "content": {"cells": [None, {"outputs": {}}, {"outputs": [{"data": {VIEW: None}}]}]}},
    ],
)
def test_other_contents_are_saved_unchanged(model):
    before = copy.deepcopy(model)
    replace_live_views(model=model, path="a")
    assert model == before


def test_files_are_the_users_own_and_old_ones_go(runtime):
    keep_snapshot(ID, "<p>old</p>")
    folder = runtime / "d2l_helpers-exhibits"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]
    long_ago = time.time() - 40 * 86400
    os.utime(folder / ID, (long_ago, long_ago))
    keep_snapshot("f" * 32, "<p>new</p>")
    assert [path.name for path in folder.iterdir()] == ["f" * 32]


def test_a_large_snapshot_and_one_without_a_model_are_not_written(runtime):
    keep_snapshot(ID, "x" * 1_000_001)
    keep_snapshot("../x", "x")
    assert snapshot_of(ID) is None
    assert not (runtime / "x").exists()


def test_a_real_server_saves_it_and_finds_its_own_file_unchanged(tmp_path):
    manager = FileContentsManager(root_dir=str(tmp_path))

    class Server:
        contents_manager = manager

    _load_jupyter_server_extension(Server())
    keep_snapshot(ID, "<p>last</p>")
    with manager.notary:  # closes its database: an open connection is a ResourceWarning from Python 3.13 on
        reply = manager.save(notebook(output()), "a.ipynb")
    assert reply["last_modified"] == manager.get("a.ipynb", content=False)["last_modified"]
    written = json.loads((tmp_path / "a.ipynb").read_text())
    assert written["cells"][0]["outputs"][0]["data"]["text/html"] in ("<p>last</p>", ["<p>last</p>"])
    assert VIEW not in (tmp_path / "a.ipynb").read_text()


def test_the_server_loads_nothing_heavy():
    code = (
        "import sys, d2l_helpers.lab.snapshots\n"
        "heavy = {'mxnet', 'matplotlib', 'ipywidgets', 'numpy'} & sys.modules.keys()\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
