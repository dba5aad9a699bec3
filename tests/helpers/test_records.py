"""Metrics: what can be recorded, how it is shown and read back, and when two runs agree."""

import json
import math

import mxnet as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode

from d2l_helpers.errors import RecordError
from d2l_helpers.records import (
    LOSS,
    METRICS_TYPE,
    TEST_ACCURACY,
    TRAIN_ACCURACY,
    Metric,
    compare,
    metrics_bundle,
    number_of,
    show,
    split_outputs,
    within,
)

numbers = st.floats(allow_nan=False, allow_infinity=False)
tolerances = st.floats(min_value=0, max_value=10)
metrics = st.builds(Metric, numbers | st.lists(numbers, min_size=1).map(tuple), tolerances)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["value", "tolerance"]), inner),
    max_leaves=10,
)


def outputs_of(bundle):
    return [NotebookNode(output_type="display_data", data=NotebookNode(bundle), metadata=NotebookNode())]


def test_single_numbers_are_shown_to_the_first_digit_of_their_tolerance():
    bundle = metrics_bundle({"test_acc": (0.82983, TEST_ACCURACY), "loss": (0.485421, LOSS), "images": (60000, 10)})
    assert bundle["text/plain"] == "test acc: 0.8298    loss: 0.4854    images: 60000"


def test_an_exact_number_is_shown_in_full():
    assert metrics_bundle({"third": (1 / 3, 0)})["text/plain"] == "third: 0.3333333333333333"


def test_sequences_are_a_table_with_a_row_per_epoch_before_the_single_numbers():
    bundle = metrics_bundle(
        {"loss": ([0.78661, 10.5], LOSS), "acc": (np.array([0.75, 0.8]), TRAIN_ACCURACY), "n": (3, 1)}
    )
    assert bundle["text/plain"].splitlines() == [
        "epoch     loss     acc",
        "    1   0.7866  0.7500",
        "    2  10.5000  0.8000",
        "n: 3",
    ]


@pytest.mark.parametrize(
    "number",
    [0.5, np.float32(0.5), np.float64(0.5), np.array(0.5), mx.nd.array([0.5]), mx.np.array(0.5), mx.np.array([0.5])],
    ids=lambda number: type(number).__name__,
)
def test_numbers_of_every_library_become_floats(number):
    assert metrics_bundle({"half": (number, 0)})[METRICS_TYPE] == {"half": {"value": 0.5, "tolerance": 0.0}}


@pytest.mark.parametrize("number", [np.array([4]), np.array([[4.0]]), mx.np.array([4], dtype="int32"), np.int64(4), 4])
def test_an_array_of_one_element_is_a_number(number):
    assert isinstance(number_of(number), float)
    assert number_of(number) == 4.0


@pytest.mark.parametrize(
    "sequence",
    [[1, 2], (1.0, 2.0), np.arange(1, 3), mx.nd.array([1, 2]), mx.np.array([1, 2]), [mx.nd.array([1]), np.float32(2)]],
    ids=lambda sequence: type(sequence).__name__,
)
def test_sequences_of_every_library_become_lists(sequence):
    assert metrics_bundle({"two": (sequence, 0)})[METRICS_TYPE]["two"]["value"] == [1.0, 2.0]


def test_a_list_of_one_epoch_stays_a_list():
    assert metrics_bundle({"loss": ([0.5], 0.1)})[METRICS_TYPE]["loss"]["value"] == [0.5]


