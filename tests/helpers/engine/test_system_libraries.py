"""Errors of the linker while MXNet is imported are replaced by errors with a remedy, if the project knows one."""

import json
import os
import subprocess
import sys

import pytest

CODE = """
import json
import platform
import sys
import d2l_helpers
platform.machine = lambda machine=sys.argv[1]: machine
try:
    import mxnet
except Exception as error:
    print(json.dumps([type(error).__name__, str(getattr(error, "got", "")), getattr(error, "remedy", "")]))
"""


def import_error(folder, source, machine="x86_64"):
    """Import a package mxnet with this source in a new process; return its error's type, got and remedy."""
    (folder / "mxnet").mkdir()
    (folder / "mxnet" / "__init__.py").write_text(source)
    environment = os.environ | {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, machine], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("file", "debian", "fedora"),
    [("libquadmath.so.0", "libquadmath0", "libquadmath"), ("libgomp.so.1", "libgomp1", "libgomp")],
)
def test_a_missing_library_is_named_with_its_package(tmp_path, file, debian, fedora):
    error = f"{file}: cannot open shared object file: No such file or directory"
    name, got, remedy = import_error(tmp_path, f"raise OSError({error!r})")
    assert (name, got) == ("LibraryUnusable", f"no {file} on this system")
    assert remedy.startswith(f"sudo apt-get install {debian} (Debian, Ubuntu) or sudo dnf install {fedora} (Fedora)")


def fails_on(file):
    return f"raise OSError('{file}: cannot open shared object file: No such file or directory')"


@pytest.mark.parametrize("file", ["libarmpl_lp64_mp.so", "libamath.so", "libastring.so"])
def test_arms_libraries_have_the_remedy_that_was_tried(tmp_path, file):
    name, got, remedy = import_error(tmp_path, fails_on(file), "aarch64")
    assert (name, got) == ("LibraryUnusable", f"no {file} on this system")
    assert remedy.startswith("make lab in a clone on Debian or Ubuntu, or in the chapter's container")


WITHOUT_QUADMATH = """
import ctypes
from_system = ctypes.CDLL
def load(name, *arguments, **options):
    if name == "libquadmath.so.0":
        raise OSError(name)
    return from_system(name, *arguments, **options)
ctypes.CDLL = load
"""


@pytest.mark.parametrize(
    ("machine", "packages"), [("x86_64", "libgomp1 libquadmath0"), ("aarch64", "libgomp1")], ids=["x86_64", "aarch64"]
)
def test_libquadmath_is_asked_for_only_where_it_exists(tmp_path, machine, packages):
    *_, remedy = import_error(tmp_path, WITHOUT_QUADMATH + fails_on("libgomp.so.1"), machine)
    assert remedy.startswith(f"sudo apt-get install {packages} (Debian")


def test_a_library_that_asks_for_an_executable_stack_has_a_remedy(tmp_path):
    error = "libmxnet.so: cannot enable executable stack as shared object requires: Invalid argument"
    name, got, remedy = import_error(tmp_path, f"raise OSError({error!r})")
    assert (name, got) == ("LibraryUnusable", error)
    assert "GLIBC_TUNABLES=glibc.rtld.execstack=2" in remedy


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("open('/nowhere')", "FileNotFoundError"),
        ("raise OSError('libother.so.1: cannot open shared object file: No such file')", "OSError"),
    ],
    ids=["no library", "an unknown library"],
)
def test_other_errors_stay_as_they_are(tmp_path, source, name):
    assert import_error(tmp_path, source)[0] == name
