"""The first cell installs the wheel beside the notebook where the helpers are missing, and says in words what fails."""

from __future__ import annotations

import io
import os
import re
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from d2l_authoring.links import install_cell
from d2l_autograder.course.readers_wheel import readers_wheel

(NAME, WHEEL), *_ = readers_wheel().items()
CELL = install_cell(None)
WHERE = "import d2l_helpers, importlib.metadata as m; print(m.version('d2l-helpers'), d2l_helpers.__file__)"
# What a computer may be like, as this environment's Python says it at its start
EXTERNALLY_MANAGED = "import sys; sys.base_prefix = sys.prefix"
APPLE = "import platform; platform.system = lambda: 'Darwin'; platform.machine = lambda: 'arm64'"
WINDOWS = "import platform; platform.system = lambda: 'Windows'; platform.machine = lambda: 'AMD64'"
MUSL = "import platform; platform.libc_ver = lambda *_, **__: ('', '')"
ARM = "import platform; platform.machine = lambda: 'aarch64'"
BITS_32 = "import sys; sys.maxsize = 2**31 - 1"  # as in a system of 32 bits on a Raspberry Pi
RISC_V = "import platform; platform.machine = lambda: 'riscv64'"
OLD_PYTHON = "import platform; platform.python_version_tuple = lambda: ('3', '10', '4')"


def packages():
    """Return the folder with the packages of this environment; its .pth files, one of them ours, do not count there."""
    return next(Path(folder) for folder in site.getsitepackages() if Path(folder, "mxnet").is_dir())


class Student:
    """A folder with a notebook's first cell, and an environment of its own: by default with all packages but ours."""

    def __init__(self, folder, path):
        self.folder, self.environment = folder / "release", folder / "environment"
        self.folder.mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.environment], check=True, timeout=60)
        (self.packages,) = self.environment.glob("lib/python3*/site-packages")
        if path:
            (self.packages / "others.pth").write_text(f"{path}\n")

    def give(self, contents=WHEEL, name=NAME, when=None):
        (self.folder / name).write_bytes(contents)
        if when:
            os.utime(self.folder / name, (when, when))

    def is_like(self, computer):
        (self.packages / "computer.py").write_text(computer)
        (self.packages / "computer.pth").write_text("import computer\n")

    def run(self, source=CELL, **variables):
        ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSAFEPATH")}
        nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_EXTRA_INDEX_URL": "", "PIP_CONFIG_FILE": os.devnull}
        return subprocess.run(
            [self.environment / "bin" / "python", "-W", "error", "-c", source],
            cwd=self.folder, env=ours | nowhere | variables, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def has(self):
        """Return version and place of the helpers that a second cell would import."""
        version, file = self.run(f"{CELL}\n{WHERE}").stdout.splitlines()[-1].split(maxsplit=1)
        return version, Path(file).is_relative_to(self.environment)


@pytest.fixture
def student(tmp_path):
    return Student(tmp_path, packages())


@pytest.fixture
def bare(tmp_path):
    """A student whose Python has pip and nothing else."""
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "pip").symlink_to(packages() / "pip")
    return Student(tmp_path, tmp_path / "pip")


def changed(version="0.1.0", module=b"MARK = 1\n"):
    """Return a wheel of another version or with other contents."""
    made = io.BytesIO()
    info = f"d2l_helpers-{version}.dist-info"
    with zipfile.ZipFile(io.BytesIO(WHEEL)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            contents = old.read(name).replace(b"\nVersion: 0.1.0\n", f"\nVersion: {version}\n".encode())
            if name.endswith("/RECORD"):
                contents += f"d2l_helpers/mark.py,sha256={len(module)},{len(module)}\n".encode()
            new.writestr(name.replace("d2l_helpers-0.1.0", f"d2l_helpers-{version}"), contents)
        new.writestr("d2l_helpers/mark.py", module)
    assert f"{info}/RECORD" in zipfile.ZipFile(made).namelist()
    return made.getvalue()


def rows(done):
    """Return the rows of the error that a cell ended with."""
    assert done.returncode == 1, done.stdout
    return dict(re.findall(r"^  (got|expected|try): +(.*)", done.stderr, re.MULTILINE))


def test_the_cell_installs_the_wheel_beside_the_notebook_and_the_next_time_does_nothing(student):
    student.give()
    first = student.run(f"{CELL}\n{WHERE}")
    assert first.returncode == 0, first.stderr
    assert "Installing what this notebook needs" in first.stdout
    assert first.stdout.splitlines()[-1].split()[0] == "0.1.0"
    before = {path: path.stat().st_mtime_ns for path in student.packages.rglob("*.py")}
    assert (student.packages / "d2l_helpers").is_dir()
    second = student.run()
    assert (second.stdout, second.stderr, second.returncode) == ("", "", 0)
    assert {path: path.stat().st_mtime_ns for path in student.packages.rglob("*.py")} == before


def test_a_cell_that_imports_mxnet_first_works_after_the_installation_and_at_the_next_start(student):
    student.give()
    first = "from mxnet import np\nprint(np.ones(2).sum())"
    for source in (f"{CELL}\n{first}", first):
        done = student.run(source)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "2.0"


def test_where_the_helpers_are_the_cell_needs_no_wheel(student):
    (student.packages / "d2l_helpers").mkdir()
    (student.packages / "d2l_helpers" / "__init__.py").touch()
    done = student.run(f"{CELL}\nprint(sorted({{'wheel', 'UsageError'}} & globals().keys()))")
    assert (done.stdout, done.returncode) == ("[]\n", 0)
    student.give()  # a folder on the path, such as a checkout, stays what is imported
    assert student.run().stdout == ""


@pytest.mark.parametrize("contents", [None, b"", WHEEL[:100_000], b"<html>Sign in</html>"])
def test_without_a_whole_wheel_one_sentence_says_what_to_do(student, contents):
    if contents is not None:
        student.give(contents)
    done = student.run()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "IPython.core.error.UsageError: put d2l_helpers-*.whl, handed out with this notebook, beside it "
        "(Colab: Files, Upload), and run this again"
    )


