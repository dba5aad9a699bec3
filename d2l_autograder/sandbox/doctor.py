"""Whether the sandbox holds on this machine: what the machine has, whether a sandbox starts, what each try found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from d2l_autograder.sandbox import cgroup
from d2l_autograder.sandbox.group_faults import explain_no_group, version
from d2l_autograder.sandbox.limits_not_held import limits_not_held
from d2l_autograder.sandbox.machine import Machine
from d2l_autograder.sandbox.protections import CHECKS, LIMITS, attempt
from d2l_autograder.sandbox.remedies import MINIMUM
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_helpers.doctor import Diagnosis, Severity
from d2l_helpers.errors import SandboxError

__all__ = ["examine"]

_YAMA = {None: "not there", 0: "off", 1: "on", 2: "on, for the administrator only", 3: "on, for nobody"}


def examine() -> list[Diagnosis]:
    """Look at the machine and try the protections of the sandbox, one after the other, which takes a few seconds.

    Returns
    -------
    list of Diagnosis
        What the machine has; whether a sandbox starts; if it does, one for each protection, and one for each limit
        that this machine does not hold.
    """
    machine = Machine()
    found = list(_machine(machine)) if machine.is_linux else []
    try:
        with Sandbox(LIMITS) as sandbox:
            group = sandbox.process.group if sandbox.process else None
    except SandboxError as error:
        return [*found, Diagnosis(Severity.PROBLEM, "a sandbox starts", f"{error.failed} {error.got}", error.remedy)]
    how = "by a control group" if group else "by adding up its processes' memory ten times a second"
    found.append(Diagnosis(Severity.OK, "a sandbox starts", f"its memory is limited {how}"))
    return [*found, *map(attempt, CHECKS), *_limits(machine, group)]


def _machine(machine: Machine) -> Iterator[Diagnosis]:
    """Yield what decides whether a sandbox starts, and how its limits are held."""
    inside = f", in a container ({machine.container})" if machine.container else ""
    facts = {"kernel": f"Linux {machine.kernel} {machine.architecture}{inside}"}
    if machine.bubblewrap:
        facts["bubblewrap"] = f"{machine.bubblewrap} ({machine.bwrap}); {MINIMUM} or newer works"
    settings = {
        name: machine.setting(name)
        for name in (
            "user/max_user_namespaces",
            "kernel/unprivileged_userns_clone",
            "kernel/apparmor_restrict_unprivileged_userns",
        )
    }
    shown = ", ".join(f"{name.replace('/', '.')}={value}" for name, value in settings.items() if value is not None)
    needed = "not needed by root" if machine.is_root else "needed, as this user is not root"
    facts["user namespaces"] = f"{needed}; {shown or 'the kernel has none'}"
    facts["Yama"] = _YAMA.get(machine.setting("kernel/yama/ptrace_scope"), "on")
    facts["SELinux and AppArmor"] = ", ".join(
        ("SELinux is enforcing" if machine.is_selinux_enforcing else "SELinux does not enforce",
         "a profile of AppArmor confines the grader" if machine.is_confined else "no profile of AppArmor")
    )  # fmt: skip
    facts["control groups"] = f"version {version()}"
    facts["subordinate user ids"] = str(machine.subordinate_ids or "none in /etc/subuid")
    for name, detail in facts.items():
        yield Diagnosis(Severity.OK, name, detail)


def _limits(machine: Machine, group: cgroup.Cgroup | None) -> Iterator[Diagnosis]:
    """Yield each limit that this machine does not hold by its kernel alone."""
    if group is None:
        fault = explain_no_group(machine)
        yield Diagnosis(Severity.NOTE, "a control group for each sandbox", f"none, as {fault.cause}", fault.remedy)
        if not machine.has_children:
            detail = "/proc does not list the children of a process (CONFIG_PROC_CHILDREN), so their memory is not seen"
            yield Diagnosis(Severity.PROBLEM, "memory without a control group", detail, fault.remedy)
    elif not group.limits_swap and _has_swap():
        detail = "the kernel does not count it for a group, so a sandbox can fill it"
        remedy = "add swapaccount=1 to the kernel's command line and restart, or sudo swapoff -a while grading"
        yield Diagnosis(Severity.NOTE, "the limit on swap", detail, remedy)
    for limit in limits_not_held():
        yield Diagnosis(Severity.NOTE, f"not limited by the kernel: {limit.what}", limit.why, limit.remedy)


def _has_swap() -> bool:
    try:
        return len(Path("/proc/swaps").read_text().splitlines()) > 1
    except OSError:
        return False
