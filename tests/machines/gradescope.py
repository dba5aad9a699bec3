"""Gradescope's container, as far as it can be imitated: `sudo python3 tests/machines/gradescope.py --help`.

A minimal Ubuntu 22.04, Gradescope's own choice, in a folder: /autograder laid out as Gradescope documents it, root with
the capabilities that Docker leaves by default, and Docker's refusal of namespaces and mounts. In it ``setup.sh`` runs
once, and ``run_autograder`` on a right, a partly right, a broken and a hostile notebook. Needs root and debootstrap;
the bundle and the notebooks are made with this checkout's .venv. Fetches 350 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from machine import Machine, remove

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "machines"
KEPT = (
    "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,audit_write,"
    "setfcap"
)
CAPABILITIES = f"--bounding-set=-all,{','.join(f'+{name}' for name in KEPT.split(','))} --inh-caps=-all"
DOCKERS = "00000000a80425fb"  # what /proc/self/status shows in Docker by default
SUITES = ("jammy", "jammy-updates")
NOTEBOOKS = """
import sys
from pathlib import Path
from support.batches import NAME, notebook, solved
from support.courses import half_right
hostile = Path(sys.argv[2]).read_text()
wanted = {
    "right": solved(), "partly right": solved(stable_softmax=half_right("stable_softmax")), "untouched": notebook(),
    "broken": '{"cells": [', "hostile": solved(stable_softmax=hostile),
}
for name, content in wanted.items():
    folder = Path(sys.argv[1], name)
    folder.mkdir()
    (folder / "my homework.ipynb").write_text(content, encoding="utf-8")
"""
HOSTILE = """
import os
found = []
AUTOGRADER = "/autograder/"
for path in ("source/course/answers/softmax_regression.py", "source/course/secret", "submission_metadata.json",
             "results/results.json", "submission/my homework.ipynb", "source/packages/d2l_autograder/key/key.py"):
    for mode in ("r", "a"):
        try:
            open(AUTOGRADER + path, mode).read(1)
            found.append(path)
        except OSError:
            pass
for path in ("/tmp/d2l", "/var/tmp/d2l", "/dev/shm/d2l", "/etc/shadow", "/opt/d2l-grade/cache/d2l", AUTOGRADER + "x"):
    try:
        open(path, "w")
        found.append(path)
    except OSError:
        pass
for target in (os.getppid(), 1):
    try:
        os.kill(target, 9)
        found.append(target)
    except OSError:
        pass

def stable_softmax(Z):
    raise RuntimeError(f"found {found}")
"""


def made_ubuntu(mirror: str) -> Path:
    """Make the base, or return the one of an earlier run."""
    base, unfinished = BUILD / "base-jammy", BUILD / "unfinished-jammy"
    if not base.exists():
        remove(unfinished)
        BUILD.mkdir(parents=True, exist_ok=True)
        script = "/usr/share/debootstrap/scripts/jammy"  # Debian's debootstrap knows Ubuntu, but has no keys of it
        command = ["debootstrap", "--no-check-gpg", "--variant=minbase", "--components=main,universe", "jammy"]
        subprocess.run([*command, unfinished, mirror, script], check=True, stdout=subprocess.DEVNULL)
        sources = "".join(f"deb [trusted=yes] {mirror} {suite} main universe\n" for suite in SUITES)
        (unfinished / "etc/apt/sources.list").write_text(sources)
        unfinished.rename(base)
    return base


def results(machine: Machine, submission: Path, landlock: bool) -> dict[str, object]:
    """Run ``run_autograder`` on a submission in a container's confinement, and return what it wrote."""
    place = machine.folder / "autograder"
    for name in ("submission", "results"):
        remove(place / name)
    shutil.copytree(submission, place / "submission")
    (place / "results").mkdir()
    (place / "submission_metadata.json").write_text('{"users": [{"email": "ada@example.org"}]}')
    shutil.copy(ROOT / "tests/machines/like_docker.py", machine.folder / "usr/local/like_docker.py")
    script = (
        f"cd /autograder; exec python3.11 /usr/local/like_docker.py {'' if landlock else '--no-landlock'} "
        f"setpriv {CAPABILITIES} sh -c 'grep CapEff /proc/self/status; ./run_autograder >results/stdout 2>&1'"
    )
    done = machine.run(script, user=0, timeout=600)
    if DOCKERS not in done.stdout:
        sys.exit(f"the capabilities are not Docker's: {done.stdout}")
    content: dict[str, object] = json.loads((place / "results/results.json").read_bytes())
    return content


def attempts(machine: Machine, handed_in: Path) -> Iterator[tuple[str, bool, object]]:
    """Yield what was tried, whether it went as it should, and what came of it."""
    settings = machine.folder / "autograder/source/bundle.json"
    allowed = settings.read_text()
    settings.write_text(allowed.replace('"without_namespaces": true', '"without_namespaces": false'))
    content = results(machine, handed_in / "right", landlock=True)
    is_refused = "score" not in content and "--without-namespaces" in str(content["output"])
    yield "without namespaces, it is refused unless it was allowed", is_refused, content
    settings.write_text(allowed)
    wanted = {"right": 11, "partly right": 10, "untouched": 0, "broken": 0, "hostile": 9}
    for landlock in (True, False):
        for name, score in wanted.items():
            content = results(machine, handed_in / name, landlock)
            is_well = content["score"] == score and (name != "hostile" or "found []" in json.dumps(content))
            yield f"{name}{'' if landlock else ', no Landlock'}", is_well, content


def main() -> None:
    """Set the container up and try it; status 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mirror", default="http://archive.ubuntu.com/ubuntu", help="by default %(default)s")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("This needs root and debootstrap: sudo apt-get install debootstrap")
    machine = Machine.copied(made_ubuntu(arguments.mirror), BUILD / "gradescope")
    python, environment = ROOT / ".venv/bin/python", os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    failed = False
    try:
        with tempfile.TemporaryDirectory() as scratch:
            hostile, handed_in, bundle = Path(scratch, "hostile"), Path(scratch, "submissions"), Path(scratch, "a.zip")
            hostile.write_text(HOSTILE)
            handed_in.mkdir()
            notebook = ROOT / "notebooks/04_softmax_regression.ipynb"
            command = [python, "-m", "d2l_autograder", "bundle", "--gradescope", notebook, bundle]
            subprocess.run([*command, "--without-namespaces"], env=environment, check=True)
            subprocess.run([python, "-c", NOTEBOOKS, handed_in, hostile], env=environment, check=True)
            place = machine.folder / "autograder"
            place.mkdir()
            shutil.unpack_archive(bundle, place / "source", "zip")
            for name in ("run_autograder", "setup.sh"):  # Gradescope's unpacking keeps the permissions
                (place / "source" / name).chmod(0o755)
            shutil.copy(place / "source/run_autograder", place / "run_autograder")
            began = time.monotonic()
            done = machine.run("bash /autograder/source/setup.sh", user=0)
            print(f"setup.sh: status {done.returncode}, {time.monotonic() - began:.0f} s, {done.stdout[-200:]}")
            if done.returncode:
                sys.exit(done.stdout)
            began = time.monotonic()
            for name, is_well, content in attempts(machine, handed_in):
                failed |= not is_well
                took = time.monotonic() - began
                print(f"{name:<60} {'ok' if is_well else f'FAILED: {content}'} {took:6.1f} s", flush=True)
                began = time.monotonic()
    finally:
        remove(machine.folder)
    sys.exit(failed)


if __name__ == "__main__":
    main()
