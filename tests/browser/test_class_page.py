"""The teacher's page in a real browser: it fits, can be read by ear and with the keyboard, and runs nothing."""

from __future__ import annotations

from importlib.resources import files

import pytest
from playwright.sync_api import Browser
from support.jupyter_lab import SCREENSHOTS
from support.sample_results import class_of

from d2l_autograder.report import write_class_page
from d2l_autograder.results import Finding, Mark, Result, Row, Status
from d2l_autograder.sandbox import Verdict

pytestmark = pytest.mark.browser

ATTACK = "<script>document.title = 'ran'</script><img src=http://127.0.0.1:9/ onerror=\"document.title = 'ran'\">"
LONG = "W" * 400
AXE = """
axe.run(document).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 120)}`)))
"""


def rows():
    findings = (Finding(ATTACK, Verdict.WRONG, LONG, ATTACK), Finding(LONG, Verdict.ERROR, ATTACK, LONG))
    mark = Mark("softmax", f"{ATTACK} {LONG}", 2.0, 0.0, Verdict.ERROR, findings, ATTACK)
    evil = Result(ATTACK, "04_softmax", Status.MARKED, "", (mark,), (LONG,), is_sandboxed=False, seconds=70.0)
    damaged = Result(LONG, ATTACK, Status.DAMAGED, ATTACK)
    honest = class_of(*["shape (3, 1)", "nan", None, None] * 5)
    return [Row(evil, is_late=True), Row(damaged), *map(Row, honest)]


def test_the_page_fits_and_can_be_read_in_light_and_dark_by_ear_and_by_keyboard(browser: Browser, tmp_path):
    write_class_page(rows(), tmp_path)
    for width, scheme in ((900, "light"), (400, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        assert page.evaluate(AXE) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.title() == "How the class did"
        assert ATTACK in page.get_by_role("main").inner_text()
        assert page.get_by_role("img").count() >= 1
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "At a glance"
        page.keyboard.press("Enter")
        page.wait_for_url("**/report.html#glance")
        assert asked == [(tmp_path / "report.html").as_uri()]
        page.screenshot(path=SCREENSHOTS / f"class-page-{width}-{scheme}.png", full_page=True)
        context.close()


def test_a_pair_leads_to_its_passages(browser: Browser, tmp_path):
    (tmp_path / "similar.html").write_text("<title>passages</title><p id=pair-1>both")
    (tmp_path / "similar.json").write_text(
        '{"pairs": [{"students": ["ada", "ben"], "assignment": "04_softmax", "exercise": "loss", "share": 0.9, '
        '"anchor": "pair-1"}]}'
    )
    write_class_page(rows(), tmp_path)
    page = browser.new_context().new_page()
    page.goto((tmp_path / "report.html").as_uri())
    page.get_by_role("link", name="Passages of pair 1, 90 %").click()
    page.wait_for_url("**/similar.html#pair-1")
    page.context.close()
