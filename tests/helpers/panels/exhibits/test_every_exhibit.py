"""All exhibits: each has room for its texts at every setting, and is imported without the others."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest

import d2l_helpers as helpers
from d2l_helpers.panels.exhibit import Exhibit
from d2l_helpers.training.evaluation import Prediction

KM, MINUTES = np.array([0.2, 1.0, 2.0, 3.0, 4.0]), np.array([7.0, 10.0, 13.0, 19.0, 22.0])


def errors_of_every_kind() -> Exhibit:
    """An exhibit of a network that takes everything for everything."""
    _, test_iter = helpers.load_data_fashion_mnist(256)
    labels = test_iter.y.asnumpy()
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), len(labels)).astype(np.float32)
    return helpers.explore_errors(Prediction(labels, probabilities), test_iter)


EXHIBITS = {
    "softmax": helpers.explore_softmax,
    "cross-entropy": helpers.explore_cross_entropy,
    "double softmax": helpers.explore_double_softmax,
    "noise": helpers.explore_noise,
    "robust loss": helpers.explore_robust_loss,
    "ridge": helpers.explore_ridge,
    "descent": lambda: helpers.explore_descent(KM, MINUTES),
    "browse": helpers.browse_fashion_mnist,
    "errors": errors_of_every_kind,
}
DRAWN_SLOWLY = ("browse", "errors")  # their images


@pytest.mark.parametrize("name", EXHIBITS)
def test_no_text_is_longer_than_the_room_kept_for_it(name: str) -> None:
    exhibit = EXHIBITS[name]()
    draw = random.Random(0)
    for _ in range(60 if name in DRAWN_SLOWLY else 300):
        values = {control: setting(widget, draw) for control, widget in exhibit._controls.items()}
        paragraphs = exhibit._show(**values).text.split("\n")
        assert len(paragraphs) <= len(exhibit._room)
        for text, room in zip(paragraphs, exhibit._room, strict=False):
            assert len(text) <= room, text


def setting(widget: object, draw: random.Random) -> object:
    """Return one of the values that the page can set; the ends, where numbers are longest, more often."""
    if hasattr(widget, "options"):
        return draw.choice([option[1] if isinstance(option, tuple) else option for option in widget.options])
    steps = round((widget.max - widget.min) / widget.step)
    value = widget.min + widget.step * draw.choice([0, steps, *draw.sample(range(steps + 1), 3)])
    return float(widget.base**value) if hasattr(widget, "base") else type(widget.value)(value)


def test_an_exhibit_is_imported_without_the_others() -> None:
    code = (
        "import sys, d2l_helpers as helpers\n"
        "helpers.explore_softmax\n"
        "print(*sorted(name for name in sys.modules if name.startswith('d2l_helpers.panels.exhibits.')))\n"
        "print('d2l_helpers.panels.retrain' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["d2l_helpers.panels.exhibits.softmax", "False"]
