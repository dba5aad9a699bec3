"""A control's positions are the values that it can have, written as it writes them."""

from __future__ import annotations

import math

import pytest

from d2l_helpers.errors import ArgumentError, TrainingError
from d2l_helpers.panels.controls import check_box, choices
from d2l_helpers.panels.exhibit import Control, choice, log_slider, slider
from d2l_helpers.panels.exhibits.softmax import explore_softmax
from d2l_helpers.panels.positions import described, positions


def of(control: Control):
    return positions(control.name, control.widget, control.widget.value)


@pytest.mark.parametrize(
    ("control", "count", "ends", "texts"),
    [
        (slider("n", "n", 3, 0, 10, 2), 6, (0, 10), ("0", "10")),
        (slider("x", "x", -0.3, -1.0, 1.0, 0.1), 21, (-1.0, 1.0), ("−1.0", "1.0")),
        (log_slider("lr", "rate", 0.1, 0.001, 10.0), 61, (0.001, 10.0), ("0.001", "10")),
        (choice("k", "kind", [("first", "a"), ("second", "b")], "b"), 2, ("a", "b"), ("first", "second")),
        (choice("k", "kind", (2, 3, 10), 3), 3, (2, 10), ("2", "10")),
        (Control("c", check_box("c", True)), 2, (False, True), ("no", "yes")),
        (Control("c", choices("c", [None, 0.5], 0.5)), 2, (None, 0.5), ("none", "0.5")),
    ],
    ids=["whole", "linear", "log", "named", "plain", "check", "none"],
)
def test_all_values_of_a_control(control, count, ends, texts):
    one = of(control)
    assert len(one.values) == count
    assert (one.values[0], one.values[-1]) == ends
    assert (one.text(ends[0]), one.text(ends[1])) == texts
    assert one.book == control.widget.value
    assert one.holds(one.book)


@pytest.mark.parametrize("book", [0.1, 0.03, 1.0, 7.5], ids=str)
def test_the_books_value_is_a_position_of_a_log_slider(book):
    one = of(log_slider("lr", "rate", book, 0.001, 10.0))
    assert book in one.values
    steps = [math.log10(after / value) for value, after in zip(one.values, one.values[1:], strict=False)]
    assert max(steps) == pytest.approx(min(steps))


@pytest.mark.parametrize(
    ("control", "wrong"),
    [
        (slider("n", "n", 3, 0, 10, 1), (11, -1, 2.5, True, "3", None)),
        (slider("x", "x", 0.5, 0.0, 1.0, 0.1), (1.01, -0.1, math.nan, math.inf, True)),
        (choice("k", "kind", ("a", "b"), "a"), ("c", 0, None)),
    ],
    ids=["whole", "linear", "choice"],
)
def test_a_control_cannot_have_these_values(control, wrong):
    one = of(control)
    assert [value for value in wrong if one.holds(value)] == []


def test_an_exhibit_views_any_values_without_moving():
    exhibit = explore_softmax()
    assert "A leads, 7.39 times" in exhibit.view(a=3.0).text
    assert exhibit.values["a"] == 2.0
    assert described(exhibit.positions, {"a": 3.0, "bits": "float16"}) == (
        "logit A 3.0, logit B 1.0, logit C 0.0, temperature 1, shift 0, computed in 16 bits"
    )
    with pytest.raises(ArgumentError, match="one of the controls a, b, c"):
        exhibit.view(d=1.0)
    exhibit._controls["a"].value = 5.0
    assert exhibit.view().text == explore_softmax().view().text, "the book's values, wherever the sliders are"


def test_a_panel_views_a_fit_with_any_values(reader, train):
    view = reader.panel.view(lr=0.5, num_epochs=2)
    assert [call for call in train.calls if call["lr"] == 0.5] == [{"lr": 0.5, "batch_size": 64, "num_epochs": 2}]
    history = train.histories[-1]
    assert view.text == (
        f"After 2 epochs: loss {history.train_loss[-1]:.4f}, train accuracy {history.train_acc[-1]:.4f}, "
        f"held-out accuracy {history.held_out_acc[-1]:.4f}."
    )
    assert [chart.title for chart in view.charts] == ["loss (nats)", "accuracy"]
    assert view.html.count("<img") == 11
    with pytest.raises(ArgumentError, match="momentum"):
        reader.panel.view(momentum=0.9)


def test_a_panel_has_no_view_of_a_fit_that_failed(read):
    def train(lr=0.1):
        raise ValueError(lr)

    with pytest.raises(TrainingError, match="a function that raised an error"):
        read(train).panel.view(lr=0.5)


def test_a_panel_with_a_very_long_slider_lists_its_values_only_when_asked(read):
    reader = read(lambda n=1: [1.0], n=(1, 10**12))
    assert reader.panel.runs == [] or len(reader.panel.runs) == 1
