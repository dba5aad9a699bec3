"""What goes in and out of a sandbox, and what one does to another."""

import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import venv
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from support.leftovers import namespace_of, nothing_left

from d2l_autograder.sandbox import Inside, Limits, Lost, Name, Sandbox, Verdict, mounts
from d2l_autograder.sandbox.mounts import stand_in_labels
from d2l_helpers.data import cache_folder, obtain
from d2l_helpers.errors import ArgumentError, SandboxError

ROOT = Path(__file__).parents[3]


def test_an_answer_is_what_the_function_gave(opened):
    with opened() as sandbox:
        source = (
            "import numpy as np\ndef f(X, k=2, *, n='n'):\n    return {'a': X * k, 'b': [n, None, True, float('nan')]}"
        )
        assert sandbox.run("f", source).value is None
        value = sandbox.call("f", [np.arange(3.0)], {"k": 3}).value
        np.testing.assert_array_equal(value["a"], [0, 3, 6])
        assert value["b"][:3] == ["n", None, True]
        assert np.isnan(value["b"][3])
        sandbox.run("net", "net = np.eye(2)")
        np.testing.assert_array_equal(sandbox.call("f", [Name("net")]).value["a"], 2 * np.eye(2))
        np.testing.assert_array_equal(sandbox.get("net").value, np.eye(2))


@pytest.mark.parametrize(
    ("returned", "arrives"),
    {
        "np.full(3, np.nan)": np.full(3, np.nan),
        "np.array([np.inf, -np.inf])": np.array([np.inf, -np.inf]),
        "np.zeros((0, 3))": np.zeros((0, 3)),
        "np.zeros(3, '>f4')": np.zeros(3, "<f4"),
        "np.arange(6).reshape(2, 3).T[::-1]": np.arange(6).reshape(2, 3).T[::-1],
        "float('inf')": float("inf"),
    }.items(),
)
def test_odd_numbers_arrive_as_they_are(opened, returned, arrives):
    with opened() as sandbox:
        sandbox.run("f", f"import numpy as np\ndef f(): return {returned}")
        np.testing.assert_array_equal(sandbox.call("f").value, arrives)


@pytest.mark.parametrize(
    ("returned", "verdict"),
    {
        "np.array([None])": Verdict.BAD_ANSWER,
        "np.array(['a'])": Verdict.BAD_ANSWER,
        "open": Verdict.BAD_ANSWER,
        "{1: 2}": Verdict.BAD_ANSWER,
        "[[[[[[[[[[[1]]]]]]]]]]]": Verdict.BAD_ANSWER,
        "10**30": Verdict.BAD_ANSWER,
        "np.zeros(10**7)": Verdict.BAD_ANSWER,
        "np.zeros((1,) * 9)": Verdict.BAD_ANSWER,
        "1 / 0": Verdict.ERROR,
    }.items(),
)
def test_what_is_no_answer_has_a_verdict(opened, returned, verdict):
    with opened() as sandbox:
        sandbox.run("f", f"import numpy as np\ndef f(): return {returned}")
        with pytest.raises(Lost) as lost:
            sandbox.call("f")
    assert lost.value.verdict == verdict


def test_what_is_not_defined_is_not_attempted(opened):
    with opened() as sandbox:
        for ask in (sandbox.call, sandbox.get):
            with pytest.raises(Lost) as lost:
                ask("softmax")
            assert lost.value.verdict == Verdict.NOT_ATTEMPTED
        assert sandbox.run("still", "print('here')").printed == "here\n"


def test_an_error_names_the_students_line(opened):
    with opened() as sandbox:
        with pytest.raises(Lost) as lost:
            sandbox.run("a", "import numpy as np\ndef f(X):\n    return np.linalg.inv(X)  # mine\nf(np.zeros((2, 2)))")
        assert lost.value.line == "line 3: return np.linalg.inv(X)  # mine"
        assert lost.value.message == "LinAlgError: Singular matrix"
        assert not lost.value.is_over
        assert lost.value.__reduce__()[1] == (Verdict.ERROR, lost.value.message, lost.value.line, False)


