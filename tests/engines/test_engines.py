"""Every notebook but 08 with Colab's Python and with MXNet 1.6.0: the recorded numbers, within their tolerance.

`make test-engines` runs it, `make test` does not: it takes ten minutes, and five more the first time.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from support.colab import ADDED, NEWEST, PAST, colabs_python, published
from support.environments import ROOT

from d2l_authoring.links import INSTALL
from d2l_authoring.notebook_file import read_notebook

pytestmark = [pytest.mark.nightly, pytest.mark.network, pytest.mark.kernel]

RunNotebook = Callable[..., subprocess.CompletedProcess[str]]
IN_COLAB = {"COLAB_RELEASE_TAG": "release-colab"}
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("0[!8]*.ipynb"))  # 08 is about TensorFlow
# By past runtime of Colab: a notebook, so that together they use all that the chapter imports
IN_THE_PAST = dict(zip(PAST, [name for name in reversed(NAMES) if name[1] in "34567"], strict=True))


def installed(python: Path) -> dict[str, str]:
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "freeze"], capture_output=True, text=True, check=True
    )
    found = re.findall(r"^([\w.-]+)==(\S+)$", listed.stdout, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def first_cells(name: str) -> str:
    """Return the cell that installs and the one that imports, as one script."""
    cells = {cell["id"]: cell.source for cell in read_notebook(ROOT / "notebooks" / f"{name}.ipynb").cells}
    return f"{cells[INSTALL]}\n{cells['setup']}"


@pytest.mark.parametrize("runtime", [NEWEST, *PAST])
def test_the_environment_has_the_published_versions_and_no_others(runtime: str) -> None:
    found = installed(colabs_python(runtime))
    assert {"numpy", "pandas", "matplotlib", "ipython", "ipykernel", "ipywidgets", "tornado", "pyzmq"} <= found.keys()
    assert found.items() <= published(runtime).items()


def set_up(python: Path, wheel: Path) -> None:
    """Run the first cells of a notebook, beside the wheel."""
    subprocess.run(
        [python, "-c", first_cells("07_softmax_regression_gluon")],
        cwd=wheel.parent, env=os.environ | IN_COLAB, check=True, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="session")
def in_colab(colab: Path, wheel: Path) -> Path:
    """Return the Python of the newest runtime in which the first cell has run: when it installs, it prints that."""
    set_up(colab, wheel)
    return colab


@pytest.mark.timing
def test_in_colab_the_setup_takes_less_than_a_minute_and_needs_no_restart(colab: Path, wheel: Path) -> None:
    before = installed(colab)
    started = time.monotonic()
    set_up(colab, wheel)
    seconds = time.monotonic() - started
    assert seconds < 60
    after = installed(colab)
    assert after.items() >= before.items()
    assert after.keys() - before.keys() == set(ADDED)
    assert (after["mxnet"], after["d2l"]) == ("1.9.1", "0.13.2")


@pytest.mark.parametrize("name", NAMES)
def test_in_colab_the_numbers_are_the_recorded_ones(
    in_colab: Path, wheel: Path, run_notebook: RunNotebook, name: str
) -> None:
    run = run_notebook(in_colab, name, wheel, **IN_COLAB)
    assert run.returncode == 0, run.stdout[-8000:]


@pytest.mark.parametrize("runtime", PAST)
def test_in_a_past_runtime_the_numbers_are_the_recorded_ones(
    wheel: Path, run_notebook: RunNotebook, runtime: str
) -> None:
    python = colabs_python(runtime)
    set_up(python, wheel)
    run = run_notebook(python, IN_THE_PAST[runtime], wheel, **IN_COLAB)
    assert run.returncode == 0, run.stdout[-8000:]


@pytest.mark.parametrize("name", NAMES)
def test_with_mxnet_1_6_the_numbers_are_the_recorded_ones(twin: Path, run_notebook: RunNotebook, name: str) -> None:
    run = run_notebook(twin, name)
    assert run.returncode == 0, run.stdout[-8000:]


def test_a_number_that_differs_is_found(twin: Path, run_notebook: RunNotebook, tmp_path: Path) -> None:
    changed = tmp_path / "changed" / "04_softmax_regression.ipynb"
    changed.parent.mkdir()
    recorded = (ROOT / "notebooks" / changed.name).read_text()
    (value,) = re.findall(r'"by_size": \{\s*"tolerance": [\d.]+,\s*"value": ([\d.]+)', recorded)
    changed.write_text(recorded.replace(f'"value": {value}', '"value": 0.77'))
    run = run_notebook(twin, changed.stem, changed)
    assert run.returncode == 1
    assert "by_size" in run.stdout
    assert "0.77" in run.stdout
