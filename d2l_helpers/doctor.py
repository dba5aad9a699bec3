"""What this machine has for the chapter, what is wrong with it, and what to do: ``d2l-helpers doctor``.

Each examination tries what it speaks of, imports only when it runs, and may fail: that, too, is a finding.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from typing import Any

from d2l_helpers.errors import explain

__all__ = ["Line", "State", "examine", "guarded", "show"]

_SECONDS = 60  # for which MXNet may take to start; usually two
_INSTALL = "python -m pip install "
_TRIAL = """
import json, sys, warnings
from d2l_helpers.errors import explain
said = {}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", UserWarning)
    try:
        import d2l_helpers, mxnet
        device = d2l_helpers.try_gpu()
        mxnet.nd.dot(mxnet.nd.ones((2, 2), ctx=device), mxnet.nd.ones((2, 2), ctx=device)).asnumpy()
        said = {"version": mxnet.__version__, "device": str(device), "folder": mxnet.__path__[0]}
    except BaseException as error:
        said = {"error": str(getattr(error, "got", "")) or explain(error), "remedy": getattr(error, "remedy", "")}
said["warnings"] = [str(warning.message) for warning in caught if warning.category is UserWarning]
print(json.dumps(said))
"""


class State(StrEnum):
    """How a thing is: as it should be, worth knowing, or to be repaired."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Line:
    """One finding.

    Attributes
    ----------
    state : State
        A problem has a remedy.
    name : str
        What was looked at.
    detail : str
        What was found.
    remedy : str
        What to do; empty where nothing needs to be done.
    """

    state: State
    name: str
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<8} {self.name}: {_one_line(self.detail)}"
        return f"{line}\n         try: {_one_line(self.remedy)}" if self.remedy else line


def examine() -> Iterator[Line]:
    """Look at everything, one after the other.

    Yields
    ------
    Line
        As it is found.
    """
    for name, examination in _EXAMINATIONS.items():
        yield from guarded(name, examination)


