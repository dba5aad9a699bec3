"""nbgrader's formgrader in JupyterLab, on a course that we marked: see our marks, give one's own, export it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Frame, Page, expect
from support.courses import NAME, answered, half_right, hand_in, make_course, nbgrader, released, solutions
from support.jupyter_lab import SCREENSHOTS
from support.lacking import lacking

from d2l_autograder.batch.grader import Grader
from d2l_autograder.collect import collect
from d2l_autograder.course import read_course
from d2l_autograder.gradebook.gradebook import save
from d2l_autograder.results import Row
from d2l_autograder.sandbox import Sandbox
from d2l_helpers.errors import SandboxError

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.nbgrader, pytest.mark.sandbox]

EVIL = '<script>top.took = 1</script><img src="x" onerror="top.took = 2"> [here](javascript:top.took=3)'


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which our own batch has marked two submissions, and one is still to be marked."""
    try:
        with Sandbox():
            pass
    except SandboxError as error:
        lacking(str(error))
    folder = make_course(tmp_path_factory.mktemp("formgrader") / "course")
    hand_in(folder, "ada", answered(folder, solutions()))
    partly = answered(folder, {"stable_softmax": half_right("stable_softmax")})
    partly.cells.insert(1, nbformat.v4.new_markdown_cell(EVIL))
    hand_in(folder, "bob", partly)
    made = read_course(folder)
    release = folder / "release" / NAME / f"{NAME}.ipynb"
    assignments = {NAME: made.load(release)}
    grader = Grader(assignments, made.secret())
    outcomes = grader.grade(collect(folder / "submitted", {NAME: release}).entries)
    save(((Row(outcome.result), grader.notebook_of(outcome)) for outcome in outcomes), assignments, folder)
    hand_in(folder, "cyd", released(folder))
    return folder


@pytest.fixture(scope="module")
def address(course: Path, lab_in: Callable[[Path], AbstractContextManager[tuple[str, str]]]) -> Iterator[str]:
    with lab_in(course) as (address, token):
        yield f"{address}/lab?token={token}"


def formgrader(page: Page, address: str) -> Frame:
    """Open the formgrader from JupyterLab's menu."""
    # Its pages fetch MathJax from the web, which not every machine has: formulas stay as they are written
    without = "window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {Interest(told) { told('End') }}}}}"
    page.route("**/mathjax/**", lambda route: route.fulfill(body=without, content_type="text/javascript"))
    page.goto(address)
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    frame = page.locator("iframe[src*=formgrader]").element_handle().content_frame()
    assert frame is not None
    return frame


def test_a_teacher_sees_our_marks_and_gives_another(page: Page, address: str, course: Path) -> None:
    frame = formgrader(page, address)
    expect(frame.get_by_role("link", name=NAME).first).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "formgrader-assignments.png")

    frame.get_by_role("link", name="Manual Grading").click()
    frame.wait_for_url("**/gradebook")
    frame.get_by_role("link", name=NAME).click()
    frame.wait_for_url(f"**/gradebook/{NAME}")
    frame.get_by_role("link", name=NAME).click()
    rows = frame.get_by_role("row").filter(has_text="Submission #")
    expect(rows).to_have_count(2)
    expect(rows.filter(has=frame.get_by_text("11 / 11", exact=True))).to_have_count(1)
    rows.filter(has=frame.get_by_text("1 / 11", exact=True)).get_by_role("link").click()

    check = frame.locator(".nbgrader_cell").filter(has_text="check-stable_softmax")
    mark = check.locator("input.score")
    expect(mark).to_have_attribute("placeholder", "1")
    feedback = frame.locator(".alert", has_text="A softmax that survives a thousand")
    expect(feedback).to_contain_text("partly right, 1 of 2 points")
    expect(feedback).to_contain_text("Hint: ")
    expect(frame.get_by_text("onerror=")).to_be_visible()
    assert page.evaluate("window.took") is None
    feedback.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / "formgrader-submission.png")

    mark.fill("1.75")
    mark.press("Tab")
    expect(check.locator(".score-saved")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "formgrader-manual-mark.png")
    assert exported(course)["bob"] == 1.75


def test_a_teacher_marks_a_submission_from_the_formgrader(page: Page, address: str, course: Path) -> None:
    frame = formgrader(page, address)
    frame.get_by_role("row").filter(has_text=NAME).get_by_role("link", name="3", exact=True).click()
    row = frame.get_by_role("row").filter(has_text="cyd")
    expect(row).to_contain_text("needs autograding")
    row.locator(".autograde a").click()
    expect(frame.get_by_text("Successfully autograded")).to_be_visible(timeout=180_000)
    page.screenshot(path=SCREENSHOTS / "formgrader-autograde.png")
    assert exported(course)["cyd"] == 0
    assert (course / "autograded" / "cyd" / NAME / f"{NAME}.ipynb").is_file()


def exported(course: Path) -> dict[str, float]:
    nbgrader(course, "export", "--to", "grades.csv")
    with (course / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
