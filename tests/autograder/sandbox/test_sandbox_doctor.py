"""The doctor finds a sandbox that holds well, and names each protection that is taken away."""

import os

import pytest

from d2l_autograder.sandbox import bubblewrap, cgroup, doctor, mounts, seccomp
from d2l_autograder.sandbox.limits import Limits
from d2l_autograder.sandbox.sandbox import Sandbox

WHOLE = bubblewrap.command_line


def without(*options):
    """Take options and what follows them out of bubblewrap's command line."""

    def command_line(*arguments):
        words = WHOLE(*arguments)
        for option in options:
            start = next(i for i in range(len(words)) if tuple(words[i : i + len(option)]) == option)
            del words[start : start + len(option)]
        return words

    return command_line


def writable(*arguments):
    words = without(("--remount-ro", "/"))(*arguments)
    words[next(i for i in range(len(words)) if words[i : i + 2] == ["--dir", "/sandbox"]) - 1] = "0777"
    return words


def allow_all():
    return seccomp._step(seccomp._RETURN, seccomp._ALLOW)


SABOTAGE = {
    "no namespace of its own": lambda patch: patch.setattr(seccomp, "program", allow_all),
    "no system calls with a history": lambda patch: patch.setattr(seccomp, "program", allow_all),
    "forks end": lambda patch: (
        patch.setattr(Limits, "prlimit", lambda self: ["prlimit", "--core=0"]),
        patch.setattr(cgroup, "make", lambda limits: None),
    ),
    "memory ends": lambda patch: (
        patch.setattr(Sandbox, "_watch", lambda self: None),
        patch.setattr(cgroup, "make", lambda limits: None),
    ),
    "no network": lambda patch: patch.setattr(bubblewrap, "command_line", without(("--unshare-net",))),
    "no file of ours can be read": lambda patch: patch.setattr(
        mounts, "_SYSTEM_FILES", (*mounts._SYSTEM_FILES, "/etc/passwd")
    ),
    "/tmp and /dev/shm are small": lambda patch: patch.setattr(
        bubblewrap, "command_line", without(("--size", str(doctor._LIMITS.tmp)))
    ),
    "/dev and the system cannot be written": lambda patch: patch.setattr(bubblewrap, "command_line", writable),
    "no powers": lambda patch: patch.setattr(bubblewrap, "_drop_root", lambda stack: []),
}


def test_every_protection_holds_here():
    findings = doctor.examine()
    assert [finding for finding in findings if not finding.ok] == []
    assert [finding.name for finding in findings[1:]] == list(doctor._CHECKS)
    assert {finding.remedy for finding in findings} == {""}


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_protection_that_is_taken_away_is_missed(name, monkeypatch):
    if name == "no powers" and os.geteuid() != 0:
        pytest.skip("only root has powers to drop: run as root")
    SABOTAGE[name](monkeypatch)
    finding = doctor._try(name, doctor._CHECKS[name])
    assert not finding.ok, finding
    assert "do not grade" in finding.remedy


def test_without_a_sandbox_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (finding,) = doctor.examine()
    assert not finding.ok
    assert "bubblewrap" in finding.remedy
