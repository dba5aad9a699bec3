"""How cost grows: the slopes are right, and docs/speed.md says what was recorded."""

import json
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchmarks
from benchmarks.__main__ import growth
from benchmarks.growth.measuring import SIZES, measure, read, record
from benchmarks.growth.page import PAGE, chart_file, render, write
from benchmarks.growth.slope import slope
from d2l_helpers.errors import ArgumentError, RecordError

RECORDED = {
    "examples": {
        "machine": {},
        "sizes": [10, 100, 1000],
        "costs": {
            "ours": {"seconds": [0.01, 0.1, 1.0], "megabytes": [200.0, 200.0, 200.0]},
            "NumPy, one core": {"seconds": [0.02, 0.2, 10.0], "megabytes": [1.0, 10.0, 100.0]},
        },
    }
}


@given(st.floats(-3, 3), st.floats(1e-6, 1e6))
def test_the_slope_of_a_power_is_its_exponent(exponent, factor):
    sizes = [10, 30, 100, 1000]
    assert slope(sizes, [factor * size**exponent for size in sizes]) == pytest.approx(exponent, abs=1e-9)


def test_the_slope_is_that_of_least_squares():
    # log10: x = 0, 1, 2 and y = 0, 2, 1; the sums of products are 1 and 2
    assert slope([1, 10, 100], [1, 100, 10]) == pytest.approx(0.5)


@pytest.mark.parametrize(("sizes", "costs"), [([10], [1]), ([10, 10], [1, 2]), ([10, 20], [1]), ([10, 20], [0, 1])])
def test_no_slope_without_two_positive_points(sizes, costs):
    with pytest.raises(ArgumentError, match="Cannot fit a slope"):
        slope(sizes, costs)


def test_numbers_and_tables_of_the_page_follow_the_record():
    page = "Slope **?**<!--examples/ours/seconds/slope-->, **?**<!--examples/NumPy, one core/megabytes/1000--> MB.\n"
    page += "Slope **?**<!--examples/NumPy, one core/seconds/end-->.\n"
    page += "<!--table examples-->\nold\n<!--end-->\n"
    text = render(page, RECORDED)
    assert text.startswith("Slope **1.00**<!--examples/ours/seconds/slope-->, **100**<!--")
    assert "Slope **1.70**<!--examples/NumPy, one core/seconds/end-->" in text
    assert "| 1,000 | 1.00 | 200 | 10.0 | 100 |\n| slope | 1.00 | 0.00 | 1.35 | 1.00 |\n<!--end-->" in text
    assert render(text, RECORDED) == text


@pytest.mark.parametrize(
    "page",
    [
        "**?**<!--examples/Keras/seconds/slope-->",
        "**?**<!--examples/ours/seconds/7-->",
        "<!--table classes-->\n<!--end-->",
    ],
)
def test_a_mark_without_a_record_is_an_error(page):
    with pytest.raises(RecordError, match="asks for"):
        render(page, RECORDED)


def test_a_chart_has_its_slopes_in_it_and_follows_the_page_s_theme():
    chart = chart_file("examples", RECORDED)
    assert "ours, slope 1.00" in chart
    assert "NumPy, one core, slope 1.35" in chart
    assert 'xmlns="http://www.w3.org/2000/svg"' in chart
    assert "prefers-color-scheme:dark" in chart


def test_page_and_charts_are_written_together(tmp_path):
    page = tmp_path / "speed.md"
    page.write_text("**?**<!--examples/ours/seconds/slope-->")
    write(RECORDED, page)
    assert page.read_text() == "**1.00**<!--examples/ours/seconds/slope-->"
    assert (tmp_path / "speed_examples.svg").read_text() == chart_file("examples", RECORDED)


def test_a_missing_page_is_an_error(tmp_path):
    with pytest.raises(RecordError, match="git checkout docs"):
        write(RECORDED, tmp_path / "speed.md")


def test_a_quantity_is_recorded_beside_the_others(tmp_path):
    file = tmp_path / "growth.json"
    file.write_text(json.dumps(RECORDED))
    record(file, "batch", RECORDED["examples"])
    assert list(read(file)) == ["examples", "batch"]


@pytest.mark.parametrize("content", ["", "[1]", '{"batch": {"sizes": [1], "costs": {"ours": {"seconds": [1, 2]}}}}'])
def test_a_broken_record_is_refused_and_stays_as_it_is(tmp_path, content):
    file = tmp_path / "growth.json"
    file.write_text(content)
    with pytest.raises(RecordError, match="git checkout"):
        record(file, "batch", RECORDED["examples"])
    assert file.read_text() == content


def test_the_command_offers_every_quantity():
    (argument,) = (each for each in growth.params if isinstance(each, click.Argument))
    assert list(argument.type.choices) == list(SIZES)


@pytest.mark.parametrize("largest", [20, 10_000])
def test_a_growth_without_a_slope_is_refused_before_anything_is_measured(largest):
    with pytest.raises(ArgumentError, match="choose --up-to 20000 or more"):
        measure("examples", largest)


def test_docs_say_what_was_recorded():
    recorded = read(Path(benchmarks.__file__).with_name("growth.json"))
    assert list(recorded) == list(SIZES)
    text = PAGE.read_text(encoding="utf-8")
    assert render(text, recorded) == text
    for quantity in SIZES:
        sizes = recorded[quantity]["sizes"]
        assert sizes == list(SIZES[quantity])
        assert PAGE.with_name(f"speed_{quantity}.svg").read_text(encoding="utf-8") == chart_file(quantity, recorded)
        assert f"](speed_{quantity}.svg)" in text
        assert f"<!--{quantity}/ours/seconds/slope-->" in text
