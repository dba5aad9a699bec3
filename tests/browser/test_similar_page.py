"""The page of pairs in a real browser: it fits, it runs and asks for nothing, and each pair can be reached."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from d2l_autograder.report.similar import SimilarIn
from d2l_autograder.report.similar_page import similar_page
from d2l_autograder.similarity import compare
from d2l_autograder.similarity.answers import answer_of

pytestmark = pytest.mark.browser

ATTACK = "<script>document.title = 'ran'</script>"
LONG = "W" * 400
SOURCE = "\n".join(
    ["def decide(p, costs):", "    bill = {}", f"    # {ATTACK} {LONG}"]
    + [f"    bill[{n}] = float(costs[{n}, 0]) * p[{n * n}] - {7 * n}" for n in range(8)]
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 900, 1400])
def test_the_page_fits_its_width_runs_nothing_and_asks_for_nothing(browser: Browser, tmp_path, width, scheme):
    answers = {who: [answer_of("decide", [(SOURCE, SOURCE)])] for who in (ATTACK, LONG, "李")}
    group = SimilarIn("04_softmax", compare(answers), 3, {}, {"decide": LONG})
    file = tmp_path / "similar.html"
    file.write_text(similar_page([group]), encoding="utf-8")
    page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [page.url]
    assert page.title() == "Answers that are alike"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    table = page.get_by_role("table", name="Pairs, those that share most first")
    assert table.get_by_role("link").count() == 3
    table.get_by_role("link").last.click()
    assert page.locator("#pair-3").is_visible()
    assert page.get_by_role("region").count() == 3 + 2 * 3  # the pairs, and two answers of each
    page.context.close()
