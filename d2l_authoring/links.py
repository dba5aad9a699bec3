"""Write the repository's public address into the notebooks: badges, and the cell that installs the chapter.

The one place for the address is ``[project.urls]`` in pyproject.toml. While none is set there, notebooks have no badge,
and the install cell takes a wheel that lies beside the notebook.
"""

from __future__ import annotations

import re
import tomllib
from itertools import count
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode, from_dict, v4

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_helpers.atomic import replace_file
from d2l_helpers.errors import ArgumentError, NotebookError

__all__ = ["INSTALL", "add_install_cell", "address_of", "binder_url", "colab_url", "install_cell", "set_links"]

INSTALL = "install"
"""Id of the cell that installs the chapter where it is missing."""

_SITE = "https://github.com/"
_OWNER_AND_NAME = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/[A-Za-z0-9_][\w.-]{0,99}", re.ASCII)
_BADGE = re.compile(r"\n\n\[!\[Open in Colab\][^\n]*")
_URLS = re.compile(r"^(\[project\.urls\]\n)(?:Repository = .*\n)?", re.MULTILINE)
_COLAB = "https://colab.research.google.com"
_BINDER = "https://mybinder.org"
_NOT_IN_BINDER = frozenset({"08_softmax_regression_keras.ipynb"})  # TensorFlow is too large for Binder's images

# What a wheel beside the notebook installs is in d2l_helpers.install. IPython is imported only for the message, because
# its import would take each sandbox of the grader a third of a second
_FROM_WHEEL = """\
# @title Run this cell first: it installs what this notebook still needs.
import glob, importlib.util, runpy, zipfile
for wheel in filter(zipfile.is_zipfile, glob.glob("d2l_helpers-*.whl")):
    runpy.run_path(f"{wheel}/d2l_helpers/install")  # nothing, if it is there
if not importlib.util.find_spec("d2l_helpers"):
    from IPython.core.error import UsageError
    raise UsageError("put d2l_helpers-*.whl, handed out with this notebook, "
                     "beside it (Colab: Files, Upload), and run this again")"""
_INSTALLER = "d2l_helpers/install"  # in both
# A wheel is made from the address, so that there is one way to install
_FROM_ADDRESS = """\
# @title Run this cell first: it installs what this notebook still needs.
import glob, importlib.util, os, runpy, sys, zipfile
address = "git+{address}"
if not (glob.glob("d2l_*.whl") or importlib.util.find_spec("d2l_helpers")):
    if os.system(f'"{{sys.executable}}" -m pip wheel -q --no-deps {{address}}'):
        sys.exit("Is this computer offline? If not, read what pip says.")
for wheel in filter(zipfile.is_zipfile, glob.glob("d2l_helpers-*.whl")):
    runpy.run_path(f"{{wheel}}/d2l_helpers/install")"""
# Colab shows only the form's title, the source's first line; JupyterLab hides the source and shows its first line
_COLLAPSED = {"cellView": "form", "jupyter": {"source_hidden": True}}


def set_links(project: Path, repository: str | None = None) -> list[str]:
    """Write the repository's address into pyproject.toml, and badges and install cells into all notebooks.

    Parameters
    ----------
    project : Path
        A folder with ``pyproject.toml`` and ``notebooks``.
    repository : str, optional
        The repository's owner and name on GitHub, as in ``owner/name``; by default the address in pyproject.toml stays.

    Returns
    -------
    list of str
        The files that were changed; empty if all agreed already.

    Raises
    ------
    ArgumentError
        If `repository` is not an owner and a name.
    NotebookError
        If a file cannot be read or written.
    """
    declaration = project / "pyproject.toml"
    text = _declaration(declaration)
    if repository is not None:
        text = _with_address(text, _checked(repository))
    address = _address(text)
    contents = {declaration: text.encode()}
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        notebook = read_notebook(path)
        _link(notebook, path.name, address)
        contents[path] = to_bytes(notebook)
    changed = [path for path, content in contents.items() if path.read_bytes() != content]
    for path in changed:
        replace_file(path, contents[path])
    return [str(path.relative_to(project)) for path in changed]


def install_cell(address: str | None) -> str:
    """Return the source of the cell that installs the chapter where it is missing: in Colab, or on a student's laptop.

    Parameters
    ----------
    address : str or None
        The repository's. The cell prefers a wheel beside the notebook; without an address, it asks for one.
    """
    return _FROM_ADDRESS.format(address=address) if address else _FROM_WHEEL


