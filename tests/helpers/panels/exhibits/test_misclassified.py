"""The errors of a prediction and its calibration, against counting image by image."""

from __future__ import annotations

import itertools
import statistics
import time
from xml.etree import ElementTree

import mxnet
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_helpers.data import ArrayBatches
from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import charts_svg
from d2l_helpers.panels.exhibits.misclassified import commonest_error, explore_errors
from d2l_helpers.training.evaluation import Prediction
from d2l_helpers.training.reliability import reliability

LABELS_AND_GUESSES = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.integers(0, 20), min_size=3, max_size=3).filter(any)), min_size=1
)


def prediction_of(examples) -> Prediction:
    labels, weights = (np.array(column) for column in zip(*examples, strict=True))
    return Prediction(labels, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32))


def by_hand(prediction, num_bins, predicted=None):
    """Go through the examples one by one, and ask each bin whether it holds them."""
    bins = [[] for _ in range(num_bins)]
    for label, row in zip(prediction.labels, prediction.probabilities, strict=True):
        guess = max(range(len(row)), key=lambda c: (row[c], -c))
        if predicted is not None and guess != predicted:
            continue
        confidence = float(row[guess])
        (place,) = [
            i
            for i in range(num_bins)
            if np.linspace(0, 1, num_bins + 1)[i] <= confidence
            and (confidence < np.linspace(0, 1, num_bins + 1)[i + 1] or i == num_bins - 1)
        ]
        bins[place].append((confidence, guess == label))
    return bins


@given(LABELS_AND_GUESSES, st.sampled_from([None, 0, 1, 2]), st.integers(1, 12))
def test_reliability_is_counted_as_by_hand(examples, predicted, num_bins):
    prediction = prediction_of(examples)
    result = reliability(prediction, predicted, num_bins)
    bins = by_hand(prediction, num_bins, predicted)
    error, total = 0.0, sum(len(held) for held in bins)
    for held, count, confidence, accuracy in zip(bins, result.counts, result.confidence, result.accuracy, strict=True):
        assert count == len(held)
        if held:
            mean, right = (sum(column) / len(held) for column in zip(*held, strict=True))
            assert confidence == pytest.approx(mean)
            assert accuracy == pytest.approx(right)
            error += abs(mean - right) * len(held) / total
        else:
            assert np.isnan(confidence)
            assert np.isnan(accuracy)
    assert result.error == pytest.approx(error if total else np.nan, nan_ok=True)
    all_held = [pair for held in bins for pair in held]
    if all_held:
        assert result.mean_confidence == pytest.approx(statistics.mean(c for c, _ in all_held))
        assert result.mean_accuracy == pytest.approx(statistics.mean(bool(hit) for _, hit in all_held))


def test_perfect_confidence_in_the_right_class_has_no_error():
    labels = np.arange(3)
    assert reliability(Prediction(labels, np.eye(3, dtype=np.float32))).error == 0
    assert reliability(Prediction(labels, np.eye(3, dtype=np.float32)[[1, 2, 0]])).error == 1


@given(LABELS_AND_GUESSES)
def test_the_commonest_error_is_the_largest_count(examples):
    prediction = prediction_of(examples)
    pairs = list(zip(prediction.labels.tolist(), prediction.classes.tolist(), strict=True))
    true, predicted = commonest_error(prediction)
    assert true != predicted
    assert pairs.count((true, predicted)) == max(pairs.count((a, b)) for a in range(3) for b in range(3) if a != b)


@pytest.fixture(scope="module")
def drawn():
    """Two thousand random images, and a prediction that takes most shirts for coats and never says bag."""
    mxnet.npx.set_np()
    generator = np.random.default_rng(0)
    labels = np.sort(generator.integers(0, 10, 2000))
    scores = 2 * generator.normal(size=(2000, 10)) + 2 * np.eye(10)[labels]
    scores[labels == 6, 4] += 5
    scores[:, 8] = -20
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    images = mxnet.np.array(generator.random((2000, 1, 28, 28)), dtype="float32")
    data = ArrayBatches(images, mxnet.np.array(labels, dtype="int32"), 256, shuffle=False)
    return Prediction(labels, probabilities.astype(np.float32)), data


