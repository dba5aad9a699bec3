"""The readers' doctor, as a command and in parts, on installations that are wrong in many ways."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.drivers import driver

import d2l_helpers
from d2l_helpers import doctor
from d2l_helpers.data import cache_folder

ROOT = Path(__file__).parents[2]
FILES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
PART = (
    "import sys\nfrom d2l_helpers import doctor\nsys.exit(not doctor.show(doctor._EXAMINATIONS[sys.argv[1]](), True))"
)


def python(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
        env={**os.environ, "D2L_CUDA": "/nowhere", **environment},
    )  # fmt: skip


def run_doctor(*arguments, **environment):
    return python("-m", "d2l_helpers", "doctor", *arguments, **environment)


def diagnoses(part=None, status=None, **environment):
    """Return the diagnoses of one part of the doctor, or of the whole command, by name."""
    done = python("-c", PART, part, **environment) if part else run_doctor("--json", **environment)
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    found = json.loads(done.stdout)
    assert {diagnosis["state"] for diagnosis in found} <= {"ok", "note", "problem"}
    assert all(diagnosis["remedy"] for diagnosis in found if diagnosis["state"] == "problem")
    assert done.returncode == any(diagnosis["state"] == "problem" for diagnosis in found)
    assert status is None or done.returncode == status
    return {diagnosis["name"]: diagnosis for diagnosis in reversed(found)}  # of several, the first


def ahead(folder):
    """Return the environment in which modules of a folder are found before the installed ones."""
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def package(folder, name, version, module=None, source=""):
    """Make a package as pip installs it: its metadata, and perhaps a module."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if module:
        (folder / module).mkdir(exist_ok=True)
        (folder / module / "__init__.py").write_text(source)
    return folder


def test_a_machine_of_make_lab_has_no_problem():
    found = diagnoses(status=0)
    assert {name for name, diagnosis in found.items() if diagnosis["state"] == "ok"} >= {
        *("Python", "numpy", "d2l", "MXNet wheel", "MXNet", "Fashion-MNIST", "jupyterlab", "ipywidgets"),
    }
    assert not [name for name in found if "sandbox" in name], "d2l-grade doctor examines the sandbox"
    assert found["MXNet"]["detail"].startswith("1.9.1 computes on ")
    assert found["MXNet wheel"]["detail"] == "mxnet 1.9.1"


def test_a_diagnosis_is_a_line_and_its_remedy_the_line_below(tmp_path):
    done = run_doctor(D2L_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    (at,) = (at for at, line in enumerate(done.stdout.splitlines()) if line.startswith("problem"))
    assert done.stdout.splitlines()[at + 1].startswith("         try: correct D2L_DATA")
    assert all(line.startswith(("ok  ", "note  ", "problem  ", "      ")) for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) < 24, "one screen"
    assert done.stderr == ""


def test_two_wheels_of_mxnet_in_one_folder_are_a_problem(tmp_path):
    package(package(tmp_path, "mxnet", "1.9.1"), "mxnet_cu117", "1.9.1", "mxnet", "raise ImportError('a mixture')")
    found = diagnoses("MXNet", status=1, **ahead(tmp_path))
    assert found["MXNet wheels"]["state"] == "problem"
    assert "mxnet 1.9.1 and mxnet-cu117 1.9.1" in found["MXNet wheels"]["detail"]
    remedy = "python -m pip uninstall --yes mxnet mxnet-cu117 && python -m pip install --no-deps mxnet==1.9.1"
    assert found["MXNet wheels"]["remedy"] == remedy
    assert "a mixture" in found["MXNet"]["detail"]


def test_a_cuda_wheel_without_a_driver_is_a_problem(tmp_path):
    said = "libcuda.so.1: cannot open shared object file"
    package(tmp_path, "mxnet_cu117", "1.9.1", "mxnet", f"raise OSError({said!r})")
    found = diagnoses("MXNet", status=1, **ahead(tmp_path))["MXNet"]
    assert found["state"] == "problem"
    assert "mxnet-cu117 1.9.1" in found["detail"]
    assert "pip uninstall --yes mxnet-cu117 && python -m pip install --no-deps mxnet==1.9.1" in found["remedy"]


def test_a_missing_shared_library_is_a_problem_with_its_package(tmp_path):
    said = "libgomp.so.1: cannot open shared object file: No such file or directory"
    package(tmp_path, "mxnet", "1.9.1", "mxnet", f"raise OSError({said!r})")
    found = diagnoses("MXNet", status=1, **ahead(tmp_path))["MXNet"]
    assert (found["state"], found["detail"]) == ("problem", "no libgomp.so.1 on this system")
    remedy = "sudo apt-get install libgomp1 (Debian, Ubuntu) or sudo dnf install libgomp (Fedora)"
    assert found["remedy"].startswith(remedy)
    assert "force-reinstall" not in found["remedy"]


def test_mxnet_that_ends_the_process_is_a_problem(tmp_path):
    package(tmp_path, "mxnet", "1.9.1", "mxnet", "import os; os.kill(os.getpid(), 11)")
    found = diagnoses("MXNet", status=1, **ahead(tmp_path))["MXNet"]
    assert (found["state"], "status -11" in found["detail"]) == ("problem", True)


def test_no_mxnet_at_all_is_a_problem(tmp_path):
    hide = "import sys\nsys.path[:] = [path for path in sys.path if not path.endswith('site-packages')]\n"
    lacking = tmp_path / "hidden.py"
    needed = "import lazy_loader, json, packaging.specifiers\n"
    lacking.write_text(f"{needed}{hide}from d2l_helpers.doctor import _mxnet\nprint(*_mxnet())")
    done = python(lacking, PYTHONPATH=str(ROOT), D2L_CUDA=str(tmp_path))
    assert "problem  MXNet wheel: not installed" in done.stdout, done.stderr
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
        ("jupyterlab", "3.0.0", "ok"),
        ("jupyterlab", "5.0.0", "note"),
        ("jupyterlab", "nonsense", "problem"),
    ],
)
def test_versions_are_judged(name, version, state, monkeypatch):
    monkeypatch.setattr(doctor, "_version", {name: version}.get)
    examinations = {"numpy": doctor._EXAMINATIONS["NumPy"], **doctor._EXAMINATIONS}
    (diagnosis,) = examinations[name.replace("jupyterlab", "JupyterLab")]()
    assert diagnosis.state == state, diagnosis
    assert diagnosis.detail.startswith(version)
    assert bool(diagnosis.remedy) == (state == "problem")


