"""A dataset cache of a test's own: fill it, look at it, and use it from other processes."""

import subprocess
import sys

from d2l_helpers.data.idx import FILES

FILENAMES = [f"{file.filename}.gz" for file in FILES.values()]


def start(code, *arguments, **options):
    """Run code in a new process, with the environment of the test."""
    code = f"import sys; from pathlib import Path; from d2l_helpers.data import debian, sources\n{code}"
    prelude = [sys.executable, "-W", "error", "-c"]
    return subprocess.Popen([*prelude, code, *arguments], stderr=subprocess.PIPE, text=True, **options)


def fill(cache, official):
    cache.mkdir(parents=True)
    for name, file in FILES.items():
        (cache / file.filename).write_bytes(official[name].data)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def is_complete(cache):
    return names_in(cache) == sorted(file.filename for file in FILES.values())