@pytest.mark.parametrize(
    ("given_metrics", "message"),
    [
        ({}, "no number to show"),
        ({"a": (math.nan, 1)}, "'a' cannot be recorded"),
        ({"a": ([1.0, math.inf], 1)}, "'a' cannot be recorded"),
        ({"a": ("0.5", 1)}, "'a' cannot be recorded"),
        ({"a": (True, 1)}, "'a' cannot be recorded"),
        ({"a": (None, 1)}, "'a' cannot be recorded"),
        ({"a": (10**400, 1)}, "'a' cannot be recorded"),
        ({"a": ([], 1)}, "'a' cannot be recorded"),
        ({"a": ([[1.0], [2.0]], 1)}, "'a' cannot be recorded"),
        ({"a": (np.ones((2, 2)), 1)}, "'a' cannot be recorded"),
        ({"a": (0.5, -1e-4)}, "no usable tolerance"),
        ({"a": (0.5, math.nan)}, "no usable tolerance"),
        ({"a": (0.5, math.inf)}, "no usable tolerance"),
        ({"a": (0.5, None)}, "no usable tolerance"),
        ({"test acc": (0.5, 1)}, "a name that prose cannot quote"),
        ({"a": ([1, 2], 1), "b": ([1], 1)}, "a has 2, b has 1"),
    ],
)
def test_invalid_metrics_are_refused(given_metrics, message):
    with pytest.raises(RecordError, match=message):
        metrics_bundle(given_metrics)


def test_show_displays_one_bundle_in_ipython():
    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            show(test_acc=0.83)
    finally:
        InteractiveShell.clear_instance()
    (output,) = captured.outputs
    assert output.data == metrics_bundle({"test_acc": (0.83, TEST_ACCURACY)})


@given(
    st.dictionaries(st.sampled_from("abc"), metrics.filter(lambda metric: isinstance(metric.value, float)), min_size=1)
)
def test_recorded_metrics_are_read_back_from_json_and_agree_with_themselves(recorded):
    bundle = metrics_bundle({name: (metric.value, metric.tolerance) for name, metric in recorded.items()})
    read, _ = split_outputs(outputs_of(json.loads(json.dumps(bundle))))
    assert read == recorded
    assert compare(recorded, read) == []


@settings(max_examples=50)
@given(anything)
def test_any_bundle_gives_metrics_or_a_record_error(bundle):
    try:
        read, _ = split_outputs(outputs_of({METRICS_TYPE: bundle}))
    except RecordError:
        return
    assert all(math.isfinite(metric.tolerance) for metric in read.values())


@pytest.mark.parametrize(
    "bundle",
    [
        None,
        [],
        "text",
        {"a": 0.5},
        {"a": {"value": 0.5}},
        {"a": {"value": math.nan, "tolerance": 0}},
        {"a": {"value": "nan", "tolerance": 0}},
        {"a": {"value": [1, None], "tolerance": 0}},
        {"a": {"value": 1, "tolerance": "0"}},
        {"a": {"value": 1, "tolerance": 0, "more": 1}},
    ],
)
def test_a_malformed_bundle_is_refused(bundle):
    with pytest.raises(RecordError):
        split_outputs(outputs_of({METRICS_TYPE: bundle}))


def test_a_name_recorded_twice_in_a_cell_is_refused():
    with pytest.raises(RecordError, match="twice"):
        split_outputs(2 * outputs_of(metrics_bundle({"a": (0.5, 0)})))


def test_the_rest_does_not_depend_on_the_numbers_and_their_widths():
    first = outputs_of(metrics_bundle({"loss": ([0.5, 9.99], 0.1)}))
    second = outputs_of(metrics_bundle({"loss": ([-0.5, 10.1], 0.1)}))
    assert split_outputs(first)[1] == split_outputs(second)[1]
    assert METRICS_TYPE in first[0].data, "the argument is not changed"
    assert METRICS_TYPE not in split_outputs(first)[1][0].data


def test_other_outputs_and_the_words_of_a_record_stay_in_the_rest():
    stream = NotebookNode(output_type="stream", name="stdout", text="epoch 1")
    metric = outputs_of(metrics_bundle({"a": (0.5, 0)}))
    renamed = outputs_of({**metrics_bundle({"a": (0.5, 0)}), "text/plain": "b: 0.5"})
    assert split_outputs([stream])[1] == [stream]
    assert split_outputs(metric)[1] != split_outputs(renamed)[1]


