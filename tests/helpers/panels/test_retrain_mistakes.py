"""Whatever is wrong with the reader's function, the panel says it in the reader's words, and goes on."""

import linecache
import threading

import mxnet
import numpy as np
import pytest

import d2l_helpers as helpers
from d2l_helpers.errors import ArgumentError, TrainingError

CELL = "def train(lr=0.1):\n    rate = lr\n    return {}\n"
ADD = "__import__('mxnet').np.ones(2) + __import__('mxnet').np.ones(3)"


def function_in(filename, source):
    """Define `train` as a notebook does: in a cell whose text Python can look up by the name of its file."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    names = {}
    exec(compile(source, filename, "exec"), names)
    return names["train"]


@pytest.mark.parametrize(
    "filename", ["/tmp/ipykernel_99/1234.py", "/tmp/ipython-input-3-99.py", "<ipython-input-3-99>"]
)
@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("nett", "NameError: name 'nett' is not defined"),
        ("__import__('json').loads('<b>')", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        (ADD, "MXNetError: Check failed: l == 1 || r == 1: operands could not be broadcast together"),
        ("exit(3)", "SystemExit: 3"),
        ("(_ for _ in ()).throw(KeyboardInterrupt('now'))", "KeyboardInterrupt: now"),
    ],
    ids=lambda text: text.partition(":")[0],
)
def test_a_function_that_raises_is_shown_with_type_text_and_line(read, filename, mistake, message, capfd):
    reader = read(function_in(filename, CELL.format(mistake)))
    reader.wait()
    assert f"\nYour function raised {message}" in reader.status
    assert reader.status.endswith(f"\n  line 3: return {mistake}")
    assert 'role="alert"' in reader.html[0]
    assert "Traceback" not in "".join([reader.status, *capfd.readouterr()])
    assert reader.panel.runs == []


def test_no_numbers_follow_the_line_that_raised(read):
    reader = read(function_in("<late>", "def train(lr=0.1):\n    yield 0.5\n    return nett\n"))
    reader.wait()
    assert reader.status.endswith("\n  line 3: return nett")


def test_the_readers_text_is_escaped(read):
    reader = read(function_in("<cell>", CELL.format("open('<b>&lt;')")))
    reader.wait()
    assert "open('<b>&lt;')" in reader.status
    assert "<b>&lt;" not in reader.html[0]


def test_after_a_mistake_the_panel_goes_on(read, train):
    def sometimes(lr=0.1):
        if lr > 1:
            raise RuntimeError("too fast")
        train(lr=lr)

    reader = read(sometimes)
    reader.wait()
    reader.move("learning rate", 2.0)
    reader.wait()
    assert "Your function raised RuntimeError: too fast" in reader.status
    reader.move("learning rate", 0.5)
    reader.wait()
    assert "done after 3 of 3 epochs" in reader.status
    assert [row[0] for row in reader.table[1:]] == ["2", "1"]


def test_an_error_of_ours_is_shown_as_it_is(reader):
    reader.move("batch size", 4096)
    reader.wait()
    assert "got:      batch_size=4096" in reader.status
    assert "expected: an integer from 1 to 256" in reader.status
    assert len(reader.panel.runs) == 1


def test_a_loss_that_is_not_finite_is_told(read, train):
    reader = read(lambda lr=0.1: train(lr=1e38))
    reader.wait()
    assert "The loss is no longer finite in epoch 1" in reader.status
    assert "train with a smaller learning rate" in reader.status
    assert 'role="alert"' in reader.html[0]


@pytest.mark.parametrize(
    ("nothing", "got"),
    [
        (lambda lr=0.1: None, "a function that ended without reporting an epoch"),
        (lambda lr=0.1: iter(()), "a function that ended without reporting an epoch"),
        (lambda lr=0.1: iter([None]), "a function that ended without reporting an epoch"),
        (lambda lr=0.1: iter(["0.5"]), "a function that yields '0.5'"),
        (lambda lr=0.1: iter([np.zeros(3)]), "a function that yields an array of shape (3,)"),
        (lambda lr=0.1: iter([mxnet.np.zeros((2, 1))]), "a function that yields an array of shape (2, 1)"),
        (lambda lr=0.1: iter([{"loss": 0.5}]), "a function that yields {'loss': 0.5}"),
    ],
)
def test_a_function_that_trains_nothing_is_told_what_to_do(read, nothing, got):
    reader = read(nothing)
    reader.wait()
    assert f"There is nothing to show.\n  got:      {got}" in reader.status
    assert "helpers.train_ch3(net, train_iter, held_out_iter, loss, num_epochs, trainer)" in reader.status


def test_a_mistake_of_a_fit_that_was_replaced_does_not_speak_over_the_new_one(read, train):
    entered, leave = threading.Event(), threading.Event()

    def fails_late(lr=0.1):
        if lr < 1:
            entered.set()
            leave.wait(30)
            raise RuntimeError("late")
        train(lr=lr)

    reader = read(fails_late)
    assert entered.wait(30)
    said = []
    reader.panel._display.status.observe(lambda change: said.append(change["new"]), "value")
    reader.move("learning rate", 2.0)
    leave.set()
    reader.wait()
    assert "done after 3 of 3 epochs" in reader.status
    assert not any("late" in text for text in said)


def test_what_cannot_be_varied_is_refused_at_once():
    with pytest.raises(ArgumentError, match=r"train\(momentum\): momentum has no default"):
        helpers.retrain(function_in("<cell>", "def train(momentum): pass"))
    with pytest.raises(ArgumentError, match=r"momentum=\(1, 0\)|a range from 1 to 0"):
        helpers.retrain(function_in("<cell>", "def train(momentum=0.9): pass"), momentum=(1, 0))


def test_a_panel_without_a_fit_is_not_recorded(monkeypatch, read):
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    reader = read(function_in("<cell>", CELL.format("1 / 0")))
    with pytest.raises(TrainingError, match="raised an error with its default arguments"):
        reader.panel._repr_mimebundle_()
