"""Where the grader may make control groups: in its own group, or in the nearest one above that hands on controllers.

In version 2 a group that has processes hands on no controllers, the root group apart. A group that was delegated to the
grader, as by ``systemd-run --scope -p Delegate=yes``, has the grader itself in it: its processes then move into a group
of their own below it, and back when the last grader there ends.
"""

from __future__ import annotations

import atexit
import errno
import os
import subprocess
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

__all__ = ["LEAF", "NEEDED", "OPTIONAL", "OWN", "ROOT", "is_delegated", "mount_of_version_2", "parents"]

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
SYSTEMD = Path("/run/systemd/system")
NEEDED = ("memory", "pids")
OPTIONAL = ("cpu", "cpuacct")  # gives each sandbox the same share of CPU time, however many threads it has
LEAF = "d2l-grader"
_ATTEMPTS = 20  # to empty a group whose processes may start others meanwhile
_lock = threading.Lock()
_held: dict[Path, int] = {}  # a descriptor for each group with a leaf, locked against its end
_refused: set[Path] = set()  # groups that could not be arranged


def parents(root: Path = ROOT, own: Path = OWN) -> dict[str, Path] | None:
    """Find the folder in which to make a group, for each controller.

    Parameters
    ----------
    root, own : Path, optional
        Where the file system of groups is mounted, and the file that lists the grader's own groups.

    Returns
    -------
    dict of str to Path, or None
        None if a needed controller is missing, or this user may not use it.
    """
    if all((root / controller).is_dir() for controller in NEEDED):
        paths = _own_paths(own)
        found = {name: _nearest(root / name, paths.get(name, "")) for name in NEEDED + OPTIONAL}
        usable = {name: folder for name, folder in found.items() if folder}
        return usable if set(NEEDED) <= set(usable) else None
    with _lock:
        parent = _of_version_2(mount_of_version_2(root), own)
    return dict.fromkeys(NEEDED, parent) if parent else None


def mount_of_version_2(root: Path) -> Path:
    """Return where version 2 is mounted; beside version 1, it has a folder of its own."""
    return root if (root / "cgroup.controllers").exists() else root / "unified"


@cache
def is_delegated(group: Path) -> bool:
    """Return whether systemd has handed this group over to whoever runs in it."""
    for name in ("user.delegate", "trusted.delegate"):
        with suppress(OSError):
            if os.getxattr(group, name) == b"1":
                return True
    return _systemd_delegates(group)  # its managers for users leave no mark on the group


def _systemd_delegates(group: Path) -> bool:
    whose = ["--user"] if f"user@{os.getuid()}.service" in group.parts else []
    command = ["systemctl", *whose, "show", "--property=Delegate,ControlGroup", "--", group.name]
    environment = {"XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}", **os.environ}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    shown = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    return shown.get("Delegate") == "yes" and str(group).endswith(shown.get("ControlGroup", "?"))


def _own_paths(own: Path) -> dict[str, str]:
    """Return the path of the grader's own group for each controller of version 1; that of version 2 has no name."""
    rows = [line.split(":", 2) for line in own.read_text().splitlines()]
    return {name: path.lstrip("/") for _, names, path in rows for name in names.split(",")}


def _nearest(mount: Path, path: str) -> Path | None:
    """Return the grader's own group, or the mount itself in a container that does not show the whole path."""
    for folder in (mount / path, mount):
        if (folder / "cgroup.procs").exists() and os.access(folder, os.W_OK):
            return folder
    return None


def _of_version_2(mount: Path, own: Path) -> Path | None:
    for _ in range(_ATTEMPTS):
        group = mount / _own_paths(own).get("", "")
        if group.name != LEAF and _is_ours(group) and _arrange(group):
            return group
        above = (group, *(folder for folder in group.parents if folder.is_relative_to(mount)))
        found = next((folder for folder in above if _hands_on(folder)), None)
        if found is None or found in _held or not (found / LEAF).exists():
            return found
        with suppress(OSError):  # the group has ended
            _hold(found)  # another grader may have ended meanwhile and moved all processes back, so look again
    return None


def _is_ours(group: Path) -> bool:
    """Return whether the grader may arrange this group; systemd resets groups that it has not delegated."""
    return _is_writable(group) and (is_delegated(group) or not SYSTEMD.exists())


def _is_writable(group: Path) -> bool:
    files = (group, group / "cgroup.procs", group / "cgroup.subtree_control")
    return all(os.access(file, os.W_OK) for file in files)


def _hands_on(group: Path) -> bool:
    with suppress(OSError):
        return _is_writable(group) and set(NEEDED) <= set((group / "cgroup.subtree_control").read_text().split())
    return False


def _arrange(group: Path) -> bool:
    """Hand on the group's controllers, if need be by moving its processes into a leaf; return whether it worked."""
    if group in _refused:
        return False
    try:
        _hold(group)
        if _hand_on(group):
            return True
        leaf = group / LEAF
        leaf.mkdir(exist_ok=True)
        for _ in range(_ATTEMPTS):
            _move(group, leaf)
            if _hand_on(group):
                return True
    except OSError:
        pass  # no such controller here, or a process that this user may not move
    _refused.add(group)
    _let_go(group)
    return False


def _hand_on(group: Path) -> bool:
    control = group / "cgroup.subtree_control"
    try:
        control.write_text(" ".join(f"+{name}" for name in NEEDED))
    except OSError as error:
        if error.errno == errno.EBUSY:  # the group has processes
            return False
        raise
    with suppress(OSError):  # the machine may have no such controller
        control.write_text("+cpu")
    return True


def _move(source: Path, target: Path) -> None:
    for pid in (source / "cgroup.procs").read_text().split():
        with suppress(ProcessLookupError):
            # 0 stands for a process outside of this container, but writing 0 would move the grader
            (target / "cgroup.procs").write_text(pid if pid != "0" else "none")


def _hold(group: Path) -> None:
    """Keep other graders from undoing the group's arrangement."""
    import fcntl  # here: Windows lacks it

    if group not in _held:
        fd = os.open(group, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(fd, fcntl.LOCK_SH)
        except OSError:
            os.close(fd)
            raise
        _held[group] = fd
        atexit.register(_let_go, group)


def _let_go(group: Path) -> None:
    """Undo the group's arrangement, unless another grader needs it still."""
    import fcntl

    fd = _held.pop(group, None)
    if fd is None:
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not (group / LEAF).exists():
            return
        for name in (*NEEDED, "cpu"):
            with suppress(OSError):
                (group / "cgroup.subtree_control").write_text(f"-{name}")
        _move(group / LEAF, group)
        (group / LEAF).rmdir()
    except OSError:
        pass  # another grader holds it, or the group has ended
    finally:
        os.close(fd)
