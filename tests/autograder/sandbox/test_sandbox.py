"""What goes in and out of a sandbox, and what one sandbox does to another."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import venv
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from support.leftovers import groups, nothing_left

from d2l_autograder.sandbox import Lost, Name, Sandbox, Setup, Verdict, mounts
from d2l_autograder.sandbox.mounts import stand_in_labels
from d2l_helpers.data import cache_folder
from d2l_helpers.errors import SandboxError

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).parents[3]


def test_an_answer_is_what_the_function_gave(opened):
    with opened() as sandbox:
        source = "import numpy as np\ndef f(X, k=2):\n    return {'a': X * k, 'b': ['n', None, True, float('nan')]}"
        assert sandbox.run("f", source).value is None
        value = sandbox.call("f", [np.arange(3.0), 3]).value
        np.testing.assert_array_equal(value["a"], [0, 3, 6])
        assert value["b"][:3] == ["n", None, True]
        assert np.isnan(value["b"][3])
        sandbox.run("net", "net = np.eye(2)")
        np.testing.assert_array_equal(sandbox.call("f", [Name("net")]).value["a"], 2 * np.eye(2))
        np.testing.assert_array_equal(sandbox.get("net").value, np.eye(2))


def functions_returning(sandbox, returned):
    """Define a function for each expression, and list the functions' names."""
    source = [f"def f{number}(): return {expression}" for number, expression in enumerate(returned)]
    sandbox.run("functions", "\n".join(["import numpy as np", *source]))
    return [f"f{number}" for number in range(len(source))]


def test_unusual_numbers_arrive_as_they_are(opened):
    returned = {
        "np.full(3, np.nan)": np.full(3, np.nan),
        "np.array([np.inf, -np.inf])": np.array([np.inf, -np.inf]),
        "np.zeros((0, 3))": np.zeros((0, 3)),
        "np.zeros(3, '>f4')": np.zeros(3, "<f4"),
        "np.arange(6).reshape(2, 3).T[::-1]": np.arange(6).reshape(2, 3).T[::-1],
        "float('inf')": float("inf"),
    }
    with opened() as sandbox:
        for name, arrives in zip(functions_returning(sandbox, returned), returned.values(), strict=True):
            np.testing.assert_array_equal(sandbox.call(name).value, arrives)


def test_a_result_that_cannot_be_sent_is_a_bad_answer(opened):
    returned = [
        "np.array([None])",
        "np.array(['a'])",
        "np.ones(3) + 1j",
        "np.zeros((1,) * 9)",
        "np.zeros(10**7)",
        "open",
        "(x for x in 'abc')",
        "{1: 2}",
        "10**30",
        "[[[[[[[[[[[1]]]]]]]]]]]",
        "(lambda own: own.append(own) or own)([])",
    ]
    for expression in returned:
        with opened() as sandbox, pytest.raises(Lost) as lost:
            sandbox.call(*functions_returning(sandbox, [expression]))
        assert lost.value.verdict == Verdict.BAD_ANSWER, expression


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
        assert lost.value.__reduce__()[1] == (Verdict.ERROR, lost.value.message, lost.value.line, False, 0)


def test_a_cell_shows_its_last_value(opened):
    with opened() as sandbox:
        assert sandbox.run("a", "x = 3\nx").printed == "3\n"
        assert sandbox.run("b", "x;").printed == ""
        assert sandbox.run("c", "!ls\nprint('x')").printed == "x\n"


def test_a_cell_closes_its_figures(opened):
    with opened(memory=600 << 20) as sandbox:
        sandbox.run("a", "import matplotlib.pyplot as plt\nplt.plot([1, 2])", 60)
        assert sandbox.run("b", "plt.get_fignums()").printed == "[]\n"


def test_patched_libraries_inside_change_nothing_outside(opened):
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


