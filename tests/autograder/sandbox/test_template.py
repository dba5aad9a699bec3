"""A worker that is forked from a template has what one has that starts inside, and nothing of its template's."""

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from d2l_autograder.sandbox import Lost, Setup, Verdict
from d2l_autograder.sandbox import template as template_module
from d2l_autograder.sandbox.forked_process import ForkedProcess
from d2l_autograder.sandbox.process import ConfinedProcess
from d2l_autograder.sandbox.template import Template, template_for
from d2l_helpers.data import cache_folder

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("forking")]


@pytest.fixture(scope="module")
def forking(working):
    if not template_for(Setup()):  # also in CI: its user may own the interpreter
        pytest.skip("no worker is forked here: run as root, or with a Python of root's, and glibc 2.34 or newer")


MXNET = Setup(data=cache_folder(), imports=("import d2l_helpers", "from mxnet import np, npx"), mxnet=True)
LARGE = {"memory": 2 << 30, "address_space": 6 << 30, "processes": 128, "seconds": 60}

LOOK = """
import ctypes, gc, inspect, os, resource, signal, sys, threading
from pathlib import Path
import numpy, d2l_helpers
status = Path("/proc/self/status").read_text().splitlines()
kept = ("Umask", "Groups", "Sig", "Shd", "Cap", "NoNewPrivs", "Seccomp", "Threads")
links = [os.readlink(path) for fd in range(100) if os.path.islink(path := f"/proc/self/fd/{fd}")]
files = {name: getattr(module, "__file__", None) for name, module in sorted(sys.modules.items())}
for name in ("socket", "_socket", "select", "selectors", "array"):  # what the template needs, and any code may import
    files.pop(name, None)
mounts = [line.split(" ")[4:6] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
limits = Path("/proc/self/limits").read_text().splitlines()
print(*[line for line in status if line.startswith(kept)], sep="\\n")
print(sorted(os.environ.items()), os.getcwd(), sys.path, sys.argv, sys.flags, sys.executable, sys.prefix, sep="\\n")
print([link.split(":")[0] for link in links], mounts, limits, sorted(files.items()), sep="\\n")
print(d2l_helpers.__path__, d2l_helpers.__spec__.origin, threading.active_count(), gc.isenabled(), os.nice(0))
print([signal.getsignal(number) for number in sorted(signal.valid_signals())], os.uname()[1], sys.getrecursionlimit())
print(Path("/proc/self/oom_score_adj").read_text(), os.stat("/proc/self/environ").st_uid == os.getuid(), hash("text"))
print([os.readlink(f"/proc/self/{name}") for name in ("exe", "cwd", "root")])
print(inspect.getsource(d2l_helpers.load_data_fashion_mnist), d2l_helpers.try_gpu.__code__.co_filename)
print(ctypes.CDLL(None).prctl(3), ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))
"""


def seen(opened, setup, source):
    with opened(setup, **LARGE) as sandbox:
        return type(sandbox.process), sandbox.run("look", source).printed.splitlines()


@pytest.mark.parametrize("setup", [Setup(imports=("import d2l_helpers",)), MXNET], ids=["plain", "MXNet"])
def test_a_forked_worker_sees_what_one_that_starts_inside_sees(opened, setup, request):
    forked, ours = seen(opened, setup, LOOK)
    request.getfixturevalue("started_inside")
    started, theirs = seen(opened, setup, LOOK)
    assert (forked, started) == (ForkedProcess, ConfinedProcess)
    assert ours == theirs


NAMESPACES = "import os\nprint({name: os.readlink(f'/proc/self/ns/{name}') for name in os.listdir('/proc/self/ns')})"


def test_each_worker_has_namespaces_and_a_user_of_its_own(opened):
    whole = {path.name: str(path.readlink()) for path in Path("/proc/self/ns").iterdir()}
    with opened() as one, opened(kept=8) as other:
        found = [eval(each.run("a", NAMESPACES).printed) for each in (one, other)]
        users = [each.run("b", "print(os.getuid())").printed for each in (one, other)]
    own = {"ipc", "mnt", "net", "pid", "uts"} | ({"user"} if os.geteuid() else set())
    for name in own:
        assert len({whole[name], found[0][name], found[1][name]}) == 3, name
    assert os.geteuid() or len(set(users)) == 2


def test_workers_share_no_random_numbers_and_no_memory(opened):
    draw = "import numpy, random, os\nprint(*numpy.random.rand(4), random.random(), os.urandom(4).hex())"
    with opened(MXNET, **LARGE) as one, opened(MXNET, kept=8, **LARGE) as other:
        drawn = [each.run("a", draw).printed.split() for each in (one, other)]
        shared = one.run("b", "print([line for line in open('/proc/self/maps') if line.split()[1][1:] == 'w-s'])")
    assert not set(drawn[0]) & set(drawn[1])
    assert shared.printed == "[]\n"


