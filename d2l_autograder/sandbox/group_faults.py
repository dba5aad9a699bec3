"""Why no control group can be made on this machine, and what to do."""

from __future__ import annotations

import os
import re
from pathlib import Path

from d2l_autograder.sandbox import delegation
from d2l_autograder.sandbox.machine import Machine
from d2l_autograder.sandbox.start_faults import Fault

__all__ = ["explain_no_group", "version"]

_SCOPE = "systemd-run --scope -p Delegate=yes d2l-grade grade …"
_USER_SCOPE = (
    "systemd-run --user --scope -p Delegate=yes d2l-grade grade … (on a server, loginctl enable-linger first, or "
    "logging out ends it)"
)
_BOOT = (
    "add cgroup_enable=memory to the kernel's command line, and remove cgroup_disable=memory from it (Raspberry Pi: "
    "/boot/firmware/cmdline.txt; else GRUB_CMDLINE_LINUX in /etc/default/grub, then sudo update-grub), and restart"
)
_CONTAINERS = {
    "docker": "docker run --privileged, or --security-opt writable-cgroups=true from Docker 28 on, as root",
    "podman": "podman run --security-opt unmask=/sys/fs/cgroup --cgroupns=private, as root",
}


def version(root: Path = delegation.ROOT) -> str:
    """Return which version of control groups is mounted: ``2``, ``1``, ``1 and 2``, or ``none``."""
    mounted = {
        "1": any((root / name / "cgroup.procs").exists() for name in ("memory", "pids", "cpu", "systemd")),
        "2": (delegation.mount_of_version_2(root) / "cgroup.controllers").exists(),
    }
    return " and ".join(name for name, is_there in mounted.items() if is_there) or "none"


def explain_no_group(machine: Machine | None = None, root: Path = delegation.ROOT, own: Path = delegation.OWN) -> Fault:
    """Find out why `cgroup.make` returns None.

    Parameters
    ----------
    machine : Machine, optional
        This machine by default.
    root, own : Path, optional
        As in `delegation.parents`.
    """
    machine, mounted = machine or Machine(), version(root)
    if mounted == "none":
        return Fault("no control groups are mounted", "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup, or start systemd")
    lacking = _lacking(root, mounted, machine)
    if lacking:
        return Fault(f"the kernel {machine.kernel} was started without the controller {' and '.join(lacking)}", _BOOT)
    if _is_read_only(root):
        default = "start the container with writable control groups, or grade outside of it"
        where = f"in this container ({machine.container})" if machine.container else "here"
        return Fault(f"the control groups are read-only {where}", _CONTAINERS.get(machine.container, default))
    if mounted != "2":
        return _none_of_version_1(machine)
    return _none_of_version_2(machine, root, own)


def _lacking(root: Path, mounted: str, machine: Machine) -> list[str]:
    """List the needed controllers that neither version has."""
    found: set[str] = set()
    if "2" in mounted:
        found |= set(_text(delegation.mount_of_version_2(root) / "cgroup.controllers").split())
    if "1" in mounted:
        found |= {name for name in delegation.NEEDED if (root / name / "cgroup.procs").exists()}
    if machine.container and "2" in mounted:
        return []  # what the engine hands on, not what the kernel has
    return [name for name in delegation.NEEDED if name not in found]


def _is_read_only(root: Path) -> bool:
    try:
        return bool(os.statvfs(root).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):
        return False


def _none_of_version_1(machine: Machine) -> Fault:
    if machine.is_root:
        return Fault(
            "version 1 of control groups is mounted, but its folders cannot be written to", _CONTAINERS["docker"]
        )
    return Fault(
        "version 1 of control groups lets only root make groups",
        "start the kernel with systemd.unified_cgroup_hierarchy=1, which gives version 2, or grade as root",
    )


def _none_of_version_2(machine: Machine, root: Path, own: Path) -> Fault:
    path = re.sub(r"^0::/?", "", next((line for line in _text(own).splitlines() if line.startswith("0::")), ""))
    group = delegation.mount_of_version_2(root) / path
    if delegation.SYSTEMD.exists() and not machine.is_root:
        manager = next((folder for folder in group.parents if folder.name == f"user@{machine.user}.service"), None)
        if manager is not None and "memory" not in _text(manager / "cgroup.controllers").split():
            return Fault(
                "systemd hands no memory controller to this user's services",
                "sudo systemctl edit user@.service: [Service], Delegate=cpu memory pids; then log in again",
            )
        return Fault(f"no control group is delegated to this user's session (/{path})", _USER_SCOPE)
    if delegation.SYSTEMD.exists():
        return Fault(f"no control group above /{path} hands on memory and pids", _SCOPE)
    if machine.container:
        default = "start the container with the memory and pids controllers, or grade outside of it"
        return Fault(f"this container ({machine.container}) has no control group that can be divided", default)
    return Fault(
        f"the control group /{path} belongs to another user",
        "grade as root, or let root make a group that belongs to this user and move the shell into it",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
