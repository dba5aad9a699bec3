"""Chromium for what is measured in a browser, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from d2l_helpers.errors import LibraryUnusable

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["chromium"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium without a window; it ends with the ``with`` block.

    Raises
    ------
    LibraryUnusable
        If Playwright or Chromium is missing.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not executable or not find_spec("playwright"):
        raise LibraryUnusable(
            "Nothing can be measured in a browser.",
            got="no Chromium, or no playwright",
            expected="both",
            remedy="run make system-packages, and install the extra 'dev'",
        )
    from playwright.sync_api import sync_playwright

    options = ["--disable-background-networking"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium refuses to sandbox itself as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=options)
        yield browser
        browser.close()
