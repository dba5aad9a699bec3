"""A Debian with a kernel of its own under qemu: made by debootstrap once, started from a new image each time."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = (
    "linux-image-cloud-$1 initramfs-tools systemd-sysv dbus-user-session libpam-systemd bubblewrap python3 "
    "python3-numpy python3-click python3-packaging python3-filelock python3-platformdirs python3-lazy-loader "
    "python3-pytest python3-hypothesis"
)
# Installs them in the folder $0 for Debian's architecture $1, with no service started; debootstrap's own --include
# cannot order systemd's
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
ExecStart=/bin/sh -c '{command} >/dev/{output} 2>&1; echo "status $?" >/dev/{output}'
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=default.target
"""


@dataclass(frozen=True)
class Processor:
    """A kind of processor: its names, and what qemu is told for it."""

    debian: str
    machine: str
    model: str  # the one that qemu emulates; the slow parts of "max" on aarch64 are not needed
    package: str
    console: str
    output: str  # the device inside on which the command's output goes
    options: tuple[str, ...]


X86_64 = Processor("amd64", "x86_64", "max", "qemu-system-x86", "ttyS0", "ttyS1", ("-serial", "chardev:output"))
AARCH64 = Processor(
    "arm64", "aarch64", "cortex-a72", "qemu-system-arm", "ttyAMA0", "hvc0",
    ("-machine", "virt", "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=output"),
)  # fmt: skip


def lacking(processor: Processor = X86_64) -> str:
    """Return what this machine lacks for a virtual one, and how to have it; empty if nothing."""
    programs = (f"qemu-system-{processor.machine}", "debootstrap", "mkfs.ext4")
    missing = [name for name in programs if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]
    if os.geteuid() != 0:
        return f"only root can make a machine: sudo python3 {sys.argv[0]}"
    install = f"apt-get install --no-install-recommends {processor.package} debootstrap e2fsprogs"
    return f"there is no {' and no '.join(missing)} here: {install}" if missing else ""


def acceleration(processor: Processor = X86_64) -> str:
    """Return ``kvm``, or ``tcg`` (ten times slower) where the machine has none that can start Debian's kernel."""
    is_emulated = Path("/sys/module/kvm_pvm").exists()  # KVM without the processor's help, for kernels made for it
    is_ours = platform.machine() == processor.machine
    return "kvm" if is_ours and os.access("/dev/kvm", os.W_OK) and not is_emulated else "tcg"


def made_root(release: str, folder: Path, mirror: str | None, processor: Processor = X86_64) -> Path:
    """Make the release's root file system, or return the one of an earlier run."""
    name = f"virtual-{release}-{processor.debian}"
    root, unfinished = folder / name, folder / f"unfinished-{name}"
    if not root.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", unfinished], check=True)
        folder.mkdir(parents=True, exist_ok=True)
        bare = ["debootstrap", f"--arch={processor.debian}", "--variant=minbase", release, unfinished]
        install = ["unshare", "--mount", "sh", "-ec", INSTALL, unfinished, processor.debian]
        for command in ([*bare, *([mirror] if mirror else [])], install):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{command[0]} failed:\n{done.stdout[-3000:]}")
        subprocess.run(["chroot", unfinished, "useradd", "-m", "-u", str(UID), USER], check=True)
        linger = unfinished / "var/lib/systemd/linger"
        linger.mkdir(parents=True, exist_ok=True)
        (linger / USER).touch()  # this user's systemd runs without a login
        unfinished.rename(root)
    return root


def run(
    root: Path, checkout: Path, command: str, seconds: float, options: str = "", processor: Processor = X86_64
) -> Iterator[str]:
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
    processor : Processor, optional
        The one for which the root was made.
    """
    with tempfile.TemporaryDirectory(prefix="d2l-machine-", dir=root.parent) as scratch:
        image, output = Path(scratch, "image"), Path(scratch, "output")
        unit = UNIT.format(command=command, output=processor.output)
        _write_image(root, checkout, unit, image, Path(scratch, "root"))
        kernel = next(iter(sorted((root / "boot").glob("vmlinuz-*"))))
        initrd = next(iter(sorted((root / "boot").glob("initrd.img-*"))))
        kind = acceleration(processor)
        qemu = [
            f"qemu-system-{processor.machine}", "-accel", kind, "-cpu", "host" if kind == "kvm" else processor.model,
            "-m", "1536", "-display", "none", "-monitor", "none", "-no-reboot", "-nic", "none",
            "-kernel", kernel, "-initrd", initrd,
            "-append", f"root=/dev/vda rw console={processor.console} quiet {options}",
            "-drive", f"file={image},if=virtio,format=raw", "-serial", f"file:{scratch}/console",
            "-chardev", f"file,id=output,path={output}", *processor.options,
        ]  # fmt: skip
        try:
            subprocess.run(qemu, stdin=subprocess.DEVNULL, timeout=seconds, check=True)
        except subprocess.TimeoutExpired:
            yield f"the machine was ended after {seconds:.0f} s"
        console = Path(scratch, "console").read_text(errors="replace").splitlines()
        yield from output.read_text(errors="replace").splitlines() or console[-30:]


def _write_image(root: Path, checkout: Path, service: str, image: Path, folder: Path) -> None:
    """Write a file system with the release, the checkout, and a service that is run after the start."""
    subprocess.run(["cp", "-a", "--reflink=auto", root, folder], check=True)
    try:
        for name in SHOWN:
            shutil.copytree(
                checkout / name, folder / "srv/chapter" / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        subprocess.run(["chmod", "-R", "a+rX", folder / "srv/chapter"], check=True)
        unit = folder / "etc/systemd/system/trial.service"
        unit.write_text(service)
        wanted = folder / "etc/systemd/system/default.target.wants"
        wanted.mkdir(exist_ok=True)
        (wanted / unit.name).symlink_to(f"/etc/systemd/system/{unit.name}")
        subprocess.run(["mkfs.ext4", "-q", "-F", "-d", folder, image, "3G"], check=True)
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)
