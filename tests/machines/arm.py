"""The chapter on aarch64, where the processor is emulated: `sudo python3 tests/machines/arm.py --help`.

A fresh clone of this checkout's last commit on a minimal Debian 12 for arm64, set up and used by an ordinary user, by
qemu's emulation of programs; and the sandbox, which needs a kernel for ARM, in a virtual machine. Needs root,
debootstrap, qemu-user-static and qemu-system-arm, and of Python only the standard library. An emulated processor is ten
to thirty times slower: allow an hour.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from machine import LAB, Machine, made_base, remove
from report import Report, works
from virtual_machine import AARCH64, lacking, made_root, run

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "machines"
NAME, RELEASE = "aarch64", "bookworm"
NOTEBOOKS = ("01", "02", "03", "04", "07")
HOURS = 3600.0
# Without this project's limit of ten minutes for a test, which the training of a notebook exceeds on such a processor
NBVAL = ".venv/bin/pytest -o faulthandler_timeout=0 --nbval --nbval-current-env -q"
# How the kernel knows a program for aarch64: the first 20 bytes of its file, of which some may differ
MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
# Prints what stands in for Arm Performance Libraries, and solves what needs LAPACK
IMPORT = """
import subprocess, sys
import d2l_helpers
import mxnet
from mxnet import np, npx
npx.set_np()
A = np.array([[2.0, 1.0], [1.0, 3.0]])
assert abs(np.linalg.inv(A) @ A - np.eye(2)).max() < 1e-5
assert abs(np.linalg.svd(A)[1].prod() - 5) < 1e-4
linked = subprocess.run(["ldd", mxnet.libinfo.find_lib_path()[0]], capture_output=True, text=True, check=True).stdout
print(linked)
sys.exit("not found" in linked or "quadmath" in linked)
"""


@contextmanager
def emulated() -> Iterator[None]:
    """Have the kernel start programs for aarch64 by qemu; nothing to do on such a processor, or where it does."""
    if platform.machine() == NAME or _starts():
        yield
        return
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if qemu is None:
        sys.exit("This needs qemu's emulation of programs: apt-get install --no-install-recommends qemu-user-static")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", folder], check=True)
        entry = Path(folder, f"d2l-{NAME}")
        try:  # O, C, F: with the program's own rights, and with qemu as it is opened now, outside of any changed root
            Path(folder, "register").write_text(f":{entry.name}:M::{MAGIC}:{MASK}:{qemu}:OCF")
            yield
        finally:
            if entry.exists():
                entry.write_text("-1")
            subprocess.run(["umount", folder], check=True)


def _starts() -> bool:
    """Return whether the kernel has an entry for aarch64's programs that is switched on and works in a changed root."""
    texts = [path.read_text() for path in Path("/proc/sys/fs/binfmt_misc").glob("*") if path.name != "register"]
    known = "magic 7f454c460201010000000000000000000200b7"
    return any(
        known in text and text.startswith("enabled") and "F" in text.partition("flags:")[2][:8] for text in texts
    )


def clone(base: Path, bundle: Path, notebooks: list[str], report: Report) -> None:
    """Try what the README promises, from nothing, as an ordinary user; then what the grader says under qemu."""
    machine = Machine.copied(base, BUILD / NAME)

    def step(name: str, script: str, **how: object) -> bool:
        return report.step(NAME, name, works(machine, script, timeout=3 * HOURS, **how))

    try:
        shutil.copy(bundle, machine.folder / "tmp/chapter.bundle")
        if not step("git clone", "git clone -q /tmp/chapter.bundle chapter"):
            return
        step("make lab answers, from nothing", f"cd chapter; {LAB}")
        step("make lab answers again", f"cd chapter; {LAB}")
        (machine.folder / "tmp/import.py").write_text(IMPORT)
        step("MXNet is imported, and OpenBLAS inverts a matrix", "cd chapter; .venv/bin/python /tmp/import.py")
        step("the doctor finds no problem", "cd chapter; .venv/bin/d2l-helpers doctor")
        step("make lint is green", "cd chapter; make lint")
        for number in notebooks:
            step(f"nbval of {number} is green", f"cd chapter; {NBVAL} notebooks/{number}*.ipynb")
        refused = "! make keras 2>said && grep 'no wheels for processors by ARM' said"
        step("make keras says why it cannot", f"cd chapter; {refused}")
        install = "apt-get update -q=2 && apt-get install -q=2 --yes --no-install-recommends bubblewrap >/dev/null"
        step("apt-get install bubblewrap", install, user=0)
        # qemu does not emulate filters of system calls, so that no sandbox starts here, which the doctor has to say
        doctor = "! .venv/bin/d2l-grade doctor >said && grep -A 1 'a sandbox starts' said"
        step("under qemu-user the grader's doctor refuses to grade", f"cd chapter; {doctor}")
    finally:
        remove(machine.folder)


def sandbox(root: Path) -> Callable[[], tuple[bool, str]]:
    """Return an attempt at every place where a grader may start, and the doctor, on a kernel for ARM."""

    def attempt() -> tuple[bool, str]:
        lines = list(run(root, ROOT, "python3 tests/machines/inside_control_groups.py", 2 * HOURS, processor=AARCH64))
        return lines[-1:] == ["status 0"], "\n".join(lines)

    return attempt


def main() -> None:
    """Try the clone, then the virtual machine; status 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mirror", help="Debian's mirror for debootstrap; by default its own")
    parser.add_argument("--notebooks", nargs="*", default=NOTEBOOKS, help="by default: %(default)s")
    parser.add_argument("--only", choices=("clone", "sandbox"), help="by default both")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("This needs root and debootstrap: sudo apt-get install debootstrap, then sudo make test-arm.")
    if arguments.only != "clone" and (reason := lacking(AARCH64)):
        sys.exit(reason)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what runs and lies in a machine is removed, too
    report = Report()
    with tempfile.TemporaryDirectory() as scratch, emulated():
        if arguments.only != "sandbox":
            bundle = Path(scratch, "chapter.bundle")
            subprocess.run(["git", "-C", ROOT, "bundle", "create", "--quiet", bundle, "HEAD"], check=True)
            clone(made_base(RELEASE, BUILD, arguments.mirror, "--arch=arm64"), bundle, arguments.notebooks, report)
        if arguments.only != "clone":
            root = made_root(RELEASE, BUILD, arguments.mirror, AARCH64)
            report.step(NAME, "the sandbox holds on a kernel for ARM", sandbox(root))
    print(f"\n{report.table()}")
    sys.exit(not all(is_well for _, _, is_well, _ in report.rows))


if __name__ == "__main__":
    main()
