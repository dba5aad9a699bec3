"""Tests run as a user without powers: by root, who shows that user a Python that may lie in a private home."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from d2l_helpers.data import cache_folder, obtain

ROOT = Path(__file__).parents[1]
NOBODY = "65534"

# In a mount namespace of its own: the private folder is covered, and what is needed of it is shown again.
SHOW = """
set -e
private=$1 aside=$2; shift 2
number=0
while [ "$1" != -- ]; do
    mkdir -p "$aside/$number"; mount --bind "$1" "$aside/$number"
    eval "path_$number=\\$1"; number=$((number + 1)); shift
done
shift
mount -t tmpfs -o mode=755 tmpfs "$private"
while [ $number -gt 0 ]; do
    number=$((number - 1)); eval "path=\\$path_$number"
    mkdir -p "$path"; mount --bind "$aside/$number" "$path"; umount "$aside/$number"
done
exec "$@"
"""


def pass_as_nobody(tests, aside, seconds):
    """Run tests as a user who has nothing but what is readable by all; they must pass, and none may be skipped.

    Parameters
    ----------
    tests : sequence of str
        Files, from the checkout's root.
    aside : Path
        A folder that does not exist yet.
    seconds : float
        What they may take.
    """
    command = [*_as_nobody(aside), sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "XDG_CACHE_HOME": str(cache_folder().parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
        "CI": "true",  # a machine that can do this for root and for nobody else is no machine to grade on
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def _as_nobody(aside):
    if os.geteuid() != 0:
        pytest.skip("these tests already run without powers")
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare here: sudo apt-get install util-linux")
    obtain()
    home, needed = Path.home(), {Path(sys.base_prefix), Path(sys.prefix), ROOT, cache_folder()}
    hidden = sorted(str(path) for path in needed if path.is_relative_to(home))
    if any(str(path) in ("/", str(home)) for path in needed):
        pytest.skip("the checkout is the home itself: clone into a folder below it")
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["unshare", "--mount", "sh", "-c", SHOW, "sh", str(home), str(aside), *hidden, "--", *drop]
