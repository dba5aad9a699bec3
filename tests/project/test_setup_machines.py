"""setup.sh on other machines: those without MXNet are told so, and on aarch64 it completes MXNet's wheel.

Scripts on the PATH say what those machines would say: `uname` and `getconf` there, `ldd` of the wheel for aarch64.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.lacking import lacking

ROOT = Path(__file__).parents[2]
ARMS = ("libarmpl_lp64_mp.so", "libamath.so", "libastring.so")
# What libmxnet.so of mxnet-1.9.1-py3-none-manylinux2014_aarch64.whl leaves undefined and only libarmpl_lp64_mp has
SYMBOLS = """
LAPACKE_dgeev LAPACKE_dgelqf LAPACKE_dgesdd LAPACKE_dgesv LAPACKE_dgesvd LAPACKE_dgetrf LAPACKE_dgetri LAPACKE_dorglq
LAPACKE_dpotrf LAPACKE_dpotri LAPACKE_dsyevd LAPACKE_sgeev LAPACKE_sgelqf LAPACKE_sgesdd LAPACKE_sgesv LAPACKE_sgesvd
LAPACKE_sgetrf LAPACKE_sgetri LAPACKE_sorglq LAPACKE_spotrf LAPACKE_spotri LAPACKE_ssyevd cblas_cgemm cblas_ddot
cblas_dgemm cblas_dger cblas_dsyrk cblas_dtrmm cblas_dtrsm cblas_saxpy cblas_sdot cblas_sgemm cblas_sger cblas_ssyrk
cblas_strmm cblas_strsm cblas_zgemm dgels_ dgeqrf_ dgesdd_ dgesv_ dgetrf_ dposv_ dpotrf_ sgels_ sgeqrf_ sgesdd_ sgesv_
sgetrf_ sposv_ spotrf_
"""


def says(folder: Path, program: str, script: str) -> None:
    """Put a program on the PATH of the machine in a folder."""
    path = folder / "bin" / program
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def set_up(folder: Path, *arguments: str, path: str = "/usr/bin:/bin") -> tuple[int, str]:
    done = subprocess.run(
        ["/bin/sh", folder / "setup.sh", *arguments], env={"PATH": f"{folder / 'bin'}:{path}"},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.fixture
def clone(tmp_path):
    """A fresh clone on a machine where nothing but setup.sh's own commands can be run: no Python, uv or apt-get."""
    shutil.copy(ROOT / "setup.sh", tmp_path)
    (tmp_path / "requirements.lock").write_text("one==1\n")
    (tmp_path / "some").mkdir()
    for name in ("awk", "cat", "cksum", "cut", "df", "dirname", "getconf", "grep", "head", "ls", "rm", "sed", "sort",
                 "tr", "uname"):  # fmt: skip
        (tmp_path / "some" / name).symlink_to(shutil.which(name))
    return tmp_path


@pytest.mark.parametrize(
    ("system", "machine", "bits", "remedy"),
    [
        ("Darwin", "arm64", 64, "Docker, which runs Linux on this computer: docs/containers.md says how"),
        ("MINGW64_NT-10.0-22631", "x86_64", 64, "docs/containers.md says how (on Windows, WSL does, too)"),
        ("CYGWIN_NT-10.0", "x86_64", 64, "docs/containers.md"),
        ("FreeBSD", "amd64", 64, "docs/containers.md"),
        ("Linux", "armv7l", 32, "install a system of 64 bits if the processor has them"),
        ("Linux", "aarch64", 32, "install a system of 64 bits if the processor has them"),  # an older Raspberry Pi OS
        ("Linux", "riscv64", 64, "use another computer, or Google Colab"),
    ],
)
def test_a_machine_without_mxnet_is_told_so_before_anything_is_done(clone, system, machine, bits, remedy):
    says(clone, "uname", f'case $1 in -s) echo {system} ;; -m) echo {machine} ;; *) echo "{system} {machine}" ;; esac')
    says(clone, "getconf", f"echo {bits}")
    before = sorted(clone.rglob("*"))
    status, said = set_up(clone)
    assert status == 1
    rows = dict(line.strip().split(": ", 1) for line in said.splitlines() if line.startswith("  "))
    assert rows["got"].strip().startswith(f"{system} on {machine}")
    assert "x86_64, aarch64" in rows["expected"]
    assert remedy in rows["try"]
    assert sorted(clone.rglob("*")) == before


