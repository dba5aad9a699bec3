"""What this machine has that decides whether a sandbox starts: kernel, bubblewrap, namespaces, security modules."""

from __future__ import annotations

import getpass
import os
import platform
import re
import shutil
import stat
import struct
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

__all__ = ["Machine"]

_SETTINGS = (
    "kernel/unprivileged_userns_clone",  # Debian and its derivatives
    "kernel/apparmor_restrict_unprivileged_userns",  # Ubuntu 23.10 and later
    "kernel/yama/ptrace_scope",
    *(f"user/max_{kind}_namespaces" for kind in ("user", "pid", "net", "mnt", "ipc", "uts", "cgroup")),
)
_CONTAINERS = {".dockerenv": "docker", "run/.containerenv": "podman"}
_NET_ADMIN, _SYS_ADMIN = 1 << 12, 1 << 21
_NOT_MASKED = ("/proc/sys/fs/binfmt_misc",)  # what is mounted below /proc on every machine


@dataclass(frozen=True)
class Machine:
    """The facts of a machine, read once.

    Parameters
    ----------
    root : Path, optional
        Where the machine's file system lies.
    user : int, optional
        The effective user id of the grader; this process's by default.

    Attributes
    ----------
    kernel, architecture : str
        As ``uname`` prints them.
    """

    root: Path = Path("/")
    user: int = field(default_factory=lambda: os.geteuid() if hasattr(os, "geteuid") else -1)
    kernel: str = field(default_factory=platform.release)
    architecture: str = field(default_factory=platform.machine)

    @property
    def is_linux(self) -> bool:
        """Whether this is Linux, where alone bubblewrap runs."""
        return platform.system() == "Linux"

    @property
    def is_root(self) -> bool:
        """Whether the grader runs as root."""
        return self.user == 0

    @property
    def is_foreign(self) -> bool:
        """Whether Python is a 32-bit program on a 64-bit kernel, for which the filter of system calls is not made."""
        return struct.calcsize("P") == 4 and self.architecture in ("x86_64", "aarch64")

    @cached_property
    def bubblewrap(self) -> str:
        """The version that ``bwrap --version`` prints, such as ``0.8.0``; empty if it prints none."""
        try:
            done = subprocess.run([self.bwrap, "--version"], capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.SubprocessError):
            return ""
        found = re.search(r"\d+(\.\d+)+", done.stdout)
        return found[0] if found else ""

    @property
    def bwrap(self) -> str:
        """The path of bubblewrap's program; without a folder if it is not found."""
        return shutil.which("bwrap") or "bwrap"

    @property
    def is_setuid(self) -> bool:
        """Whether bubblewrap's program runs as root, whoever starts it."""
        try:
            return bool(Path(self.bwrap).stat().st_mode & stat.S_ISUID)
        except OSError:
            return False

    @property
    def has_all_capabilities(self) -> bool:
        """Whether the grader has what bubblewrap needs without a user namespace: to mount, and to set up a network."""
        return self._capabilities & (_SYS_ADMIN | _NET_ADMIN) == _SYS_ADMIN | _NET_ADMIN

    @property
    def _capabilities(self) -> int:
        found = re.search(r"^CapEff:\s*(\w+)", self._read("proc/self/status"), re.MULTILINE)
        return int(found[1], 16) if found else 0

    @cached_property
    def container(self) -> str:
        """The container's engine, such as ``docker``, ``podman``, ``kubernetes`` or ``lxc``; empty outside of one."""
        if "KUBERNETES_SERVICE_HOST" in os.environ or (self.root / "run/secrets/kubernetes.io").exists():
            return "kubernetes"
        for name, engine in _CONTAINERS.items():
            if (self.root / name).exists():
                return engine
        return self._read("run/systemd/container").strip()

    @property
    def is_gvisor(self) -> bool:
        """Whether gVisor stands in for the kernel; it reports this version whatever the machine's kernel is."""
        return "4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016" in self._read("proc/version")

    @property
    def is_wsl1(self) -> bool:
        """Whether this is Windows' first subsystem for Linux, which has no Linux kernel."""
        return "-Microsoft" in self._read("proc/version")  # the second calls itself microsoft-standard-WSL2

    @property
    def emulator(self) -> str:
        """The program that stands in for Python's processor, such as ``qemu-aarch64-static``; empty if none does."""
        try:
            program = (self.root / "proc/thread-self/exe").readlink()  # in /proc/self, qemu hides itself
        except OSError:
            return ""
        return program.name if program.name.startswith("qemu-") else ""

    @property
    def is_selinux_enforcing(self) -> bool:
        """Whether SELinux refuses what its policy does not allow."""
        return self._read("sys/fs/selinux/enforce").strip() == "1"

    @property
    def has_apparmor(self) -> bool:
        """Whether AppArmor is on."""
        return self._read("sys/module/apparmor/parameters/enabled").strip() == "Y"

    @property
    def is_confined(self) -> bool:
        """Whether an AppArmor profile confines the grader, as Docker's default profile does."""
        label = self._read("proc/self/attr/apparmor/current") or self._read("proc/self/attr/current")
        return label.strip().endswith("(enforce)")

    @property
    def is_filtered(self) -> bool:
        """Whether what started the grader has put a filter of system calls on it."""
        return bool(re.search(r"^Seccomp:\s*2$", self._read("proc/self/status"), re.MULTILINE))

    @property
    def is_chroot(self) -> bool:
        """Whether the grader runs below a changed root, where no user namespace can be made."""
        return bool(self._mounts) and "/" not in self._mounts

    @property
    def masked(self) -> list[str]:
        """What is mounted over parts of /proc; the kernel allows no new /proc that would show these parts."""
        return [path for path in self._mounts if path.startswith("/proc/") and not path.startswith(_NOT_MASKED)]

    @property
    def is_proc_read_only(self) -> bool:
        """Whether /proc is mounted read-only, so that the kernel allows no writable one in a user namespace."""
        return "ro" in self._mounts.get("/proc", "").split(",")

    @property
    def has_children(self) -> bool:
        """Whether /proc lists the children of a process (CONFIG_PROC_CHILDREN)."""
        return any((self.root / "proc" / process / "children").exists() for process in ("thread-self", "1/task/1"))

    @property
    def no_exec(self) -> str:
        """The mount that holds Python's environment, if programs on this mount cannot be run; else empty."""
        import sys

        places = [path for path in self._mounts if Path(sys.prefix).is_relative_to(path)]
        nearest = max(places, key=len, default="")
        return nearest if "noexec" in self._mounts.get(nearest, "").split(",") else ""

    @property
    def mapped_ids(self) -> int:
        """The number of user ids that exist here; a container without root's privileges has only a part of them."""
        lines = [line.split() for line in self._read("proc/self/uid_map").splitlines()]
        return max((int(first) + int(count) for first, _, count in lines), default=1 << 32)

    @property
    def subordinate_ids(self) -> int:
        """The number of user ids that /etc/subuid grants to the grader's user."""
        try:
            names = {getpass.getuser(), str(self.user)}
        except (KeyError, OSError):
            names = {str(self.user)}
        rows = [line.split(":") for line in self._read("etc/subuid").splitlines()]
        return sum(int(row[2]) for row in rows if len(row) == 3 and row[0] in names and row[2].isdecimal())

    def setting(self, name: str) -> int | None:
        """Return a kernel setting, such as ``user/max_user_namespaces``; None where the kernel does not have it."""
        text = self._read(f"proc/sys/{name}").strip()
        return int(text) if text.isdecimal() else None

    @property
    def exhausted(self) -> list[str]:
        """The kernel settings by which no namespace of one kind can be made, as ``sysctl`` names them."""
        return [name.replace("/", ".") for name in _SETTINGS if name.startswith("user/") and self.setting(name) == 0]

    @cached_property
    def _mounts(self) -> dict[str, str]:
        """Where something is mounted, and with which options."""
        rows = [line.split() for line in self._read("proc/self/mountinfo").splitlines()]
        return {row[4]: row[5] for row in rows if len(row) > 5}

    def _read(self, name: str) -> str:
        try:
            return (self.root / name).read_text(errors="replace")
        except OSError:
            return ""
