"""Badges and install cells follow the one address, and are committed as the address makes them."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from packaging.requirements import Requirement

from d2l_authoring.links import INSTALL, binder_url, colab_url, install_cell, set_links
from d2l_authoring.lint import lint_notebook
from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_helpers.errors import ArgumentError, NotebookError
from d2l_helpers.install.__main__ import NEEDED, WITHOUT_DEPENDENCIES

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SMALL = "04_softmax_regression.ipynb"
ADDRESS = "https://github.com/ann/linear"
COLLAPSED = {"cellView": "form", "jupyter": {"source_hidden": True}}  # in Colab, and in JupyterLab and Notebook 7


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


def test_committed_notebooks_agree_with_the_committed_address(project):
    assert set_links(project) == []
    badge = "colab.research.google.com/github/"
    address = address_in(ROOT)
    for name in NAMES:
        cells = {cell["id"]: cell for cell in read_notebook(ROOT / "notebooks" / name).cells}
        assert cells[INSTALL].source == install_cell(address)
        assert cells[INSTALL].metadata == COLLAPSED
        assert (badge in cells["title"].source) == (address is not None)


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
            title = read_notebook(path).cells[0].source
            assert "[![Open in Colab](" in title
            assert ("[![Open in Binder](" in title) == (name[:2] != "08")  # there is no TensorFlow in Binder
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


def test_addresses_lead_to_a_notebook_of_the_repository():
    parts = urlsplit(binder_url(SMALL, ADDRESS))
    assert (parts.netloc, parts.path) == ("mybinder.org", "/v2/gh/ann/linear/main")
    assert parse_qs(parts.query) == {"urlpath": [f"lab/tree/{SMALL}"]}
    assert urlsplit(colab_url(SMALL, ADDRESS)).path == f"/github/ann/linear/blob/main/notebooks/{SMALL}"


def test_an_open_install_cell_is_collapsed_again_and_keeps_its_other_metadata(small):
    path = small / "notebooks" / SMALL
    notebook = read_notebook(path)
    (cell,) = (cell for cell in notebook.cells if cell["id"] == INSTALL)
    cell["metadata"] = nbformat.from_dict({"tags": ["mine"], "cellView": "code", "jupyter": {"source_hidden": False}})
    path.write_bytes(to_bytes(notebook))
    assert set_links(small) == [f"notebooks/{SMALL}"]
    (cell,) = (cell for cell in read_notebook(path).cells if cell["id"] == INSTALL)
    assert cell.metadata == {"tags": ["mine"], **COLLAPSED}


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


def test_what_is_installed_has_the_versions_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    versions = {requirement.name: requirement for requirement in map(Requirement, project["dependencies"])}
    others = {"pandas"}  # which d2l asks for
    for requirement in map(Requirement, (*NEEDED.values(), *WITHOUT_DEPENDENCIES.values())):
        assert requirement.name in others or requirement == versions[requirement.name]


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_the_install_cell_is_a_setup_of_at_most_8_lines_of_78_columns(address):
    lines = install_cell(address).splitlines()
    assert len(lines) <= 8
    assert max(map(len, lines)) <= 78
    ast.parse(install_cell(address))


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_the_first_line_which_a_collapsed_cell_shows_is_a_sentence(address):
    first = install_cell(address).partition("\n")[0]
    assert re.fullmatch(r"# @title [A-Z][^.]*\bthis cell\b[^.]*\.", first)


@pytest.mark.parametrize(("is_uploaded", "is_there"), [(True, False), (False, True), (False, False)])
def test_the_address_is_asked_only_where_neither_wheel_nor_helpers_are(tmp_path, is_uploaded, is_there):
    if is_uploaded:
        with zipfile.ZipFile(tmp_path / "d2l_helpers-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("d2l_helpers/install/__main__.py", "print('from the wheel')")
    if is_there:
        (tmp_path / "d2l_helpers").mkdir()
        (tmp_path / "d2l_helpers" / "__init__.py").touch()
    source = f"import sys\nsys.executable = '/bin/echo'\n{install_cell(ADDRESS)}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", source],  # without the packages, ours among them
        cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    asked = f"-m pip wheel -q --no-deps git+{ADDRESS}\n"
    assert (done.stdout, done.returncode) == ("from the wheel\n" if is_uploaded else "" if is_there else asked, 0)


def test_if_the_address_cannot_be_read_a_sentence_says_so(tmp_path):
    source = f"import sys\nsys.executable = '/bin/false'\n{install_cell(ADDRESS)}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", source],
        cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stderr, done.returncode) == ("Is this computer offline? If not, read what pip says.\n", 1)


def test_the_command_prints_the_files_that_it_wrote(small):
    command = [sys.executable, "-m", "d2l_authoring", "links", "ann/linear", "--project", small]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout for _ in range(2)
    )
    assert len(first.splitlines()) == 2
    assert second == ""