def test_of_several_wheels_the_newest_is_installed(student):
    student.give(changed("0.9.0"), "d2l_helpers-0.9.0-py3-none-any.whl")
    student.give(changed("0.10.0"), "d2l_helpers-0.10.0-py3-none-any (1).whl")
    student.give(b"half a download", "d2l_helpers-0.11.0-py3-none-any.whl")
    with zipfile.ZipFile(student.folder / "d2l_helpers-0.12.0-py3-none-any.whl", "w") as another:
        another.writestr("d2l_helpers/install/__main__.py", "")
    assert student.has() == ("0.10.0", True)


def test_a_second_download_with_other_contents_replaces_the_installed_package(student):
    student.give(when=1_000_000_000)
    assert student.has() == ("0.1.0", True)
    student.give(changed(), "d2l_helpers-0.1.0-py3-none-any (1).whl", when=1_100_000_000)
    assert student.has() == ("0.1.0", True)
    assert (student.packages / "d2l_helpers" / "mark.py").exists()
    assert student.run().stdout == ""


def test_a_kernel_with_the_old_helpers_is_to_be_restarted(student):
    student.give()
    assert student.has() == ("0.1.0", True)
    (student.folder / NAME).unlink()
    student.give(changed("0.2.0"), "d2l_helpers-0.2.0-py3-none-any.whl")
    done = student.run(f"import d2l_helpers\n{CELL}")
    assert "restart the kernel" in rows(done)["try"]
    assert student.has() == ("0.2.0", True)


def test_where_another_version_cannot_be_installed_the_one_that_is_there_is_used(student):
    student.give()
    assert student.has() == ("0.1.0", True)
    student.give(changed("0.2.0"), "d2l_helpers-0.2.0-py3-none-any.whl")
    done = student.run(f"{CELL}\n{WHERE}", PIP_REQUIRE_HASHES="1")
    assert "could not be installed, and those that are there are used" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("0.1.0")


def test_an_editable_install_stays(student):
    student.give()
    assert student.has() == ("0.1.0", True)
    (info,) = student.packages.glob("d2l_helpers-*.dist-info")
    (info / "direct_url.json").write_text('{"dir_info": {"editable": true}, "url": "file:///somewhere"}')
    student.give(changed("0.2.0"), "d2l_helpers-0.2.0-py3-none-any.whl")
    assert student.run().stdout == ""


@pytest.mark.parametrize(
    ("computer", "got", "remedy"),
    [
        (APPLE, "Darwin on arm64", f"open the notebook in Google Colab, and upload {NAME} there"),
        (APPLE, "Darwin on arm64", "or use Docker, which runs Linux on this computer (docs/containers.md"),
        (WINDOWS, "Windows on AMD64", "Windows has WSL"),
        (WINDOWS, "Windows on AMD64", "Docker"),
        (MUSL, "Linux on", "Google Colab"),
        (RISC_V, "Linux on riscv64", "Google Colab"),
        (f"{ARM}\n{BITS_32}", "Linux on aarch64, with a Python of 32 bits", "Google Colab"),
        (OLD_PYTHON, "Python ", "make an environment with it"),
    ],
)
def test_a_computer_that_cannot_run_mxnet_is_told_so_before_anything_is_installed(bare, computer, got, remedy):
    bare.give()
    bare.is_like(computer)
    before = set(bare.packages.rglob("*.py"))
    said = rows(bare.run())
    assert got in said["got"]
    assert remedy in said["try"]
    assert set(bare.packages.rglob("*.py")) == before


def test_on_aarch64_pip_is_asked_for_the_wheel_that_there_is(bare):
    bare.give()
    bare.is_like(ARM)
    said = rows(bare.run())
    assert "No matching distribution" in said["got"] or "Could not find a version" in said["got"]  # there is no network


def test_a_python_without_pip_is_told_how_to_get_it(tmp_path):
    student = Student(tmp_path, None)
    student.give()
    said = rows(student.run())
    assert "No module named pip" in said["got"]
    assert "-m ensurepip" in said["try"]


def test_without_a_network_the_error_says_so(bare):
    bare.give()
    said = rows(bare.run())
    assert "No matching distribution" in said["got"] or "Could not find a version" in said["got"]
    assert "connect this computer to the Internet" in said["try"]


def test_in_an_externally_managed_python_the_error_names_an_environment(bare):
    bare.give()
    bare.is_like(EXTERNALLY_MANAGED)
    (bare.packages.parent / "EXTERNALLY-MANAGED").write_text("[externally-managed]\nError=Ask the administrator.\n")
    said = rows(bare.run())
    assert said["got"] == "error: externally-managed-environment"
    assert "python3 -m venv chapter" in said["try"]


def test_the_error_is_shown_without_a_traceback(bare):
    bare.give()
    shown = f"import sys\ntry:\n    exec({CELL!r})\nexcept Exception as error:\n"
    done = bare.run(shown + "    print('\\n'.join(error._render_traceback_()))")
    lines = done.stdout.splitlines()[1:]  # below "Installing …"
    assert lines[-4].startswith("LibraryUnusable: Cannot install what this notebook needs.")
    assert len(lines) <= 6
