"""Show numbers in a notebook and keep them, with their tolerances, for the checks of later runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from d2l_helpers import messages
from d2l_helpers.errors import RecordError
from d2l_helpers.records.metric import LOSS, METRICS_TYPE, TEST_ACCURACY, Metric, checked_metric

__all__ = ["RECORDING", "is_recording", "show", "default_tolerance", "metrics_bundle", "number_of"]

RECORDING = "D2L_HELPERS_RECORDING"
"""Environment variable of a kernel that records or checks a notebook."""

_LINE = 76  # characters; a notebook that is 900 pixels wide shows 78 without wrapping
_GAP = "    "


def is_recording() -> bool:
    """Return whether outputs are recorded or checked: they must then be the same each time, and need no kernel."""
    return bool(os.environ.get(RECORDING))


def show(rows: str | Sequence[str] = "epoch", /, *, tolerance: float | None = None, **numbers: object) -> None:
    """Show numbers by name; ``pytest --nbval`` checks that another run measures the same ones.

    Parameters
    ----------
    rows : str or sequence of str
        What the numbers of a sequence belong to, by default one per epoch; or a name for each row.
    tolerance : float, optional
        How far another run may be from each number of this call; 0 means exactly equal. By default TEST_ACCURACY for a
        name that ends in ``acc``, other than train_acc, and LOSS for any other name.
    **numbers : number or sequence of numbers
        Numbers of Python, NumPy or MXNet; an array of one element is a number, too. All sequences have one length.

    Raises
    ------
    RecordError
        If there is no number, one is infinite or NaN, the tolerance is negative, or the lengths of the sequences and of
        the row names differ.

    Examples
    --------
    >>> show(train_loss=[0.79, 0.57], held_out_acc=0.8298)  # doctest: +SKIP
    """
    metrics = {
        name: (value, default_tolerance(name) if tolerance is None else tolerance) for name, value in numbers.items()
    }
    messages.show(metrics_bundle(metrics, rows))


def default_tolerance(name: str) -> float:
    """Return the tolerance of a number that is shown without one, by its name."""
    return TEST_ACCURACY if name.endswith("acc") and not name.endswith("train_acc") else LOSS


def number_of(value: Any) -> float | None:
    """Return a number of Python, NumPy or MXNet, or an array of one element, as a float; None for anything else."""
    plain = _plain(value)
    return plain if isinstance(plain, float) else None


def metrics_bundle(metrics: Mapping[str, tuple[object, float]], rows: str | Sequence[str] = "epoch") -> dict[str, Any]:
    """Return the MIME bundle that `show` displays.

    Parameters
    ----------
    metrics : mapping of str to tuple of (value, tolerance)
        The value is a number or a sequence of numbers, as for `show`; the tolerance is a finite number, 0 for exactly
        equal.
    rows : str or sequence of str
        As for `show`.

    Returns
    -------
    dict
        The text as ``text/plain``, and the numbers as `METRICS_TYPE`.

    Raises
    ------
    RecordError
        As for `show`.
    """
    if not metrics:
        raise RecordError(
            "There is no number to show",
            got="nothing",
            expected="one number or more",
            remedy="pass one by name, as in show(test_acc=0.83)",
        )
    parsed = {name: _from_argument(name, pair) for name, pair in metrics.items()}
    _check_lengths(parsed, rows)
    return {"text/plain": _text(parsed, rows), METRICS_TYPE: {name: _json(metric) for name, metric in parsed.items()}}


def _check_lengths(metrics: Mapping[str, Metric], rows: str | Sequence[str]) -> None:
    """Raise RecordError if the sequences and the names of their rows do not make a table."""
    lengths = {name: len(metric.value) for name, metric in metrics.items() if isinstance(metric.value, tuple)}
    if len(set(lengths.values())) > 1:
        raise RecordError(
            "The sequences do not fit one table",
            got=", ".join(f"{name} has {length}" for name, length in lengths.items()),
            expected="sequences of one length, one number per epoch",
            remedy="append one number to each of them per epoch",
        )
    length = next(iter(lengths.values()), 0)
    if not isinstance(rows, str) and len(rows) != length:
        raise RecordError(
            "The names of the rows do not fit the table",
            got=f"{len(rows)} names for {length} rows",
            expected="a name for each number of a sequence, or one word for all, such as epoch",
            remedy="name each row, as in show(('before', 'after'), loss=[0.7, 0.5])",
        )


def _from_argument(name: str, pair: tuple[object, float]) -> Metric:
    """Read the number and the tolerance of one name."""
    if not name.isidentifier():
        raise RecordError(
            f"The metric {name!r} has a name that prose cannot quote",
            got=repr(name),
            expected="a Python identifier",
            remedy="use letters, digits and underscores, as in test_acc",
        )
    return checked_metric(name, _plain(pair[0]), _plain(pair[1]))


def _plain(value: Any) -> object:
    """Convert numbers of any library to Python's; return other objects unchanged, which `checked_metric` refuses."""
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value]
    for conversion in ("asnumpy", "tolist"):  # first MXNet's arrays to NumPy's, then NumPy's to Python's
        if hasattr(value, conversion):
            value = getattr(value, conversion)()
    while isinstance(value, list) and len(value) == 1:
        value = value[0]  # MXNet's legacy scalars are arrays of one element
    if isinstance(value, str | bytes | bool):
        return value  # float() would accept them
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return value


def _json(metric: Metric) -> dict[str, float | list[float]]:
    value = metric.value if isinstance(metric.value, float) else list(metric.value)
    return {"value": value, "tolerance": metric.tolerance}


def _text(metrics: Mapping[str, Metric], rows: str | Sequence[str]) -> str:
    """Write metrics for reading: a table of the sequences, then the single numbers, as many in a line as fit."""
    columns = {name: metric for name, metric in metrics.items() if isinstance(metric.value, tuple)}
    lines: list[str] = []
    for name, metric in metrics.items():
        if isinstance(metric.value, float):
            text = f"{name.replace('_', ' ')}: {_rounded(metric.value, metric.tolerance)}"
            if lines and len(lines[-1]) + len(text) < _LINE:
                text = f"{lines.pop()}{_GAP}{text}"
            lines.append(text)
    return "\n".join([*(_table(columns, rows) if columns else []), *lines])


def _table(columns: Mapping[str, Metric], rows: str | Sequence[str]) -> list[str]:
    """Write one row per epoch, or per name, and one right-aligned column per metric."""
    texts = [[name.replace("_", " "), *(_rounded(v, m.tolerance) for v in _values(m))] for name, m in columns.items()]
    names = [rows, *map(str, range(1, len(texts[0])))] if isinstance(rows, str) else ["", *rows]
    widths = [max(map(len, column)) for column in (names, *texts)]
    table = zip(names, *texts, strict=True)
    return ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in table]


def _values(metric: Metric) -> tuple[float, ...]:
    return metric.value if isinstance(metric.value, tuple) else (metric.value,)


def _rounded(value: float, tolerance: float) -> str:
    """Write a number to the first digit of its tolerance: further digits differ between runs."""
    if tolerance == 0:
        return repr(value)
    return f"{value:.{max(0, -Decimal(repr(tolerance)).adjusted())}f}"
