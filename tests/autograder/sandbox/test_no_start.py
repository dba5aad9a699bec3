"""A sandbox that cannot start says why and what to do, and the doctor says the same: on machines made unfit for it."""

import ctypes
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.leftovers import need_a_sandbox
from support.nobody import as_nobody

from d2l_autograder.sandbox import doctor, forked_process, requirements, seccomp
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_helpers.errors import SandboxError

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).parents[3]
SHOW = """
import sys
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_helpers.errors import SandboxError
try:
    with Sandbox():
        print("it started")
except SandboxError as error:
    print(error)
"""
FAKE = """#!/bin/sh
case "$1" in --version) echo "bubblewrap {version}"; exit;; esac
echo "{message}" >&2
exit 1
"""


@pytest.fixture
def fake(monkeypatch, tmp_path):
    """Put a bubblewrap first on the path that prints a message and ends."""

    def put(message, version="0.9.0"):
        program = tmp_path / "bin/bwrap"
        program.parent.mkdir(exist_ok=True)
        program.write_text(FAKE.format(message=message, version=version))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        requirements.weakness.cache_clear()
        return program

    yield put
    requirements.weakness.cache_clear()


def failure():
    """Return the error of a sandbox's start, after checking that the doctor says the same."""
    with pytest.raises(SandboxError) as caught:
        Sandbox().start()
    finding = doctor.examine()[-1]
    assert (finding.state, finding.remedy) == ("problem", caught.value.remedy)
    assert str(caught.value.got).rpartition(";")[2] in finding.detail
    assert "doctor" not in finding.remedy
    return caught.value


def test_what_bubblewrap_prints_is_shown_with_its_cause(fake):
    fake("bwrap: setting up uid map: Resource temporarily unavailable")
    error = failure()
    assert "setting up uid map" in error.got
    assert "limit of processes" in error.got
    assert "--jobs 1" in error.remedy


def test_a_message_without_a_known_cause_says_what_to_try(fake):
    fake("bwrap: something new")
    error = failure()
    assert "no known cause" in error.got
    assert "--unshare-pid" in error.remedy


def test_a_bubblewrap_that_fails_is_not_asked_for_the_status_of_a_worker(fake, monkeypatch):
    monkeypatch.setattr(forked_process, "_SECONDS_TO_TELL", 20)
    fake("bwrap: something new")
    began = time.monotonic()
    failure()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("version", ["0.4.1", "0.6.1", "0.6.3"])
def test_an_old_bubblewrap_is_refused_before_it_starts(fake, version):
    fake("it was started", version)
    error = failure()
    assert version in error.got
    assert "it was started" not in error.got
    assert "bubblewrap 0.7 or newer" in error.remedy


@pytest.mark.parametrize("version", ["0.7.0", "0.11.0", "0.13.1", "1.0"])
def test_a_new_bubblewrap_is_started(fake, version):
    fake("it was started", version)
    assert "it was started" in failure().got


def test_a_bubblewrap_without_a_version_is_refused(fake):
    fake("it was started", "of another kind")
    assert "does not print a version" in failure().got


@pytest.mark.skipif(os.geteuid() == 0, reason="for root, bubblewrap's setuid bit makes no difference")
def test_a_setuid_bubblewrap_is_refused(fake):
    fake("it was started").chmod(0o4755)
    assert "chmod u-s" in failure().remedy


def test_without_bubblewrap_the_message_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    error = failure()
    assert "no bwrap" in error.got
    assert "install bubblewrap util-linux" in error.remedy


def started(prefix, tmp_path, user=True):
    """Start a sandbox in a process of its own, and return what this process says."""
    need_a_sandbox()
    command = [*prefix, *(as_nobody(tmp_path / "aside") if user else ()), sys.executable, "-c", SHOW]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def unshared(script):
    """Return a command that runs another in a mount namespace of its own, after a script in it."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root can make such a machine: run as root, with util-linux")
    return ["unshare", "--mount", "sh", "-ec", f'{script}\nexec "$@"', "sh"]


def test_it_starts_where_nothing_is_wrong(tmp_path):
    assert started(unshared(":"), tmp_path) == "it started\n"


# The kernel allows a new /proc as long as one mount of it, anywhere and even below another, is not masked
ONLY_A_MASKED_PROC = r"""
sed -n 's/^[^ ]* [^ ]* [^ ]* [^ ]* \([^ ]*\) .* - proc .*/\1/p' /proc/self/mountinfo | tac > mounted
while read -r folder; do umount --lazy "$folder"; done < mounted
rm mounted
mount -t proc proc /proc
mount -t tmpfs -o ro tmpfs /proc/irq
"""


@pytest.mark.parametrize("others", ["", "mkdir other; mount -t proc proc other\n", "mount -t proc proc /proc\n"])
def test_a_masked_proc_is_the_cause(tmp_path, others):
    said = started(unshared(f"cd {tmp_path}\n{others}{ONLY_A_MASKED_PROC}\ncd {ROOT}"), tmp_path)
    assert "Can't mount proc" in said
    assert "/proc/irq" in said


def test_no_namespaces_left_is_the_cause(tmp_path):
    unshared(":")
    # The setting belongs to a user namespace, so that this machine's own stays as it is
    limit = ["unshare", "--user", "--map-root-user", "sh", "-ec"]
    script = 'echo 0 > /proc/sys/user/max_net_namespaces\nexec "$@"'
    said = started([*limit, script, "sh"], tmp_path, user=False)
    assert "user.max_net_namespaces" in said
    assert "sudo tee" in said


def test_an_inherited_filter_of_system_calls_is_the_cause(tmp_path):
    program = seccomp.program()  # what a sandbox's own processes get: no namespaces

    def confine():
        libc = ctypes.CDLL(None, use_errno=True)
        instructions = ctypes.create_string_buffer(program, len(program))
        pointer = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
        assert libc.prctl(38, 1, 0, 0, 0) == 0
        assert libc.prctl(22, 2, pointer, 0, 0) == 0

    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=environment, preexec_fn=confine, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert "filter of system calls" in done.stdout, done.stdout + done.stderr
