"""Stop and a moved slider end any code of the reader's function, and the panel names the line that was running."""

import itertools
import linecache
import logging
import threading
import time

import pytest

from d2l_helpers.panels import training_thread
from d2l_helpers.panels.waiting_cells import the_training_thread

SECONDS = 20  # no wait in here should last so long
_numbers = itertools.count()


def cell(source, **names):
    """Run a cell as a notebook does, so that Python can look up its text; return the names that it defines."""
    filename = f"/tmp/ipykernel_99/{next(_numbers)}.py"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), names)
    return names


HELPER = """
def helper():
    while True:
        sum(range(100))
"""

# What Python code can be at when its reader presses Stop, and the line that the panel then names
ENDLESS = {
    "loop": ("def train(lr=0.1):\n    while True: pass", "train(), line 2: while True: pass"),
    "short sleeps": (
        "import time\ndef train(lr=0.1):\n    while True:\n        time.sleep(0.01)",
        "train(), line 4: time.sleep(0.01)",
    ),
    "longer sleeps": (
        "import time\ndef train(lr=0.1):\n    while True:\n        time.sleep(0.1)",
        "train(), line 4: time.sleep(0.1)",
    ),
    "NumPy": (
        "import numpy\nx = numpy.ones(1000)\ndef train(lr=0.1):\n    while True: x @ x",
        "train(), line 4: while True: x @ x",
    ),
    "MXNet": (
        "from mxnet import np\ndef train(lr=0.1):\n    x = np.ones(100)\n    while True: (x + x).item(3)",
        "train(), line 4: while True: (x + x).item(3)",
    ),
    "recording": (
        "from mxnet import autograd, np\ndef train(lr=0.1):\n    x = np.ones(100)\n    while True:\n"
        "        with autograd.record(): x + x",
        "train(), line 5: with autograd.record(): x + x",
    ),
    "another cell": ("def train(lr=0.1):\n    helper()", "helper(), line "),
    "lambda": ("train = lambda lr=0.1: [0 for _ in iter(int, 1)]", "line 1: train = lambda lr=0.1"),
    "generator": (
        "def train(lr=0.1):\n    yield 0.5\n    while True: pass",
        "after 1 of 1 epochs in train(), line 3: while True: pass — loss 0.5",
    ),
    "generator's end": (
        "def train(lr=0.1):\n    try:\n        while True:\n            yield\n    finally:\n        while True: pass",
        "train(), line 6: while True: pass",
    ),
    "callback": (
        "import weakref\nclass Updater:\n    def step(self):\n        while True: pass\n"
        "def train(lr=0.1):\n    list(map(lambda _: Updater().step(), [1]))",
        "step(), line 4: while True: pass",
    ),
    "an error's message": (
        "class Error(Exception):\n    def __str__(self):\n        while True: pass\n"
        "def train(lr=0.1):\n    raise Error",
        "__str__(), line 3: while True: pass",
    ),
    "except Exception": (
        "import time\ndef train(lr=0.1):\n    while True:\n        try:\n            time.sleep(0.01)\n"
        "        except Exception: pass",
        "train(), line 5: time.sleep(0.01)",
    ),
    "swallowed once": (
        "import time\ndef train(lr=0.1):\n    try:\n        while True: pass\n    except BaseException: pass\n"
        "    while True: pass",
        "train(), line 4: while True: pass",
    ),
    "turned into an error": (
        "def train(lr=0.1):\n    try:\n        while True: pass\n    except BaseException: raise ValueError",
        "train(), line 3: while True: pass",
    ),
    "prints": ("def train(lr=0.1):\n    while True: print('again')", "train(), line 2: while True: print('again')"),
    "deep recursion": (
        "def down(n): return n and down(n - 1)\ndef train(lr=0.1):\n    while True:\n        down(300)",
        "line ",
    ),
}


@pytest.fixture(params=ENDLESS.values(), ids=ENDLESS)
def endless(request):
    source, place = request.param
    names = cell(source, **cell(HELPER))
    return names["train"], place


