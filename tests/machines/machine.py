"""A minimal Debian in a folder: made by debootstrap once, copied for each use, entered in namespaces of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

PACKAGES = "git,make,python3"
USER, UID = "reader", 1000
# What tells a program how this host reaches its package servers, which a machine inside it needs, too
PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
ENTER = """
mount --make-rprivate /
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$0/run"
! ip link set lo up 2>/dev/null || true
"""
with socket.create_server(("127.0.0.1", 0)) as free:  # the machines share this one's ports
    PORT = free.getsockname()[1]
# Starts JupyterLab, waits until it answers, and ends it; its own words are shown if it does not
LAB = f"""
make lab ARGS="--no-browser --port {PORT}" >lab.log 2>&1 & lab=$!
until python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:{PORT}/api').read())" 2>/dev/null; do
    kill -0 $lab 2>/dev/null || {{ cat lab.log; exit 1; }}
    sleep 1
done
cat lab.log
"""


class Machine:
    """A copy of a release's base, with one ordinary user.

    Every command runs in mount and process namespaces of its own: what it mounts and starts ends with it, whatever
    happens.
    """

    def __init__(self, folder: Path, home: str):
        self.folder, self.home = folder, home
        named = {name: os.environ.get(name, "") for name in CERTIFICATES}
        self.certificates = {name: path for name, path in named.items() if Path(path).is_file()}

    @classmethod
    def copied(cls, base: Path, folder: Path, home: str = f"/home/{USER}") -> Machine:
        remove(folder)
        subprocess.run(["cp", "-a", "--reflink=auto", base, folder], check=True)
        machine = cls(folder, home)
        for name in ("etc/resolv.conf", "etc/hosts"):
            shutil.copyfile(Path("/", name), folder / name)
        for path in set(machine.certificates.values()):
            inside = folder / path.lstrip("/")
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, inside)
        # A mirror that is a snapshot has lists whose date has passed
        (folder / "etc/apt/apt.conf.d/99mirror").write_text('Acquire::Check-Valid-Until "false";\n')
        machine.run(f"useradd --uid {UID} --create-home --home-dir '{home}' {USER}", user=0).check_returncode()
        return machine

    def run(
        self,
        script: str,
        *,
        user: int = UID,
        before: str = "",
        has_network: bool = True,
        timeout: float = 900,
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell script in the home folder; `before` is run first, as root and outside, with the machine as $0."""
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *([] if has_network else ["--net"])]
        inside = f"cd && {script}"
        command = [*unshare, "sh", "-euc", f'{ENTER}{before}\nexec chroot "$0" setpriv "$@"', self.folder]
        groups = ["--reuid", str(user), "--regid", str(user), "--clear-groups"]
        home = self.home if user else "/root"
        return subprocess.run(
            [*command, *groups, "sh", "-euc", inside],
            env={"HOME": home, "PATH": os.defpath + ":/usr/sbin:/sbin", "USER": USER, **self.settings()},
            text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            timeout=timeout, check=False,
        )  # fmt: skip

    def settings(self) -> dict[str, str]:
        """Return the environment variables by which package servers are reached."""
        pip = {
            name: value for name, value in os.environ.items() if name.startswith("PIP_") and not value.startswith("/")
        }
        return pip | {name: os.environ[name] for name in PASSED_ON if name in os.environ} | self.certificates


def made_base(release: str, folder: Path, mirror: str | None, *options: str, packages: str = PACKAGES) -> Path:
    """Make the release's base with debootstrap's options, or return the one of an earlier run.

    Without `packages`, the base has what container images have.
    """
    name = "-".join([release, *(option.rpartition("=")[2] for option in options), *([] if packages else ["slim"])])
    base, unfinished = folder / f"base-{name}", folder / f"unfinished-{name}"
    if not base.exists():
        remove(unfinished)
        folder.mkdir(parents=True, exist_ok=True)
        include = [f"--include={packages}"] if packages else []
        debootstrap = ["debootstrap", "--variant=minbase", *include, *options, release, unfinished]
        subprocess.run([*debootstrap, *([mirror] if mirror else [])], check=True, stdout=subprocess.DEVNULL)
        for file in (unfinished / "var/lib/apt/lists").glob("*_*"):
            file.unlink()  # container images have none
        unfinished.rename(base)
    return base


def remove(folder: Path) -> None:
    """Remove a machine; nothing is mounted in it outside its own namespaces."""
    if folder.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)