@pytest.mark.parametrize(
    ("recorded", "measured", "message"),
    [
        ({"a": Metric(0.5, 0.1)}, {}, "a: recorded 0.5, but this run did not record it"),
        ({}, {"a": Metric(0.5, 0.1)}, "a: this run recorded 0.5, but the notebook did not"),
        (
            {"a": Metric(0.5, 0.1)},
            {"a": Metric(0.75, 0.1)},
            "a: recorded 0.5, got 0.75, difference 0.25, tolerance 0.1",
        ),
        (
            {"a": Metric((0.5, 0.5), 0.1)},
            {"a": Metric((0.5, 0.25), 0.1)},
            "a[1]: recorded 0.5, got 0.25, difference 0.25, tolerance 0.1",
        ),
        (
            {"a": Metric(0.5, 0.1)},
            {"a": Metric(0.5, 0.2)},
            "a: tolerance recorded 0.1, got 0.2; record the notebook again with d2l-author record",
        ),
        ({"a": Metric(0.5, 0.1)}, {"a": Metric((0.5,), 0.1)}, "a: recorded 0.5, got 1 numbers: not the same kind"),
        (
            {"a": Metric((0.5,), 0.1)},
            {"a": Metric((0.5, 0.5), 0.1)},
            "a: recorded 1 numbers, got 2 numbers: not the same kind",
        ),
    ],
)
def test_a_difference_is_reported_with_its_numbers(recorded, measured, message):
    assert compare(recorded, measured) == [message]


def test_a_difference_of_exactly_the_tolerance_is_accepted():
    assert compare({"a": Metric(0.8298, TEST_ACCURACY)}, {"a": Metric(0.8303, TEST_ACCURACY)}) == []
    assert len(compare({"a": Metric(0.8298, TEST_ACCURACY)}, {"a": Metric(0.8304, TEST_ACCURACY)})) == 1


def test_a_tolerance_of_zero_is_exact():
    assert len(compare({"a": Metric(0.5, 0)}, {"a": Metric(math.nextafter(0.5, 1), 0)})) == 1


@pytest.mark.parametrize(
    ("written", "value", "is_true"),
    [
        ("83.0%", 0.8298, True),
        ("83%", 0.8298, True),
        ("82.98%", 0.8298, True),
        ("82.9%", 0.8298, False),
        ("0.83", 0.8298, True),
        ("0.8298", 0.8298, True),
        ("0.84", 0.8298, False),
        ("\N{MINUS SIGN}0.5", -0.46, True),
        ("0.5", -0.46, False),
        ("82.98%", 0.82985, True),
        ("82.99%", 0.82985, True),
        ("1.2e-4", 0.000118, True),
        ("1.2e-4", 0.000113, False),
    ],
)
def test_a_quoted_number_must_be_the_value_rounded_to_its_decimals(written, value, is_true):
    assert within(written, value) is is_true


@given(st.floats(min_value=-1000, max_value=1000), st.integers(min_value=0, max_value=6))
def test_numbers_rounded_by_python_are_within(value, decimals):
    assert within(f"{value:.{decimals}f}", value)


def test_rows_are_epochs_unless_they_are_named():
    metrics = {"loss": ([0.7, 0.5], 0.1)}
    texts = [metrics_bundle(metrics, *rows)["text/plain"].split() for rows in ([], ["step"], [("before", "after")])]
    assert texts[0] == ["epoch", "loss", "1", "0.7", "2", "0.5"]
    assert texts[1] == ["step", "loss", "1", "0.7", "2", "0.5"]
    assert texts[2] == ["loss", "before", "0.7", "after", "0.5"]


def test_too_few_row_names_are_refused():
    with pytest.raises(RecordError, match="1 names for 2 rows"):
        metrics_bundle({"loss": ([0.7, 0.5], 0.1)}, ["before"])
