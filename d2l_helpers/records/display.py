"""Show metrics in a notebook: a text to read and, beside it, the numbers to check."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from d2l_helpers.errors import RecordError
from d2l_helpers.records.metric import METRICS_TYPE, Metric, checked_metric

__all__ = ["record", "metrics_bundle"]


def record(rows: str | Sequence[str] = "epoch", /, **metrics: tuple[object, float]) -> None:
    """Show metrics in a notebook and keep them, so that ``pytest --nbval`` can check them.

    Parameters
    ----------
    rows : str or sequence of str
        What the numbers of a sequence are, one an epoch if not said otherwise; or the name of each.
    **metrics : tuple of (value, tolerance)
        The value is a number (Python's, NumPy's or MXNet's; an array of one element is a number too) or a sequence of
        numbers, one an epoch. All sequences have one length. The tolerance is a finite number, 0 for exactly equal.

    Raises
    ------
    RecordError
        If there is no metric, a number is missing, infinite or NaN, a tolerance is negative, or lengths differ, those
        of the sequences and of the names of their rows too.

    Examples
    --------
    >>> record(train_loss=([0.79, 0.57], LOSS), test_acc=(0.8298, TEST_ACCURACY))  # doctest: +SKIP
    """
    from IPython.display import display  # costs a third of a second, and only a notebook needs it

    display(metrics_bundle(metrics, rows), raw=True)  # type: ignore[no-untyped-call]


def metrics_bundle(metrics: Mapping[str, tuple[object, float]], rows: str | Sequence[str] = "epoch") -> dict[str, Any]:
    """Return the MIME bundle that `record` shows: a text to read and the numbers to check.

    Parameters
    ----------
    metrics : mapping of str to tuple of (value, tolerance)
    rows : str or sequence of str
        As for `record`.

    Returns
    -------
    dict
        ``text/plain`` and `METRICS_TYPE`.

    Raises
    ------
    RecordError
        As for `record`.
    """
    if not metrics:
        raise RecordError(
            "There is no metric to record",
            got="nothing",
            expected="a metric or more",
            remedy="record(test_acc=(0.83, 0.0005))",
        )
    parsed = {name: _from_argument(name, pair) for name, pair in metrics.items()}
    lengths = {name: len(metric.value) for name, metric in parsed.items() if isinstance(metric.value, tuple)}
    if len(set(lengths.values())) > 1:
        raise RecordError(
            "The sequences do not fit one table",
            got=", ".join(f"{name} has {length}" for name, length in lengths.items()),
            expected="sequences of one length, a number an epoch",
            remedy="append to each of them once an epoch",
        )
    length = next(iter(lengths.values()), 0)
    if not isinstance(rows, str) and len(rows) != length:
        raise RecordError(
            "The names of the rows do not fit the table",
            got=f"{len(rows)} names for {length} rows",
            expected="a name for each number of a sequence, or one for what they all are, such as epoch",
            remedy="record(('before', 'after'), loss=([0.7, 0.5], 1e-4))",
        )
    return {"text/plain": _text(parsed, rows), METRICS_TYPE: {name: _json(metric) for name, metric in parsed.items()}}


def _from_argument(name: str, pair: object) -> Metric:
    """Read one keyword argument of `record`."""
    if not name.isidentifier():
        raise RecordError(
            f"The metric {name!r} has a name that prose cannot quote",
            got=repr(name),
            expected="a Python identifier",
            remedy="use letters, digits and underscores, as in test_acc",
        )
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise RecordError(
            f"The metric {name!r} has no tolerance",
            got=reprlib.repr(pair),
            expected="(value, tolerance)",
            remedy=f"write record({name}=(value, 1e-4))",
        )
    return checked_metric(name, _plain(pair[0]), _plain(pair[1]))


def _plain(value: Any) -> object:
    """Turn any library's numbers into Python's; what is no number stays, for `checked_metric` to refuse."""
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value]
    for conversion in ("asnumpy", "tolist"):  # MXNet's arrays to NumPy's, NumPy's to Python's
        if hasattr(value, conversion):
            value = getattr(value, conversion)()
    if isinstance(value, list):
        return value[0] if len(value) == 1 else value  # MXNet's scalars of old are arrays of one element
    if isinstance(value, str | bytes | bool):
        return value  # float() would take them
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return value


def _json(metric: Metric) -> dict[str, float | list[float]]:
    value = metric.value if isinstance(metric.value, float) else list(metric.value)
    return {"value": value, "tolerance": metric.tolerance}


def _text(metrics: Mapping[str, Metric], rows: str | Sequence[str]) -> str:
    """Lay metrics out for reading: a table of the sequences, then the single numbers."""
    columns = {name: metric for name, metric in metrics.items() if isinstance(metric.value, tuple)}
    lines = _table(columns, rows) if columns else []
    singles = {name: metric.value for name, metric in metrics.items() if isinstance(metric.value, float)}
    width = max(map(len, singles), default=0)
    for name, value in singles.items():
        tolerance = metrics[name].tolerance
        lines.append(f"{name:<{width}} = {_rounded(value, tolerance)} ± {tolerance:g}")
    return "\n".join(lines)


def _table(columns: Mapping[str, Metric], rows: str | Sequence[str]) -> list[str]:
    """Set one row an epoch, or what else was counted, and one right-aligned column a metric."""
    texts = [
        [f"{name} ± {m.tolerance:g}", *(_rounded(v, m.tolerance) for v in _values(m))] for name, m in columns.items()
    ]
    names = [rows, *map(str, range(1, len(texts[0])))] if isinstance(rows, str) else ["", *rows]
    widths = [max(map(len, column)) for column in (names, *texts)]
    table = zip(names, *texts, strict=True)
    return ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in table]


def _values(metric: Metric) -> tuple[float, ...]:
    return metric.value if isinstance(metric.value, tuple) else (metric.value,)


def _rounded(value: float, tolerance: float) -> str:
    """Write a number to the first digit of its tolerance: more would promise what another run does not keep."""
    if tolerance == 0:
        return repr(value)
    return f"{value:.{max(0, -Decimal(repr(tolerance)).adjusted())}f}"