def begun(reader):
    """Wait until a line of the reader's function runs, and a little."""
    deadline = time.monotonic() + SECONDS
    while not ((code := reader.panel._job._code) and code.place()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    time.sleep(0.05)


def test_stop_ends_any_python_code_and_names_its_line(read, endless, train):
    function, place = endless
    reader = read(function)
    begun(reader)
    reader.click("Stop")
    reader.wait()
    said = reader.status.splitlines()[1]
    assert said.startswith("stopped")
    assert place in said
    after = read(train)
    after.wait()
    assert "done after 3 of 3 epochs" in after.status, "the training thread goes on"


def test_a_moved_slider_ends_python_code_and_the_new_fit_names_its_line(read, train):
    calls = []

    def once_endless(lr=0.1):
        calls.append(lr)
        while lr < 1 or lr == 2:
            pass
        train(lr=lr)

    reader = read(once_endless)
    begun(reader)
    reader.move("learning rate", 2.0)
    reader.until("running; the previous fit was stopped in once_endless(), line ")
    assert reader.status.startswith("learning rate 2\n")
    reader.move("learning rate", 5.0)
    reader.wait()
    assert "\ndone after 3 of 3 epochs" in reader.status
    assert calls == [0.1, 2.0, 5.0]


def test_an_endless_loop_in_one_panel_ends_when_another_retrains(read, train):
    endless = read(cell("def train(lr=0.1):\n    while True: pass")["train"])
    begun(endless)
    other = read(train)
    other.wait()
    assert "done after 3 of 3 epochs" in other.status
    assert endless.status.endswith("\nstopped in train(), line 2: while True: pass")


def test_epochs_before_the_loop_are_kept(read):
    reader = read(
        cell("def train(lr=0.1, num_epochs=5):\n    yield 0.5\n    yield 0.25\n    while True: pass")["train"]
    )
    reader.until("epoch 2 of 5")
    reader.click("Stop")
    reader.wait()
    assert reader.status.endswith("stopped after 2 of 5 epochs in train(), line 4: while True: pass — loss 0.25")
    assert reader.table[1][-1] == "stopped after 2"


def test_a_fit_that_stops_by_itself_names_no_line(read):
    def gentle(num_epochs=5):
        yield 0.5
        while True:
            time.sleep(0.01)
            yield

    reader = read(gentle)
    reader.until("epoch 1 of 5")
    reader.click("Stop")
    reader.wait()
    assert reader.status.endswith("stopped after 1 of 5 epochs — loss 0.5")


def test_mxnets_modes_do_not_survive_code_that_was_ended_while_recording(read):
    from mxnet import autograd

    modes = []

    def leaves_recording(lr=0.1):
        modes.append((autograd.is_recording(), autograd.is_training()))
        if len(modes) == 1:
            autograd.set_recording(True)
            autograd.set_training(True)
            while True:
                pass
        return iter([0.5])

    reader = read(leaves_recording)
    begun(reader)
    reader.click("Stop")
    reader.wait()
    reader.click("Retrain")
    reader.wait()
    assert modes == [(False, False)] * 2


def test_input_is_refused_and_its_prompt_shown(read):
    reader = read(cell("def train(lr=0.1):\n    return input('how many? ')")["train"])
    reader.wait()
    assert "A panel's function cannot ask for input." in reader.status
    assert reader.printed == ["how many? "]
    assert "make the value a parameter" in reader.status


@pytest.fixture
def stuck(read, monkeypatch):
    """A reader before a function that is inside a library's call until the reader lets it go."""
    monkeypatch.setattr(training_thread, "_STUCK", 0.5)
    go = threading.Event()
    names = cell("def train(lr=0.1):\n    go.wait()\n    return iter([0.5])", go=go)
    reader = read(names["train"])
    reader.leave = go.set
    yield reader
    go.set()


def test_code_that_cannot_be_ended_is_shown_with_its_line_and_a_remedy(stuck, read, train):
    begun(stuck)
    stuck.click("Stop")
    assert stuck.status.endswith("\nstopping")
    stuck.until("cannot be stopped: train(), line 2: go.wait()")
    assert "Kernel > Restart Kernel" in stuck.status
    assert 'role="alert"' in stuck.html[0]
    assert not the_training_thread().settle(), "nobody waits for it"

    other = read(train)
    other.until("cannot start: the previous fit cannot be stopped: train(), line 2: go.wait()")
    assert "Kernel > Restart Kernel" in other.status
    stuck.leave()
    other.wait()
    assert "\ndone after 3 of 3 epochs" in other.status
    assert the_training_thread().settle()
    assert stuck.status.endswith("\nstopped in train(), line 2: go.wait()")


def test_a_new_fit_of_the_same_panel_names_the_line_that_it_waits_for(stuck):
    begun(stuck)
    stuck.move("learning rate", 0.5)
    stuck.until("learning rate 0.5\ncannot start: the previous fit cannot be stopped: train(), line 2: go.wait()")
    stuck.leave()
    stuck.wait()
    assert stuck.status == "learning rate 0.5\ndone after 1 of 1 epochs — loss 0.5"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the bar's own end is ended, too
def test_a_logger_and_a_progress_bar_still_work_after_many_stops(read, train):
    import tqdm

    logger = logging.getLogger("readers")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False

    def busy(lr=0.1):
        for _ in tqdm.tqdm(iter(int, 1)):
            logger.warning("again")

    reader = read(busy)
    for _ in range(10):
        begun(reader)
        reader.click("Stop")
        reader.wait()
        reader.click("Retrain")
    reader.click("Stop")
    reader.wait()
    done = threading.Event()

    def use():
        logger.warning("free")
        with tqdm.tqdm.get_lock():
            done.set()

    threading.Thread(target=use, daemon=True).start()
    assert done.wait(SECONDS), "no lock is left taken"