def test_a_sandbox_that_uses_every_core_costs_its_peer_no_answer(opened):
    hog = "import os\ndef spin():\n    while True: pass\nfor _ in range(6):\n    if os.fork() == 0: spin()\nspin()"
    with ExitStack() as stack:
        busy = stack.enter_context(opened(seconds=3, kept=8))
        honest = stack.enter_context(opened(seconds=30, kept=8))
        honest.run("f", "def f(n): return sum(range(n))")
        ends = []

        def run_hog():
            try:
                busy.run("hog", hog)
            except Lost as lost:
                ends.append(lost.verdict)

        hogging = threading.Thread(target=run_hog)
        hogging.start()
        replies = [honest.call("f", [10**6])]
        while hogging.is_alive():
            replies.append(honest.call("f", [10**6]))
        honest.end()
        assert ends == [Verdict.TIMEOUT]
        assert {reply.value for reply in replies} == {sum(range(10**6))}


def test_a_thread_bomb_leaves_its_peer_its_threads(opened):
    """The kernel's limit on processes counts all processes of a user, so each sandbox has a user of its own."""
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
        with pytest.raises(SandboxError, match="takes no more requests"):
            sandbox.run("c", "1")


def test_time_and_memory_are_measured_outside(opened):
    with opened(memory=800 << 20) as sandbox:
        sandbox.run(
            "a",
            "x = b'x' * 200_000_000\ndel x\nimport time; t = time.process_time()\n"
            "while time.process_time() < t + 0.5: pass",
        )
    assert sandbox.usage.cpu_seconds > 0.5
    assert 200_000_000 < sandbox.usage.memory < 400_000_000


def test_a_missing_program_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"no bwrap and no setpriv(.|\n)*apt-get install bubblewrap"):
        Sandbox().start()


def test_a_start_that_fails_is_a_sandbox_error_with_the_reason(monkeypatch):
    monkeypatch.setattr(mounts, "WORKER", "/proc/worker.py")  # where nobody can put it
    # Whether bubblewrap fails before or after it is released depends on timing: only its own message is certain
    with nothing_left(), pytest.raises(SandboxError, match=r"has failed(.|\n)*Can't create file (at )?/proc/worker.py"):
        Sandbox().start()
    monkeypatch.setattr(mounts, "HOME", "/proc/home")
    with nothing_left(), pytest.raises(SandboxError, match=r"bwrap: "):
        Sandbox().start()
    with nothing_left(), pytest.raises(SandboxError, match="cannot show the dataset"):
        Sandbox(setup=Setup(data=Path("/nowhere"))).start()


def test_the_labels_of_the_test_images_stay_outside(opened):
    labels = (cache_folder() / "t10k-labels-idx1-ubyte").read_bytes()
    assert len(stand_in_labels()) == len(labels)
    with opened(Setup(data=cache_folder()), seconds=60) as sandbox:
        sandbox.run(
            "a", "import os\nread = {n: open(f'/sandbox/data/{n}', 'rb').read() for n in os.listdir('/sandbox/data')}"
        )
        sandbox.run("b", "def f(name): return list(read[name][:100])\ndef names(): return sorted(read)")
        assert len(sandbox.call("names").value) == 4
        inside = bytes(sandbox.call("f", ["t10k-labels-idx1-ubyte"]).value)
    assert inside[:8] == labels[:8]
    assert inside[8:] != labels[8:100]


def test_modules_of_the_listed_files_are_imported_before_the_first_cell(opened, tmp_path):
    (tmp_path / "my_prices.py").write_text("PRICES = [3, 4]\n")
    with opened(Setup(files=(tmp_path / "my_prices.py",), imports=("from my_prices import PRICES",))) as sandbox:
        assert sandbox.run("a", "from my_prices import PRICES; print(PRICES)").printed == "[3, 4]\n"


def test_a_package_that_is_missing_where_it_is_marked_is_named(opened):
    said = r"(?s)cannot be imported.*No module named 'not_there'.*FILES"
    with pytest.raises(SandboxError, match=said), opened(Setup(imports=("import not_there",))):
        pass


WORKERS = """
from mxnet import gluon
data = gluon.data.ArrayDataset(np.ones((40, 3)), np.ones(40))
len(list(gluon.data.DataLoader(data, 10, num_workers=2)))
"""


