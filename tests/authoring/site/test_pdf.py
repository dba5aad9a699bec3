"""The printed book: pages from a real Chromium, and a message where there is none or where it fails."""

from __future__ import annotations

import re
import shutil

import pytest
from support.lacking import lacking
from support.sites import require_sphinx, small_project

from d2l_authoring.site.pdf import _BROWSERS, build_pdf
from d2l_helpers.errors import LibraryUnusable, NotebookError

pytestmark = pytest.mark.sphinx


@pytest.fixture
def project(tmp_path):
    require_sphinx()
    return small_project(tmp_path / "project", "# Eins\n\nText and $x^2$.", "## Two")


@pytest.fixture
def only_browser(tmp_path, monkeypatch):
    """Leave a program of a few lines of shell as the only browser."""

    def install(script):
        programs = tmp_path / "programs"
        programs.mkdir()
        if script:
            (programs / "chromium").write_text(f"#!/bin/sh\n{script}\n")
            (programs / "chromium").chmod(0o755)
        monkeypatch.setenv("PATH", str(programs))

    return install


@pytest.mark.browser
def test_chromium_prints_a_sheet_for_the_first_page_and_one_for_each_notebook(project, tmp_path):
    if not any(map(shutil.which, _BROWSERS)):
        lacking("no Chromium on the PATH: on Debian and Ubuntu, sudo apt-get install chromium")
    output = tmp_path / "ein Ordner für Bücher" / "book.pdf"
    build_pdf(project, output)
    content = output.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
    assert [path.name for path in output.parent.iterdir()] == ["book.pdf"]


@pytest.mark.parametrize("script", ["echo cannot start >&2; exit 3", "exit 0"], ids=["fails", "writes-nothing"])
def test_a_browser_that_fails_is_named_and_the_old_file_stays(project, tmp_path, only_browser, script):
    (tmp_path / "book.pdf").write_bytes(b"old")
    only_browser(script)
    with pytest.raises(NotebookError, match="Cannot print the book"):
        build_pdf(project, tmp_path / "book.pdf")
    assert (tmp_path / "book.pdf").read_bytes() == b"old"


def test_without_a_browser_the_message_says_how_to_install_one(project, tmp_path, only_browser):
    only_browser("")
    with pytest.raises(LibraryUnusable, match="apt-get install chromium"):
        build_pdf(project, tmp_path / "book.pdf")
