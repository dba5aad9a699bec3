"""The doctor passes a sandbox that holds, and names each protection that is missing."""

import os

import pytest

from d2l_autograder.sandbox import bubblewrap, cgroup, doctor, forked_process, mounts, protections, seccomp
from d2l_autograder.sandbox.process import ConfinedProcess
from d2l_autograder.sandbox.settings import Limits

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("working")]

WHOLE = bubblewrap.command_line


def without(*options):
    """Take options, and what follows them, out of bubblewrap's command line."""

    def command_line(*arguments):
        parts = WHOLE(*arguments)
        for option in options:
            start = next(i for i in range(len(parts)) if tuple(parts[i : i + len(option)]) == option)
            del parts[start : start + len(option)]
        return parts

    return command_line


def writable(*arguments):
    parts = without(("--remount-ro", "/"))(*arguments)
    parts[next(i for i in range(len(parts)) if parts[i : i + 2] == ["--dir", "/sandbox"]) - 1] = "0777"
    return parts


def allow_all():
    return seccomp._step(seccomp._RETURN, seccomp._ALLOW)


SABOTAGE = {
    "no namespace can be made": lambda patch: patch.setattr(seccomp, "program", allow_all),
    "dangerous system calls are refused": lambda patch: patch.setattr(seccomp, "program", allow_all),
    "no capabilities and no way to become root": lambda patch: (
        patch.setattr(bubblewrap, "_drop_root", lambda stack: []),
        patch.setattr(forked_process, "own_user", lambda stack: 0),
    ),
    "the process limit holds": lambda patch: (
        patch.setattr(Limits, "of_each_process", lambda self: {}),
        patch.setattr(cgroup, "make", lambda limits: None),
    ),
    "the memory limit holds": lambda patch: (
        patch.setattr(ConfinedProcess, "watch_memory", lambda self: None),
        patch.setattr(cgroup, "make", lambda limits: None),
    ),
    "no network can be reached": lambda patch: (
        patch.setattr(bubblewrap, "command_line", without(("--unshare-net",))),
        patch.setattr(seccomp, "program", allow_all),
    ),
    "no private file can be read": lambda patch: patch.setattr(
        mounts, "_SYSTEM_FILES", (*mounts._SYSTEM_FILES, "/etc/passwd")
    ),
    "the size limits of /tmp and /dev/shm hold": lambda patch: patch.setattr(
        bubblewrap, "command_line", without(("--size", str(protections.LIMITS.tmp)))
    ),
    "/dev and the system are read-only": lambda patch: patch.setattr(bubblewrap, "command_line", writable),
}


def test_every_protection_holds_here():
    findings = doctor.examine()
    assert [finding for finding in findings if finding.state == "problem"] == []
    start = next(index for index, finding in enumerate(findings) if finding.name == "a sandbox starts")
    tried = findings[start + 1 : start + 1 + len(protections.CHECKS)]
    assert [finding.name for finding in tried] == list(protections.CHECKS)
    assert {finding.state for finding in tried} == {"ok"}
    assert {finding.remedy for finding in findings if finding.state == "ok"} == {""}
    facts = {finding.name for finding in findings[:start]}
    assert facts >= {"kernel", "bubblewrap", "user namespaces", "Yama", "control groups", "subordinate user ids"}


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_protection_that_is_taken_away_is_a_problem(name, monkeypatch):
    if name.startswith("no capabilities") and os.geteuid() != 0:
        pytest.skip("only root has capabilities to drop: run as root")
    SABOTAGE[name](monkeypatch)
    finding = protections.attempt(name)
    assert finding.state == "problem", finding
    assert "do not grade" in finding.remedy


def test_without_a_control_group_the_doctor_says_why_and_what_is_not_limited(monkeypatch):
    monkeypatch.setattr(cgroup, "make", lambda limits: None)
    monkeypatch.setattr(doctor, "CHECKS", ())
    notes = {each.name: each for each in doctor.examine() if each.state == "note"}
    assert {
        "a control group for each sandbox",
        "not limited by the kernel: the memory of a submission's processes together",
    } <= notes.keys()
    assert all(each.detail and each.remedy for each in notes.values())
