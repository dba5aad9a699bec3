"""The locks on processors by ARM: which pins have a wheel for aarch64, with its hash in the lock."""

import subprocess
import sys

import pytest
from support.locks import PYTHONS, ROOT, blocks

WITHOUT = ("requirements-cu117.lock", "requirements-keras.lock")  # mxnet-cu117, tensorflow-cpu
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
# sha256 of mxnet-1.9.1-py3-none-manylinux2014_aarch64.whl, from PyPI
MXNET = "5e51a0c05d99f8f1b3b5e7c02170be57af2e6edb3ad9af2cb9551ace3e22942c"


def test_the_lock_has_mxnets_wheel_for_aarch64():
    (mxnet,) = (block for block in blocks("requirements.lock") if block.startswith("mxnet=="))
    assert mxnet.startswith("mxnet==1.9.1 ")
    assert f"sha256:{MXNET}" in mxnet


@pytest.fixture(scope="module")
def uv(tmp_path_factory):
    """Fetch uv, which resolves for other machines than this one without fetching a package."""
    folder = tmp_path_factory.mktemp("uv")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--target", folder, "uv"], check=True, timeout=300)
    return folder / "bin" / "uv"


@pytest.mark.network
@pytest.mark.nightly
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_each_pin_has_a_wheel_for_aarch64_but_those_that_are_known_to_have_none(uv, lock, python, tmp_path):
    done = subprocess.run(
        [uv, "pip", "install", "--dry-run", "--quiet", "--target", tmp_path / "target", "--python-version", python,
         "--python-platform", "aarch64-manylinux_2_28", "--only-binary", ":all:", "--require-hashes", "--no-deps",
         "--requirement", ROOT / lock],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode != 0) is (lock in WITHOUT), done.stderr
    if lock in WITHOUT:
        assert "no wheels with a matching platform tag" in " ".join(done.stderr.split())