def test_a_missing_package_is_a_problem_unless_the_classic_notebook_is_there(monkeypatch):
    monkeypatch.setattr(doctor, "_version", {}.get)
    (diagnosis,) = doctor._jupyterlab()
    assert diagnosis.state == "problem"
    assert diagnosis.remedy == "python -m pip install 'jupyterlab>=3'"
    monkeypatch.setattr(doctor, "_version", {"notebook": "6.5.7"}.get)
    (diagnosis,) = doctor._jupyterlab()
    assert diagnosis.state == "note"


def test_an_examination_that_fails_is_a_problem_and_the_others_go_on(monkeypatch):
    def fails():
        raise RuntimeError("no such thing")
        yield

    monkeypatch.setattr(doctor, "_EXAMINATIONS", {"one": fails, "Python": doctor._python})
    first, second = doctor.examine()
    assert (first.state, first.name) == ("problem", "one")
    assert "RuntimeError: no such thing" in first.detail
    assert second.name == "Python"


def test_numpy_that_cannot_be_imported_is_named(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('built for another Python')")
    found = diagnoses(status=1, **ahead(tmp_path))
    assert "built for another Python" in found["Fashion-MNIST"]["detail"]
    assert "built for another Python" in found["MXNet"]["detail"]


@pytest.mark.skipif(Path("/usr/share/datasets/fashion-mnist").exists(), reason="Debian's package has the files, too")
def test_a_dataset_that_is_not_here_is_a_note(tmp_path):
    found = diagnoses("Fashion-MNIST", status=0, XDG_CACHE_HOME=str(tmp_path), D2L_DATA="")["Fashion-MNIST"]
    assert (found["state"], found["remedy"]) == ("note", "d2l-helpers data")
    assert list(tmp_path.iterdir()) == [], "the doctor changes nothing"


def test_a_corrupt_file_of_the_dataset_is_a_problem(tmp_path):
    for name in FILES[1:]:
        (tmp_path / name).symlink_to(cache_folder() / name)
    corrupt = tmp_path / FILES[0]
    corrupt.write_bytes(b"none of it")
    found = diagnoses("Fashion-MNIST", status=1, D2L_DATA=str(tmp_path))["Fashion-MNIST"]
    assert str(corrupt) in found["detail"]
    assert found["remedy"].startswith("remove that file")
    assert corrupt.read_bytes() == b"none of it", "the doctor changes nothing"


def test_a_gpu_that_no_wheel_supports_is_a_note(tmp_path):
    found = diagnoses("GPU", status=0, LD_LIBRARY_PATH=str(driver(tmp_path, "NVIDIA H200", (9, 0), gib=139)))
    assert found["GPU"]["detail"] == "NVIDIA H200, compute capability 9.0, 139 GiB"
    wheel = found["fitting MXNet wheel"]
    assert (wheel["state"], wheel["remedy"]) == ("note", "")
    assert "no wheel of MXNet has machine code for compute capability 9.0" in wheel["detail"]


def test_a_gpu_whose_wheel_is_not_installed_is_a_note_with_the_command(tmp_path):
    found = diagnoses("GPU", status=0, LD_LIBRARY_PATH=str(driver(tmp_path)), D2L_CUDA=str(tmp_path / "my gpu"))
    wheel = found["fitting MXNet wheel"]
    assert wheel["state"] == "note"
    assert wheel["detail"] == "mxnet-cu117==1.9.1, because it has machine code for compute capability 7.5"
    target = f"--target '{tmp_path}/my gpu' -r {Path(d2l_helpers.__file__).parents[1] / 'requirements-cu117.lock'}"
    assert wheel["remedy"] == f"python -m pip install --no-deps --upgrade {target}"


def test_a_driver_that_does_not_work_is_a_problem(tmp_path):
    found = diagnoses("GPU", status=1, LD_LIBRARY_PATH=str(driver(tmp_path, status=999)))
    assert "error 999" in found["NVIDIA driver"]["detail"]
