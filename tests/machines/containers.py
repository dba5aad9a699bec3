"""The container images, built and used by a real Docker daemon: `make test-containers`.

The daemon is Debian 13's, in a folder and in namespaces of its own. debootstrap makes the image that the Dockerfiles
start from, like debian:bookworm-slim, which therefore is not fetched. Of Binder, repo2docker builds the image as on
mybinder.org, and JupyterLab is started by BinderHub's command under Binder's limits. Needs root and debootstrap;
fetches 900 MB and takes 8 GB of space.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docker_machine import DockerMachine
from machine import made_base

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "machines"
RUN = "docker run --rm --init"
SERVER = f"{RUN} --detach --name lab --publish 127.0.0.1:8888:8888"
UNCONFINED = " ".join(f"--security-opt {name}=unconfined" for name in ("seccomp", "systempaths", "apparmor"))
NBVAL = "pytest -q --nbval --nbval-current-env -p no:cacheprovider notebooks/04_softmax_regression.ipynb"
# Fetches the page whose address the server has printed
PAGE = """
for i in $(seq 60); do
    url=$(docker logs lab 2>&1 | grep -o 'http://127.0.0.1:8888/[^ ]*token=[0-9a-f]*' | head -n 1) || true
    [ -z "$url" ] || ! python3 -c "import urllib.request as u; u.urlopen('$url')" 2>/dev/null || break
    sleep 0.5
done
docker logs lab
python3 -c "import urllib.request as u; page = u.urlopen('$url'); print(page.status, b'jupyter-config' in page.read())"
"""
KEY = """python -c '
from d2l_helpers.exercises.key_text import chapter, solution_text
print(all(solution_text(exercise) for group in chapter().values() for exercise in group))'
"""
STOP = "docker rm --force lab >/dev/null 2>&1 || true; while docker inspect lab >/dev/null 2>&1; do sleep 0.1; done\n"
GRADE = (
    "--volume /course:/chapter/work/course --workdir /chapter/work/course chapter d2l-grade grade submitted --out marks"
)
BINDER = "import os, sys, jupyterlab.labapp; os.execvp('jupyter-lab', sys.argv)"  # as in BinderHub's chart
LIMITS = "--user 1000 --memory 2g --memory-swap 2g --cpus 1 --security-opt no-new-privileges"


@dataclass(frozen=True)
class Step:
    """A script, and what it must say; with `fails`, it must end in an error of ours."""

    name: str
    script: str
    says: str = ""
    fails: bool = False

    def is_well(self, done: subprocess.CompletedProcess[str]) -> bool:
        """Return whether the script ended as it should."""
        is_ours = "expected:" in done.stdout and "Traceback" not in done.stdout
        return self.says in done.stdout and (is_ours and done.returncode != 0 if self.fails else done.returncode == 0)


def readers() -> Iterator[Step]:
    """Yield what a reader does, on a usual machine and on unusual ones."""
    yield Step("docker build", "docker build --progress plain --tag chapter /chapter 2>&1")
    again = (
        "echo '# a change' >>/chapter/d2l_helpers/errors.py; docker build --progress plain --tag chapter /chapter 2>&1"
    )
    yield Step("... after a change of the code, no package again", f"{again} | grep -A 1 'setup.sh packages'", "CACHED")
    kept = f"{STOP}{SERVER} --volume linear-networks:/chapter/work chapter"
    yield Step("the page, work in a volume", kept + PAGE, "200 True")
    yield Step("... as an ordinary user", "docker exec lab id -u", "1000")
    yield Step("... notebook 04 by nbval", f"docker exec lab {NBVAL}")
    yield Step("... the doctor finds no problem", "docker exec lab d2l-helpers doctor")
    yield Step("... helpers.solution finds the key", f"docker exec --workdir /chapter/work lab {KEY}", "True")
    write = "docker exec lab sh -c 'echo mine >/chapter/work/mine'"
    yield Step(
        "... and work is there in a new container", f"{write}; {kept}; docker exec lab cat /chapter/work/mine", "mine"
    )
    yield Step("... Ctrl-C ends the server at once", "docker kill --signal INT lab; timeout 5 docker wait lab")
    mine = "mkdir -p /mine; chown 4321 /mine; "
    owned = f"{STOP}{mine}{SERVER} --user 4321:4321 --volume /mine:/chapter/work chapter{PAGE}"
    yield Step("a folder of the host's, another user id", f"{owned}stat -c %u /mine/00*.ipynb", "4321")
    read_only = f"{STOP}{SERVER} --read-only --tmpfs /tmp --volume linear-networks:/chapter/work chapter"
    yield Step("a read-only root, home in a volume", read_only + PAGE, "200 True")
    yield Step("no network, no capability", f"{RUN} --network none --cap-drop ALL chapter {NBVAL}")
    yield Step(
        "a read-only root and home: refused", f"{RUN} --read-only --tmpfs /tmp chapter", "Read-only file", fails=True
    )
    yield Step(
        "another user id without a folder: refused", f"{RUN} --user 4321 chapter", "Permission denied", fails=True
    )
    root_owned = f"{RUN} --volume /roots:/chapter/work chapter"
    yield Step("a folder that Docker makes, root's: refused", root_owned, "Permission denied", fails=True)


def teachers() -> Iterator[Step]:
    """Yield attempts at grading: Docker's default refuses what the sandbox is made of."""
    handed_in = "/course/submitted/ada/04_softmax_regression"
    course = f"mkdir -p {handed_in}; cp /chapter/notebooks/04_*.ipynb {handed_in}; chown -R 1000 /course"
    yield Step("grading, by default: refused", f"{course}; {RUN} {GRADE}", "seccomp=unconfined", fails=True)
    yield Step("grading, with Docker's protections off", f"{RUN} {UNCONFINED} {GRADE}", "1 notebook: 1 marked")
    yield Step("... the grader's doctor", f"{RUN} {UNCONFINED} chapter d2l-grade doctor", "a sandbox starts")
    privileged = f"rm -rf /course/marks; {RUN} --user 0 --privileged {GRADE}"
    yield Step("grading as root, --privileged", privileged, "1 notebook: 1 marked")
    yield Step("nbgrader by --build-arg", "docker build --quiet --build-arg EXTRAS=grading --tag grading /chapter")
    yield Step("... is there", f"{RUN} grading nbgrader --version")


