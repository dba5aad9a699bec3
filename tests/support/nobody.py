"""Run tests as an unprivileged user, from root, with a Python that may lie in root's private home."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from d2l_helpers.data import cache_folder, obtain

ROOT = Path(__file__).parents[2]
NOBODY = "65534"

# Covers private folders, in a mount namespace of its own, and shows again what the tests need of them.
SHOW = """
set -e
aside=$1; shift
target() { if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")"; : > "$2"; fi; }
private=
while [ "$1" != -- ]; do private="$private $1"; shift; done
shift
number=0
while [ "$1" != -- ]; do
    target "$1" "$aside/$number"; mount --bind "$1" "$aside/$number"
    eval "path_$number=\\$1"; number=$((number + 1)); shift
done
shift
for folder in $private; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
while [ $number -gt 0 ]; do
    number=$((number - 1)); eval "path=\\$path_$number"
    target "$aside/$number" "$path"; mount --bind "$aside/$number" "$path"; umount "$aside/$number"
done
cd "$PWD"
exec "$@"
"""


def pass_as_nobody(tests, aside, seconds):
    """Run tests as a user who can read only what everybody can, and check that they pass.

    Parameters
    ----------
    tests : sequence of str
        Files, relative to the checkout, and pytest's options that choose among their tests.
    aside : Path
        A folder that does not exist yet.
    seconds : float
        The timeout of all tests together.
    """
    command = [*as_nobody(aside), sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "XDG_CACHE_HOME": str(cache_folder().parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
        "CI": "true",  # fail instead of skip: a machine on which only root can start a sandbox must not pass
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def as_nobody(aside):
    """Return the command that runs another as this user."""
    if os.geteuid() != 0:
        pytest.skip("these tests already run as an unprivileged user")
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare here: sudo apt-get install util-linux")
    obtain()
    home, needed = Path.home(), {Path(sys.base_prefix), Path(sys.prefix), ROOT, cache_folder()}
    if any(str(path) in ("/", str(home)) for path in needed):
        pytest.skip("the checkout is the home itself: clone into a folder below it")
    closed = next((path for path in (*reversed(ROOT.parents), ROOT) if not path.stat().st_mode & 0o001), home)
    private = list({home, closed})  # a folder above the checkout that only root can enter, as mktemp makes it
    hidden = {path for path in needed if any(path.is_relative_to(folder) for folder in private)}
    if closed == ROOT:
        hidden = {path for path in hidden if not path.is_relative_to(ROOT)} | set(ROOT.iterdir())
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [
        "unshare",
        "--mount",
        "sh",
        "-c",
        SHOW,
        "sh",
        str(aside),
        *map(str, private),
        "--",
        *sorted(map(str, hidden)),
        "--",
        *drop,
    ]
