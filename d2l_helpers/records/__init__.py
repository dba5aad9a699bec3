"""Record metrics in notebooks with tolerances, and compare them with those of another run.

A notebook that trains ends a cell with::

    record(test_acc=(test_acc, TEST_ACCURACY))

which shows ``test_acc = 0.8298 ± 0.0005`` and keeps the numbers beside the text, under a MIME type of their own.
``pytest --nbval`` compares these numbers, by name, with those that its own run measures.
"""

from d2l_helpers.records.comparison import compare, split_outputs, within
from d2l_helpers.records.metric import LOSS, METRICS_TYPE, TEST_ACCURACY, TRAIN_ACCURACY, Metric
from d2l_helpers.records.recording import RECORDING, is_recording, metrics_bundle, record

__all__ = [
    "LOSS",
    "TRAIN_ACCURACY",
    "TEST_ACCURACY",
    "METRICS_TYPE",
    "RECORDING",
    "Metric",
    "is_recording",
    "record",
    "metrics_bundle",
    "split_outputs",
    "compare",
    "within",
]
