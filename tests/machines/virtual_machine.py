"""A Debian with a kernel of its own under qemu: made by debootstrap once, started from a new image each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PACKAGES = (
    "linux-image-cloud-amd64 initramfs-tools systemd-sysv dbus-user-session libpam-systemd bubblewrap python3 "
    "python3-numpy python3-click python3-packaging python3-filelock python3-platformdirs python3-lazy-loader "
    "python3-pytest python3-hypothesis"
)
# Installs them in the folder $0, with no service started; debootstrap's own --include cannot order systemd's
INSTALL = f"""
mount -t proc proc "$0/proc"
printf '#!/bin/sh\nexit 101\n' > "$0/usr/sbin/policy-rc.d"
chmod +x "$0/usr/sbin/policy-rc.d"
cp /etc/resolv.conf /etc/hosts "$0/etc/"
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
chroot "$0" apt-get update
chroot "$0" apt-get install --yes --no-install-recommends {PACKAGES}
rm "$0/usr/sbin/policy-rc.d"
chroot "$0" apt-get clean
"""
USER, UID = "teacher", 1000
SHOWN = ("d2l_helpers", "d2l_autograder", "tests")  # of the checkout, in /srv/chapter
# Runs what the image was made for, says its status on the second serial port, and ends the machine
UNIT = """
[Unit]
Requires=user@1000.service
After=multi-user.target user@1000.service
[Service]
Type=oneshot
Environment=PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/srv/chapter
WorkingDirectory=/srv/chapter
ExecStart=/bin/sh -c '{command} >/dev/ttyS1 2>&1; echo "status $?" >/dev/ttyS1'
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=default.target
"""


def lacking() -> str:
    """Return what this machine lacks for a virtual one, and how to have it; empty if nothing."""
    programs = ("qemu-system-x86_64", "debootstrap", "mkfs.ext4")
    missing = [name for name in programs if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]
    if os.geteuid() != 0:
        return "only root can make a machine: sudo python3 tests/machines/control_groups.py"
    install = "apt-get install --no-install-recommends qemu-system-x86 debootstrap e2fsprogs"
    return f"there is no {' and no '.join(missing)} here: {install}" if missing else ""


def acceleration() -> str:
    """Return ``kvm``, or ``tcg`` (ten times slower) where the machine has none that can start Debian's kernel."""
    is_emulated = Path("/sys/module/kvm_pvm").exists()  # KVM without the processor's help, for kernels made for it
    return "kvm" if os.access("/dev/kvm", os.W_OK) and not is_emulated else "tcg"


def made_root(release: str, folder: Path, mirror: str | None) -> Path:
    """Make the release's root file system, or return the one of an earlier run."""
    root, unfinished = folder / f"virtual-{release}", folder / f"unfinished-virtual-{release}"
    if not root.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", unfinished], check=True)
        folder.mkdir(parents=True, exist_ok=True)
        bare = ["debootstrap", "--variant=minbase", release, unfinished, *([mirror] if mirror else [])]
        for command in (bare, ["unshare", "--mount", "sh", "-ec", INSTALL, unfinished]):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{command[0]} failed:\n{done.stdout[-3000:]}")
        subprocess.run(["chroot", unfinished, "useradd", "-m", "-u", str(UID), USER], check=True)
        linger = unfinished / "var/lib/systemd/linger"
        linger.mkdir(parents=True, exist_ok=True)
        (linger / USER).touch()  # this user's systemd runs without a login
        unfinished.rename(root)
    return root


def run(root: Path, checkout: Path, command: str, seconds: float, options: str = "") -> Iterator[str]:
    """Start a machine, run a command in it as root, and yield the lines that it prints.

    Parameters
    ----------
    root : Path
        What `made_root` returned.
    checkout : Path
        The folder from which the packages and tests are copied.
    command : str
        A shell command without single quotes; its last line is ``status`` and a number.
    seconds : float
        After this time the machine is ended.
    options : str, optional
        For the kernel's command line.
    """
    with tempfile.TemporaryDirectory(prefix="d2l-machine-", dir=root.parent) as scratch:
        image, output = Path(scratch, "image"), Path(scratch, "output")
        _write_image(root, checkout, command, image, Path(scratch, "root"))
        kernel = next(iter(sorted((root / "boot").glob("vmlinuz-*"))))
        initrd = next(iter(sorted((root / "boot").glob("initrd.img-*"))))
        kind = acceleration()
        qemu = [
            "qemu-system-x86_64", "-accel", kind, "-cpu", "host" if kind == "kvm" else "max", "-m", "1536",
            "-display", "none", "-monitor", "none", "-no-reboot", "-nic", "none",
            "-kernel", kernel, "-initrd", initrd, "-append", f"root=/dev/vda rw console=ttyS0 quiet {options}",
            "-drive", f"file={image},if=virtio,format=raw", "-serial", f"file:{scratch}/console",
            "-serial", f"file:{output}",
        ]  # fmt: skip
        try:
            subprocess.run(qemu, stdin=subprocess.DEVNULL, timeout=seconds, check=True)
        except subprocess.TimeoutExpired:
            yield f"the machine was ended after {seconds:.0f} s"
        console = Path(scratch, "console").read_text(errors="replace").splitlines()
        yield from output.read_text(errors="replace").splitlines() or console[-30:]


def _write_image(root: Path, checkout: Path, command: str, image: Path, folder: Path) -> None:
    """Write a file system with the release, the checkout, and the command as a service."""
    subprocess.run(["cp", "-a", "--reflink=auto", root, folder], check=True)
    try:
        for name in SHOWN:
            shutil.copytree(
                checkout / name, folder / "srv/chapter" / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        subprocess.run(["chmod", "-R", "a+rX", folder / "srv/chapter"], check=True)
        unit = folder / "etc/systemd/system/trial.service"
        unit.write_text(UNIT.format(command=command))
        wanted = folder / "etc/systemd/system/default.target.wants"
        wanted.mkdir(exist_ok=True)
        (wanted / unit.name).symlink_to(f"/etc/systemd/system/{unit.name}")
        subprocess.run(["mkfs.ext4", "-q", "-F", "-d", folder, image, "3G"], check=True)
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)