def guarded(name: str, examination: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    """Run an examination; that it fails is a finding, too."""
    try:
        yield from examination()
    except Exception as error:
        remedy = getattr(error, "remedy", "") or "install the package that it names again, or report it"
        yield Line(
            State.PROBLEM, name, f"could not be examined: {getattr(error, 'got', None) or explain(error)}", remedy
        )


def show(lines: Iterable[Line], is_json: bool) -> bool:
    """Print lines as they are found, or all of them as JSON; return whether there is no problem."""
    shown = []
    for line in lines:
        shown.append(line)
        if not is_json:
            print(line, flush=True)
    if is_json:
        print(json.dumps([asdict(line) for line in shown], indent=2))
    return all(line.state is not State.PROBLEM for line in shown)


def _one_line(text: str) -> str:
    """Without line ends and control characters: what libraries say is not ours."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))


# ---------------------------------------------------------------------------------------------- Python and packages


def _python() -> Iterator[Line]:
    said = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if (3, 11) <= sys.version_info[:2] <= (3, 14):
        yield Line(State.OK, "Python", said)
    else:
        yield Line(State.NOTE, "Python", f"{said}; the chapter is tested with 3.11 to 3.14")


def _numpy() -> Iterator[Line]:
    yield _package("numpy", (1, 23), (3,), "'numpy>=1.23,<3'")


def _d2l() -> Iterator[Line]:
    yield _package("d2l", (0, 13, 2), (0, 13, 3), "--no-deps d2l==0.13.2")


def _jupyterlab() -> Iterator[Line]:
    line = _package("jupyterlab", (3,), (5,), "jupyterlab", newer=(1000,))
    is_missing = line.state is State.PROBLEM and _version("jupyterlab") is None and _version("notebook") is not None
    if is_missing:  # Colab, for one
        line = Line(State.NOTE, "jupyterlab", f"not installed; the classic Notebook {_version('notebook')} is")
    yield line


def _ipywidgets() -> Iterator[Line]:
    yield _package("ipywidgets", (7, 7, 1), (9,), "'ipywidgets>=7.7.1,<9'")


def _package(
    name: str, oldest: tuple[int, ...], below: tuple[int, ...], wanted: str, newer: tuple[int, ...] = ()
) -> Line:
    """Look at a package's version; from `below` up to `newer` is only worth a note."""
    version, remedy = _version(name), f"{_INSTALL}{wanted}"
    if version is None:
        return Line(State.PROBLEM, name, "not installed", remedy)
    number = _numbers(version)
    if oldest <= number < below:
        return Line(State.OK, name, version)
    expected = f"at least {'.'.join(map(str, oldest))} and below {'.'.join(map(str, newer or below))}"
    if below <= number < newer:
        return Line(State.NOTE, name, f"{version}; the numbers in the text were recorded with an older one")
    return Line(State.PROBLEM, name, f"{version}; expected {expected}", remedy)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Give the numbers that a version begins with: 2.0.0rc1 is (2, 0)."""
    numbers = []
    for part in version.split("."):
        if not part.isdecimal():
            break
        numbers.append(int(part))
    return tuple(numbers)


# -------------------------------------------------------------------------------------------------- MXNet and the GPU


def _mxnet() -> Iterator[Line]:
    from d2l_helpers.engine.cuda import CPU, cuda_folder, installed_in
    from d2l_helpers.engine.cuda.selection import swap_command

    found = installed_in([cuda_folder(), *sys.path])
    for folder in dict.fromkeys(wheel.folder for wheel in found):
        wheels = [wheel for wheel in found if wheel.folder == folder]
        said = " and ".join(map(str, wheels)) + (f" in {folder}" if len(wheels) < len(found) else "")
        if len(wheels) == 1:
            yield Line(State.OK, "MXNet wheel", said)
        else:
            remedy = f"remove {folder}" if folder == cuda_folder() else swap_command(wheels)
            yield Line(State.PROBLEM, "MXNet wheels", f"{said}, which have overwritten one another", remedy)
    if found:
        yield from _trial()
    else:
        yield Line(State.PROBLEM, "MXNet wheel", "none is installed", CPU.command)


def _trial() -> Iterator[Line]:
    """Import MXNet and compute with it, in a process of its own: a broken library may end the process."""
    said = _said_by_a_trial()
    if "error" in said:
        yield Line(State.PROBLEM, "MXNet", said["error"], said["remedy"] or _REINSTALL)
    else:
        yield Line(State.OK, "MXNet", f"{said['version']} computes on {said['device']}")
    for warning in said["warnings"]:
        yield Line(State.NOTE, "MXNet", warning)


_REINSTALL = f"{_INSTALL}--force-reinstall --no-deps mxnet==1.9.1"


def _said_by_a_trial() -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-c", _TRIAL]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False)
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"error": f"it has not started within {_SECONDS} seconds", "remedy": "", "warnings": []}
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return {"error": f"Python ended with status {done.returncode}: {last}", "remedy": "", "warnings": []}
    return said


def _gpu() -> Iterator[Line]:
    from d2l_helpers.engine.cuda import look

    driver = look()
    if driver is None:
        yield Line(State.NOTE, "GPU", "no NVIDIA driver: the notebooks compute on the CPU, which is enough for them")
    elif driver.problem:
        remedy = "restart the machine, or install NVIDIA's driver anew; until then the notebooks compute on the CPU"
        yield Line(State.PROBLEM, "NVIDIA driver", f"{driver.version or 'found'}, but {driver.problem}", remedy)
    else:
        yield Line(State.OK, "NVIDIA driver", str(driver))
        for gpu in driver.gpus:
            yield Line(State.OK, "GPU", str(gpu))
        if not driver.gpus:
            yield Line(State.NOTE, "GPU", "the NVIDIA driver finds none: the notebooks compute on the CPU")
    yield _fit()


def _fit() -> Line:
    """Say which wheel fits this machine, and how it is installed if it is not."""
    from d2l_helpers.engine.cuda import CPU, cuda_folder, installed_in, look, recommend
    from d2l_helpers.engine.cuda.selection import swap_command

    fit, driver = recommend(look()), look()
    said = f"{fit.wheel.requirement}, because {fit.why}"
    here = installed_in([*sys.path, cuda_folder()])
    if fit.wheel.name == CPU.name:
        is_here = any(not wheel.needs_cuda for wheel in here) or not here  # if none is, that is a problem of its own
        return Line(
            State.NOTE if driver and driver.gpus else State.OK,
            "wheel that fits",
            said,
            "" if is_here else swap_command(here),
        )
    is_here = any(wheel.name == fit.wheel.name for wheel in here)
    return Line(State.OK if is_here else State.NOTE, "wheel that fits", said, "" if is_here else fit.wheel.command)


# ---------------------------------------------------------------------------------------------- dataset


def _dataset() -> Iterator[Line]:
    from d2l_helpers.data.sources import CHECKSUMS, find_here

    found, wrong = find_here()
    fetch = "d2l-helpers data"
    for what in wrong:
        yield Line(State.PROBLEM, "Fashion-MNIST", what, f"remove that file, then run {fetch}")
    if len(found) == len(CHECKSUMS):
        sources = " and ".join(dict.fromkeys(file.source for file in found.values()))
        yield Line(State.OK, "Fashion-MNIST", f"four files from {sources}, with the published checksums")
    elif not wrong:
        missing = [name for name in CHECKSUMS if name not in found]
        yield Line(State.NOTE, "Fashion-MNIST", f"fetched when first needed: {', '.join(missing)}", fetch)


_EXAMINATIONS: dict[str, Callable[[], Iterator[Line]]] = {
    "Python": _python,
    "NumPy": _numpy,
    "d2l": _d2l,
    "MXNet": _mxnet,
    "GPU": _gpu,
    "Fashion-MNIST": _dataset,
    "JupyterLab": _jupyterlab,
    "ipywidgets": _ipywidgets,
}
