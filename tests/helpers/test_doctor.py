"""The doctor, run as a user runs it, on installations that are wrong in many ways; it never shows a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.drivers import driver

import d2l_helpers
from d2l_helpers.data import cache_folder

ROOT = Path(__file__).parents[2]
FILES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
ALONE = {"PATH": "/nowhere", "D2L_CUDA": "/nowhere"}  # so no sandbox, no time spent on it, and the CPU wheel


def doctor(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "d2l_helpers", "doctor", *arguments],
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
        env={**os.environ, **ALONE, **environment},
    )  # fmt: skip


def lines(*arguments, status=None, **environment):
    """The doctor's findings, by name."""
    done = doctor("--json", *arguments, **environment)
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    found = json.loads(done.stdout)
    assert {line["state"] for line in found} <= {"ok", "note", "problem"}
    assert all(line["remedy"] for line in found if line["state"] == "problem")
    assert done.returncode == any(line["state"] == "problem" for line in found)
    assert status is None or done.returncode == status
    return {line["name"]: line for line in found}


def package(folder, name, version, module=None, source=""):
    """Make what pip leaves of a package: its metadata, and a module of it."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if module:
        (folder / module).mkdir(exist_ok=True)
        (folder / module / "__init__.py").write_text(source)
    return folder


def test_all_is_well_here_but_for_the_gpu_and_the_sandbox():
    found = lines(status=0)
    assert {name for name, line in found.items() if line["state"] == "ok"} >= {
        *("Python", "numpy", "d2l", "MXNet wheel", "MXNet", "Fashion-MNIST", "jupyterlab", "ipywidgets"),
    }
    assert found["MXNet"]["detail"].startswith("1.9.1 computes on ")
    assert found["MXNet wheel"]["detail"] == "mxnet 1.9.1"


def test_without_a_sandbox_readers_get_a_note_and_graders_a_problem():
    reader, grader = lines(status=0), lines("--grading", status=1)
    (name,) = (name for name in reader if name.startswith("sandbox"))
    assert reader[name]["state"] == "note"
    assert grader[name]["state"] == "problem"
    assert "bubblewrap" in reader[name]["remedy"]


def test_each_finding_is_a_line_and_a_remedy_the_line_below(tmp_path):
    done = doctor(D2L_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    (at,) = (at for at, line in enumerate(done.stdout.splitlines()) if line.startswith("problem"))
    assert done.stdout.splitlines()[at + 1].startswith("         try: correct D2L_DATA")
    assert all(line.startswith(("ok  ", "note  ", "problem  ", "      ")) for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) < 24, "one screen"
    assert done.stderr == ""


def test_two_wheels_of_mxnet_in_one_folder(tmp_path):
    package(package(tmp_path, "mxnet", "1.9.1"), "mxnet_cu117", "1.9.1", "mxnet", "raise ImportError('a mixture')")
    found = lines(status=1, PYTHONPATH=str(tmp_path))
    assert found["MXNet wheels"]["state"] == "problem"
    assert "mxnet 1.9.1 and mxnet-cu117 1.9.1" in found["MXNet wheels"]["detail"]
    remedy = "python -m pip uninstall --yes mxnet mxnet-cu117 && python -m pip install --no-deps mxnet==1.9.1"
    assert found["MXNet wheels"]["remedy"] == remedy
    assert "a mixture" in found["MXNet"]["detail"]


def test_a_cuda_wheel_in_the_environment_without_a_driver(tmp_path):
    said = "libcuda.so.1: cannot open shared object file"
    package(tmp_path, "mxnet_cu117", "1.9.1", "mxnet", f"raise OSError({said!r})")
    line = lines(status=1, PYTHONPATH=str(tmp_path))["MXNet"]
    assert line["state"] == "problem"
    assert "mxnet-cu117 1.9.1" in line["detail"]
    assert "pip uninstall --yes mxnet-cu117 && python -m pip install --no-deps mxnet==1.9.1" in line["remedy"]


def test_a_shared_library_that_the_system_lacks(tmp_path):
    said = "libgomp.so.1: cannot open shared object file: No such file or directory"
    package(tmp_path, "mxnet", "1.9.1", "mxnet", f"raise OSError({said!r})")
    line = lines(status=1, PYTHONPATH=str(tmp_path))["MXNet"]
    assert (line["state"], line["detail"]) == ("problem", "no libgomp.so.1 on this system")
    assert line["remedy"].startswith(
        "sudo apt-get install libgomp1 (Debian, Ubuntu) or sudo dnf install libgomp (Fedora)"
    )
    assert "force-reinstall" not in line["remedy"]


def test_mxnet_that_ends_the_process(tmp_path):
    package(tmp_path, "mxnet", "1.9.1", "mxnet", "import os; os.kill(os.getpid(), 11)")
    line = lines(status=1, PYTHONPATH=str(tmp_path))["MXNet"]
    assert (line["state"], "status -11" in line["detail"]) == ("problem", True)


def test_no_mxnet_at_all(tmp_path):
    """A Python without our packages, but for click and the like, which the command line itself needs."""
    hide = "import sys\nsys.path[:] = [path for path in sys.path if not path.endswith('site-packages')]\n"
    lacking = tmp_path / "hidden.py"
    lacking.write_text(f"import lazy_loader, json\n{hide}from d2l_helpers.doctor import _mxnet\nprint(*_mxnet())")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "D2L_CUDA": str(tmp_path)}
    done = subprocess.run([sys.executable, lacking], env=environment, capture_output=True, text=True, check=True)
    assert "problem  MXNet wheel: none is installed" in done.stdout
    assert "try: python -m pip install --no-deps mxnet==1.9.1" in done.stdout


@pytest.mark.parametrize(
    ("name", "version", "state"),
    [
        ("numpy", "1.22.4", "problem"),
        ("numpy", "2.1.3", "ok"),
        ("numpy", "3.0.0", "problem"),
        ("d2l", "1.0.3", "problem"),
        ("ipywidgets", "7.7.0", "problem"),
        ("ipywidgets", "7.7.1", "ok"),
        ("ipywidgets", "9.0.0b1", "problem"),
        ("jupyterlab", "2.3.2", "problem"),
        ("jupyterlab", "nonsense", "problem"),
    ],
)
def test_versions(name, version, state, tmp_path):
    line = lines(PYTHONPATH=str(package(tmp_path, name, version)))[name]
    assert line["state"] == state, line
    assert version in line["detail"]


def test_numpy_that_does_not_start(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('built for another Python')")
    found = lines(status=1, PYTHONPATH=str(tmp_path))
    assert "built for another Python" in found["Fashion-MNIST"]["detail"]
    assert "built for another Python" in found["MXNet"]["detail"]


@pytest.mark.skipif(Path("/usr/share/datasets/fashion-mnist").exists(), reason="Debian's package has the files, too")
def test_a_dataset_that_is_not_here_is_a_note(tmp_path):
    line = lines(status=0, XDG_CACHE_HOME=str(tmp_path), D2L_DATA="")["Fashion-MNIST"]
    assert (line["state"], line["remedy"]) == ("note", "d2l-helpers data")
    assert list(tmp_path.iterdir()) == [], "the doctor changes nothing"


def test_a_dataset_with_a_spoiled_file(tmp_path):
    for name in FILES[1:]:
        (tmp_path / name).symlink_to(cache_folder() / name)
    spoiled = tmp_path / FILES[0]
    spoiled.write_bytes(b"none of it")
    printed = doctor(D2L_DATA=str(tmp_path)).stdout.splitlines()
    (at,) = (at for at, line in enumerate(printed) if str(spoiled) in line)
    assert printed[at].startswith("problem  Fashion-MNIST: ")
    assert printed[at + 1].startswith("         try: remove that file")
    assert spoiled.read_bytes() == b"none of it", "the doctor changes nothing"


def test_a_gpu_that_no_wheel_supports(tmp_path):
    found = lines(status=0, LD_LIBRARY_PATH=str(driver(tmp_path, "NVIDIA H200", (9, 0), gib=139)))
    assert found["GPU"]["detail"] == "NVIDIA H200, compute capability 9.0, 139 GiB"
    line = found["wheel that fits"]
    assert (line["state"], line["remedy"]) == ("note", "")
    assert "no wheel of MXNet has machine code for compute capability 9.0, so it is the CPU" in line["detail"]


def test_a_gpu_for_which_the_wheel_is_not_installed(tmp_path):
    line = lines(status=0, LD_LIBRARY_PATH=str(driver(tmp_path)), D2L_CUDA=str(tmp_path / "my gpu"))["wheel that fits"]
    assert line["state"] == "note"
    assert line["detail"] == "mxnet-cu117==1.9.1, because it has machine code for compute capability 7.5"
    target = f"--target '{tmp_path}/my gpu' -r {Path(d2l_helpers.__file__).parents[1] / 'requirements-cu117.lock'}"
    assert line["remedy"] == f"python -m pip install --no-deps --upgrade {target}"


def test_a_driver_that_does_not_work(tmp_path):
    line = lines(status=1, LD_LIBRARY_PATH=str(driver(tmp_path, status=999)))["NVIDIA driver"]
    assert "cuInit returned error 999" in line["detail"]
