"""Compare the metrics that a notebook recorded with those of another run, or with its prose."""

from __future__ import annotations

import copy
import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from d2l_helpers.errors import RecordError
from d2l_helpers.records.metric import METRICS_TYPE, Metric, checked_metric

__all__ = ["split_outputs", "compare", "within"]

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
# 0.8303 - 0.8298 is slightly more than 0.0005 in binary; without this, a difference of exactly the tolerance may fail
_ROUNDING = 1e-9
_RECORD_AGAIN = "record the notebook again with d2l-author record"


def split_outputs(outputs: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Metric], list[Mapping[str, Any]]]:
    """Split a cell's outputs into its metrics and everything else.

    Parameters
    ----------
    outputs : iterable of mapping
        Outputs as a notebook file has them; they may be malformed.

    Returns
    -------
    metrics : dict of str to Metric
        What the cell recorded, by name.
    rest : list of mapping
        The outputs without the metrics, in order. Where an output had metrics, the numbers in its text are replaced,
        so that the rest can be compared exactly.

    Raises
    ------
    RecordError
        If a bundle is malformed or contains NaN, or a name is recorded twice.
    """
    metrics: dict[str, Metric] = {}
    rest: list[Mapping[str, Any]] = []
    for output in outputs:
        data = output.get("data") if isinstance(output, Mapping) else None
        if not isinstance(data, Mapping) or METRICS_TYPE not in data:
            rest.append(output)
            continue
        for name, metric in _from_file(data[METRICS_TYPE]).items():
            if name in metrics:
                raise RecordError(
                    f"The metric {name!r} is recorded twice in one cell",
                    got=f"{_shown(metrics[name])} and {_shown(metric)}",
                    expected="one value per name",
                    remedy="choose another name for one of them",
                )
            metrics[name] = metric
        rest.append(_without_metrics(output))
    return metrics, rest


def compare(recorded: Mapping[str, Metric], measured: Mapping[str, Metric]) -> list[str]:
    """Compare the metrics of a notebook with those of another run.

    Parameters
    ----------
    recorded : mapping of str to Metric
        The notebook's metrics.
    measured : mapping of str to Metric
        The other run's metrics.

    Returns
    -------
    list of str
        A message for each metric that is missing or new, differs by more than its tolerance, or has another tolerance
        or length. Empty if the run reproduces the record.
    """
    messages: list[str] = []
    for name in sorted(recorded.keys() | measured.keys()):
        if name not in measured:
            messages.append(f"{name}: recorded {_shown(recorded[name])}, but this run did not record it")
        elif name not in recorded:
            messages.append(f"{name}: this run recorded {_shown(measured[name])}, but the notebook did not")
        else:
            messages.extend(f"{name}{message}" for message in _differences(recorded[name], measured[name]))
    return messages


def within(written: str, value: float) -> bool:
    """Return whether a number in prose is a value rounded to the decimals written.

    Parameters
    ----------
    written : str
        A number such as ``83.0``, ``-0.5`` or ``1.2e-4``; U+2212 is a minus, too. A percent sign multiplies `value` by
        100.
    value : float
        The recorded number.

    Returns
    -------
    bool
        True if the two differ by at most half a unit of the last decimal written. Both neighbours of a value halfway
        between them are true.

    Examples
    --------
    >>> within("83.0%", 0.8298), within("83%", 0.8298), within("0.83", 0.8298), within("83.1%", 0.8298)
    (True, True, True, False)
    """
    number = Decimal(written.replace("\N{MINUS SIGN}", "-").removesuffix("%").strip())
    exact = Decimal(repr(value)) * (100 if written.endswith("%") else 1)
    return abs(number - exact) * 2 <= Decimal((0, (1,), int(number.as_tuple().exponent)))


def _from_file(bundle: object) -> dict[str, Metric]:
    """Read the JSON of `METRICS_TYPE`, which may contain anything."""
    metrics = {}
    for name, entry in bundle.items() if isinstance(bundle, Mapping) else [("", bundle)]:
        if not isinstance(entry, Mapping) or set(entry) != {"value", "tolerance"}:
            raise RecordError(
                f"The notebook's record of metric {name!r} is malformed",
                got=reprlib.repr(entry),
                expected='{"value": …, "tolerance": …}',
                remedy=_RECORD_AGAIN,
            )
        metrics[str(name)] = checked_metric(str(name), entry["value"], entry["tolerance"])
    return metrics


def _without_metrics(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a copy without metrics and HTML, in whose text all numbers and the spaces that align them are equal."""
    data = {kind: content for kind, content in output["data"].items() if kind not in (METRICS_TYPE, "text/html")}
    if isinstance(data.get("text/plain"), str):
        data["text/plain"] = " ".join(_NUMBER.sub("#", data["text/plain"]).split())
    # The copy has the same class, because nbval reads its entries as attributes
    rest = cast("dict[str, Any]", copy.copy(output))
    rest["data"] = data
    return rest


def _differences(recorded: Metric, measured: Metric) -> Iterator[str]:
    """Yield messages about one metric, without its name."""
    if recorded.tolerance != measured.tolerance:
        yield f": tolerance recorded {recorded.tolerance:g}, got {measured.tolerance:g}; {_RECORD_AGAIN}"
    was, now = recorded.value, measured.value
    if isinstance(was, float) and isinstance(now, float):
        pairs = [("", was, now)]
    elif isinstance(was, tuple) and isinstance(now, tuple) and len(was) == len(now):
        pairs = [(f"[{i}]", *pair) for i, pair in enumerate(zip(was, now, strict=True))]
    else:
        yield f": recorded {_shown(recorded)}, got {_shown(measured)}: not the same kind"
        return
    for index, old, new in pairs:
        difference = abs(new - old)
        if difference > recorded.tolerance * (1 + _ROUNDING):
            figures = f"recorded {old:.8g}, got {new:.8g}, difference {difference:.3g}"
            yield f"{index}: {figures}, tolerance {recorded.tolerance:g}"


def _shown(metric: Metric) -> str:
    return f"{metric.value:.8g}" if isinstance(metric.value, float) else f"{len(metric.value)} numbers"
