"""Show the softmax of three logits: temperature, shift, and the rounding of the formula in few bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from d2l_helpers.figures import Bars, Chart
from d2l_helpers.panels.exhibit import Exhibit, View, choice, log_slider, slider

__all__ = ["as_written", "entropy_bits", "explore_softmax", "shifted"]

_NAMES = ("A", "B", "C")
_LOGITS = (2.0, 1.0, 0.0)
_LARGEST_FACTOR = 1e6  # written in full up to here
_SAME = 0.02  # the largest effect of rounding on a probability in 16 bits

_Floats = npt.NDArray[np.floating[Any]]


def explore_softmax() -> Exhibit:
    """Show the softmax of three logits, and where its formula fails in few bits."""
    logits = [
        slider(name, f"logit {name.upper()}", value, low=-5.0, high=5.0, step=0.1)
        for name, value in zip("abc", _LOGITS, strict=True)
    ]
    controls = (
        *logits,
        log_slider("temperature", "temperature", 1.0, low=0.1, high=10.0),
        slider("shift", "shift", 0, low=-120, high=120, step=1),
        choice("bits", "computed in", [("32 bits", "float32"), ("16 bits", "float16")], "float32"),
    )
    return Exhibit("Logits become probabilities", controls, _show, room=(120, 160))


def as_written(logits: npt.ArrayLike, kind: npt.DTypeLike = "float64") -> _Floats:
    """Compute the softmax as the formula is written, with each step rounded to `kind`.

    Parameters
    ----------
    logits : array_like
        Shape (classes,).
    kind : dtype_like
        ``"float16"``, ``"float32"`` or ``"float64"``.

    Returns
    -------
    numpy.ndarray
        Shape (classes,); contains NaN or wrong zeros if an exponential is too large or all of them are too small.
    """
    with np.errstate(all="ignore"):
        powers = np.exp(np.asarray(logits, kind))
        total: _Floats = powers.sum(dtype=kind)
        return np.asarray(powers / total)


def shifted(logits: npt.ArrayLike, kind: npt.DTypeLike = "float64") -> _Floats:
    """Compute the softmax as `as_written` does, after subtracting the largest logit."""
    logits = np.asarray(logits, kind)
    return as_written(logits - logits.max(), kind)


def entropy_bits(probabilities: npt.ArrayLike) -> float:
    """Return the mean surprise in bits; `probabilities` has shape (classes,), and 0 log 0 counts as 0."""
    p = np.asarray(probabilities, float)
    p = p[p > 0]
    return float(abs((p * np.log2(p)).sum()))  # without abs, a certain outcome would have -0.0


def _show(a: float, b: float, c: float, temperature: float, shift: int, bits: str) -> View:
    logits = np.array([a, b, c])
    scaled = logits / temperature
    formula, safe = as_written(scaled + shift, bits), shifted(scaled + shift, bits)
    exact = shifted(scaled)
    text = (
        f"{_leader(scaled)} {_percent(exact)}. Entropy {entropy_bits(exact):.2f} bits of at most {np.log2(3):.2f}.\n"
        f"{_arithmetic(formula, exact, float(scaled.max()) + shift, bits)}"
    )
    bars = (
        Bars(formula.tolist(), "formula as written", 1),
        Bars(safe.tolist(), "stable: largest logit subtracted", 0),
    )
    charts = (
        Chart("logits z", [Bars(logits.tolist(), style=0)], y_span=(-5.5, 5.5), x_names=_NAMES),
        # room above 1 for the legend
        Chart("probabilities ŷ", bars, y_span=(0.0, 1.3), x_names=_NAMES),
    )
    return View(text, charts)


def _leader(scaled: npt.NDArray[np.float64]) -> str:
    """Return a text that names the most probable class, and how many times as probable as the second it is."""
    first, second = np.argsort(-scaled, kind="stable")[:2]
    lead = float(scaled[first] - scaled[second])
    ahead = [name for name, value in zip(_NAMES, scaled, strict=True) if np.isclose(value, scaled[first])]
    if len(ahead) > 1:
        return f"{' and '.join(ahead[:2]) if len(ahead) == 2 else 'A, B and C'} share the lead:"
    factor = f"{np.exp(lead):,.3g}" if np.exp(lead) < 1000 else f"{np.exp(lead):,.0f}"
    if np.exp(lead) > _LARGEST_FACTOR:
        factor = f"more than {_LARGEST_FACTOR:,.0f}"
    return f"{_NAMES[first]} leads, {factor} times as probable as {_NAMES[second]}:"


def _arithmetic(formula: _Floats, exact: _Floats, largest: float, bits: str) -> str:
    """Return a text about the result of the formula as written; `largest` is the largest logit."""
    where = f"In {bits.removeprefix('float')} bits"
    if np.allclose(formula.astype(float), exact, atol=_SAME):
        return f"{where}, with a largest logit of {largest:.3g}, both formulas agree."
    with np.errstate(over="ignore"):
        power = np.exp(np.asarray(largest, bits))
    if np.isinf(power):
        said = "infinite"
    elif largest > 0:  # each power fits, their sum does not
        said = "finite, but the sum is not"
    else:
        said = "rounded to 0" if power == 0 else "so small that few of its digits are kept"
    shown = f"e^{largest:.3g} is {said}"
    return f"{where}, {shown}: the formula as written gives {_values(formula)}; the stable one is right."


def _percent(probabilities: _Floats) -> str:
    return ", ".join(f"{name} {value:.1%}" for name, value in zip(_NAMES, probabilities.tolist(), strict=True))


def _values(values: _Floats) -> str:
    listed: Sequence[str] = ["nan" if np.isnan(value) else f"{value:.2g}" for value in values.tolist()]
    return ", ".join(listed)
