"""JupyterLab starts without what only costs time; tests/browser/test_lab_command.py starts all of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

import d2l_helpers.lab

TEMPLATES = Path(d2l_helpers.lab.__file__).with_name("templates")
CONFIG = Path(d2l_helpers.lab.__file__).with_name("config")


@pytest.mark.parametrize(("module", "asks"), [("d2l_helpers.lab", False), ("jupyterlab", True)])
def test_jupyterlab_starts_without_asking_node_for_the_settings_of_yarn(module, asks, tmp_path):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    node.chmod(0o700)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-P", "-m", module, "--version"]
    assert subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, check=True).stdout
    assert (tmp_path / "asked").exists() is asks


def test_the_page_that_a_browser_opens_first_leads_on_at_once():
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    page = environment.get_template("browser-open.html").render(open_url="http://localhost:1/lab?a=1&token=2")
    assert 'content="0;url=http://localhost:1/lab?a=1&amp;token=2"' in page


def test_the_workspace_opens_the_notebook_that_the_first_page_names():
    address = json.loads((CONFIG / "jupyter_lab_config.json").read_text())["LabApp"]["default_url"]
    (workspace,) = CONFIG.glob("*.jupyterlab-workspace")
    data = json.loads(workspace.read_text())["data"]
    (opened,) = data["layout-restorer:data"]["main"]["dock"]["widgets"]
    assert opened == data["layout-restorer:data"]["main"]["current"]
    assert data[opened]["data"]["path"] == address.partition("/tree/")[2]
