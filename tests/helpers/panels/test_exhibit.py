"""An exhibit draws what its controls say, at once, for readers with a kernel and without."""

from __future__ import annotations

import base64
import html
import math
import re
import time

import pytest
from support.small_exhibit import show, small_exhibit
from traitlets import TraitError

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import VS_CODE_THEME, Chart, plot_charts
from d2l_helpers.lab.snapshots import snapshot_of
from d2l_helpers.panels.exhibit import Exhibit, View, log_slider, slider


@pytest.fixture
def exhibit() -> Exhibit:
    return small_exhibit()


def test_an_exhibit_says_its_state_and_draws(exhibit):
    assert exhibit.values == {"rate": pytest.approx(0.1), "steps": 5, "kind": "a"}
    assert 'role="status"' in exhibit._status.value
    assert "&lt;a&gt; at 0.1 after 5" in exhibit._status.value
    assert 'aria-label="A test: t"' in exhibit._charts.value, "the numbers are spoken once, by the status line"
    assert exhibit._more.value == "<p>a</p>"


def test_each_control_changes_what_is_shown(exhibit):
    for name, value in (("rate", 1.0), ("steps", 7), ("kind", "b")):
        before = exhibit._status.value
        exhibit._controls[name].value = value
        assert exhibit._status.value != before
    assert "&lt;b&gt; at 1 after 7" in exhibit._status.value


def test_book_values_come_back_in_one_step(exhibit):
    shown = []
    exhibit._controls["rate"].value, exhibit._controls["kind"].value = 1.0, "b"
    exhibit._status.observe(lambda change: shown.append(change["new"]), "value")
    exhibit.reset()
    assert len(shown) == 1
    assert "&lt;a&gt; at 0.1 after 5" in shown[0]


WHAT = "A test. An exhibit with controls for rate, steps, kind. Run this cell to use its controls."
ELSE = (
    "If no controls appear, this page cannot show them; run this cell again, and it shows a picture instead. "
    "This is its state at the book's values."
)


def test_a_cell_gets_the_live_view_and_the_books_values_as_html(exhibit):
    bundle, metadata = exhibit._repr_mimebundle_()
    assert bundle["text/plain"] == f"{WHAT} {ELSE}\n<a> at 0.1 after 5"
    assert html.escape(ELSE) in bundle["text/html"]
    assert "image/png" not in bundle
    assert metadata == {"d2l_helpers_exhibit": True}
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == exhibit._view.model_id
    assert "&lt;a&gt; at 0.1 after 5" in bundle["text/html"]
    assert re.findall('<img [^>]*alt="(.*?)"', bundle["text/html"]) == ["A test: t"]
    assert "<p>a</p>" in bundle["text/html"]
    assert not re.search("<svg|<script|role=", bundle["text/html"]), "nothing that a page removes"


def test_vs_code_gets_the_rules_for_its_theme_and_a_script_that_needs_no_element(exhibit):
    bundle, _ = exhibit._repr_mimebundle_()
    assert bundle["text/html"].startswith(VS_CODE_THEME), "shown where the widget's kernel has ended"
    script = exhibit._view.children[-1].outputs[0]["data"]["application/javascript"]
    assert "typeof element === 'undefined'" in script


def test_readers_without_a_kernel_get_a_picture_of_the_books_values(exhibit, monkeypatch):
    live = exhibit._repr_mimebundle_()[0]["text/html"]
    live = re.sub(r"A test\. .*book&#x27;s values\.", "<b>Run this cell to use its controls.</b>", live)
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    bundle, metadata = exhibit._repr_mimebundle_()
    assert sorted(bundle) == ["image/png", "text/html", "text/plain"], "a page would look for the live view's model"
    assert bundle["text/plain"] == f"{WHAT}\n<a> at 0.1 after 5"
    assert bundle["text/html"] == live
    picture = plot_charts(show(0.1, 5, "a").charts, "A test", "<a> at 0.1 after 5")
    assert base64.b64decode(bundle["image/png"]) == picture.png()
    assert metadata == {"d2l_helpers_exhibit": True} | picture._repr_mimebundle_()[1]


def test_the_last_picture_is_kept_for_the_notebooks_file(exhibit, monkeypatch):
    exhibit._repr_mimebundle_()
    model_id = exhibit._view.model_id
    for steps in range(10):
        exhibit._controls["steps"].value = steps
    deadline = time.monotonic() + 10
    while "at 0.1 after 9" not in (snapshot_of(model_id) or ""):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert exhibit._repr_mimebundle_()[0]["text/html"]


def test_the_status_line_keeps_the_height_of_its_longest_text():
    exhibit = Exhibit("t", [slider("a", "a", 1, 0, 2, 1)], lambda a: View("text"), room=(12, 30))
    hidden, said = exhibit._status.value.split("<div role=")
    assert [paragraph.count("<i ") for paragraph in hidden.split("</div>")[:2]] == [2, 5]
    assert "aria-hidden" in hidden
    assert re.sub("<[^>]*>", "", hidden) == "", "no text that a search or a screen reader could find"
    assert said.startswith('"status"')


def test_a_picture_of_its_own(monkeypatch):
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    own = plot_charts([Chart("own", [])], "Its alt text.")
    exhibit = Exhibit("t", [slider("a", "a", 1, 0, 2, 1)], lambda a: View("text", picture=lambda: own))
    bundle, _ = exhibit._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == own.png()
    assert bundle["text/plain"].endswith("\nIts alt text."), "the text may have numbers of a training"
    assert exhibit._charts.value == ""


def test_after_a_reset_that_failed_the_exhibit_still_draws(exhibit):
    exhibit._book["steps"] = "many"
    with pytest.raises(TraitError):
        exhibit.reset()
    exhibit._controls["steps"].value = 7
    assert "after 7" in exhibit._status.value


def test_minus_signs_are_those_of_numbers():
    text = "t-shirt at -3, -.5, 2e-05 and -1.5e-07, 3-4, log-log, e^-3"
    exhibit = Exhibit("t", [slider("a", "a", 1, 0, 2, 1)], lambda a: View(text))
    assert "t-shirt at −3, −.5, 2e−05 and −1.5e−07, 3-4, log-log, e^−3" in exhibit._status.value


def test_two_controls_of_one_name_are_refused():
    with pytest.raises(ArgumentError, match="a different name for each"):
        Exhibit("t", [slider("a", "a", 1, 0, 2, 1), slider("a", "b", 1, 0, 2, 1)], lambda a: View(""))


def test_a_sliders_readout_shows_its_steps():
    assert slider("a", "a", 0.5, 0.0, 1.0, 0.05).widget.readout_format == ".2f"
    assert slider("a", "a", 0.5, 0.0, 1.0, 0.5).widget.readout_format == ".1f"
    assert slider("a", "a", 3, 0, 9, 1).widget.value == 3


@pytest.mark.parametrize(
    ("value", "low", "high"), [(0.1, 0.003, 3), (1.0, 0.01, 100), (0.003, 0.003, 3), (3, 0.003, 3)]
)
def test_a_logarithmic_sliders_first_value_is_one_of_its_steps(value, low, high):
    widget = log_slider("a", "a", value, low, high).widget
    steps = (math.log10(value) - widget.min) / widget.step
    assert steps == pytest.approx(round(steps))
    assert widget.value == pytest.approx(value)
