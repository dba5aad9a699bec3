"""The teacher's report on a class as one page of HTML, without scripts and without anything from elsewhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from d2l_autograder.file_names import file_name
from d2l_autograder.report.class_statistics import AssignmentStatistics, Spread, assignments_of, repairs_of, spread_of
from d2l_autograder.report.item_analysis import Outcome, hardest_first
from d2l_autograder.report.private import without_machine
from d2l_autograder.report.rendering import heading_of, render
from d2l_autograder.report.similar_pairs import SimilarPair
from d2l_autograder.report.text import number_text, safe_line
from d2l_autograder.results import Row, Status
from d2l_autograder.sandbox import Verdict

__all__ = ["class_page"]

_MOST_ROWS = 50  # of a table that grades.csv holds as a whole
_SLOWEST, _HARDEST, _RESULTS, _REPAIRS = 10, 5, 5, 10
_LONGEST = 200  # characters of a text
_BARS = 12
_STEPS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 25, 50, 100)
_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_ENDS = (5, 10, 15, 20, 25, 40)
_SLOW = (Verdict.TIMEOUT, Verdict.MEMORY, Verdict.DIED, Verdict.OUTPUT)


@dataclass(frozen=True)
class _Section:
    """An assignment with what the page shows besides its statistics."""

    statistics: AssignmentStatistics
    anchor: str
    heading: str
    spread: Spread | None
    time: Spread | None
    charts: str


def class_page(rows: Sequence[Row], similar: Sequence[SimilarPair] | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    rows : sequence of Row
        One for each notebook that was handed in, and for each that is missing, in any order.
    similar : sequence of SimilarPair, optional
        Pairs of similar submissions; None if nobody has looked for them.
    """
    rows = sorted(rows, key=lambda row: (row.result.student, row.result.assignment))
    assignments = assignments_of(rows)
    items = [item for assignment in assignments for item in assignment.items]
    verdicts = sum((Counter(item.verdicts) for item in items), Counter[Verdict]())
    return render(
        "class.html",
        students=len({row.result.student for row in rows}),
        handed_in=sum(assignment.handed_in for assignment in assignments),
        sections=[_section(number, each) for number, each in enumerate(assignments, start=1)],
        hardest=[item for item in hardest_first(items) if item.right < 1][:_HARDEST],
        verdicts=[(verdict, verdicts[verdict]) for verdict in Verdict if verdicts[verdict]],
        slowest=_slowest(rows),
        unmarked=_first([row for row in rows if row.result.status in (Status.DAMAGED, Status.SANDBOX_FAULT)]),
        missing=_first([row for row in rows if row.result.status == Status.MISSING]),
        late=_first([row for row in rows if row.is_late]),
        repairs=_first(repairs_of(rows), _REPAIRS),
        repaired=sum(bool(row.result.repairs) for row in rows),
        similar=None if similar is None else _first(similar),
        is_sandboxed=all(row.result.is_sandboxed for row in rows),
        Outcome=Outcome,
        Status=Status,
        Verdict=Verdict,
        MOST_RESULTS=_RESULTS,
        heading_of=heading_of,
        feedback_of=_feedback_of,
        said_of=_said_of,
        percent=_percent,
        seconds=_seconds_text,
        short=_short,
        verdict_text=_verdict_text,
        why_slow=_why_slow,
    )


def _section(number: int, statistics: AssignmentStatistics) -> _Section:
    return _Section(
        statistics=statistics,
        anchor=f"assignment-{number}",
        heading=_short(heading_of(statistics.name)),
        spread=spread_of(statistics.totals),
        time=spread_of(statistics.seconds),
        charts=_charts(statistics) if statistics.totals else "",
    )


def _charts(statistics: AssignmentStatistics) -> str:
    """Draw how totals and times are distributed."""
    from d2l_helpers.figures import Bars, Chart, charts_svg  # here: matplotlib, which marking does not need, takes time

    totals, names, width = _histogram_of_totals(statistics)
    times = _counted(statistics.seconds, (0.0, *_SECONDS))
    time_names = ["0", *(f"{second:g}" for second in _SECONDS)]
    most = max(range(len(totals)), key=totals.__getitem__)
    spread, time = spread_of(statistics.totals), spread_of(statistics.seconds)
    assert spread
    assert time
    alt = (
        f"Two histograms of {len(statistics.totals)} marked submissions. Totals: from {number_text(spread.lowest)} to "
        f"{number_text(spread.highest)} of {number_text(statistics.points)} points, median {spread.median:.3g}; the "
        f"highest bar, of {totals[most]}, begins at {names[most]} points. Seconds of marking: median "
        f"{time.median:.2g}, nine in ten within {time.ninetieth:.2g}, at most {time.highest:.2g}."
    )
    from_to = "" if width == 1 else f"; each bar spans {number_text(width)}"
    charts = (
        Chart("Totals", [Bars(totals)], f"points of {number_text(statistics.points)}{from_to}", "submissions",
              y_span=_axis(totals), x_names=names),
        Chart("Time to mark", [Bars(times)], "seconds; each bar up to the next", "submissions",
              y_span=_axis(times), x_names=time_names),
    )  # fmt: skip
    return charts_svg(charts, alt)


def _histogram_of_totals(statistics: AssignmentStatistics) -> tuple[list[int], list[str], float]:
    """Return the bars' heights and names, and their width in points; the last bar has the full marks, too."""
    points = max(statistics.points, 1e-9)
    width = next((step for step in _STEPS if points / step <= _BARS), points / _BARS)
    edges = [number * width for number in range(math.floor(points / width + 1e-9) + 1)]
    return _counted(statistics.totals, edges), [number_text(round(edge, 10)) for edge in edges], width


def _counted(numbers: Sequence[float], edges: Sequence[float]) -> list[int]:
    """Count the numbers from each edge up to the next; the last has no end."""
    places = Counter(sum(number >= edge - 1e-9 for edge in edges) - 1 for number in numbers)
    return [places[place] for place in range(len(edges))]


def _axis(counts: Sequence[int]) -> tuple[float, float]:
    """Return the ends of an axis whose ticks are whole numbers."""
    most = max(counts)
    ends = (end * 10**power for power in range(len(str(most)) + 1) for end in _ENDS)
    return 0.0, float(next(end for end in ends if end >= most))


def _slowest(rows: Sequence[Row]) -> list[Row]:
    marked = [row for row in rows if row.result.status == Status.MARKED and row.result.seconds > 0]
    return sorted(marked, key=lambda row: -row.result.seconds)[:_SLOWEST]


def _why_slow(row: Row) -> str:
    """Name the answers that used up what a submission may use."""
    stopped = [
        f"{mark.title}: {_verdict_text(finding.verdict)}"
        for mark in row.result.marks
        for finding in mark.findings
        if finding.verdict in _SLOW
    ]
    return _short("; ".join(stopped))


def _first(found: Sequence[object], most: int = _MOST_ROWS) -> tuple[Sequence[object], int]:
    """Return the first of a table's rows, and how many more there are."""
    return found[:most], max(0, len(found) - most)


def _feedback_of(row: Row) -> str:
    """Return the address of a student's page, beside this one."""
    names = (file_name(row.result.student), f"{file_name(row.result.assignment)}.html")
    return quote("/".join(("feedback", *names)))


def _said_of(row: Row) -> str:
    return _short(without_machine(row.result.detail))


def _short(text: str) -> str:
    line = safe_line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"


def _verdict_text(verdict: Verdict) -> str:
    """Return a verdict by the name that docs/teaching.md explains."""
    return str(verdict).replace("_", " ")


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _seconds_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
