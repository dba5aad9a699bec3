"""Two commands on minimal machines: `make test-machines`, or `python3 tests/machines --help`.

On each release: a fresh clone of this checkout's last commit, set up and used by an ordinary user. On one of them also
what a machine may have against it. Needs root, debootstrap, and of Python only the standard library.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from machine import LAB, UID, Machine, made_base, remove
from report import Report, refuses, works

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "machines"
RELEASES = ("bookworm", "trixie", "testing")
NOTEBOOKS = "notebooks/04*.ipynb notebooks/07*.ipynb"
NBVAL = f".venv/bin/pytest --nbval --nbval-current-env -q {NOTEBOOKS}"


def release(name: str, base: Path, bundle: Path, report: Report) -> None:
    """Try what the README promises on one release, from nothing."""
    machine = Machine.copied(base, BUILD / name)
    try:
        shutil.copy(bundle, machine.folder / "tmp/chapter.bundle")
        if not report.step(name, "git clone", works(machine, "git clone -q /tmp/chapter.bundle chapter")):
            return
        report.step(name, "make lab answers, from nothing", works(machine, f"cd chapter; {LAB}"))
        report.step(name, "make lab answers again", works(machine, f"cd chapter; {LAB}"))
        report.step(name, "make lint is green", works(machine, "cd chapter; make lint"))
        report.step(name, "nbval of 04 and 07 is green", works(machine, f"cd chapter; {NBVAL}"))
        doctor = ".venv/bin/d2l-helpers doctor"
        report.step(name, "the doctor finds no problem", works(machine, f"cd chapter; {doctor}"))
    finally:
        remove(machine.folder)


def hostile(name: str, base: Path, bundle: Path, report: Report) -> None:
    """Try what a machine may have against it: an error of ours, or it works."""
    machine = Machine.copied(base, BUILD / f"{name}-hostile", home="/home/Jörg Müller")
    name = f"{name}, hostile"
    clone, cd = "git clone -q /tmp/chapter.bundle", "cd 'Lineare Netze (für alle)'"
    home = f'"$0{machine.home}"'
    try:
        shutil.copy(bundle, machine.folder / "tmp/chapter.bundle")
        small = f"mount -t tmpfs -o size=300m,uid={UID} tmpfs {home}"
        report.step(name, "a full disk", refuses(machine, f"{clone} a; cd a; make lab", "MB free", before=small))
        report.step(name, "spaces and umlauts: git clone", works(machine, f"{clone} 'Lineare Netze (für alle)'"))
        closed = f"mkdir -p {home}/.cache; chmod 500 {home}/.cache; chown {UID} {home}/.cache"
        unwritable = "Cannot keep Fashion-MNIST in the cache"
        data = f"{cd}; make data"
        report.step(name, "a read-only cache, empty: make data", refuses(machine, data, unwritable, before=closed))
        without = f"{cd}; {LAB} grep 'JupyterLab opens without the dataset' lab.log"
        report.step(name, "... and make lab answers without the dataset", works(machine, without, before=closed))
        opened = f"chmod 700 {home}/.cache; mkdir -p {home}/full"
        full = f"{opened}; mount -t tmpfs -o size=20m,uid={UID} tmpfs {home}/full"
        script = f"{cd}; XDG_CACHE_HOME=~/full make data"
        report.step(name, "a full disk for the cache", refuses(machine, script, unwritable, before=full))
        report.step(name, "spaces and umlauts: make lab answers", works(machine, f"{cd}; {LAB}"))
        alone = {"has_network": False}
        report.step(name, "no network: make lab answers", works(machine, f"{cd}; {LAB}", **alone))
        report.step(name, "no network: make lint is green", works(machine, f"{cd}; make lint", **alone))
        report.step(name, "no network: nbval of 04 and 07 is green", works(machine, f"{cd}; {NBVAL}", **alone))
        read_only = f"mount --bind {home}/.cache {home}/.cache; mount -o remount,ro,bind {home}/.cache"
        report.step(name, "a read-only cache: make lab answers", works(machine, f"{cd}; {LAB}", before=read_only))
        # Where matplotlib cannot keep its fonts it says so, once a process: only the cells' success is looked at
        run = works(machine, f"{cd}; {NBVAL} --nbval-lax", before=read_only)
        report.step(name, "a read-only cache: all cells of 04 and 07 run", run)
        here = f"{home}/'Lineare Netze (für alle)'"
        still_open = f"mount --bind {here} {here}; mount --rbind {home} {home}"  # the clone, in a home that is closed
        told = f"{cd}; {LAB} grep 'is used instead' lab.log"
        closed_home = f"{still_open}; mount -o remount,ro,bind {home}"
        report.step(name, "a read-only home: make lab answers", works(machine, told, before=closed_home))
        report.step(name, "HOME unset: make lab answers", works(machine, f"{cd}; unset HOME; {LAB}"))
        changed = f"{cd}; sed -i 's/^tqdm==[^ ]*/tqdm==4.66.1/' requirements.lock"
        offline = refuses(machine, f"{changed}; make lab", "Could not set up the environment", **alone)
        report.step(name, "a changed lock, no network", offline)
        kept = works(
            machine, f"{cd}; .venv/bin/python -c 'import d2l_helpers, mxnet'; git checkout -q .; {LAB}", **alone
        )
        report.step(name, "... and what was there stays", kept)
        lost = f"{cd}; rm .venv/lib/python3*/site-packages/mxnet/libgomp.so.1"
        missing = "apt-get install libgomp1"
        report.step(name, "a library lost, no network", refuses(machine, f"{lost}; make lint", missing, **alone))
        doctor = f"{cd}; .venv/bin/d2l-helpers doctor | grep '{missing}'"
        report.step(name, "... which the doctor knows", works(machine, doctor))
        report.step(name, "... and make lab fetches", works(machine, f"{cd}; {LAB}"))
        ended = f"{cd}; rm .venv/packages; timeout --signal INT 15 make lab || test ! -e .venv/packages; {LAB}"
        report.step(name, "a set-up that was interrupted: make lab answers", works(machine, ended))
        gone = f"{cd}; mv ~/'Lineare Netze (für alle)' ~/moved; cd ~/moved; {LAB}"
        report.step(name, "a clone that was moved: make lab answers", works(machine, gone))
    finally:
        remove(machine.folder)


def main() -> None:
    """Try every release, and one with everything against it; status 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], prog="python3 tests/machines")
    parser.add_argument("--mirror", help="Debian's mirror for debootstrap; by default its own")
    parser.add_argument("--releases", nargs="*", default=RELEASES, help="by default all: %(default)s")
    parser.add_argument("--hostile", default="trixie", help="on which release; by default %(default)s; none: leave out")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("This needs root and debootstrap: sudo apt-get install debootstrap, then sudo make test-machines.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what runs and lies in a machine is removed, too
    report = Report()
    with tempfile.TemporaryDirectory() as scratch:
        bundle = Path(scratch, "chapter.bundle")
        subprocess.run(["git", "-C", ROOT, "bundle", "create", "--quiet", bundle, "HEAD"], check=True)
        for name in arguments.releases:
            release(name, made_base(name, BUILD, arguments.mirror), bundle, report)
        if arguments.hostile != "none":
            hostile(arguments.hostile, made_base(arguments.hostile, BUILD, arguments.mirror), bundle, report)
    print(f"\n{report.table()}")
    sys.exit(not all(is_well for _, _, is_well, _ in report.rows))


if __name__ == "__main__":
    main()