def test_mxnet_works_inside_and_its_asynchronous_errors_belong_to_the_call(opened):
    setup = Setup(data=cache_folder(), imports=("import d2l_helpers", "import mxnet"), mxnet=True)
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
    with opened(setup, **large) as sandbox:
        assert sandbox.run("a", source + "len(test_iter)").printed == "40\n"
        X = np.random.default_rng(0).normal(size=(4, 3))
        got = sandbox.call("softmax", [X]).value
        np.testing.assert_allclose(got, np.exp(X) / np.exp(X).sum(1, keepdims=True), rtol=1e-5)
        with pytest.raises(Lost) as lost:
            sandbox.call("late", [X])
        assert lost.value.verdict == Verdict.ERROR
        assert sandbox.call("fine", [X]).value == ("mxnet.numpy", "float32")
        assert sandbox.run("workers", WORKERS, 120).printed == "4\n"


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
print(s.process.first_pid, flush=True)
time.sleep(60)
"""


def test_a_killed_grader_leaves_nothing(opened):
    with nothing_left() as first_processes:
        grader = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, cwd=ROOT)
        first_processes.append(os.pidfd_open(int(grader.stdout.readline())))
        grader.kill()
        grader.wait()
        grader.stdout.close()
    with opened():  # the next grader that makes a control group removes the group of a dead one
        pass
    assert groups(grader.pid) == []


def test_an_interrupt_leaves_nothing(opened):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background ignores interrupts
    try:
        with opened() as sandbox:
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                sandbox.run("a", "while True: pass")
    finally:
        signal.signal(signal.SIGINT, before)


LOOK = """
from pathlib import Path
import d2l_helpers
from d2l_autograder.sandbox import Sandbox, Setup
from d2l_helpers.errors import SandboxError
ours = Path(d2l_helpers.__file__).parents[1]
with Sandbox() as sandbox:
    seen = f"[[*os.walk('{ours}/' + name)] for name in ('d2l_authoring', 'd2l_autograder')]"
    seen += "; [files for tree in seen for _, _, files in tree if files]"
    print(sandbox.run("a", "import os, d2l_helpers; seen = " + seen).printed)
try:
    Sandbox(setup=Setup(hidden=(ours / "answers",))).start()
except SandboxError as error:
    print(error.failed)
"""


@pytest.mark.parametrize("place", ["environment", "site-packages"])
def test_an_environment_with_our_packages_in_it_shows_only_d2l_helpers(place, tmp_path):
    """The environment lies in /tmp, too: the sandbox has a /tmp of its own, which must not cover the environment."""
    venv.create(tmp_path / "environment", symlinks=True)
    (packages,) = (tmp_path / "environment").glob("lib/python*/site-packages")
    folder = packages if place == "site-packages" else tmp_path / "environment"  # the second is a checkout with a venv
    for package in ("d2l_helpers", "d2l_authoring", "d2l_autograder"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    libraries = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    (packages / "rest.pth").write_text(f"{folder}\n{libraries}")
    done = subprocess.run(
        [tmp_path / "environment" / "bin" / "python", "-P", "-c", LOOK],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert done.stdout.splitlines() == ["[]", "", "Student code would see what must stay hidden from it."], done.stderr


def test_a_sandbox_works_with_the_smallest_pipes(opened, monkeypatch):
    """The kernel gives a user pipes of 4 or 8 KB once other pipes have used up ``fs.pipe-user-pages-soft``."""
    whole = os.pipe

    def small():
        read, write = whole()
        fcntl.fcntl(write, 1031, 4096)  # F_SETPIPE_SZ
        return read, write

    monkeypatch.setattr(os, "pipe", small)
    with opened(Setup(data=cache_folder()), seconds=60) as sandbox:
        sandbox.run("f", "def f(X): return X + 1")
        X = np.zeros((1000, 100))
        np.testing.assert_array_equal(sandbox.call("f", [X]).value, X + 1)
