"""A function with a loop of its own reports with `yield`: a loss, an Epoch, or nothing."""

import math
import threading

import mxnet
import numpy as np
import pytest

import d2l_helpers as helpers
from d2l_helpers.figures import templates_html
from d2l_helpers.panels.retrain import LABELS

LOSSES = (0.0250, 0.00009, 0.00005)
WEIGHT = np.random.default_rng(0).normal(size=(10, 784)).astype(np.float32)


def regression(lr=0.03, num_epochs=3):
    yield
    for epoch in range(num_epochs):
        yield LOSSES[epoch % 3] * (1 if lr < 1 else 10**epoch)
        yield None


def test_losses_alone_are_told_and_drawn_without_accuracies(read):
    reader = read(regression)
    reader.wait()
    assert reader.status == "learning rate 0.03, epochs 3\ndone after 3 of 3 epochs — loss 0.00005"
    assert reader.table == [["run", "learning rate", "epochs", "train loss", "note"], ["1", "0.03", "3", "0.00005", ""]]
    assert "Curves after 3 epochs: train loss 5e-05." in reader.html[1]
    assert "accuracy" not in "".join(reader.html)
    assert "<img" not in reader.html[1]
    assert reader.bar == 1
    assert reader.panel.runs[-1].history.train_loss == list(LOSSES)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (0.123456, "0.1235"),
        (123.456, "123.5"),
        (0.00004987, "0.00004987"),
        (3.2e-9, "3.2e-09"),
        (2e30, "2e+30"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (np.float32(0.5), "0.5"),
        (mxnet.np.array(0.25), "0.25"),
        (mxnet.np.array([0.25]), "0.25"),
        (1, "1"),
    ],
)
def test_a_loss_is_said_with_four_digits_whatever_it_is(read, loss, said):
    reader = read(lambda lr=0.1: iter([loss]))
    reader.wait()
    assert reader.status.endswith(f"done after 1 of 1 epochs — loss {said}")
    assert reader.table[1][2] == said


def test_of_many_settings_the_table_has_those_that_differ(read):
    def wide(lr=0.1, width=64, momentum=0.9, nesterov=True, activation="relu"):
        yield 0.5

    reader = read(wide)
    reader.wait()
    assert reader.table == [["run", "train loss", "note"], ["1", "0.5", ""]]
    reader.move("width", 128)
    reader.wait()
    assert reader.table[0] == ["run", "width", "train loss", "note"]
    assert [row[1] for row in reader.table[1:]] == ["128", "64"]


def test_the_run_before_is_drawn_faintly(read):
    reader = read(regression)
    reader.wait()
    reader.move("learning rate", 2.0)
    reader.wait()
    assert "previous run" in reader.html[1]
    assert reader.status.endswith("loss 0.005")
    assert [row[-2] for row in reader.table[1:]] == ["0.005", "0.00005"]


def test_an_epoch_with_all_numbers_is_shown_as_one_of_fits_is(read):
    def train(num_epochs=2):
        for epoch in range(num_epochs):
            yield helpers.Epoch(0.5 - 0.1 * epoch, train_acc=0.8, held_out_loss=0.6, held_out_acc=0.75, weight=WEIGHT)

    reader = read(train)
    reader.wait()
    assert reader.status.endswith("— loss 0.4000, train accuracy 0.8000, held-out accuracy 0.7500")
    assert reader.table[0] == ["run", "epochs", "train loss", "train acc", "held-out acc", "note"]
    assert reader.html[1].endswith(templates_html(WEIGHT, LABELS))


def test_a_test_loss_beside_the_train_loss_has_its_column(read):
    reader = read(lambda num_epochs=1: iter([helpers.Epoch(train_loss=0.5, held_out_loss=0.25)]))
    reader.wait()
    assert reader.status.endswith("loss 0.5, held-out loss 0.25")
    assert reader.table == [["run", "epochs", "train loss", "held-out loss", "note"], ["1", "1", "0.5", "0.25", ""]]


