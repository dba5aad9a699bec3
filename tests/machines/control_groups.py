"""Version 2 of control groups on real kernels: `python3 tests/machines/control_groups.py --help`.

On each release: a virtual machine with systemd, in which sandboxes start from each place where a grader may be: a
service, a scope, a user's session, a container, with and without delegation. Needs root, qemu and debootstrap, and of
Python only the standard library; fetches 150 MB for each release, once.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from virtual_machine import acceleration, lacking, made_root, run

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "machines"
COMMAND = "python3 tests/machines/inside_control_groups.py"


def main() -> None:
    """Try each release; status 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mirror", help="Debian's mirror for debootstrap; by default its own")
    parser.add_argument("--releases", nargs="*", default=("bookworm", "trixie"), help="by default: %(default)s")
    parser.add_argument("--folder", type=Path, default=BUILD, help="where machines are kept; by default %(default)s")
    parser.add_argument("--attacks", action="store_true", help="run the sandbox's hostile tests, too")
    arguments = parser.parse_args()
    if reason := lacking():
        sys.exit(reason)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what lies in a machine's folder is removed, too
    seconds = (600 if acceleration() == "kvm" else 2400) * (3 if arguments.attacks else 1)
    command = COMMAND + (" --attacks" if arguments.attacks else "")
    failed = []
    for release in arguments.releases:
        last = ""
        for last in run(made_root(release, arguments.folder, arguments.mirror), ROOT, command, seconds):
            print(f"{release:<10}{last}", flush=True)
        failed += [release] if last != "status 0" else []
    sys.exit(f"failed on {' and '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
