"""Peak memory: what counts, what counts once, and a program that does not end."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.grading.memory import PeakMemory, _shares_parents_memory


def test_memory_is_that_of_all_processes_together():
    child = "data = bytearray(b'x') * 60_000_000; print('ready', flush=True); input()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    command, peak = [sys.executable, "-c", parent], PeakMemory()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == b"ready\n"
        peak._measure(program.pid)
        program.stdin.close()
    assert 60e6 < peak.everything < 120e6
    assert peak.program < 40e6
    assert peak.processes == 2
    assert peak.kernel == 0


def test_the_peak_stays_after_the_program_has_ended():
    peak = PeakMemory()
    assert peak.watch_until_end(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.DEVNULL), 60)
    assert peak.everything > 0


def test_a_process_that_still_has_its_parents_memory_is_not_counted():
    starts = "import subprocess\nwhile True: subprocess.run(['true'])"
    program, found = subprocess.Popen([sys.executable, "-c", starts]), set()
    deadline = time.monotonic() + 60
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    while len(found) < 2 and time.monotonic() < deadline:
        for child in children.read_text().split():
            with suppress(psutil.NoSuchProcess):
                found.add(_shares_parents_memory(int(child)))
    program.kill()
    program.wait()
    assert found == {True, False}
    assert not _shares_parents_memory(os.getpid())


def test_a_program_that_does_not_end_is_killed():
    program = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    assert not PeakMemory().watch_until_end(program, 0.5)
    assert program.returncode != 0
