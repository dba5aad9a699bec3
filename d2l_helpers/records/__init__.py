"""Record metrics in notebooks with tolerances, and compare them with those of another run.

A notebook that trains ends a cell with::

    show(held_out_acc=held_out_acc)

which shows ``held out acc: 0.8298`` and keeps the number and its tolerance beside the text, under a MIME type of its
own.
``pytest --nbval`` compares these numbers, by name, with those that its own run measures.
"""

from d2l_helpers.records.comparison import compare, split_outputs, within
from d2l_helpers.records.metric import LOSS, METRICS_TYPE, TEST_ACCURACY, TRAIN_ACCURACY, Metric
from d2l_helpers.records.recording import (
    RECORDING,
    default_tolerance,
    is_recording,
    metrics_bundle,
    number_of,
    show,
)

__all__ = [
    "LOSS",
    "TRAIN_ACCURACY",
    "TEST_ACCURACY",
    "METRICS_TYPE",
    "RECORDING",
    "Metric",
    "is_recording",
    "show",
    "default_tolerance",
    "metrics_bundle",
    "number_of",
    "split_outputs",
    "compare",
    "within",
]
