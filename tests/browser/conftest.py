"""A real Chromium, a real JupyterLab, and the classic Notebook with the versions that Colab has."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from support.colab import pinned
from support.environments import in_front, jupyter_folders
from support.jupyter_lab import SCREENSHOTS, left_open
from support.key import solutions_to
from support.lacking import lacking
from support.servers import free_port, wait_until_it_answers

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import read_notebook

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=60_000)  # a fit on a busy machine
# Colab's own front end is not to be had; this is the one that its versions of ipywidgets and ipykernel belong to
COLABS_STACK = pinned("notebook", "ipywidgets", "ipykernel", "ipython", "jupyter-client")
NBCLASSIC = ("--no-deps", "nbclassic==1.3.3", "nest-asyncio==1.6.0", "ipython-genutils==0.2.0")
VOILA = ("--no-deps", "voila==0.5.13", "websockets==17.4")

# Notebook 7 looks for the settings of a part of JupyterLab that it leaves out
_NOTEBOOKS_OWN = re.compile(r"Cannot read properties of undefined \(reading 'schema'\)")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        remedy = "no Chromium on the PATH: on Debian and Ubuntu, sudo apt-get install chromium"
        lacking(remedy)
    quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to sandbox itself as root
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=[*quiet, *sandbox])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab(
    lab_in: Callable[[Path], AbstractContextManager[tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a JupyterLab that serves the notebooks with their answers, to be completed by a notebook's name.

    In each, one exercise is left to be solved on the page.
    """
    folder = _copies(tmp_path_factory.mktemp("lab"))
    for path in folder.glob("*.ipynb"):
        notebook = read_notebook(path)
        untouched = {name: cell.source for name, cell in stubs(notebook) if name == left_open(path.stem).name}
        nbformat.write(compose(notebook, solutions_to(path.stem) | untouched), path)
    with lab_in(folder) as (address, token):
        # A workspace for each notebook: Lab would open the others again beside it
        yield f"{address}/lab/workspaces/{{0}}/tree/{{0}}.ipynb?token={token}"


@pytest.fixture(scope="session")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Notebook 7 that serves the notebooks, to be completed by a notebook's name."""
    folder = _copies(tmp_path_factory.mktemp("notebook7"))
    with _served([sys.executable, "-m", "notebook"], folder, "--IdentityProvider.token") as (address, token):
        yield f"{address}/notebooks/{{0}}.ipynb?token={token}"


@pytest.fixture(scope="session")
def nbclassic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an nbclassic that serves the notebooks, to be completed by a notebook's name."""
    python = in_front("nbclassic", NBCLASSIC)
    folder = _copies(tmp_path_factory.mktemp("nbclassic"))
    with _served([str(python), "-m", "nbclassic"], folder, "--IdentityProvider.token") as (address, token):
        yield f"{address}/nbclassic/notebooks/{{0}}.ipynb?token={token}"


@pytest.fixture(scope="session")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Voila that serves the notebooks, to be completed by a notebook's name."""
    python = in_front("voila", VOILA)
    folder = _copies(tmp_path_factory.mktemp("voila"))
    command = [str(python), "-m", "voila", str(folder)]
    # Voila cannot load these parts of JupyterLab, and says so in the console
    command += [
        f"--VoilaConfiguration.extension_denylist={name}"
        for name in ("@jupyter/nbgrader", "@jupyter-notebook/lab-extension")
    ]
    with _served(command, folder, "--token") as (address, token):
        yield f"{address}/voila/render/{{0}}.ipynb?token={token}"


@pytest.fixture(scope="session")
def lab_in() -> Callable[[Path], AbstractContextManager[tuple[str, str]]]:
    """Start a JupyterLab in a folder; yield its address and token."""
    command = [sys.executable, "-m", "jupyterlab", "--LabApp.news_url=None"]
    return lambda folder: _served(command, folder, "--IdentityProvider.token")


@pytest.fixture(scope="session")
def served() -> Callable[[list[str], Path, str], AbstractContextManager[tuple[str, str]]]:
    """Run any Jupyter server's command in a folder; yield its address and token."""
    return _served


@pytest.fixture(scope="session")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a classic Notebook with Colab's versions, to be completed by a notebook's name."""
    command = [str(in_front("colab", COLABS_STACK)), "-m", "notebook"]
    with _served(command, _copies(tmp_path_factory.mktemp("classic")), "--NotebookApp.token") as (address, token):
        yield f"{address}/notebooks/{{}}.ipynb?token={token}"


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails the test if the browser's console shows an error; each test leaves a last screenshot."""
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if _is_error(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)) if not _NOTEBOOKS_OWN.search(str(error)) else None)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield page
    page.screenshot(path=SCREENSHOTS / f"{request.node.name}.png")
    context.close()
    assert not errors, errors


def _is_error(message: ConsoleMessage) -> bool:
    # The classic Notebook's own style sheet asks for a font at about:blank
    is_its_font = "about:blank" in f"{message.text} {message.location['url']}"
    return message.type == "error" and not is_its_font


def _copies(home: Path) -> Path:
    """Copy the notebooks."""
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    return shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=ignored)


@contextmanager
def _served(command: list[str], folder: Path, token_option: str) -> Iterator[tuple[str, str]]:
    """Run a Jupyter server in a folder, with nothing of the user's settings; what it needs lies beside the folder."""
    home = folder.parent
    port = free_port()
    token = secrets.token_hex(8)
    options = ["--no-browser", f"--port={port}", f"{token_option}={token}"]
    options += ["--ip=127.0.0.1", "--allow-root"] if "voila" not in command else []  # which knows neither
    quiet = home / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')  # else a question covers the page
    names = (
        "JUPYTERLAB_SETTINGS_DIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTER_DATA_DIR",
        "IPYTHONDIR",
        "XDG_STATE_HOME",
    )
    own = {name: str(home / name) for name in names} | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    environment = os.environ | jupyter_folders(command[0]) | own
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *options], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(f"{address}/api?token={token}", server, home / "log")
        yield address, token
    finally:
        server.terminate()
        server.wait(20)
