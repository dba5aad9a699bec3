"""The three commands, run as a user runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"d2l-helpers": "d2l_helpers", "d2l-author": "d2l_authoring", "d2l-grade": "d2l_autograder"}


def run(package, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", package, *arguments],
        capture_output=True, text=True, timeout=300, check=False, cwd=ROOT, env={**os.environ, **environment},
    )  # fmt: skip


def helps(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield the help of a command and of each of its subcommands, as on a terminal of 80 columns."""
    context = click.Context(command, parent=parent, info_name=name, terminal_width=80)
    yield context.command_path, command.get_help(context)
    for subname, subcommand in getattr(command, "commands", {}).items():
        yield from helps(subcommand, subname, context)


@pytest.mark.parametrize("command", [*PACKAGES, "benchmarks"])
def test_each_help_fits_one_screen(command):
    commands = import_module(f"{PACKAGES.get(command, command)}.__main__")._commands
    found = dict(helps(commands, command))
    assert len(found) > 2
    for path, text in found.items():
        assert len(text.splitlines()) <= 24, f"{path} --help has {len(text.splitlines())} lines"
        assert max(map(len, text.splitlines())) <= 80, path


@pytest.mark.parametrize("package", [*PACKAGES.values(), "benchmarks"])
def test_help_is_printed_without_importing_mxnet(package):
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", package, "--help"],
        capture_output=True, text=True, timeout=60, check=True, cwd=ROOT,
    )  # fmt: skip
    assert result.stdout.startswith("Usage: ")
    assert not re.search(r"\| +(mxnet|numpy|nbformat)$", result.stderr, re.MULTILINE)


def test_data_says_where_each_file_came_from():
    result = run("d2l_helpers", "data")
    assert result.returncode == 0, result.stderr
    assert len(re.findall(r"^(?:train|t10k)-(?:images|labels): .+$", result.stdout, re.MULTILINE)) == 4


def test_data_can_be_quiet():
    assert run("d2l_helpers", "data", "--quiet").stdout == ""


def test_an_error_of_the_project_has_no_traceback(tmp_path):
    result = run("d2l_helpers", "data", D2L_DATA=str(tmp_path / "nowhere"))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "got:" in result.stderr
    assert "try:" in result.stderr
    assert "nowhere" in result.stderr


def test_lint_finds_nothing_in_the_chapter():
    result = run("d2l_authoring", "lint", "notebooks")
    assert result.returncode == 0, result.stdout
    assert re.search(r"[1-9]\d* notebooks, 0 findings", result.stdout)


def test_lint_ends_with_status_1_where_it_finds_something(tmp_path):
    (tmp_path / "bad.ipynb").write_text("{}")
    result = run("d2l_authoring", "lint", str(tmp_path))
    assert result.returncode == 1
    assert "bad.ipynb" in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["lint", "record"])
def test_a_folder_without_notebooks_is_an_error(command, tmp_path):
    result = run("d2l_authoring", command, str(tmp_path))
    assert result.returncode == 1
    assert "Found no notebook" in result.stderr


def test_make_help_lists_the_targets():
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    described = re.findall(r"^(\S+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"lab", "test", "record", "bench", "cu117"} <= set(described)
    for target in described:
        assert re.search(rf"^{target} +\S", help_text, re.MULTILINE), target
