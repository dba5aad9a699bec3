"""Run MXNet's own unit tests without `compat` and with it, and print the counts: python mxnets_own_tests.py CHECKOUT.

CHECKOUT is a clone of MXNet at its tag 1.9.1, or of it the folder tests/python; nothing is written into it, and nothing
of MXNet's is fetched but its wheel. All runs have the same seeds. Some tests need the internet and fail in every run:
what counts is what fails in one run only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.environments import ROOT, made_environment, usable_python

FILES = (
    "test_autograd.py",
    "test_gluon.py",
    "test_gluon_trainer.py",
    "held_out_loss.py",
    "test_numpy_gluon.py",
    "test_numpy_ndarray.py",
)
# Minutes and gigabytes each, of the C++ alone
TOO_LARGE = "not slice_pooling2d and not slice_batchnorm and not conv2d_16c and not symbolic_basic_slicing"
TOOLS = ("pytest==8.3.4", "pytest-timeout==2.3.1", "setuptools<81", "requests", "packaging", "lazy-loader", "scipy")
# Python, NumPy, and whether compat is there
RUNS = {
    "without compat": ("3.11", "numpy==1.23.5", False),
    "with compat": ("3.11", "numpy==1.26.4", True),
    "with compat, Colab's": ("3.13", "numpy==2.1.3", True),
}
SEEDS = {"MXNET_TEST_SEED": "1", "MXNET_MODULE_SEED": "1", "OMP_NUM_THREADS": "1"}
# The tests use nose's decorators, and nose does not run on Python 3.12 and later
NOSE = """
import functools, unittest

assert_raises = unittest.TestCase().assertRaises
make_decorator = functools.wraps


def ok_(value, message=None):
    assert value, message


def raises(*exceptions):
    def decorate(test):
        @functools.wraps(test)
        def decorated(*args, **kwargs):
            with assert_raises(exceptions):
                test(*args, **kwargs)

        return decorated

    return decorate
"""


def environment(version: str, numpy: str, is_compat: bool) -> Path:
    """Return a Python with MXNet and what its tests need; the project is what brings compat."""

    def add_mxnet(_: Path, pip: list[str]) -> None:
        subprocess.run([*pip, "--no-deps", "mxnet==1.9.1"], check=True, timeout=600)
        if is_compat:  # its plugin of pytest is loaded at the start, and so is compat
            subprocess.run([*pip, "--no-deps", "--editable", ROOT], check=True, timeout=300)

    name = f"mxnets-own-tests-{version}-{'compat' if is_compat else 'bare'}"
    return made_environment(name, (*TOOLS, numpy), add_mxnet, usable_python(version))


def outcomes(python: Path, checkout: Path) -> dict[str, str]:
    """Run the tests in a copy and give each one's outcome."""
    with tempfile.TemporaryDirectory() as folder:
        tests, nose, report = Path(folder, "tests", "python"), Path(folder, "nose"), Path(folder, "report.xml")
        shutil.copytree(checkout / "tests" / "python", tests)
        nose.mkdir()
        (nose / "__init__.py").touch()
        (nose / "tools.py").write_text(NOSE)
        command = [python, "-m", "pytest", "-q", "--tb=no", "-W", "ignore", "-p", "no:cacheprovider", "--timeout=120"]
        command += [f"--junit-xml={report}"]
        values = os.environ | SEEDS | {"PYTHONPATH": folder}
        subprocess.run(
            [*command, "-k", TOO_LARGE, *FILES], cwd=tests / "unittest", env=values, check=False, timeout=3600
        )
        cases = ElementTree.parse(report).iter("testcase")
        return {f"{case.get('classname')}::{case.get('name')}": outcome(case) for case in cases}


def outcome(case: ElementTree.Element) -> str:
    return next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")


def main(checkout: Path, names: list[str]) -> None:
    """Print a line for each run, and below it the tests that pass without compat but not in this run."""
    found: dict[str, dict[str, str]] = {}
    for name in names or RUNS:
        version, numpy, is_compat = RUNS[name]
        found[name] = outcomes(environment(version, numpy, is_compat), checkout)
        counts = Counter(found[name].values())
        passed, number = counts.pop("passed", 0), len(found[name])
        print(f"{name}: Python {version}, {numpy}: {passed} of {number} passed, {dict(counts)}", flush=True)
        first = next(iter(found.values()))
        for test, result in first.items():
            if result == "passed" != found[name].get(test):
                print(f"  {found[name].get(test, 'not found')}: {test}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Run MXNet's own unit tests without compat and with it.")
    parser.add_argument("checkout", type=Path, help="a clone of MXNet at its tag 1.9.1")
    parser.add_argument("runs", nargs="*", help=f"of {', '.join(map(repr, RUNS))}; all by default")
    asked = parser.parse_args()
    if not (asked.checkout / "tests" / "python" / "unittest").is_dir() or not RUNS.keys() >= set(asked.runs):
        parser.error("no folder tests/python/unittest in the checkout, or no such run")
    main(asked.checkout.resolve(), asked.runs)
