"""A Docker daemon in a minimal Debian of its own: what it starts, mounts and configures ends with it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from machine import Machine, remove

PACKAGES = "docker.io docker-cli docker-buildx iproute2 iptables slirp4netns python3-venv ca-certificates"
CERTIFICATE = "usr/local/share/host-certificates.crt"
# A new root, not a changed one (chroot): below a changed root the kernel makes no user namespace, and docker exec finds
# no file. The network is the daemon's own, so that its bridge and its rules do not touch the host's
START = """
mount --make-rprivate /
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount -t sysfs sysfs "$0/sys"
mount --rbind /sys/fs/cgroup "$0/sys/fs/cgroup"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/run"
mkdir "$0/run/before"
cd "$0"
pivot_root . run/before
umount -l /run/before
ip link set lo up
exec dockerd >/var/log/dockerd.log 2>&1
"""
# Programs on the host's side carry the network's packets to the daemon's namespace, named by its process
NETWORK = """
mount --make-rprivate /
mount --rbind /proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/run"
exec chroot "$0" slirp4netns --configure --mtu=1400 "$1" tap0 >/dev/null 2>&1
"""


class DockerMachine:
    """Docker as Debian 13 has it, with BuildKit and the default filter of system calls."""

    def __init__(self, base: Path, folder: Path):
        self.machine = Machine.copied(base, folder)
        self.folder = folder

    def __enter__(self) -> DockerMachine:
        with ExitStack() as self._started:  # if a step fails, what the steps before it have started ends, too
            self._started.callback(remove, self.folder)
            self._start_docker()
            self._started = self._started.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        with self._started:
            self.run("docker ps -q | xargs -r docker rm -f; kill $(cat /run/docker.pid); sleep 3")

    def _start_docker(self) -> None:
        install = f"apt-get update -q=2; apt-get install -q=2 -y --no-install-recommends {PACKAGES}"
        self.machine.run(install, user=0).check_returncode()
        for path in set(self.machine.certificates.values()):  # ca-certificates has replaced the file of this name
            (self.folder / CERTIFICATE).write_bytes(Path(path).read_bytes())
        daemon = self._start("--pid --net --uts", START)
        children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children")
        while not (pid := children.read_text().strip()) and daemon.poll() is None:
            time.sleep(0.1)
        self._enter = ["nsenter", "-t", pid, "-a"]
        self._start("", NETWORK, pid)
        ready = "docker info && ip link show tap0 && exit"
        if self.run(f"for i in $(seq 60); do {ready}; sleep 0.5; done; exit 1").returncode:
            raise SystemExit((self.folder / "var/log/dockerd.log").read_text()[-3000:])

    def _start(self, namespaces: str, script: str, *arguments: str) -> subprocess.Popen[bytes]:
        unshare = ["unshare", "--mount", *namespaces.split(), "--fork", "--kill-child"]
        process = subprocess.Popen([*unshare, "sh", "-euc", script, self.folder, *arguments])
        self._started.callback(process.wait)
        self._started.callback(process.kill)
        return process

    def run(self, script: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """Run a shell script as root beside the daemon."""
        certificates = dict.fromkeys(self.machine.certificates, f"/{CERTIFICATE}")
        return subprocess.run(
            [*self._enter, "sh", "-euc", script],
            env={"HOME": "/root", "PATH": os.defpath + ":/usr/sbin:/sbin", **self.machine.settings(), **certificates},
            text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            timeout=timeout, check=False,
        )  # fmt: skip

    def import_base(self, base: Path, name: str) -> None:
        """Make an image of a release's base, which then need not be fetched, and which trusts what this host trusts."""
        settings = [f"--change=ENV {variable}=/{CERTIFICATE}" for variable in self.machine.certificates]
        with tempfile.TemporaryDirectory(dir=self.folder / "tmp") as inside:
            place = Path(inside, "base")
            subprocess.run(["cp", "-a", base, place], check=True)
            for folder in ("usr/share/doc", "usr/share/man", "usr/share/locale"):  # Debian's slim images have none
                remove(place / folder)
            if self.machine.certificates:
                (place / CERTIFICATE).write_bytes((self.folder / CERTIFICATE).read_bytes())
            (place / "etc/apt/apt.conf.d/99mirror").write_text('Acquire::Check-Valid-Until "false";\n')
            path = f"/{place.relative_to(self.folder)}"
            changes = " ".join(f"'{setting}'" for setting in settings)
            self.run(f"tar -C {path} -c . | docker import {changes} - {name}").check_returncode()