def editors() -> Iterator[Step]:
    """Yield what VS Code does with .devcontainer, without VS Code."""
    yield Step("development container: docker build", "docker build --quiet --target development --tag dev /chapter")
    workspace = "rm -rf /workspace; cp -a /chapter /workspace; chown -R 1000:1000 /workspace"
    inside = "--volume /workspace:/workspaces/chapter --workdir /workspaces/chapter dev"
    created = f"{workspace}; {RUN} {inside} sh -c 'sh .devcontainer/create.sh; cd work; python -c \""
    where = f"{created}import d2l_helpers as h; print(h.__file__)\"; git --version; d2l-helpers doctor'"
    yield Step("... create.sh: commands and code of the folder", where, "/workspaces/chapter/d2l_helpers/__init__.py")


def binder() -> Iterator[Step]:
    """Yield a click on Binder's badge."""
    install = "python3 -m venv /opt/r2d; /opt/r2d/bin/pip install --quiet jupyter-repo2docker"
    build = (
        "/opt/r2d/bin/repo2docker --debug --no-run --user-id 1000 --user-name jovyan --image-name binder chapter 2>&1"
    )
    yield Step("binder: repo2docker builds", f"{install}; cd /; {build}", "Using DockerBuildPack builder")
    token = "--ip=0.0.0.0 --port=8888 --ServerApp.token=abc --ServerApp.base_url=/user/x/"
    server = f'{STOP}{SERVER} {LIMITS} binder python3 -c "{BINDER}" {token}'
    # What the link opens, and what JupyterLab then reads; /user/x/ alone leads to the same page
    api = "http://127.0.0.1:8888/user/x/api/contents/00_start_here.ipynb?content=0&token=abc"
    fetched = f"python3 -c \"import urllib.request as u; print(u.urlopen('{api}').status)\""
    until = f"for i in $(seq 60); do {fetched} 2>/dev/null && exit; sleep 0.5; done; docker logs lab; exit 1"
    yield Step("... the page, by BinderHub's command", f"{server}; {until}", "200")
    yield Step("... notebook 04 by nbval, 2 GB, one CPU", f"docker exec --workdir /home/jovyan lab {NBVAL}")
    yield Step("... the doctor finds no problem", "docker exec lab d2l-helpers doctor")


def main() -> None:
    """Build the images and use them; status 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mirror", help="Debian's packages, by default as debootstrap chooses")
    mirror = parser.parse_args().mirror
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("This needs root and debootstrap: sudo apt-get install debootstrap")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # otherwise the daemon would go on
    failed = False
    with DockerMachine(made_base("trixie", BUILD, mirror), BUILD / "docker") as docker:
        docker.import_base(made_base("bookworm", BUILD, mirror, packages=""), "debian:bookworm-slim")
        archive = subprocess.run(
            ["git", "archive", "--prefix=chapter/", "HEAD"], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "-x"], cwd=docker.folder, input=archive.stdout, check=True)
        for step in (*readers(), *teachers(), *editors(), *binder()):
            began = time.monotonic()
            done = docker.run(step.script)
            is_well = step.is_well(done)
            failed |= not is_well
            result = "ok" if is_well else f"FAILED: {done.stdout[-3000:]}"
            print(f"{step.name:<52} {result} {time.monotonic() - began:6.1f} s", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
