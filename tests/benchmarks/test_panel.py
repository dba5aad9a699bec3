"""The panel's waits have the bounds that the project promises, and what a browser lacks is said."""

import shutil

import pytest

from benchmarks.lab_page import lab_page
from benchmarks.panel import panel_figures
from d2l_helpers.errors import LibraryUnusable

WAITS = {
    "text": [0.02, 0.05, 0.5],
    "curve": [0.2, 0.31, 0.4],
    "last": [1.0, 2.2, 9.0],
    "stop": [0.1, 0.1, 0.2],
    "bare": [1.0, 2.0, 9.0],
    "numpy": [1.0, 2.0, 3.0],
}


def test_the_bounds_hold_for_medians_and_for_ratios_of_the_same_round():
    figures = {figure.key: (figure.measured, figure.bound, figure.kept) for figure in panel_figures(WAITS)}
    assert figures == {
        "slider_to_first_text": (0.05, 0.1, True),
        "slider_to_first_curve": (0.31, 0.3, False),
        "stop_to_stopped": (0.1, 0.1, True),
        "slider_to_last_of_ten_epochs_to_numpy_s": (1.1, 1.1, True),
        "slider_to_last_of_ten_epochs_to_a_cell_s": (1.0, 1.05, True),
    }


def test_without_a_browser_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(LibraryUnusable, match="make system-packages"), lab_page(["1"]):
        pass