def test_the_exhibit_begins_at_the_most_frequent_error(drawn):
    exhibit = explore_errors(*drawn)
    assert exhibit.values == {"true": 6, "predicted": 4}
    view = exhibit._show(**exhibit.values)
    shirts, coats = drawn[0].labels == 6, drawn[0].classes == 4
    assert (
        f"Class shirt: {(shirts & coats).sum()} of {shirts.sum()} taken for coat; the first 12 are below" in view.text
    )
    believed = drawn[0].probabilities[np.flatnonzero(shirts & coats)[:12], 6]
    assert view.html.count("<img") == 12
    assert [f">{p:.2f}<" in view.html for p in believed] == [True] * 12


def test_the_text_says_how_sure_and_how_right_it_is(drawn):
    prediction = drawn[0]
    text = explore_errors(*drawn)._show(true=6, predicted=4).text
    coats = prediction.classes == 4
    sure, right = prediction.probabilities[coats].max(axis=1).mean(), (prediction.labels == 4)[coats].mean()
    assert f"Where the network answers coat, its mean confidence is {sure:.1%} and its accuracy {right:.1%}" in text
    assert f"error {reliability(prediction, 4).error:.3f}. Over all images" in text
    assert text.endswith(f"error {reliability(prediction).error:.3f}.")


def test_right_ones_none_and_a_class_that_it_never_says(drawn):
    show = explore_errors(*drawn)._show
    assert "taken for coat, correctly; the first 12" in show(true=4, predicted=4).text
    never = show(true=0, predicted=8)
    assert "taken for bag.\nThe network never answers bag. Over all images" in never.text
    assert never.html == ""


def test_the_text_about_one_image_is_in_the_singular():
    probabilities = np.eye(10, dtype=np.float32)[[1, 1]]
    data = ArrayBatches(mxnet.np.zeros((2, 1, 28, 28)), mxnet.np.array([0, 1], dtype="int32"), 2, shuffle=False)
    exhibit = explore_errors(Prediction(np.array([0, 1]), probabilities), data)
    assert "Class t-shirt: 1 of 1 taken for trouser; it is below" in exhibit._show(true=0, predicted=1).text


def test_every_pair_can_be_drawn(drawn):
    show = explore_errors(*drawn)._show
    for true, predicted in itertools.product((0, 6), range(10)):
        view = show(true=true, predicted=predicted)
        svg = charts_svg(view.charts, view.text)
        ElementTree.fromstring(svg)
        assert "nan" not in svg
        assert "inf" not in svg
    assert view.picture().png().startswith(b"\x89PNG")


@pytest.mark.timing
def test_a_view_is_drawn_within_50_ms(drawn):
    show, seconds = explore_errors(*drawn)._show, []
    for predicted in (4, 2, 0, 4, 2):
        started = time.perf_counter()
        show(true=6, predicted=predicted)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.2


def test_what_does_not_belong_together_is_refused(drawn):
    prediction, data = drawn
    others = ArrayBatches(data.X[:100], data.y[:100], 10, shuffle=False)
    flat = ArrayBatches(data.X.reshape(2000, 784), data.y, 10, shuffle=False)
    few = Prediction(prediction.labels % 3, prediction.probabilities[:, :3])
    for arguments, message in (
        ((prediction, others), "true classes differ"),
        ((prediction, flat), r"images of shape \(2000, 784\)"),
        ((few, data), r"probabilities of shape \(2000, 3\)"),
        ((prediction.classes, data), "a ndarray and a ArrayBatches"),
        ((prediction, [1, 2]), "a Prediction and a list"),
    ):
        with pytest.raises(ArgumentError, match=message):
            explore_errors(*arguments)
