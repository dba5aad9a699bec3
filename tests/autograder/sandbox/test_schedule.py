"""A sandbox that other programs kept from running is told from one that computes or sleeps for too long."""

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from d2l_autograder.sandbox import Lost, Verdict
from d2l_autograder.sandbox.schedule import Turns, was_starved

START = Turns(when=100.0, ran=50.0, waited={1: 7.0, 2: 0.0})


@pytest.mark.parametrize(
    ("ran", "waited", "stalled", "expected"),
    [
        (10.0, 0.1, 0.0, False),  # a loop that had a core to itself
        (19.0, 9.9, 0.0, False),  # many threads that waited for one another
        (0.0, 0.0, 0.0, False),  # asleep
        (0.5, 9.4, 0.0, True),  # one of twenty that wanted the core
        (4.0, 6.0, 0.0, True),
        (8.0, 2.0, 0.0, False),
        (0.2, 0.1, 9.0, True),  # the machine waited for its disk
    ],
)
def test_who_ran_little_and_waited_long_was_starved(ran, waited, stalled, expected):
    end = Turns(when=110.0, ran=50.0 + ran, waited={1: 7.0 + waited, 2: 0.0, 3: 0.01}, stalled=stalled)
    assert was_starved(START, end) is expected


def test_a_thread_that_began_meanwhile_counts():
    assert was_starved(START, Turns(when=110.0, ran=51.0, waited={9: 8.0}))


@pytest.mark.sandbox
def test_a_timeout_without_a_turn_is_starved(opened):
    spin = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"
    core = min(os.sched_getaffinity(0))
    with opened(seconds=3, kept=8) as sandbox, ExitStack() as stack:
        sandbox.run("pin", f"import os\nos.sched_setaffinity(0, {{{core}}})\nos.nice(19)")
        for _ in range(6):
            command = [sys.executable, "-c", spin, str(core)]
            spinner = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
            stack.callback(spinner.wait)
            stack.callback(spinner.kill)
            stack.callback(spinner.stdout.close)
            spinner.stdout.readline()
        with pytest.raises(Lost) as lost:
            sandbox.run("loop", "while True: pass")
    assert lost.value.verdict == Verdict.TIMEOUT
    assert lost.value.is_starved


@pytest.mark.sandbox
def test_a_timeout_asleep_is_not_starved(opened):
    with opened(seconds=1) as sandbox, pytest.raises(Lost) as lost:
        sandbox.run("sleep", "import time\ntime.sleep(100)")
    assert lost.value.verdict == Verdict.TIMEOUT
    assert not lost.value.is_starved
