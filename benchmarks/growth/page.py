"""Write docs/speed.md's charts, tables and marked numbers from what was recorded, so that none is typed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.growth.slope import slope
from d2l_helpers import atomic
from d2l_helpers.errors import RecordError
from d2l_helpers.figures.charts import Chart, Dots, Line, Mark
from d2l_helpers.figures.charts_svg import CHART, charts_svg
from d2l_helpers.figures.svg_images import svg_file

__all__ = ["PAGE", "chart_file", "render", "write"]

PAGE = Path(__file__).parents[2] / "docs" / "speed.md"
_X_AXES = {  # the label, and the unit
    "examples": ("thousands of training examples", 1000),
    "batch": ("examples per batch", 1),
    "classes": ("classes", 1),
    "submissions": ("submissions", 1),
}
_UNITS = {"seconds": "s", "megabytes": "MB"}
_PARTS = {"slope": slice(None), "start": slice(2), "end": slice(-2, None)}
_MARKED = re.compile(r"\*\*[^*]*\*\*<!--(\w+)/([^/>]+)/(\w+)/([\w.-]+)-->")
_TABLE = re.compile(r"<!--table (\w+)-->\n.*?<!--end-->", re.DOTALL)

Recorded = Mapping[str, Any]


def chart_file(quantity: str, recorded: Recorded) -> str:
    """Return the chart of a quantity as the text of an SVG file, with the slope of each line in its legend."""
    label, unit = _X_AXES[quantity]
    sizes, costs = [size / unit for size in recorded[quantity]["sizes"]], recorded[quantity]["costs"]
    marks: list[Mark] = []
    for style, (name, each) in enumerate(costs.items()):
        named = f"{name}, slope {_slope(sizes, each['seconds'])}"
        marks += [Line(sizes, each["seconds"], named, style), Dots(sizes, each["seconds"], style=style)]
    what = "for all" if quantity == "submissions" else "per epoch"
    title = f"Seconds {what}, by {label}"
    chart = Chart(title, marks, label, "seconds", log_x=True, log_y=True)
    drawing = charts_svg([chart], title)
    return svg_file(drawing[drawing.index(CHART) : drawing.rindex("</svg>") + len("</svg>")]) + "\n"


def render(text: str, recorded: Recorded) -> str:
    """Return the page with its tables and marked numbers as recorded.

    A marked number is ``**1.02**<!--examples/ours/seconds/slope-->``. Instead of ``slope``, ``start`` and ``end`` are
    the slopes between the first two and the last two sizes, and ``60000`` is the cost at that size. A table stands
    between ``<!--table examples-->`` and ``<!--end-->``.

    Raises
    ------
    RecordError
        If a mark or a table names something that was not recorded.
    """
    try:
        text = _MARKED.sub(
            lambda found: f"**{_value(recorded, *found.groups())}**<!--{'/'.join(found.groups())}-->", text
        )
        return _TABLE.sub(
            lambda found: f"<!--table {found[1]}-->\n{chr(10).join(_rows(recorded[found[1]]))}\n<!--end-->", text
        )
    except (KeyError, ValueError) as error:
        raise RecordError(
            f"Cannot write the numbers into {PAGE.name}.",
            got=f"a mark that asks for {error}",
            expected="a quantity, a name and a size that were recorded",
            remedy="correct the mark, or measure with `python -m benchmarks growth`",
        ) from error


def write(recorded: Recorded, page: Path = PAGE) -> None:
    """Write the charts beside the page, and its numbers.

    Raises
    ------
    RecordError
        If there is no page, or it names something that was not recorded.
    NotebookError
        If a file cannot be written.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(
            f"Cannot read {page.name}.",
            got=error,
            expected="the page with its marks",
            remedy="restore it with `git checkout docs/speed.md`",
        ) from error
    files = {page: render(text, recorded)}
    files |= {page.with_name(f"speed_{each}.svg"): chart_file(each, recorded) for each in recorded}
    for file, content in files.items():
        atomic.replace_file(file, content.encode())


def _value(recorded: Recorded, quantity: str, name: str, cost: str, place: str) -> str:
    sizes, costs = recorded[quantity]["sizes"], recorded[quantity]["costs"][name][cost]
    if part := _PARTS.get(place):
        return _slope(sizes[part], costs[part])
    return _number(costs[sizes.index(int(place))])


def _rows(measured: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table's rows: the costs by size, and the slopes at the end."""
    columns = [(name, cost, each[cost]) for name, each in measured["costs"].items() for cost in _UNITS]
    yield "| | " + " | ".join(f"{name}, {_UNITS[cost]}" for name, cost, _ in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for place, size in enumerate(measured["sizes"]):
        yield f"| {size:,} | " + " | ".join(_number(costs[place]) for _, _, costs in columns) + " |"
    yield "| slope | " + " | ".join(_slope(measured["sizes"], costs) for _, _, costs in columns) + " |"


def _slope(sizes: Any, costs: Any) -> str:
    return f"{slope(sizes, costs):.2f}".replace("-", "−")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"
