"""The weaker sandbox, for containers without namespaces: what it holds, tried as root by attacks from inside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest
from support.lacking import lacking
from support.never_ending import ENDLESS, HIDES
from support.nobody import as_nobody

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).parents[3]
TRY = """
import dataclasses, json, os, sys
from pathlib import Path
from d2l_autograder.sandbox import Limits, Lost, Sandbox, Setup, protections
from d2l_autograder.sandbox.stage import stage
from d2l_helpers.errors import D2LHelpersError

WEAKER = dataclasses.replace(protections.LIMITS, has_namespaces=False)
def attack(source, limits=WEAKER, **setup):
    try:
        with Sandbox(limits, Setup(**setup)) as sandbox:
            return sandbox.run("attack", source).printed.strip()
    except (Lost, D2LHelpersError) as lost:
        return f"{type(lost).__name__} {lost}"
def left():
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            command = Path(f"/proc/{name}/cmdline").read_text()
        except OSError:
            continue
        if str(stage(None)) in command:  # where the worker of this process's sandboxes lies
            found.append(command)
    return found
"""


def python_for_all() -> list[str]:
    """Return a Python of this version that every user may run; this environment's may lie in a private home."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("setpriv"):
        lacking("needs root and util-linux")
    mine = Path(sys.executable).resolve()
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if _is_for_all(mine):
        return [sys.executable]
    other = shutil.which(version, path="/usr/bin:/usr/local/bin")
    return [other] if other and _is_for_all(Path(other)) else lacking(f"needs a {version} that every user may run")


def _is_for_all(python):
    return all(parent.stat().st_mode & 0o001 for parent in python.resolve().parents)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A copy of our packages that is closed to other users, as in a bundle."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("d2l_helpers", "d2l_authoring", "d2l_autograder"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    folder.chmod(0o700)
    return str(folder)


# This environment may lie in a private home, as `packages` may not: what is mounted elsewhere is open to every user
MOUNTED = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


@pytest.fixture
def attempt(packages, kernel):
    """``attempt(code)`` runs code in another process, and returns what it prints as JSON."""

    def attempt(code):
        libraries = Path(tempfile.mkdtemp()) / "site-packages"
        libraries.parent.chmod(0o755)
        libraries.mkdir()
        mounted = ["unshare", "--mount", "sh", "-c", MOUNTED, "sh", sysconfig.get_path("purelib"), str(libraries)]
        done = subprocess.run(
            [*mounted, *kernel, *python_for_all(), "-c", f"{TRY}\n{code}"],
            cwd="/",
            env=os.environ | {"PYTHONPATH": os.pathsep.join([packages, str(libraries)])},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        libraries.rmdir()
        libraries.parent.rmdir()
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return attempt


@pytest.fixture(params=["Landlock", pytest.param("no Landlock", marks=pytest.mark.nightly)])
def kernel(request):
    """With Landlock, if the kernel has it, and without, as a container's filter of system calls may have it."""
    if request.param == "Landlock":
        return []
    return [*python_for_all(), str(ROOT / "tests" / "machines" / "like_docker.py"), "--no-landlock"]


# That a file is there can be seen, and files can be written to places without limits of their own: see below
NOT_HELD = ("no private file can be read", "the size limits of /tmp and /dev/shm hold")


def test_the_protections_hold_but_those_that_need_namespaces(attempt):
    found = attempt(
        f"names, found = [name for name in protections.CHECKS if name not in {NOT_HELD}], dict()\n"
        "for name in names:\n"
        "    # Pages that forks share count several times, so they need more\n"
        "    memory = 1 << 30 if name == 'the process limit holds' else WEAKER.memory\n"
        "    protections.LIMITS = dataclasses.replace(WEAKER, memory=memory)\n"
        "    found[name] = str(protections.attempt(name))\n"
        "print(json.dumps(found))"
    )
    assert {name: said for name, said in found.items() if not said.startswith("ok")} == {}


def test_nothing_that_root_keeps_to_itself_can_be_read_or_changed(attempt, tmp_path):
    private = tmp_path / "key"
    private.mkdir()
    (private / "answers.py").write_text("ANSWERS = 42")
    tmp_path.chmod(0o700)
    places = [str(private / "answers.py"), "/etc/shadow", "/proc/1/environ", f"/proc/{os.getpid()}/mem",
              "/dev/mem"]  # fmt: skip
    found = attempt(
        f"""
source = '''
import os, signal
found = []
for path in {places!r}:
    for mode in ("rb", "ab"):
        try:
            open(path, mode).read(1)
            found.append(path)
        except OSError:
            pass
for target in (os.getppid(), 1):
    try:
        os.kill(target, 9)
        found.append(target)
    except OSError:
        pass
print(found)
'''
print(json.dumps(attack(source, hidden=(Path({str(private)!r}),))))
"""
    )
    assert found == "[]"


def test_what_must_be_hidden_and_is_open_to_all_starts_nothing(attempt, kernel):
    folder = Path("/var/tmp") / f"d2l-open-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        found = attempt(f"print(json.dumps(attack('print(1)', hidden=(Path({str(folder)!r}),))))")
    finally:
        folder.rmdir()
    is_closed_by_landlock = not kernel and found == "1"
    assert is_closed_by_landlock or f"student code could read {folder}" in found


def test_files_beside_the_notebook_can_be_read(attempt, tmp_path):
    (tmp_path / "data.csv").write_text("42")
    source = "print(open('data.csv').read())"
    said = attempt(f"print(json.dumps(attack({source!r}, files=(Path({str(tmp_path)!r}, 'data.csv'),))))")
    assert said == "42"


def test_no_process_and_no_file_is_left(attempt):
    source = """
import os, signal, time
for _ in range(5):
    if os.fork() == 0:
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        os._exit(0)
    os.wait()
open("kept", "w").write("x");
"""
    before = set(Path("/tmp").glob("d2l-[hs]*-*"))
    assert attempt(f"printed = attack({source!r})\nprint(json.dumps([printed, left()]))") == ["", []]
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    limits = "dataclasses.replace(WEAKER, seconds=1)"
    said, left = attempt(f"said = attack({bomb!r}, {limits})\nprint(json.dumps([said, left()]))")
    assert "timeout" in said or "memory" in said
    assert left == []
    assert set(Path("/tmp").glob("d2l-[hs]*-*")) <= before


def test_what_never_ends_uses_up_its_time_and_says_how(attempt):
    limits = "dataclasses.replace(WEAKER, seconds=0.5)"
    cases = {name: ENDLESS[name] for name in ("many processes", "children that have ended", "a sleep")}
    sources = {name: source for name, (source, _) in cases.items()} | HIDES
    found = attempt(
        "from d2l_autograder.sandbox import clock\nfound = {}\n"
        f"for name, one in {sources!r}.items():\n"
        f"    clock.PATIENCE = 5 if name in {list(HIDES)} else 100  # whatever else runs on this machine\n"
        f"    found[name] = attack(one, {limits})\n"
        "print(json.dumps(found))"
    )
    for name, (_, said) in cases.items():
        assert found[name] == f"Lost timeout: {said}"
    assert all(found[name].startswith("Lost ") for name in HIDES), found


def test_without_root_it_is_refused(tmp_path):
    done = subprocess.run(
        [*as_nobody(tmp_path / "aside"), sys.executable, "-c", f"{TRY}\nprint(attack('print(1)'))"],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "expected: root and util-linux" in done.stdout, done.stdout + done.stderr
