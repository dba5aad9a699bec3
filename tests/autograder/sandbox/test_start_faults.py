"""Each way in which bubblewrap fails has its cause and its remedy.

Messages below "recorded" were printed on a machine of the project's own: Debian 12 and 13 under qemu, Docker 20.10
with its default AppArmor profile and filter, older bubblewraps built from source. The others are written from
bubblewrap's source, since the machine that prints them could not be had.
"""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_autograder.sandbox import requirements
from d2l_autograder.sandbox.machine import Machine
from d2l_autograder.sandbox.start_faults import explain

DEBIAN = (
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user "
    "namespaces. See <https://deb.li/bubblewrap> or <file:///usr/share/doc/bubblewrap/README.Debian.gz>."
)
PROC = "bwrap: Can't mount proc on /newroot/proc: Operation not permitted"
DOCKER = {".dockerenv": ""}
MASKED = {"proc/self/mountinfo": "1 0 0:1 / / rw - a a\n2 1 0:2 / /proc rw - proc p\n3 2 0:3 / /proc/kcore rw - t t\n"}
ROOTLESS = {"proc/self/uid_map": "0 1000 1\n1 100000 9999\n"}
USER, ROOT = 1000, 0
CASES = {
    # recorded
    "0.4.1": (USER, {}, "bwrap: Unknown option --clearenv", "0.7 is the oldest", "install bubblewrap 0.7"),
    "0.6.1": (
        USER,
        {},
        "bwrap: --perms must be followed by an option that creates a file",
        "0.7 is the oldest",
        "bubblewrap 0.7",
    ),
    "Docker, root": (
        ROOT,
        DOCKER,
        "bwrap: Creating new namespace failed: Operation not permitted",
        "CAP_SYS_ADMIN",
        "--user 1000",
    ),
    "Docker, user": (USER, DOCKER, DEBIAN, "filter of system calls", "seccomp=unconfined"),
    "Docker, AppArmor": (
        USER,
        DOCKER,
        "bwrap: Failed to make / slave: Permission denied",
        "AppArmor",
        "apparmor=unconfined",
    ),
    "Docker, masked /proc": (USER, DOCKER | MASKED, PROC, "/proc/kcore", "systempaths=unconfined"),
    "Docker, SYS_ADMIN alone": (
        ROOT,
        DOCKER,
        "bwrap: loopback: Failed RTM_NEWADDR: No child processes",
        "CAP_SYS_ADMIN",
        "--privileged",
    ),
    "no user namespaces left": (
        USER,
        {"proc/sys/user/max_user_namespaces": "0"},
        "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
        "user.max_user_namespaces",
        "echo user.max_user_namespaces=15000 | sudo tee",
    ),
    "no network namespaces": (
        ROOT,
        {"proc/sys/user/max_net_namespaces": "0"},
        "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
        "user.max_net_namespaces",
        "user.max_net_namespaces=15000",
    ),
    "Debian's setting": (
        USER,
        {"proc/sys/kernel/unprivileged_userns_clone": "0"},
        DEBIAN,
        "unprivileged_userns_clone=0",
        "kernel.unprivileged_userns_clone=1",
    ),
    "a profile of AppArmor": (
        USER,
        {"sys/module/apparmor/parameters/enabled": "Y\n"},
        "bwrap: Creating new namespace failed: Permission denied",
        "profile of AppArmor",
        "profile d2l-bwrap",
    ),
    "a service without CAP_NET_ADMIN": (
        ROOT,
        {"proc/self/status": "CapEff:\t000001ffffffefff\n"},
        "bwrap: loopback: Failed RTM_NEWADDR: No child processes",
        "CAP_NET_ADMIN",
        "CapabilityBoundingSet=",
    ),
    "a service without netlink": (
        USER,
        {"proc/self/status": "Seccomp:\t2\n"},
        "bwrap: loopback: Failed to create NETLINK_ROUTE socket: Address family not supported by protocol",
        "inherited",
        "Restrict",
    ),
    "a service that ends what it filters": (
        USER,
        {"proc/self/status": "Seccomp:\t2\n"},
        "bubblewrap did not build the sandbox: status 159 and no message",
        "inherited",
        "SystemCallFilter=",
    ),
    "a service that shows processes alone": (
        USER,
        {},
        "bwrap: Can't read /proc/sys/kernel/overflowuid: No such file or directory",
        "nothing but processes",
        "ProcSubset=",
    ),
    # written
    "Ubuntu 24.04, uid map": (
        USER,
        {"proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"},
        "bwrap: setting up uid map: Permission denied",
        "AppArmor",
        "profile d2l-bwrap",
    ),
    "Ubuntu 24.04, loopback": (
        USER,
        {"proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"},
        "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
        "AppArmor",
        "apparmor_parser -r",
    ),
    "Podman, masked /proc": (USER, {"run/.containerenv": ""} | MASKED, PROC, "/proc/kcore", "unmask=ALL"),
    "Kubernetes": (USER, {"run/secrets/kubernetes.io": ""} | MASKED, PROC, "/proc/kcore", "procMount: Unmasked"),
    "LXC": (USER, {"run/systemd/container": "lxc"}, PROC, "lxc", "security.nesting true"),
    "a systemd service": (ROOT, MASKED, PROC, "/proc/kcore", "ProtectKernelTunables="),
    "SELinux": (
        USER,
        {"sys/fs/selinux/enforce": "1"},
        "bwrap: Can't mount tmpfs on /newroot: Permission denied",
        "SELinux",
        "ausearch",
    ),
    "no CONFIG_USER_NS": (
        USER,
        {},
        "bwrap: Creating new namespace failed, likely because the kernel does not support user namespaces.  bwrap must "
        "be installed setuid on such systems.",
        "CONFIG_USER_NS",
        "start a kernel",
    ),
    "chroot": (
        USER,
        {"proc/self/mountinfo": "2 1 0:2 / /proc rw - proc p\n"},
        DEBIAN,
        "chroot",
        "outside of the chroot",
    ),
    "file capabilities": (
        USER,
        {},
        "bwrap: Unexpected capabilities but not setuid, old file caps config?",
        "capabilities",
        "setcap -r",
    ),
    "emulated": (USER, {}, "bwrap: prctl(PR_SET_SECCOMP): Invalid argument", "CONFIG_SECCOMP_FILTER", "kernel"),
    "gVisor": (
        USER,
        DOCKER | {"proc/version": "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016"},
        "bwrap: pivot_root: Invalid argument",
        "gVisor",
        "runc",
    ),
    "WSL 1": (
        USER,
        {"proc/version": "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)"},
        "bwrap: Creating new namespace failed: Invalid argument",
        "WSL 1",
        "--set-version",
    ),
    "initramfs": (
        ROOT,
        {"proc/self/status": "CapEff:\t000001ffffffffff\n"},
        "bwrap: pivot_root: Invalid argument",
        "initial",
        "overlay",
    ),
    "a service's filter": (
        USER,
        {"proc/self/status": "Seccomp:\t2\n"},
        "bwrap: Creating new namespace failed: Operation not permitted",
        "inherited",
        "Restrict",
    ),
    "too many processes": (
        USER,
        {},
        "bwrap: Can't fork for pid 1: Resource temporarily unavailable",
        "limit",
        "--jobs",
    ),
    "noexec": (
        USER,
        {"proc/self/mountinfo": "1 0 0:1 / / rw,noexec - a a\n"},
        "bwrap: execvp /usr/bin/prlimit: Permission denied",
        "noexec",
        "can run programs",
    ),
    "a private home": (
        USER,
        {},
        "bwrap: Can't find source path /root/.pyenv: Permission denied",
        "cannot read",
        "can read them",
    ),
    "BusyBox": (ROOT, {}, "setpriv: unrecognized option: reuid=61184", "BusyBox", "util-linux"),
    "few user ids": (
        ROOT,
        ROOTLESS,
        "setpriv: setresuid failed: Invalid argument",
        "the first 10000 user ids",
        "--add-subuids",
    ),
    "a library elsewhere": (
        ROOT,
        {},
        "python3: error while loading shared libraries: libpython3.11.so.1.0: cannot open",
        "library",
        "conda",
    ),
    "NixOS": (ROOT, {}, "bwrap: execvp /nix/store/x/python3: No such file or directory", "/nix/store", "/usr"),
    "no /proc": (
        ROOT,
        {},
        "bwrap: Can't read /proc/sys/kernel/overflowuid: No such file or directory",
        "/proc",
        "mount",
    ),
    "no /tmp": (ROOT, {}, "bwrap: Failed to mount tmpfs: No such file or directory", "/tmp", "mkdir"),
    "overloaded": (ROOT, {}, "Python did not start inside (FrameTimeout): status None", "overloaded", "--jobs"),
}


