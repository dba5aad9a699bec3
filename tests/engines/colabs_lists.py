"""Write Colab's published lists of packages into tests/engines/colab: python colabs_lists.py CHECKOUT.

CHECKOUT is a clone of github.com/googlecolab/backend-info with its history. Its newest commit has the list of the
runtime that Colab starts by default, and its README names a commit for each past runtime that a reader can still
choose. `make colab-lists COLAB=CHECKOUT` runs this.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).with_name("colab")
NEWEST = "newest"
# "### 2026.07", and the first commit below it
_PAST = re.compile(r"^### (\d{4}\.\d\d)\n(?:(?!^#).*\n)*?.*/tree/([0-9a-f]{40})\)", re.MULTILINE)
_PIN = re.compile(r"^[\w.-]+==\S+$", re.MULTILINE | re.ASCII)
_PYTHON = re.compile(r"^Python (3\.\d+\.\d+)$", re.MULTILINE)


def lists(checkout: Path) -> dict[str, str]:
    """Return the contents of each list's file, by the runtime's name.

    A package without a version, which Colab builds itself or takes from a file, is left out.
    """
    commits = {NEWEST: "HEAD", **dict(_PAST.findall(_git(checkout, "show", "HEAD:README.md")))}
    return {name: _list(checkout, name, commit) for name, commit in commits.items()}


def _list(checkout: Path, name: str, commit: str) -> str:
    python = _PYTHON.search(_git(checkout, "show", f"{commit}:os-info.txt"))
    pins = _PIN.findall(_git(checkout, "show", f"{commit}:pip-freeze.txt"))
    if python is None or not pins:
        raise ValueError(f"no version of Python, or no pins, in the lists of {name}, commit {commit}")
    where = _git(checkout, "log", "-1", "--format=%H of %cs", commit).strip()
    return "\n".join((f"# Colab {name}: Python {python[1]}; googlecolab/backend-info {where}", *pins, ""))


def _git(checkout: Path, *arguments: str) -> str:
    command = ["git", "-C", str(checkout), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main(checkout: Path) -> str:
    """Replace the lists, and return what was written, or why nothing was."""
    try:
        found = lists(checkout)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or error
        sys.exit(f"No list was changed. Expected a clone of github.com/googlecolab/backend-info: {said}")
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name, text in found.items():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
    return "\n".join(text.partition("\n")[0].removeprefix("# ") for text in found.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write Colab's published lists of packages.")
    parser.add_argument("checkout", type=Path, help="a clone of github.com/googlecolab/backend-info")
    print(main(parser.parse_args().checkout))
