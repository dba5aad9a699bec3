"""Why a sandbox does not start on this machine, and what to do: a table of causes.

A cause is known by what bubblewrap printed and by the facts of the machine. Bubblewrap's message alone does not tell:
"Operation not permitted" has a dozen causes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from d2l_autograder.sandbox.machine import Machine
from d2l_autograder.sandbox.remedies import MINIMUM, append_setting, engine, profile, report

__all__ = ["Fault", "explain"]

_NAMESPACE = r"new namespace|uid map|gid map|setgroups|RTM_NEW|loopback|unshare"
_MOUNT = r"Can't (mount|bind mount|remount)|Failed to (mount|make)|pivot_root|[Uu]nable to (re)?mount"
_SYSCALL_FILTER = r"PR_SET_SECCOMP|system call filtering|PR_SET_NO_NEW_PRIVS"
_REFUSED = r"not permitted|Permission denied|No permissions|No child processes"
_ANY = rf"{_NAMESPACE}|{_MOUNT}|{_SYSCALL_FILTER}|{_REFUSED}|[Ii]nvalid argument|not implemented"


@dataclass(frozen=True)
class Fault:
    """Why something is not possible on this machine.

    Attributes
    ----------
    cause : str
        What the machine refuses or lacks.
    remedy : str
        What to do, as a sentence or a command.
    """

    cause: str
    remedy: str


@dataclass(frozen=True)
class _Cause:
    """One row of the table: it applies where the pattern is found and the machine is so."""

    pattern: str
    is_so: Callable[[Machine], object]
    cause: str
    remedy: Callable[[Machine], str]


def explain(printed: str, machine: Machine | None = None) -> Fault:
    """Find the cause of what bubblewrap has printed.

    Parameters
    ----------
    printed : str
        What failed, and what bubblewrap or a program inside printed about it.
    machine : Machine, optional
        This machine by default.
    """
    machine = machine or Machine()
    for row in _CAUSES:
        if re.search(row.pattern, printed) and row.is_so(machine):
            facts = {name: _in_words(getattr(machine, name)) for name in re.findall(r"{(\w+)}", row.cause)}
            return Fault(row.cause.format(**facts), row.remedy(machine))
    return Fault("no known cause matches this message", report(machine))


def _in_words(fact: object) -> str:
    return ", ".join(fact[:4]) if isinstance(fact, list) else str(fact)


def _always(_: Machine) -> bool:
    return True


def _is_user(machine: Machine) -> bool:
    return not machine.is_root


def _set(name: str, value: int) -> Callable[[Machine], str]:
    return lambda machine: f"{append_setting(name, value)}; or grade as root, which needs no user namespace"


def _say(text: str) -> Callable[[Machine], str]:
    return lambda machine: text


_CAUSES = (
    _Cause(
        r"Unknown option|must be followed by an option",
        _always,
        f"bubblewrap {{bubblewrap}} lacks an option that the sandbox needs; {MINIMUM} is the oldest version that works",
        _say(f"install bubblewrap {MINIMUM} or newer, from a newer release of the distribution or from its source"),
    ),
    _Cause(
        r"setuid mode|Unexpected setuid|must be installed setuid",
        lambda machine: machine.is_setuid,
        "{bwrap} is installed setuid root, and then refuses options that the sandbox needs",
        lambda machine: f"sudo chmod u-s {machine.bwrap}, and let users make namespaces, which setuid was to replace",
    ),
    _Cause(
        r"Unexpected capabilities",
        _always,
        "bubblewrap starts with capabilities, from its file ({bwrap}) or from the program that starts the grader",
        lambda machine: f"sudo setcap -r {machine.bwrap}; for a service, remove AmbientCapabilities= from its unit",
    ),
    _Cause(
        _ANY,
        lambda machine: machine.is_gvisor,
        "gVisor stands in for the kernel in this container, and does not have what bubblewrap needs",
        _say("grade in a container of the usual runtime (docker run --runtime=runc) or on a virtual machine"),
    ),
    _Cause(
        _ANY,
        lambda machine: machine.is_wsl1,
        "this is WSL 1, which has no Linux kernel and no namespaces",
        _say("in Windows: wsl --set-version <distribution> 2"),
    ),
    _Cause(
        rf"{_NAMESPACE}|No space left",
        lambda machine: set(machine.exhausted) - ({"user.max_user_namespaces"} if machine.is_root else set()),
        "this machine allows 0 namespaces of a kind: {exhausted}",
        lambda machine: "; ".join(append_setting(name, 15000) for name in machine.exhausted),
    ),
    _Cause(
        r"exceeded|No space left",
        _always,
        "there are too many namespaces, or they are nested more than 32 deep (user.max_*_namespaces)",
        _say("end what holds them (lsns lists them), or raise the limit: sudo sysctl user.max_user_namespaces=60000"),
    ),
    _Cause(
        _NAMESPACE,
        lambda machine: _is_user(machine) and machine.setting("kernel/unprivileged_userns_clone") == 0,
        "only root may make user namespaces here (kernel.unprivileged_userns_clone=0)",
        _set("kernel.unprivileged_userns_clone", 1),
    ),
    _Cause(
        rf"{_NAMESPACE}|{_REFUSED}",
        lambda machine: (
            _is_user(machine) and machine.setting("kernel/apparmor_restrict_unprivileged_userns") == 1
            and not machine.container
        ),
        "AppArmor allows user namespaces only to programs with a profile, and bubblewrap has none "
        "(kernel.apparmor_restrict_unprivileged_userns=1, as on Ubuntu 23.10 and later)",
        lambda machine: profile(machine.bwrap),
    ),
    _Cause(
        r"does not support user namespaces|must be installed setuid",
        _always,
        "the kernel {kernel} is built without user namespaces (CONFIG_USER_NS)",
        _say("start a kernel of the distribution that has CONFIG_USER_NS=y, or grade as root"),
    ),
    _Cause(
        _NAMESPACE,
        lambda machine: _is_user(machine) and machine.is_chroot,
        "the kernel makes no user namespace below a changed root (chroot)",
        _say("grade outside of the chroot, enter it by systemd-nspawn instead, or grade as root"),
    ),
    _Cause(
        r"mount proc",
        lambda machine: machine.masked or machine.is_proc_read_only,
        "parts of /proc are covered or read-only here ({masked}), and then the kernel allows no new /proc",
        lambda machine: engine(machine, "for a service, remove ProtectKernelTunables=, ProtectProc= and ProcSubset="),
    ),
    _Cause(
        rf"({_NAMESPACE}|{_MOUNT}).*({_REFUSED})",
        lambda machine: machine.container and machine.is_root and not machine.has_all_capabilities,
        "root in this container ({container}) lacks capabilities, such as CAP_SYS_ADMIN and CAP_NET_ADMIN",
        lambda machine: engine(machine),
    ),
    _Cause(
        rf"({_NAMESPACE}|{_MOUNT}).*({_REFUSED})|No permissions",
        lambda machine: machine.container,
        "the container's engine ({container}) refuses namespaces or mounts, by a filter of system calls or AppArmor",
        lambda machine: engine(machine),
    ),
    _Cause(
        _REFUSED,
        lambda machine: machine.is_selinux_enforcing,
        "SELinux is enforcing, and its policy refuses a step of bubblewrap",
        _say(
            "sudo ausearch -m AVC -ts recent -c bwrap | audit2why names the rule or the boolean (then sudo setsebool "
            "-P <boolean> on); without a boolean, allow these steps alone: sudo ausearch -m AVC -ts recent -c bwrap | "
            "audit2allow -M d2l-bwrap && sudo semodule -i d2l-bwrap.pp"
        ),
    ),
    _Cause(
        rf"({_NAMESPACE}).*Permission denied",
        lambda machine: machine.has_apparmor,
        "a profile of AppArmor refuses namespaces to bubblewrap (sudo dmesg | grep DENIED names the profile)",
        lambda machine: profile(machine.bwrap),
    ),
    _Cause(
        _SYSCALL_FILTER,
        _always,
        "the kernel {kernel} takes no filter of system calls: it has no CONFIG_SECCOMP_FILTER, or an emulator such as "
        "qemu-user stands in for it, or what started the grader forbids filters",
        _say("grade on a distribution's kernel, in a container for the machine's own processor, started by a shell"),
    ),
    _Cause(
        rf"({_NAMESPACE}|{_MOUNT}).*({_REFUSED})",
        lambda machine: machine.is_root and not machine.has_all_capabilities,
        "the grader runs as root without the capabilities CAP_SYS_ADMIN and CAP_NET_ADMIN",
        _say("grade as an ordinary user, or remove CapabilityBoundingSet= from the service's unit"),
    ),
    _Cause(
        r"pivot_root.*Invalid argument",
        _always,
        "the root file system is the kernel's initial one, which cannot be exchanged",
        _say("start the machine from a disk, a tmpfs or an overlay to which its initramfs switches"),
    ),
    _Cause(
        rf"({_NAMESPACE}|{_MOUNT}).*({_REFUSED})|No permissions|status -?(31|159)\b|Address family",
        lambda machine: machine.is_filtered,
        "a filter of system calls, which the grader has inherited, refuses namespaces",
        _say("start the grader from a shell; for a service, remove all Restrict…= and SystemCallFilter="),
    ),
    _Cause(
        rf"({_NAMESPACE}).*({_REFUSED})|No permissions",
        _is_user,
        "this machine, or the chroot that the grader runs in, does not let ordinary users make namespaces",
        _say("ask its administrator for user namespaces, and leave a chroot; or grade as root, which needs none"),
    ),
    _Cause(
        r"Resource temporarily unavailable",
        _always,
        "this user, or the control group of this session, has reached its limit of processes",
        _say("mark fewer notebooks at a time (--jobs 1), or raise the limit: ulimit -u, TasksMax= or --pids-limit"),
    ),
    _Cause(
        r"Cannot allocate memory",
        _always,
        "the machine has no memory left for another process",
        _say("mark fewer notebooks at a time (--jobs 1), or end other programs"),
    ),
    _Cause(
        r"(execvp|failed to execute|exec).*Permission denied",
        lambda machine: machine.no_exec,
        "Python's environment lies on {no_exec}, which is mounted with noexec",
        _say("make the environment on a file system that can run programs"),
    ),
    _Cause(
        r"(Can't (find|stat|open|get type)|bind mount|exec).*Permission denied",
        _is_user,
        "this user cannot read a folder that the sandbox must show: Python, or the environment",
        _say("install Python and the environment where this user can read them, or grade as root"),
    ),
    _Cause(
        r"(setpriv|prlimit): .*(unrecognized|invalid|unknown) option",
        _always,
        "this setpriv lacks options that the sandbox needs, as BusyBox's and that of old util-linux do",
        _say("install util-linux 2.31 or newer (on Alpine: apk add setpriv)"),
    ),
    _Cause(
        r"setpriv: .*(setresuid|setresgid|setuid|setgid|setgroups|apply)",
        lambda machine: machine.mapped_ids < 65520,
        "this user namespace has the first {mapped_ids} user ids only, and a sandbox needs one from 61184 upward",
        _say("grade as an ordinary user; remove PrivateUsers= from a service; give a container 65536 ids, on the host: "
             "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER"),
    ),
    _Cause(
        r"error while loading shared libraries",
        _always,
        "Python needs a library that lies outside of its own folder and of /usr/lib",
        _say("use a Python of the distribution, or one whose libraries lie in its own folder, as conda's and uv's do"),
    ),
    _Cause(
        r"exec.*No such file",
        _always,
        "Python or its loader lies in a folder that the sandbox does not show, such as /nix/store",
        _say("make the environment with a Python that lies in /usr, in a home, or in the environment itself"),
    ),
    _Cause(
        r"status -?(31|159)\b",
        lambda machine: machine.is_foreign,
        "Python is a 32-bit program on a 64-bit kernel, and the filter of system calls ends it",
        _say("use a 64-bit system, such as Raspberry Pi OS (64-bit)"),
    ),
    _Cause(
        r"/proc.*No such file|Can't open /proc",
        _always,
        "/proc is not mounted here, or shows nothing but processes",
        _say("sudo mount -t proc proc /proc; for a service, remove ProcSubset= from its unit"),
    ),
    _Cause(
        r"(tmpfs|base_path|newroot|root mountpoint).*(No such file|Read-only)",
        _always,
        "bubblewrap builds its file system on /tmp, which does not exist or cannot be written to",
        _say("make /tmp: sudo mkdir -p -m 1777 /tmp; in a container, --tmpfs /tmp"),
    ),
    _Cause(
        r"FrameTimeout",
        _always,
        "Python did not answer in time: the machine is overloaded",
        _say("mark fewer notebooks at a time (--jobs 1), or end other programs"),
    ),
)  # fmt: skip
