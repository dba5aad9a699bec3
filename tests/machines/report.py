"""What was tried on a machine, whether it went well, and how long it took, as a table."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from machine import Machine


@dataclass
class Report:
    """What was tried, whether it went well, and how long it took."""

    rows: list[tuple[str, str, bool, float]] = field(default_factory=list)

    def step(self, machine: str, name: str, attempt: Callable[[], tuple[bool, str]]) -> bool:
        """Try something, and print its line; of what fails, everything that was said."""
        start = time.monotonic()
        try:
            is_well, said = attempt()
        except subprocess.TimeoutExpired as error:
            is_well, said = False, f"not done after {error.timeout:.0f} s\n{error.output or ''}"
        seconds = time.monotonic() - start
        self.rows.append((machine, name, is_well, seconds))
        print(f"{machine:<10} {name:<58} {'ok' if is_well else 'FAILED':<7} {seconds:6.1f} s", flush=True)
        if not is_well:
            print(said, flush=True)
        return is_well

    def table(self) -> str:
        """Return all rows as a Markdown table."""
        lines = [f"| {m} | {name} | {'ok' if well else 'FAILED'} | {s:.1f} s |" for m, name, well, s in self.rows]
        return "\n".join(["| machine | what | | time |", "|---|---|---|---|", *lines])


def works(machine: Machine, script: str, **how: object) -> Callable[[], tuple[bool, str]]:
    """Return an attempt at a script that must succeed."""

    def attempt() -> tuple[bool, str]:
        done = machine.run(script, **how)  # type: ignore[arg-type]
        return done.returncode == 0, done.stdout

    return attempt


def refuses(machine: Machine, script: str, said: str, **how: object) -> Callable[[], tuple[bool, str]]:
    """Return an attempt at a script that must end in an error of ours with these words, and in no traceback."""

    def attempt() -> tuple[bool, str]:
        done = machine.run(script, timeout=300, **how)  # type: ignore[arg-type]
        is_ours = said in done.stdout and "expected:" in done.stdout and "Traceback" not in done.stdout
        return done.returncode != 0 and is_ours, done.stdout

    return attempt