class Tensor:
    def numpy(self):
        return WEIGHT.T


@pytest.mark.parametrize("weight", [WEIGHT.T, mxnet.np.array(WEIGHT), mxnet.np.array(WEIGHT.T), Tensor()])
def test_weights_of_any_kind_are_drawn_the_same(read, weight):
    reader = read(lambda lr=0.1: iter([helpers.Epoch(0.5, weight=weight)]))
    reader.wait()
    assert reader.html[1].endswith(templates_html(WEIGHT, LABELS))


def test_weights_that_the_function_goes_on_changing_are_kept_as_they_were(read):
    def train(lr=0.1):
        weight = WEIGHT.copy()
        yield helpers.Epoch(0.5, weight=weight)
        weight[:] = 0

    reader = read(train)
    reader.wait()
    assert (reader.panel.runs[-1].weight == WEIGHT).all()


def test_weights_of_another_layer_are_refused_in_words(read):
    reader = read(lambda lr=0.1: iter([helpers.Epoch(0.5, weight=np.zeros((256, 784)))]))
    reader.wait()
    assert "Cannot show the weights as images.\n  got:      a weight of shape (256, 784)" in reader.status
    assert "yield Epoch(weight=W) with W of shape (784, 10) or (10, 784)" in reader.status


@pytest.mark.parametrize(
    ("epoch", "got", "remedy"),
    [
        (helpers.Epoch(0.5, held_out_acc=83.0), "held_out_acc=83.0", "divide by 100"),
        (helpers.Epoch(0.5, train_acc=np.float32(1.5)), "train_acc=1.5", "divide by 100"),
        (helpers.Epoch(0.5, train_acc=-0.1), "train_acc=-0.1", "by the number of all predictions"),
    ],
)
def test_an_accuracy_that_is_no_fraction_is_refused(read, epoch, got, remedy):
    reader = read(lambda lr=0.1: iter([epoch]))
    reader.wait()
    assert f"Cannot show the accuracy.\n  got:      {got}\n  expected: a fraction from 0 to 1" in reader.status
    assert remedy in reader.status


@pytest.mark.parametrize("accuracy", [0, 1, 1 + 1e-7, math.nan, mxnet.np.array(0.83)])
def test_an_accuracy_that_is_a_fraction_is_shown(read, accuracy):
    reader = read(lambda lr=0.1: iter([helpers.Epoch(0.5, held_out_acc=accuracy)]))
    reader.wait()
    assert "done after 1 of 1 epochs" in reader.status


def test_stop_ends_a_generator_at_a_yield_of_nothing(read):
    closed = threading.Event()

    def endless(num_epochs=5):
        yield 0.5
        try:
            while True:
                yield
        finally:
            closed.set()

    reader = read(endless)
    reader.until("epoch 1 of 5")
    reader.click("Stop")
    reader.wait()
    assert closed.is_set()
    assert reader.status.endswith("stopped after 1 of 5 epochs — loss 0.5")
    assert reader.table[1][-1] == "stopped after 1"


def test_a_function_that_says_no_number_of_epochs_is_counted(read):
    reader = read(lambda lr=0.1: iter(LOSSES))
    reader.wait()
    assert "done after 3 of 3 epochs" in reader.status


def test_a_loss_after_which_the_function_fails_stays_on_the_page(read):
    def train(lr=0.1):
        yield 0.5
        raise RuntimeError("lost")

    reader = read(train)
    reader.wait()
    assert "Your function raised RuntimeError: lost" in reader.status
    assert "train loss 0.5" in reader.html[1]
    assert reader.panel.runs == []


def test_the_recorded_picture_of_losses_alone(monkeypatch, read):
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    bundle, _ = read(regression).panel._repr_mimebundle_()
    assert bundle["image/png"].startswith("iVBORw0KGgo")