def add_install_cell(notebook: NotebookNode) -> bool:
    """Add the cell that installs what students lack above a notebook's first code; return whether it was missing."""
    code = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    if any(notebook.cells[place]["id"] == INSTALL or _INSTALLER in notebook.cells[place].source for place in code):
        return False
    source = install_cell(address_of(Path(__file__).parents[1]))
    notebook.cells.insert(code[0] if code else len(notebook.cells), _new_cell(source))
    return True


def colab_url(name: str, address: str) -> str:
    """Return the address that opens a notebook of the repository in Colab.

    Parameters
    ----------
    name : str
        The notebook's file name.
    address : str
        The repository's, as `address_of` returns it.
    """
    return f"{_COLAB}/github/{address.removeprefix(_SITE)}/blob/main/notebooks/{name}"


def binder_url(name: str, address: str) -> str | None:
    """Return the address that opens a notebook of the repository in Binder; None if Binder cannot run the notebook.

    Parameters
    ----------
    name : str
        The notebook's file name.
    address : str
        The repository's, as `address_of` returns it.
    """
    if name in _NOT_IN_BINDER:
        return None
    path = quote(f"lab/tree/{name}", safe="")  # binder/Dockerfile starts JupyterLab in notebooks/
    return f"{_BINDER}/v2/gh/{address.removeprefix(_SITE)}/main?urlpath={path}"


def _checked(repository: str) -> str:
    if not _OWNER_AND_NAME.fullmatch(repository):
        raise ArgumentError(
            "Cannot link the notebooks to the repository.",
            got=repository[:200],
            expected="the repository's owner and name on GitHub, as in owner/name",
            remedy="run make links REPO=owner/name",
        )
    return _SITE + repository


def _declaration(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise _no_declaration(error) from error


def _with_address(text: str, address: str) -> str:
    written, number = _URLS.subn(rf'\1Repository = "{address}"\n', text)
    if number != 1:
        raise _no_declaration(f"{number} tables [project.urls]")
    return written


def _address(text: str) -> str | None:
    try:
        address = tomllib.loads(text)["project"].get("urls", {}).get("Repository")
    except (tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise _no_declaration(error) from error
    return None if address is None else _checked(str(address).removeprefix(_SITE))


def _no_declaration(got: object) -> NotebookError:
    return NotebookError(
        "Cannot read the repository's address",
        got=got,
        expected="a pyproject.toml with a table [project.urls]",
        remedy="run make links in the project's folder",
    )


def _link(notebook: NotebookNode, name: str, address: str | None) -> None:
    """Bring a notebook's badges and install cell up to date."""
    first = next((i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"), 0)
    if first == 0:
        raise NotebookError(
            f"Cannot put a badge into {name}",
            got="no code cell, or no title above the first one",
            expected="a notebook of the chapter: a title, then prose and code",
            remedy="run d2l-author lint, which says what the notebook lacks",
        )
    title = notebook.cells[0]
    heading, _, rest = _BADGE.sub("", title.source).partition("\n")
    badge = f"\n\n{_badges(name, address)}" if address else ""
    title["source"] = f"{heading}{badge}\n{rest}" if rest else f"{heading}{badge}"
    installs = next((cell for cell in notebook.cells if cell["id"] == INSTALL), None)
    if installs is None:
        installs = _new_cell()
        notebook.cells.insert(first, installs)
        _number_again(notebook)
    installs["source"] = install_cell(address)
    installs["metadata"] = from_dict({**installs.metadata, **_COLLAPSED})


def _new_cell(source: str = "") -> NotebookNode:
    return v4.new_code_cell(source, id=INSTALL, metadata=from_dict(_COLLAPSED))


def _badges(name: str, address: str) -> str:
    """Return a notebook's badges, in one line."""
    colab = f"[![Open in Colab]({_COLAB}/assets/colab-badge.svg)]({colab_url(name, address)})"
    binder = binder_url(name, address)
    return f"{colab} [![Open in Binder]({_BINDER}/badge_logo.svg)]({binder})" if binder else colab


def _number_again(notebook: NotebookNode) -> None:
    """Number the code cells as Run All would: the new cell has no output and changes no other cell's."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if any(cell.execution_count is None for cell in code if cell["id"] != INSTALL):
        return  # the notebook is not recorded yet
    for number, cell in zip(count(1), code, strict=False):
        cell["execution_count"] = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output["execution_count"] = number


def address_of(project: Path) -> str | None:
    """Return the repository's address that a project's pyproject.toml has; None if it has none."""
    return _address(_declaration(project / "pyproject.toml"))