def test_a_cell_shows_its_last_value_and_its_figures(opened):
    with opened(memory=600 << 20) as sandbox:
        reply = sandbox.run("a", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('loss')\n1 + 1", 60)
        assert (reply.printed, reply.figures) == ("2\n", ("loss: y over x",))
        assert sandbox.run("b", "x = 3;\nx;").printed == ""
        assert sandbox.run("c", "!ls\nprint('x')").skipped == ("!ls",)


def test_patched_libraries_change_nothing_outside(opened):
    patch = """
import numpy as np, json, time, builtins, sys
np.save = np.allclose = json.dumps_ = lambda *a, **k: True
time.time = time.monotonic = lambda: 0.0
builtins.isinstance = lambda *a: True
builtins.len = lambda *a: 10**9
"""
    with opened() as sandbox:
        with pytest.raises(Lost) as lost:
            [sandbox.run("patch", source) for source in (patch, "1 / 0")]
        assert lost.value.verdict in set(Verdict) - {Verdict.RIGHT, Verdict.SANDBOX_FAULT}
    assert np.allclose(1, 2) is False


def test_a_hog_does_not_slow_its_peer_into_a_timeout(opened):
    hog = "import os\ndef spin():\n    while True: pass\nfor _ in range(6):\n    if os.fork() == 0: spin()\nspin()"
    with ExitStack() as stack:
        busy = stack.enter_context(opened(seconds=6, kept=2))
        honest = stack.enter_context(opened(seconds=6, kept=6))
        honest.run("f", "def f(n): return sum(range(n))")
        ends = []

        def bother():
            try:
                busy.run("hog", hog)
            except Lost as lost:
                ends.append(lost.verdict)

        hogging = threading.Thread(target=bother)
        hogging.start()
        time.sleep(0.5)
        replies = [honest.call("f", [10**6]) for _ in range(10)]
        hogging.join()
        honest.end()
        assert ends == [Verdict.TIMEOUT]
        assert {reply.value for reply in replies} == {sum(range(10**6))}


def test_a_bomb_does_not_take_its_peers_threads(opened):
    """The limit on processes counts all of a user's, so each sandbox has its own."""
    bomb = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()"
    with opened(kept=8) as bad, opened(kept=8) as good:
        with pytest.raises(Lost):
            bad.run("bomb", bomb)
        source = "import threading\nt = [threading.Thread(target=print, args=(i,)) for i in range(10)]\n"
        printed = good.run("threads", source + "for x in t: x.start()\nfor x in t: x.join()").printed
        assert len(printed.split()) == 10


def test_nothing_passes_from_one_submission_to_the_next(opened):
    look = "import os\nprint(os.listdir('/tmp'), os.listdir('/dev/shm'), 'X' in globals())"
    with opened() as first:
        empty = first.run("look", look).printed
        first.run(
            "leave", "open('/tmp/d2l-hostile', 'w').write('mark')\nopen('/dev/shm/d2l-hostile', 'w').write('x')\nX = 1"
        )
    with opened() as second:
        assert second.run("look", look).printed == empty
    assert empty.endswith("'home'] [] False\n")  # and before it, an environment that lies in /tmp


def test_all_requests_together_have_a_limit(opened):
    with opened(total_seconds=1.5) as sandbox:
        sandbox.run("a", "import time\ntime.sleep(1)")
        with pytest.raises(Lost) as lost:
            sandbox.run("b", "time.sleep(1)")
        assert lost.value.verdict == Verdict.TIMEOUT
        assert sandbox.usage.seconds < 8
        with pytest.raises(SandboxError, match="takes no more requests"):
            sandbox.run("c", "1")


def test_what_was_used_is_measured_outside(opened):
    with opened(memory=800 << 20) as sandbox:
        sandbox.run(
            "a",
            "x = b'x' * 200_000_000\ndel x\nimport time; t = time.process_time()\n"
            "while time.process_time() < t + 0.5: pass",
        )
    assert sandbox.usage.cpu_seconds > 0.5
    assert 200_000_000 < sandbox.usage.memory < 400_000_000


def test_limits_are_positive():
    for wrong in (0, -1, float("inf"), float("nan"), True, "1"):
        with pytest.raises(ArgumentError, match="memory="):
            Limits(memory=wrong)


def test_a_missing_program_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"no bwrap and no setpriv(.|\n)*apt-get install bubblewrap"):
        Sandbox().start()


def test_a_start_that_fails_is_our_fault_and_says_why(monkeypatch):
    monkeypatch.setattr(mounts, "WORKER", "/proc/worker.py")  # where nobody can put it
    # Whether bubblewrap gives up before or after it is let go is a matter of time, so only its own words are certain.
    with nothing_left(), pytest.raises(SandboxError, match=r"has failed(.|\n)*Can't create file (at )?/proc/worker.py"):
        Sandbox().start()
    monkeypatch.setattr(mounts, "HOME", "/proc/home")
    with nothing_left(), pytest.raises(SandboxError, match=r"bwrap: "):
        Sandbox().start()
    with nothing_left(), pytest.raises(SandboxError, match="Cannot show the dataset"):
        Sandbox(inside=Inside(data=Path("/nowhere"))).start()


