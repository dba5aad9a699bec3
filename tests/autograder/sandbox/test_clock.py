"""What a request computes counts, and what it waits for nobody; what other programs of the machine take does not."""

import mmap
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest
from support.hostile import SMALL
from support.leftovers import nothing_left
from support.never_ending import ENDLESS, HIDES
from support.waiting import until

from d2l_autograder.sandbox import Limits, Lost, Sandbox, Verdict, cgroup, clock
from d2l_autograder.sandbox.usage import Meter, read_from_disk, want_to_run

pytestmark = pytest.mark.sandbox

SPIN = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"


@contextmanager
def spinners(number, core):
    """Keep a core busy with so many programs."""
    with ExitStack() as stack:
        for _ in range(number):
            command = [sys.executable, "-c", SPIN, str(core)]
            one = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True))
            stack.callback(one.kill)
            one.stdout.readline()
        yield


@pytest.fixture(params=["a group", "no group"])
def start(request, working, monkeypatch):
    """Make a sandbox with a control group or without, by the seconds of a request."""
    if request.param == "no group":
        monkeypatch.setattr(cgroup, "make", lambda limits: None)
    elif (group := cgroup.make(Limits())) is None:
        pytest.skip("no control group can be made here: grade as root, or in a scope of systemd's")
    else:
        group.remove()
    with nothing_left():
        yield lambda seconds: Sandbox(Limits(**SMALL | {"seconds": seconds}))


def test_other_programs_take_nothing_of_a_requests_time(start):
    core = min(os.sched_getaffinity(0))
    with start(1) as sandbox, spinners(6, core):
        sandbox.run("pin", f"import os, time\nos.sched_setaffinity(0, {{{core}}})\nos.nice(19)")
        source = "began, ran = time.time(), time.process_time()\nwhile time.time() < began + 2: pass"
        sandbox.run("wait", f"{source}\nran = time.process_time() - ran")  # twice the limit, on the clock
        assert sandbox.get("ran").value < 1


@pytest.mark.parametrize("case", ENDLESS)
def test_what_never_ends_uses_up_its_time_and_says_how(start, case, monkeypatch):
    monkeypatch.setattr(clock, "PATIENCE", 100)  # whatever else runs on this machine
    source, said = ENDLESS[case]
    with start(0.5) as sandbox, pytest.raises(Lost) as lost:
        sandbox.run("endless", source)
    assert lost.value.verdict == Verdict.TIMEOUT
    assert lost.value.message == said
    assert sandbox.seconds >= 0.5


@pytest.mark.parametrize("case", HIDES)
def test_what_hides_its_time_ends_all_the_same(start, case, monkeypatch):
    monkeypatch.setattr(clock, "PATIENCE", 100)  # its time is found, not only the clock's on the wall
    with start(0.5) as sandbox, pytest.raises(Lost) as lost:
        sandbox.run("hides", HIDES[case])
    assert lost.value.verdict == Verdict.TIMEOUT


def test_a_cell_says_which_statement_it_has_begun(start):
    with start(0.3) as sandbox, pytest.raises(Lost) as lost:
        sandbox.run("endless", "import math\nx = 1\nwhile True: pass\ny = 2")
    assert lost.value.place == 2


@pytest.mark.parametrize(("source", "expected"), [("while True: pass", True), ("import time; time.sleep(99)", False)])
def test_a_process_wants_to_run_or_waits(source, expected):
    source = f"print(flush=True)\n{source}"
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        until(lambda: want_to_run([process.pid]) is expected)  # it may be on its way from one line to the next
        process.kill()
    assert not want_to_run([process.pid])


def test_what_comes_from_a_disk_is_counted():
    before = read_from_disk([os.getpid()])
    with mmap.mmap(-1, mmap.PAGESIZE) as page:
        try:
            fd = os.open(os.__file__, os.O_RDONLY | os.O_DIRECT)
            os.readv(fd, [page])
        except OSError as error:
            pytest.skip(f"this file system reads nothing past its cache: {error}")
        os.close(fd)
    assert read_from_disk([os.getpid()]) >= before + mmap.PAGESIZE
    assert read_from_disk([]) == read_from_disk([-1]) == 0


def test_a_meter_counts_what_one_process_computes_after_another_has_ended():
    meter, used = Meter(), []
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", SPIN, "0"], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            before = meter.usage.cpu_seconds
            while meter.usage.cpu_seconds < before + 0.2:
                meter.measure([process.pid])
            process.kill()
        meter.measure([process.pid])
        used.append(meter.usage.cpu_seconds)
    assert used[0] >= 0.2
    assert used[1] >= used[0] + 0.2
