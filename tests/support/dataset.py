"""A small dataset in place of Fashion-MNIST, and a cache of the test's own to keep it in."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np

from d2l_helpers.data.idx import CHECKSUMS, FILES, IdxFile

FILENAMES = [f"{file.filename}.gz" for file in FILES.values()]

_SHAPES = ((1600, 28, 28), (1600,), (200, 28, 28), (200,))  # more than the megabyte that a full disk takes
SMALL = {name: IdxFile(name, shape) for name, shape in zip(FILES, _SHAPES, strict=True)}


def contents_of(file):
    """Return bytes that compress to about a half, as those of images do."""
    return np.random.default_rng(len(file.name)).integers(0, 16, file.size).astype(np.uint8)


def make_small(set_item=dict.__setitem__):
    """Let the small files and their checksums be the published ones; return their bytes by name."""
    contents = {name: contents_of(file) for name, file in SMALL.items()}
    for name, file in SMALL.items():
        set_item(FILES, name, file)
        set_item(CHECKSUMS, name, hashlib.sha256(contents[name].data).hexdigest())
    return contents


def start(code, *arguments, **options):
    """Run code in a new process, with the environment of the test and the small dataset."""
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from support.dataset import make_small
from d2l_helpers.data import debian, sources
make_small()
{code}"""
    prelude = [sys.executable, "-W", "error", "-c"]
    return subprocess.Popen([*prelude, code, *arguments], stderr=subprocess.PIPE, text=True, **options)


def fill(cache, contents):
    cache.mkdir(parents=True)
    for name, file in FILES.items():
        (cache / file.filename).write_bytes(contents[name].data)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def is_complete(cache):
    return names_in(cache) == sorted(file.filename for file in FILES.values())
