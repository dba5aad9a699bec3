"""Examine what this machine has for the chapter, and say what to repair and how: ``d2l-helpers doctor``.

Each examination imports what it needs only when it runs. If it fails, that is a diagnosis, too.
"""

from __future__ import annotations

import json
import platform
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion

from d2l_helpers.errors import explain

__all__ = ["Diagnosis", "Severity", "examine", "show"]

_SECONDS = 60  # timeout for starting MXNet, which usually takes two
_INSTALL = "python -m pip install "
_REINSTALL = f"{_INSTALL}--force-reinstall --no-deps mxnet==1.9.1"
_TRIAL = """
import json, sys, warnings
from d2l_helpers.errors import explain
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", UserWarning)
    try:
        import d2l_helpers, mxnet
        device = d2l_helpers.try_gpu()
        mxnet.nd.dot(mxnet.nd.ones((2, 2), ctx=device), mxnet.nd.ones((2, 2), ctx=device)).asnumpy()
        report = {"version": mxnet.__version__, "device": str(device)}
    except BaseException as error:
        report = {"error": str(getattr(error, "got", "")) or explain(error), "remedy": getattr(error, "remedy", "")}
report["warnings"] = [str(warning.message) for warning in caught if warning.category is UserWarning]
print(json.dumps(report))
"""


class Severity(StrEnum):
    """How serious a diagnosis is: nothing to do, worth knowing, or to be repaired."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Diagnosis:
    """What one examination found.

    Attributes
    ----------
    state : Severity
        A problem has a remedy.
    name : str
        What was examined.
    detail : str
        What was found.
    remedy : str
        What to do; empty if nothing needs to be done.
    """

    state: Severity
    name: str
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<8} {self.name}: {_one_line(self.detail)}"
        return f"{line}\n         try: {_one_line(self.remedy)}" if self.remedy else line


def examine() -> Iterator[Diagnosis]:
    """Examine everything, one thing after the other.

    Yields
    ------
    Diagnosis
        As soon as it is found.
    """
    for name, examination in _EXAMINATIONS.items():
        try:
            yield from examination()
        except Exception as error:
            detail = f"the examination failed: {getattr(error, 'got', None) or explain(error)}"
            remedy = getattr(error, "remedy", "") or "install the package that this message names again, or report it"
            yield Diagnosis(Severity.PROBLEM, name, detail, remedy)


def show(diagnoses: Iterable[Diagnosis], is_json: bool) -> bool:
    """Print diagnoses as they are found, or all of them as JSON; return whether there is no problem."""
    shown = []
    for diagnosis in diagnoses:
        shown.append(diagnosis)
        if not is_json:
            print(diagnosis, flush=True)
    if is_json:
        print(json.dumps([asdict(diagnosis) for diagnosis in shown], indent=2))
    return all(diagnosis.state is not Severity.PROBLEM for diagnosis in shown)


def _one_line(text: str) -> str:
    """Replace line ends and control characters, which messages of libraries may contain, by spaces."""
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))


# ---------------------------------------------------------------------------------------------- Python and packages


def _python() -> Iterator[Diagnosis]:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if (3, 11) <= sys.version_info[:2] <= (3, 14):
        yield Diagnosis(Severity.OK, "Python", detail)
    else:
        yield Diagnosis(Severity.NOTE, "Python", f"{detail}; the chapter is tested with 3.11 to 3.14")


def _jupyterlab() -> Iterator[Diagnosis]:
    diagnosis = _package("jupyterlab", ">=3")
    if _version("jupyterlab") is None and _version("notebook") is not None:  # Colab has the classic Notebook
        detail = f"not installed; the classic Notebook {_version('notebook')} is"
        diagnosis = Diagnosis(Severity.NOTE, "jupyterlab", detail)
    elif diagnosis.state is Severity.OK and not SpecifierSet("<5").contains(diagnosis.detail, prereleases=True):
        detail = f"{diagnosis.detail}; the chapter is tested with JupyterLab 3 and 4"
        diagnosis = Diagnosis(Severity.NOTE, "jupyterlab", detail)
    yield diagnosis


def _package(name: str, specifier: str, pip_options: str = "") -> Diagnosis:
    """Compare a package's version with a specifier such as ``>=1.23,<3``."""
    version, remedy = _version(name), f"{_INSTALL}{pip_options}{shlex.quote(name + specifier)}"
    if version is None:
        return Diagnosis(Severity.PROBLEM, name, "not installed", remedy)
    try:
        is_right = SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidVersion:
        is_right = False
    if is_right:
        return Diagnosis(Severity.OK, name, version)
    return Diagnosis(Severity.PROBLEM, name, f"{version}; expected {specifier}", remedy)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


# -------------------------------------------------------------------------------------------------- MXNet and the GPU


def _mxnet() -> Iterator[Diagnosis]:
    from d2l_helpers.engine.cuda import CPU, cuda_folder, installed_in
    from d2l_helpers.engine.cuda.selection import swap_command

    found = installed_in([cuda_folder(), *sys.path])
    for folder in dict.fromkeys(wheel.folder for wheel in found):
        wheels = [wheel for wheel in found if wheel.folder == folder]
        detail = " and ".join(map(str, wheels)) + (f" in {folder}" if len(wheels) < len(found) else "")
        if len(wheels) == 1:
            yield Diagnosis(Severity.OK, "MXNet wheel", detail)
        else:
            detail = f"{detail} are installed in one folder, where their files overwrite each other"
            remedy = f"remove {folder}" if folder == cuda_folder() else swap_command(wheels)
            yield Diagnosis(Severity.PROBLEM, "MXNet wheels", detail, remedy)
    if found:
        yield from _trial()
    else:
        yield Diagnosis(Severity.PROBLEM, "MXNet wheel", "not installed", CPU.command)


