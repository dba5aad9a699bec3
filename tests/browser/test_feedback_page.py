"""A student's feedback page in a real browser: it fits, and nothing of a student's runs in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from d2l_autograder.report import write_feedback
from d2l_autograder.results import Finding, Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict

pytestmark = pytest.mark.browser

ATTACK = "<script>document.title = 'ran'</script><img src=http://127.0.0.1:9/ onerror=\"document.title = 'ran'\">"
LONG = "W" * 400


@pytest.mark.parametrize("width", [320, 1200])
def test_a_page_fits_its_width_runs_nothing_and_asks_for_nothing(browser: Browser, tmp_path, width):
    findings = (Finding(ATTACK, Verdict.WRONG, LONG, ATTACK), Finding(LONG, Verdict.ERROR, ATTACK, LONG))
    mark = Mark("softmax", f"{ATTACK} {LONG}", 2.0, 1.0, Verdict.WRONG, findings, ATTACK)
    result = Result(ATTACK, "04_softmax", Status.MARKED, "", (mark,), (LONG,), is_sandboxed=False)
    write_feedback(Row(result), tmp_path)
    (file,) = tmp_path.glob("feedback/*/*.html")
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [page.url]
    assert page.title() == "Softmax: 1 of 2 points"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.get_by_role("table", name="All exercises").get_by_role("columnheader").count() == 3
    assert page.get_by_role("heading", level=1).inner_text() == "Softmax"
    assert ATTACK in page.get_by_role("main").inner_text()
    page.context.close()