@pytest.mark.parametrize(("system", "machine"), [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "x86_64")])
def test_a_machine_with_mxnet_goes_on_to_look_for_a_python(clone, system, machine):
    says(clone, "uname", f'case $1 in -s) echo {system} ;; -m) echo {machine} ;; *) echo "{system} {machine}" ;; esac')
    status, said = set_up(clone, path=str(clone / "some"))
    assert status == 1
    assert f"no environment on {system} {machine}" in said
    assert "no suitable one is on the PATH" in said


def lacks(clone: Path, *libraries: str) -> Path:
    """Make a folder of MXNet's, of which `ldd` says that these libraries are not found."""
    folder = clone / "mxnet"
    folder.mkdir()
    lines = "".join(f"\t{name} => not found\\n" for name in libraries)
    libm, libc = (_system_library(name) for name in ("libm.so.6", "libc.so.6"))
    says(clone, "ldd", f"printf '{lines}\tlibm.so.6 => {libm} (0x1)\\n\tlibc.so.6 => {libc} (0x2)\\n'")
    return folder


def _system_library(name: str) -> str:
    loaded = [line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if line.endswith(name)]
    return loaded[0] if loaded else f"/lib/{name}"


@pytest.mark.parametrize(
    ("libraries", "packages"),
    [
        (["libgomp.so.1", "libquadmath.so.0"], "libgomp1 libquadmath0"),
        ([*ARMS, "libgomp.so.1"], "libgomp1 liblapacke libopenblas0-pthread libtmglib3"),
        (["libblas.so.3"], "liblapacke libopenblas0-pthread libtmglib3"),
    ],
    ids=["x86_64", "aarch64", "one lost"],
)
def test_the_packages_of_missing_libraries_are_named(clone, libraries, packages):
    folder = lacks(clone, *libraries)
    status, said = set_up(clone, "complete-mxnet", str(folder), path=str(clone / "some"))
    assert status == 0
    assert f"fetching Debian's packages {packages} (" in said
    assert not list(folder.iterdir())  # there is no apt-get


def test_functions_of_libm_and_libc_need_no_package(clone):
    folder = lacks(clone, "libamath.so", "libastring.so")
    assert set_up(clone, "complete-mxnet", str(folder)) == (0, "")
    assert (folder / "libamath.so").resolve().samefile(_system_library("libm.so.6"))
    assert (folder / "libastring.so").resolve().samefile(_system_library("libc.so.6"))


@pytest.mark.network
@pytest.mark.skipif(sys.platform != "linux", reason="loads libraries of Linux")
def test_debians_openblas_has_all_functions_that_the_wheel_for_aarch64_needs(clone):
    if shutil.which("apt-get") is None:
        lacking("this system has no apt-get, by which setup.sh fetches Debian's packages")
    folder = lacks(clone, *ARMS, "libgfortran.so.5", "libquadmath.so.0")  # the wheel contains the former
    status, said = set_up(clone, "complete-mxnet", str(folder))
    assert status == 0, said
    assert {"libarmpl_lp64_mp.so", "libopenblas.so.0"} <= {path.name for path in folder.iterdir()}, said
    code = "import ctypes, sys; library = ctypes.CDLL('libarmpl_lp64_mp.so'); [library[name] for name in sys.argv[1:]]"
    done = subprocess.run(
        [sys.executable, "-c", code, *SYMBOLS.split()], env={"LD_LIBRARY_PATH": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