def _trial() -> Iterator[Diagnosis]:
    """Import MXNet and compute with it."""
    report = _run_trial()
    if "error" in report:
        yield Diagnosis(Severity.PROBLEM, "MXNet", report["error"], report["remedy"] or _REINSTALL)
    else:
        yield Diagnosis(Severity.OK, "MXNet", f"{report['version']} computes on {report['device']}")
    for warning in report["warnings"]:
        yield Diagnosis(Severity.NOTE, "MXNet", warning)


def _run_trial() -> dict[str, Any]:
    """Run the trial in a process of its own, which a broken library may end, and return its report."""
    command = [sys.executable, "-W", "ignore", "-c", _TRIAL]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False)
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"error": f"MXNet did not start within {_SECONDS} seconds", "remedy": "", "warnings": []}
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {
            "error": f"importing MXNet ended Python with status {done.returncode}: {last}",
            "remedy": "",
            "warnings": [],
        }
    return report


def _gpu() -> Iterator[Diagnosis]:
    from d2l_helpers.engine.cuda import look

    driver = look()
    if driver is None:
        yield Diagnosis(
            Severity.NOTE, "GPU", "no NVIDIA driver: the notebooks compute on the CPU, which is fast enough for them"
        )
    elif driver.problem:
        remedy = "restart the machine, or install NVIDIA's driver again; until then the notebooks compute on the CPU"
        yield Diagnosis(Severity.PROBLEM, "NVIDIA driver", f"{driver.version or 'found'}, but {driver.problem}", remedy)
    else:
        yield Diagnosis(Severity.OK, "NVIDIA driver", str(driver))
        for gpu in driver.gpus:
            yield Diagnosis(Severity.OK, "GPU", str(gpu))
        if not driver.gpus:
            yield Diagnosis(Severity.NOTE, "GPU", "the NVIDIA driver finds no GPU: the notebooks compute on the CPU")
    yield _fitting_wheel()


def _fitting_wheel() -> Diagnosis:
    """Return which wheel of MXNet fits this machine, and how to install it if it is missing."""
    from d2l_helpers.engine.cuda import CPU, cuda_folder, installed_in, look, recommend
    from d2l_helpers.engine.cuda.selection import swap_command

    fit, driver = recommend(look()), look()
    detail = f"{fit.wheel.requirement}, because {fit.why}"
    here = installed_in([*sys.path, cuda_folder()])
    if fit.wheel.name == CPU.name:
        # Another diagnosis reports that no wheel is installed
        is_here = not here or any(not wheel.needs_cuda for wheel in here)
        state = Severity.NOTE if driver and driver.gpus else Severity.OK
        return Diagnosis(state, "fitting MXNet wheel", detail, "" if is_here else swap_command(here))
    is_here = any(wheel.name == fit.wheel.name for wheel in here)
    state = Severity.OK if is_here else Severity.NOTE
    return Diagnosis(state, "fitting MXNet wheel", detail, "" if is_here else fit.wheel.command)


# ---------------------------------------------------------------------------------------------- dataset


def _dataset() -> Iterator[Diagnosis]:
    from d2l_helpers.data.sources import CHECKSUMS, find_here

    found, wrong = find_here()
    fetch = "d2l-helpers data"
    for what in wrong:
        yield Diagnosis(Severity.PROBLEM, "Fashion-MNIST", what, f"remove that file, then run {fetch}")
    if len(found) == len(CHECKSUMS):
        sources = " and ".join(dict.fromkeys(file.source for file in found.values()))
        yield Diagnosis(Severity.OK, "Fashion-MNIST", f"four files from {sources}, with the published checksums")
    elif not wrong:
        missing = [name for name in CHECKSUMS if name not in found]
        yield Diagnosis(
            Severity.NOTE,
            "Fashion-MNIST",
            f"not on this machine yet, fetched when first needed: {', '.join(missing)}",
            fetch,
        )


def _mxnet_first() -> Iterator[Diagnosis]:
    from d2l_helpers.engine.start_file import SOURCE, folders, installed

    if file := installed():
        yield Diagnosis(Severity.OK, "MXNet imported first", f"works by {file}")
    else:
        detail = f"no {SOURCE.name} among the installed packages: import d2l_helpers before mxnet and d2l"
        command = shlex.join(["cp", str(SOURCE), str(folders()[0])])
        yield Diagnosis(Severity.NOTE, "MXNet imported first", detail, f"{command}; then restart the kernel")


_EXAMINATIONS: dict[str, Callable[[], Iterable[Diagnosis]]] = {
    "Python": _python,
    "NumPy": lambda: [_package("numpy", ">=1.23,<3")],
    "d2l": lambda: [_package("d2l", "==0.13.2", "--no-deps ")],  # its dependencies would replace newer packages
    "MXNet": _mxnet,
    "MXNet imported first": _mxnet_first,
    "GPU": _gpu,
    "Fashion-MNIST": _dataset,
    "JupyterLab": _jupyterlab,
    "ipywidgets": lambda: [_package("ipywidgets", ">=7.7.1,<9")],
}