def test_a_forked_worker_computes_the_same_bits(opened, request):
    cell = """
from mxnet import autograd, np, npx
def f(X, W):
    W.attach_grad()
    with autograd.record():
        loss = npx.log_softmax(np.dot(X, W)).sum()
    loss.backward()
    return npx.softmax(np.dot(X, W)), W.grad, np.random.uniform(size=(3,))
"""
    generator, results = np.random.default_rng(1), []
    given = [generator.normal(size=(64, 100)), generator.normal(size=(100, 10))]
    for fixtures in ((), ("started_inside",)):
        for name in fixtures:
            request.getfixturevalue(name)
        with opened(MXNET, **LARGE) as sandbox:
            sandbox.run("a", cell)
            results.append(sandbox.call("f", given).value)
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("how", "status"), [("os._exit(3)", "status 3"), ("os.abort()", "SIGABRT")])
def test_how_a_forked_worker_ended_is_known(opened, how, status):
    with opened() as sandbox:
        with pytest.raises(Lost, match=status) as lost:
            sandbox.run("a", f"import os\n{how}")
        assert lost.value.verdict == Verdict.DIED


def _killed(template, patch):
    template._process.kill()
    template._process.wait()


def _refused(template, patch):
    """Name a pipe where the first process inside should be, so that no namespace is entered."""
    fork = template.fork
    patch.setattr(template, "fork", lambda limits, user, fds: fork(limits, user, [*fds[:-1], fds[0]]))


def _spoiled(**changes):
    """Change what the worker is told, so that one of the steps that confine it fails."""

    def broken(template, patch):
        send = template._send
        patch.setattr(template, "_send", lambda message, fds=(): send(message | changes, fds))

    return broken


STEPS = {"filter": "ff" * 8, "home": "/nonexistent", "limits": {"AS": (2, 1)}}
SPOILED = [pytest.param(_spoiled(**{name: value}), id=name) for name, value in STEPS.items()]


@pytest.mark.parametrize("broken", [_killed, _refused, *SPOILED])
def test_a_template_that_fails_is_not_used_again_and_python_starts_inside(opened, monkeypatch, broken):
    template = Template(Setup())
    assert template.is_usable
    broken(template, monkeypatch)
    monkeypatch.setitem(template_module._templates, False, template)
    for _ in range(2):
        with opened() as sandbox:
            assert type(sandbox.process) is ConfinedProcess
            assert sandbox.run("a", "print(1)").printed == "1\n"
    assert not template.is_usable


def test_a_template_that_does_not_start_is_not_used(monkeypatch):
    monkeypatch.setattr(template_module, "_PROGRAM", Path("/nonexistent"))
    assert not Template(Setup()).is_usable


def test_other_hashes_of_text_need_a_python_of_their_own(opened):
    with opened(Setup(hash_seed=1)) as sandbox:
        assert type(sandbox.process) is ConfinedProcess


def test_a_grader_who_owns_the_interpreter_forks_no_workers(monkeypatch, tmp_path):
    interpreter = tmp_path / "python"
    interpreter.touch()
    os.chown(interpreter, os.geteuid() or 1000, -1)
    monkeypatch.setattr(template_module.os, "geteuid", lambda: interpreter.stat().st_uid)
    assert not template_module._is_harmless(interpreter)
    assert template_module._is_harmless(Path("/usr/bin/cat"))


def test_a_worker_ends_with_the_process_that_waits_for_it(opened):
    with opened() as sandbox:
        (worker,) = sandbox.process._entered
        waiting = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
        pidfd = os.pidfd_open(worker)
        os.kill(waiting, signal.SIGKILL)
        assert select.select([pidfd], [], [], 10)[0]
        os.close(pidfd)
        with pytest.raises(Lost, match="Python ended"):
            sandbox.run("a", "print(1)")
    assert not Path(f"/proc/{worker}").exists(), "nobody has waited for it"


ENDS = """
import sys, time
from d2l_autograder.sandbox import Sandbox, Setup
from d2l_autograder.sandbox.template import template_for
with Sandbox() as sandbox:
    print(template_for(Setup())._process.pid, sandbox.process.first_pid, *sandbox.process._entered, flush=True)
    time.sleep(60)
"""


def test_a_killed_grader_leaves_no_template_and_no_worker():
    grader = subprocess.Popen([sys.executable, "-c", ENDS], stdout=subprocess.PIPE, text=True)
    pids = [os.pidfd_open(int(pid)) for pid in re.findall(r"\d+", grader.stdout.readline())]
    grader.kill()
    grader.wait()
    grader.stdout.close()
    for pidfd in pids:
        assert select.select([pidfd], [], [], 10)[0], "a process of a killed grader runs"
        os.close(pidfd)
    assert len(pids) == 3
