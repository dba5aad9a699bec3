"""The kernel of the first page's notebook starts before a page asks; in tests/browser, a page opens with it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.servers import free_port, wait_until_it_answers

from d2l_helpers.lab.first_kernel import start_first_kernel

ROOT = Path(__file__).parents[3]
FIRST = "00_start_here.ipynb"


def asked(server):
    with pytest.raises(StopIteration):  # at its end: without an event loop, as browser tests leave one running
        start_first_kernel(server).send(None)


@pytest.mark.kernel
def test_the_first_notebooks_kernel_is_there_before_a_page_asks(tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / FIRST, tmp_path / "notebooks")
    homes = dict.fromkeys(("HOME", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"), str(tmp_path / "home"))
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=secret"]
    command = [sys.executable, "-P", "-m", "d2l_helpers", "lab", *options]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=os.environ | homes, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}/api/sessions?token=secret"
        wait_until_it_answers(address, server, tmp_path / "log")
        sessions = []
        for _ in range(100):
            sessions = json.load(urllib.request.urlopen(address, timeout=20))
            if sessions:
                break
            time.sleep(0.1)
        assert [(each["path"], each["type"]) for each in sessions] == [(FIRST, "notebook")]
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.parametrize("address", ["/lab", f"/lab/tree/gone/{FIRST}", "/lab/tree/a.txt"])
def test_no_kernel_starts_where_the_first_page_is_no_notebook(address, tmp_path):
    (tmp_path / "a.txt").touch()
    asked(SimpleNamespace(default_url=address, root_dir=str(tmp_path)))  # without session_manager, a start would fail


@pytest.mark.parametrize(
    ("content", "started"),
    [
        ('{"metadata": {"kernelspec": {"name": "ir"}}}', [("ein Heft.ipynb", "ir")]),
        ('{"metadata": {}}', [("ein Heft.ipynb", None)]),
        ("no notebook", []),
    ],
)
def test_the_kernel_that_the_notebook_names_starts_and_a_failure_is_left_to_the_page(content, started, tmp_path):
    async def create_session(path, kernel_name, **_):
        calls.append((path, kernel_name))
        raise OSError("no such kernel")

    calls = []
    (tmp_path / "ein Heft.ipynb").write_text(content)
    manager = SimpleNamespace(create_session=create_session)
    address = "/lab/workspaces/chapter/tree/ein%20Heft.ipynb"
    asked(SimpleNamespace(default_url=address, root_dir=str(tmp_path), session_manager=manager))
    assert calls == started
