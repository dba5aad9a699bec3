"""Badges and install cells follow the one address, and are committed as the address makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from d2l_authoring.links import INSTALL, WITHOUT_DEPENDENCIES, install_cell, set_links
from d2l_authoring.lint import lint_notebook
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_helpers.errors import ArgumentError, NotebookError

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SMALL = "04_softmax_regression.ipynb"
NOWHERE = {name: value for name, value in os.environ.items() if name != "COLAB_RELEASE_TAG"}
IN_COLAB = NOWHERE | {"COLAB_RELEASE_TAG": "release-colab"}


@pytest.fixture
def project(tmp_path):
    """A copy of the files that contain the address."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    return tmp_path


@pytest.fixture
def small(project):
    """The same with one notebook."""
    for name in set(NAMES) - {SMALL}:
        (project / "notebooks" / name).unlink()
    return project


def contents(project):
    return {file.name: file.read_bytes() for file in [project / "pyproject.toml", *project.glob("notebooks/*.ipynb")]}


def code(path):
    """Return the code cells with their outputs, without the install cell."""
    cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code" and cell["id"] != INSTALL]
    return [(cell["id"], cell.source, cell.execution_count, cell.outputs) for cell in cells]


def address_in(project):
    return tomllib.loads((project / "pyproject.toml").read_text())["project"].get("urls", {}).get("Repository")


def run(source, folder, environment):
    return subprocess.run(
        [sys.executable, "-c", source],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_committed_notebooks_agree_with_the_committed_address(project):
    assert set_links(project) == []
    badge = "colab.research.google.com/github/"
    address = address_in(ROOT)
    for name in NAMES:
        cells = {cell["id"]: cell.source for cell in read_notebook(ROOT / "notebooks" / name).cells}
        assert cells[INSTALL] == install_cell(address)
        assert (badge in cells["title"]) == (address is not None)


def test_every_notebook_follows_a_new_address_and_its_outputs_stay(project):
    before = {name: code(project / "notebooks" / name) for name in NAMES}
    for owner_and_name, other in (("ann/linear", "bob/networks-2"), ("bob/networks-2", "ann/linear")):
        assert set_links(project, owner_and_name) == ["pyproject.toml", *(f"notebooks/{name}" for name in NAMES)]
        assert address_in(project) == f"https://github.com/{owner_and_name}"
        for name in NAMES:
            path = project / "notebooks" / name
            text = path.read_text()
            assert text.count(f"/github/{owner_and_name}/blob/main/notebooks/{name})") == 1
            assert text.count(f"git+https://github.com/{owner_and_name}") == 1
            assert "[![Open in Colab](" in read_notebook(path).cells[0].source
            assert other not in text
            assert code(path) == before[name]
        written = contents(project)
        assert set_links(project, owner_and_name) == []
        assert set_links(project) == []
        assert contents(project) == written
    assert lint_notebook(project / "notebooks" / SMALL) == []


def test_a_notebook_with_another_address_is_corrected(small):
    set_links(small, "ann/linear")
    path = small / "notebooks" / SMALL
    path.write_text(path.read_text().replace("ann/linear", "eve/linear"))
    assert set_links(small) == [f"notebooks/{SMALL}"]
    assert "eve/linear" not in path.read_text()


def test_a_notebook_without_an_install_cell_gets_one_and_its_cells_are_numbered_again(small):
    path = small / "notebooks" / SMALL
    before, as_committed = code(path), path.read_bytes()
    notebook = read_notebook(path)
    notebook.cells = [cell for cell in notebook.cells if cell["id"] != INSTALL]
    path.write_bytes(to_bytes(notebook))
    assert set_links(small) == [f"notebooks/{SMALL}"]
    assert code(path) == before
    assert path.read_bytes() == as_committed


@pytest.mark.parametrize(
    "wrong", ["", "linear", "ann/", "/linear", "ann/linear/x", "ann/../x", 'a"/b', "-a/b", "a/b\n"]
)
def test_a_repository_that_is_not_owner_and_name_is_refused(small, wrong):
    before = contents(small)
    with pytest.raises(ArgumentError, match="owner/name"):
        set_links(small, wrong)
    assert contents(small) == before


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "not toml [", "\xff"])
def test_a_pyproject_without_a_place_for_the_address_is_refused_and_unchanged(small, text):
    (small / "pyproject.toml").write_text(text, encoding="latin-1")
    with pytest.raises(NotebookError, match="address"):
        set_links(small, "ann/linear")
    assert (small / "pyproject.toml").read_text(encoding="latin-1") == text


def test_an_invalid_notebook_leaves_every_file_unchanged(small):
    (small / "notebooks" / "99.ipynb").write_text("{}")
    before = contents(small)
    with pytest.raises(NotebookError):
        set_links(small, "ann/linear")
    assert contents(small) == before


def test_the_install_cell_has_the_versions_of_the_project():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    versions = {requirement.name: requirement for requirement in map(Requirement, wanted)}
    for requirement in map(Requirement, WITHOUT_DEPENDENCIES):
        if requirement.specifier:
            assert requirement == versions[requirement.name]
        assert requirement.name in versions


@pytest.mark.parametrize("address", [None, "https://github.com/ann/linear"])
def test_the_install_cell_does_nothing_outside_colab(tmp_path, address):
    source = "\n".join([install_cell(address), "print(sorted({'chapter', 'more', 'pip'} & globals().keys()))"])
    done = run(source, tmp_path, NOWHERE)
    assert (done.stdout, done.returncode) == ("[]\n", 0)
    assert list(tmp_path.iterdir()) == []


def test_the_install_cell_asks_for_a_wheel_in_colab_without_an_address(tmp_path):
    done = run(install_cell(None), tmp_path, IN_COLAB)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "AssertionError: upload the wheel that `make wheel` gives you"


@pytest.mark.parametrize(
    ("address", "is_uploaded"),
    [(None, True), ("https://github.com/ann/linear", True), ("https://github.com/ann/linear", False)],
)
def test_the_install_cell_prefers_an_uploaded_wheel_to_the_address(tmp_path, address, is_uploaded):
    wheel = "d2l_helpers-0.1.0-py3-none-any.whl"
    if is_uploaded:
        (tmp_path / wheel).touch()
    show = "sys.executable = sys.argv[1]"
    source = install_cell(address).replace("\n\n", f"\n{show}\n", 1)
    done = subprocess.run(
        [sys.executable, "-c", source, "/bin/echo"],
        cwd=tmp_path, env=IN_COLAB, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    said = done.stdout.split()
    assert "--no-deps" in said
    assert (wheel if is_uploaded else f"git+{address}") in said
    assert len([word for word in said if "://" in word or word.endswith(".whl")]) == 1
    assert set(WITHOUT_DEPENDENCIES) <= set(said)


def test_the_command_prints_the_files_that_it_wrote(small):
    command = [sys.executable, "-m", "d2l_authoring", "links", "ann/linear", "--project", small]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout for _ in range(2)
    )
    assert len(first.splitlines()) == 2
    assert second == ""
