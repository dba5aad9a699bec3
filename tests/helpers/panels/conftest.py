"""A small real training, and a reader who sees a panel around it and moves its sliders."""

import html
import re
import time

import mxnet
import numpy as np
import pytest
from mxnet import gluon, init
from mxnet.gluon import nn

import d2l_helpers as helpers
from d2l_helpers.panels import layout, pace, waiting_cells
from d2l_helpers.panels.retrain import RetrainPanel

SECONDS = 30  # no fit in here should last so long

_random = np.random.default_rng(0)
X, Y = _random.random((256, 1, 28, 28), dtype=np.float32), _random.integers(0, 10, 256).astype(np.int32)


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path, monkeypatch):
    """Keep the exhibits' last pictures out of the user's own folder."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """Let the panels of this process, which has no kernel, believe that a page shows them; test_stills.py does not."""
    monkeypatch.setattr(layout, "why_no_page", lambda: "")
    monkeypatch.setattr(waiting_cells, "has_page", lambda: True)


class Clock:
    """Stands for the time and for `later` in `Pace`: what is to be called runs when the test lets time pass."""

    def __init__(self):
        self.now, self.waiting = 0.0, []

    def monotonic(self):
        return self.now

    def later(self, seconds, action):
        self.waiting.append((self.now + seconds, action))

    def pass_to(self, time):
        self.now = time
        due = [action for when, action in self.waiting if when <= time]
        self.waiting = [(when, action) for when, action in self.waiting if when > time]
        for action in due:
            action()


class Trained:
    """A function to retrain; `calls` are what it was asked, `histories` what came of it."""

    def __init__(self):
        self.calls, self.histories = [], []

    def arguments(self, lr=0.1, batch_size=64, num_epochs=3, hidden=False):
        """Return what `train_ch3` and `fit` take."""
        helpers.seed_all(0)
        net = nn.Sequential()
        net.add(*[nn.Dense(16, activation="relu")] * hidden, nn.Dense(10))
        net.initialize(init.Normal(sigma=0.01))
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": lr})
        data = helpers.load_array((mxnet.np.array(X), mxnet.np.array(Y)), batch_size)
        return net, data, data, gluon.loss.SoftmaxCrossEntropyLoss(), num_epochs, trainer

    def __call__(self, lr=0.1, batch_size=64, num_epochs=3):
        self.calls.append({"lr": lr, "batch_size": batch_size, "num_epochs": num_epochs})
        self.histories.append(helpers.train_ch3(*self.arguments(lr, batch_size, num_epochs)))


class Reader:
    """Someone before a panel."""

    def __init__(self, train, ranges):
        self.panel = RetrainPanel(train, ranges)

    def wait(self):
        """Wait for the newest fit."""
        assert self.panel.wait(SECONDS)

    def until(self, text):
        """Wait until the status line has this text."""
        deadline = time.monotonic() + SECONDS
        while text not in self.status:
            assert time.monotonic() < deadline, self.status
            time.sleep(0.005)

    def click(self, text):
        (button,) = [one for one in _widgets(self.panel._view) if _says(one, text) and hasattr(one, "click")]
        button.click()

    def slider(self, title):
        (slider,) = [one for one in _widgets(self.panel._view) if _says(one, title) and hasattr(one, "value")]
        return slider

    def move(self, title, value):
        self.slider(title).value = value

    @property
    def html(self):
        """The five texts: status, chart, templates, prints and table."""
        return [one.value for one in self.panel._view.children if type(one).__name__ == "HTML"]

    @property
    def bar(self):
        (bar,) = [one for one in _widgets(self.panel._view) if type(one).__name__ == "FloatProgress"]
        return bar.value

    @property
    def status(self):
        return html.unescape(re.sub("<.*?>", "", self.html[0]))

    @property
    def printed(self):
        """The lines that the panel shows of what the function printed."""
        lines = re.search("<pre.*?>(.*?)</pre>", self.html[2], re.DOTALL)
        return html.unescape(lines[1]).splitlines() if lines else []

    @property
    def table(self):
        """The rows of the past runs, the heads first, as texts."""
        rows = re.findall("<tr>(.*?)</tr>", self.html[3])
        return [[html.unescape(cell) for cell in re.findall("<t[dh].*?>(.*?)</t[dh]>", row)] for row in rows]


def _widgets(widget):
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in _widgets(child))]


def _says(widget, text):
    return getattr(widget, "description", "") == text


@pytest.fixture
def train():
    return Trained()


@pytest.fixture
def read():
    """Let a reader open a panel for a function; at the end of the test its fit is stopped."""
    readers = []

    def read(function, **ranges):
        readers.append(Reader(function, ranges))
        return readers[-1]

    yield read
    for reader in readers:
        reader.panel.stop()
        reader.wait()


@pytest.fixture
def reader(read, train):
    """A reader whose panel around `train` has ended its first fit."""
    reader = read(train)
    reader.wait()
    return reader


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(pace, "later", clock.later)
    monkeypatch.setattr(pace, "time", clock)
    return clock
