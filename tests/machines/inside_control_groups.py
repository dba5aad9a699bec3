"""What runs inside a virtual machine: a sandbox from each place among the control groups where a grader may start.

Prints a line for each place; status 1 if one of them differs from what it should be.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

USER = ["runuser", "-u", "teacher", "--", "env", "XDG_RUNTIME_DIR=/run/user/1000"]
SCOPE = ["systemd-run", "--quiet", "--scope"]
DELEGATED = [*SCOPE, "-p", "Delegate=yes"]
ROOT_GROUP = ["sh", "-ec", 'echo $$ > /sys/fs/cgroup/cgroup.procs; exec "$@"', "sh"]
# As an engine's container has them: a view that begins at the own group, and that cannot be written to
CONTAINER = [
    "unshare", "--cgroup", "--mount", "sh", "-ec",
    'umount /sys/fs/cgroup; mount -t cgroup2 -o ro cgroup2 /sys/fs/cgroup; exec "$@"', "sh",
]  # fmt: skip
WRITABLE = [*CONTAINER[:5], CONTAINER[5].replace("-o ro ", ""), "sh"]
# Where a sandbox's group must lie, seen from the grader's group at its start; None: none can be made
PLACES: dict[str, tuple[list[str], str | None]] = {
    "root, service": ([], ".."),
    "root, scope": (SCOPE, ".."),
    "root, delegated scope": (DELEGATED, "."),
    "root, root group": (ROOT_GROUP, "."),
    "root, read-only container": (CONTAINER, None),
    "root, writable container": ([*DELEGATED, *WRITABLE], "."),
    "user, no session": (USER, None),
    "user, scope": ([*USER, *SCOPE, "--user"], ".."),
    "user, delegated scope": ([*USER, *DELEGATED, "--user"], "."),
}


def probe() -> None:
    """Print, as JSON, where a sandbox's group lies, and what became of attacks in it."""
    from d2l_autograder.sandbox import Limits, Sandbox, protections

    def own() -> str:
        return Path("/proc/self/cgroup").read_text().rpartition("0::")[2].strip()

    before = own()
    found: dict[str, object] = {}
    with Sandbox(Limits(memory=192 << 20, processes=24, seconds=60)) as sandbox:
        group = sandbox.process.group if sandbox.process else None
        if group is not None:
            found["group"] = os.path.relpath(group.memory.parent, f"/sys/fs/cgroup{before}")
            found["limit"] = int((group.memory / "memory.max").read_text())
            found["swap"] = (group.memory / "memory.swap.max").read_text().strip()
    for name in ("the memory limit holds", "the process limit holds"):
        found[name] = protections.attempt(name).state
    if group is not None:
        found["left"] = [str(folder) for folder in group.memory.parent.glob("d2l-sandbox-*")]
    print(json.dumps(found))


def place(name: str) -> tuple[bool, str]:
    """Run the probe from a place, and compare."""
    command, where = PLACES[name]
    said = _said([*command, sys.executable, __file__, "probe"])
    try:
        found = json.loads(said.splitlines()[-1])
    except (IndexError, ValueError):
        return False, said
    holds = {"the memory limit holds": "ok", "the process limit holds": "ok"}
    if where is not None:
        holds |= {"group": where, "limit": 192 << 20, "swap": "0", "left": []}
    return found == holds, json.dumps(found)


def two_graders() -> tuple[bool, str]:
    """Run two probes in one delegated scope, and look at the scope after them."""
    one = f"{sys.executable} {__file__} probe"
    group = "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)"
    after = f"echo left: $(cat {group}/cgroup.subtree_control) $(find {group} -mindepth 1 -type d)"
    said = _said([*USER, *DELEGATED, "--user", "sh", "-c", f"{one} & {one}; wait; {after}"])
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    are_well = len(lines) == 2 and all(line["the memory limit holds"] == "ok" for line in lines)
    return are_well and said.splitlines()[-1] == "left:", said


def killed() -> tuple[bool, str]:
    """Kill a grader in a scope; the next there must work and leave nothing."""
    start = "import time; from d2l_autograder.sandbox import Sandbox; Sandbox().start(); print(1, flush=True)"
    group = "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup | sed s,/d2l-grader,,)"
    script = (
        f'{sys.executable} -c "{start}; time.sleep(99)" > /tmp/started & '
        "while ! [ -s /tmp/started ]; do sleep 0.2; done; kill -9 $!; wait; "
        f"{sys.executable} {__file__} probe; echo left: $(find {group} -mindepth 1 -type d)"
    )
    said = _said([*USER, *DELEGATED, "--user", "sh", "-c", script])
    return said.splitlines()[-1:] == ["left:"] and '"the memory limit holds": "ok"' in said, said


def doctor(command: list[str], remedy: str) -> tuple[bool, str]:
    """Run the doctor from a place; each protection must hold, and the one remedy be this."""
    said = _said([*command, sys.executable, "-m", "d2l_autograder", "doctor", "--json"])
    try:
        rows = json.loads(said)
    except ValueError:
        return False, said
    remedies = " ".join(row["remedy"] for row in rows if "control group" in row["name"])
    return all(row["state"] != "problem" for row in rows) and (remedy in remedies if remedy else not remedies), said


def attacks() -> tuple[bool, str]:
    """Run the sandbox's hostile tests in a delegated scope, as a user."""
    limits = Path("tests/support/hostile.py")  # without KVM, an attack needs longer to reach its limit
    limits.write_text(limits.read_text().replace('"seconds": 10,', '"seconds": 60,'))
    ini = Path("/tmp/trial.ini")
    ini.write_text(
        "[pytest]\npythonpath = /srv/chapter /srv/chapter/tests\nmarkers =\n  sandbox\n  nightly\n  timing\n"
    )
    tests = [f"tests/autograder/sandbox/test_{name}.py" for name in ("hostile", "cgroup")]
    # The tests' own conftest needs MXNet, which Debian does not have
    options = ["-q", "-x", "-c", str(ini), "--rootdir=/srv/chapter", "--confcutdir=tests/autograder/sandbox",
               "-p", "no:cacheprovider", "--import-mode=importlib"]  # fmt: skip
    command = [*USER, *DELEGATED, "--user", sys.executable, "-m", "pytest", *options, *tests]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode == 0, done.stdout[-3000:]


def _said(command: list[str]) -> str:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, check=False
    )
    return done.stdout


def main() -> None:
    """Try everything; the machine's versions come first."""
    versions = {name: _said([name, "--version"]).splitlines()[0] for name in ("systemctl", "bwrap", "python3")}
    print("machine:", platform.release(), *versions.values(), sep=", ", flush=True)
    steps = {name: lambda name=name: place(name) for name in PLACES}
    steps |= {
        "two graders in one scope": two_graders,
        "after a killed grader": killed,
        "the doctor, user, no session": lambda: doctor(USER, "systemd-run --user --scope"),
        "the doctor, user, delegated scope": lambda: doctor([*USER, *DELEGATED, "--user"], ""),
        "the doctor, root": lambda: doctor([], ""),
    }
    if "--attacks" in sys.argv:
        steps["the hostile tests, user, delegated scope"] = attacks
    failed = 0
    for name, step in steps.items():
        is_well, said = step()
        failed += not is_well
        print(f"{'ok' if is_well else 'FAILED':<7}{name}: {'' if is_well else said}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    probe() if sys.argv[1:] == ["probe"] else main()
