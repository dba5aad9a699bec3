"""``d2l-helpers lab`` as a reader starts it: the address that it prints, and the page that opens there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.servers import free_port

from d2l_authoring.notebook_file import read_notebook

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

ROOT = Path(__file__).parents[2]
FIRST = "00_start_here.ipynb"
HOMES = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")
OTHER_HOMES = ("JUPYTER_DATA_DIR", "IPYTHONDIR", "XDG_STATE_HOME")

Start = Callable[..., tuple[subprocess.Popen[bytes], str]]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may write to its console: the notebooks are looked at before they are run."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "das Projekt für Übungen"
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / ".gitignore", folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message", "release")
    return folder


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def start(project: Path, tmp_path: Path) -> Iterator[Start]:
    """Start the command in the project's folder, for a user with no settings; return process and address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
        homes = {name: str(tmp_path / "home" / name) for name in (*HOMES, *OTHER_HOMES)}
        port = free_port()
        command = [sys.executable, "-m", "d2l_helpers", "lab", "--no-browser", "--port", str(port), *options]
        log = tmp_path / f"log-{port}"
        with log.open("wb") as file:
            started.append(
                subprocess.Popen(
                    command,
                    cwd=project,
                    env=os.environ | homes | {"PYTHONPATH": str(ROOT)} | environment,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and started[-1].poll() is None:
            printed = re.search(rf"http://127\.0\.0\.1:{port}/\S+", log.read_text())
            if printed and answers(port):  # Jupyter prints the address a moment before it listens
                return started[-1], printed[0]
            time.sleep(0.1)
        pytest.fail(f"the command printed no address:\n{log.read_text()[-2000:]}")

    yield start
    for process in started:
        process.kill()
        process.wait(20)


def test_it_opens_the_first_page_asks_nothing_and_keeps_work_through_a_release(
    page: Page, start: Start, project: Path
) -> None:
    process, address = start()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    page.get_by_role("heading", name="Start Here", exact=True).wait_for()
    expect(page.locator("#jp-bottom-panel").get_by_text(re.compile(r"\| Idle"))).to_be_visible()
    expect(page.get_by_title(re.compile("^Notebook trusted"))).to_be_visible()
    sessions = page.request.get(re.sub(r"/lab/\S*\?", "/api/sessions?", address)).json()
    assert [session["path"] for session in sessions] == [FIRST]  # the page uses the kernel that was started for it
    page.wait_for_timeout(3000)  # JupyterLab asks about news after the page is up
    assert page.get_by_role("dialog").count() == 0
    assert page.locator(".Toastify__toast").count() == 0
    assert not [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url]
    # Slow, and not needed: the search for language servers, and the question whether JupyterLab needs a build
    assert not [url for url in asked if "/lsp/" in url or "/lab/api/build" in url]
    assert not [text for text in said if "plugin" in text]  # one that needs a part that is left out
    assert not [text for text in said if "formgrader" in text]  # which nbgrader would write where it is installed
    expect(page.locator(".jp-OutputPlaceholder").first).to_have_text("")  # not the answer to the question above
    files = page.locator(".jp-DirListing-itemText")
    assert files.evaluate_all("names => names.every(name => name.scrollWidth <= name.clientWidth)")  # none cut off
    assert files.all_inner_texts() == sorted(path.name for path in (project / "notebooks").glob("*.ipynb"))

    page.get_by_role("heading", name="Start Here", exact=True).dblclick()
    page.locator(".jp-Notebook .jp-Cell").first.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("\n\nA note of mine.")
    page.keyboard.press("Control+S")
    saved = project / "work" / FIRST
    for _ in range(100):
        if "A note of mine." in saved.read_text():
            break
        page.wait_for_timeout(100)
    assert "A note of mine." in read_notebook(saved).cells[0].source
    assert git(project, "status", "--porcelain") == ""  # so that git pull goes on
    page.goto("about:blank")  # a page whose server is gone would write errors to its console
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0

    release = project / "notebooks" / FIRST
    release.write_text(release.read_text().replace("Ten minutes", "Thirty minutes"))
    start()
    assert "A note of mine." in saved.read_text()
    assert "Thirty minutes" in (project / "work" / "00_start_here (newer).ipynb").read_text()


def test_the_first_notebook_opens_before_jupyterlab_acts_on_the_address(page: Page, start: Start) -> None:
    _, address = start()
    page.goto(address.replace(f"/tree/{FIRST}", ""))  # so that only the workspace names it
    page.get_by_role("heading", name="Start Here", exact=True).wait_for()


def test_the_readers_options_win(page: Page, start: Start) -> None:
    _, address = start("--LabApp.default_url=/lab/tree/03_linear_regression_gluon.ipynb")
    page.goto(address)
    page.get_by_role("heading", name="Linear Regression in Gluon").first.wait_for()


def test_authors_open_the_notebooks_themselves(start: Start, project: Path) -> None:
    start("--edit")
    assert not (project / "work").exists()


def test_without_a_dataset_it_opens_all_the_same(start: Start, tmp_path: Path) -> None:
    _, address = start(D2L_DATA=str(tmp_path / "nowhere"))
    assert address.partition("?")[0].endswith(f"/lab/workspaces/chapter/tree/{FIRST}")
    (log,) = tmp_path.glob("log-*")
    assert "nowhere" in log.read_text()
    assert "JupyterLab opens without the dataset." in log.read_text()