def machine(root, files, user):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Machine(root, user, "6.1.0", "x86_64")


@pytest.mark.parametrize("case", CASES)
def test_each_message_has_its_cause_and_remedy(case, tmp_path, monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    user, files, printed, cause, remedy = CASES[case]
    fault = explain(printed, machine(tmp_path, files, user))
    assert cause in fault.cause
    assert remedy in fault.remedy


@given(st.text(max_size=300), st.sampled_from([case[2] for case in CASES.values()]))
def test_any_message_has_a_remedy_that_is_not_the_doctor(text, message):
    for printed in (text, text + message, message + text):
        fault = explain(printed)
        assert fault.cause
        assert fault.remedy
        assert "doctor" not in fault.remedy


def test_the_remedy_for_apparmor_leaves_the_restriction_in_place(tmp_path):
    user, files, printed, *_ = CASES["Ubuntu 24.04, uid map"]
    fault = explain(printed, machine(tmp_path, files, user))
    assert "userns," in fault.remedy
    assert "sysctl" not in fault.remedy


def test_a_cause_names_facts_of_this_machine():
    assert os.uname().release in explain("bwrap: prctl(PR_SET_SECCOMP): Invalid argument").cause


@pytest.mark.parametrize(
    ("program", "emulator"),
    [("/usr/bin/qemu-aarch64-static", "qemu-aarch64-static"), ("/usr/bin/python3.11", ""), (None, "")],
    ids=["qemu", "python", "no /proc"],
)
def test_an_emulated_processor_is_named(tmp_path, monkeypatch, program, emulator):
    if program:
        (tmp_path / "proc/thread-self").mkdir(parents=True)
        (tmp_path / "proc/thread-self/exe").symlink_to(program)
    machine = Machine(tmp_path, 1000, "6.1.0", "aarch64")
    assert machine.emulator == emulator
    fault = requirements._lack(machine, [])
    assert (fault is not None) is bool(emulator)
    if fault:
        assert "a processor (aarch64) that qemu-aarch64-static emulates" in fault.cause
        assert "this computer's own processor" in fault.remedy