def test_the_labels_of_the_test_images_stay_outside(opened):
    labels = obtain()["t10k-labels"].contents.tobytes()
    assert len(stand_in_labels()) == len(labels)
    with opened(Inside(data=cache_folder()), seconds=60) as sandbox:
        sandbox.run(
            "a", "import os\nread = {n: open(f'/sandbox/data/{n}', 'rb').read() for n in os.listdir('/sandbox/data')}"
        )
        sandbox.run("b", "def f(name): return list(read[name][:100])\ndef names(): return sorted(read)")
        assert len(sandbox.call("names").value) == 4
        inside = bytes(sandbox.call("f", ["t10k-labels-idx1-ubyte"]).value)
    assert inside[:8] == labels[:8]
    assert inside[8:] != labels[8:100]


def test_mxnet_works_inside_and_its_late_errors_belong_to_the_call(opened):
    inside = Inside(data=cache_folder(), imports=("import d2l_helpers", "import mxnet"), mxnet=True, load_data=True)
    large = {"memory": 2 << 30, "address_space": 6 << 30, "processes": 128, "seconds": 60, "tmp": 64 << 20}
    source = """
import d2l_helpers as helpers
from mxnet import autograd, np, npx
train_iter, test_iter = helpers.load_data_fashion_mnist(256)
def softmax(X):
    e = np.exp(X)
    return e / e.sum(axis=1, keepdims=True)
def late(X):
    return np.random.uniform(0, 1, size=(2, 3)).reshape(-1) + np.dot(X, np.ones((7, 2)))
def fine(X): return type(X).__module__, str(X.dtype)
"""
    with opened(inside, **large) as sandbox:
        assert sandbox.run("a", source + "len(test_iter)").printed == "40\n"
        X = np.random.default_rng(0).normal(size=(4, 3))
        got = sandbox.call("softmax", [X]).value
        np.testing.assert_allclose(got, np.exp(X) / np.exp(X).sum(1, keepdims=True), rtol=1e-5)
        with pytest.raises(Lost) as lost:
            sandbox.call("late", [X])
        assert lost.value.verdict == Verdict.ERROR
        assert sandbox.call("fine", [X]).value == ("mxnet.numpy", "float32")


KILLED = """
import sys, time, os
from d2l_autograder.sandbox import Sandbox
s = Sandbox()
s.start()
s.run("a", '''
import os, signal, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        for s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)
        while True: time.sleep(1)
''')
print(s._jail._first_pid, flush=True)
time.sleep(60)
"""


def test_a_killed_grader_leaves_nothing(opened):
    with nothing_left() as namespaces:
        grader = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, cwd=ROOT)
        namespaces.append(namespace_of(int(grader.stdout.readline())))
        grader.kill()
        grader.wait()
        grader.stdout.close()
        time.sleep(0.3)
        with opened():  # the next to make a control group removes that of a dead grader
            pass


def test_an_interrupt_leaves_nothing(opened):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
    try:
        with opened() as sandbox:
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                sandbox.run("a", "while True: pass")
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_environment_in_tmp_can_be_used(tmp_path):
    """The sandbox has a /tmp of its own; what is shown inside must lie on top of it."""
    venv.create(tmp_path / "environment", symlinks=True)
    (packages,) = (tmp_path / "environment").glob("lib/python*/site-packages")
    folders = [sysconfig.get_path("purelib"), str(Path(mounts.PACKAGE).parent)]
    (packages / "rest.pth").write_text("".join(f"import site; site.addsitedir({folder!r})\n" for folder in folders))
    script = "from d2l_autograder.sandbox import Sandbox\n"
    script += "with Sandbox() as sandbox: print(sandbox.run('a', '1 + 1').printed)"
    done = subprocess.run(
        [tmp_path / "environment" / "bin" / "python", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["2"]), done.stderr


def test_every_link_to_the_interpreter_is_shown(tmp_path, monkeypatch):
    real, second, first = tmp_path / "usr" / "python3.x", tmp_path / "usr" / "python3", tmp_path / "bin" / "python"
    for folder in (real.parent, first.parent):
        folder.mkdir()
    real.touch()
    second.symlink_to("python3.x")
    first.symlink_to(second)
    monkeypatch.setattr(sys, "executable", str(first))
    monkeypatch.setattr(sys, "_base_executable", str(real))
    assert {str(real), str(second), str(first)} <= {*mounts.arguments(None)}
