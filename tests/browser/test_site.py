"""The site from file://: offline, light and dark, narrow, by keyboard and by ear, searched and printed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request
from support.jupyter_lab import SCREENSHOTS
from support.sites import PAGES, built_site

pytestmark = [pytest.mark.browser, pytest.mark.sphinx]

FLAGSHIP = "04_softmax_regression"
FAST = ("index", "00_start_here", "search")  # axe takes half a minute for a long page
AXE = """
axe.run(document, {preload: false}).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 120)}`)))
"""
UNFOLD = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"
# Whatever reaches over the page's edge, and does not scroll in a box of its own
WIDE = """
() => [...document.querySelectorAll("body *")]
  .filter(element => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
  .filter(element => !element.closest("pre, .output, .math-wrapper, .table-wrapper, .sidebar-drawer, .toc-drawer"))
  .map(element => element.outerHTML.slice(0, 120))
"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(17, 17, 17)"
FOCUS = """
() => {
  const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  return [document.activeElement.tagName, outlineStyle !== "none" && outlineWidth !== "0px", box.right > 0];
}
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the chapter's site."""
    return built_site(tmp_path_factory)


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator:
    """Open a page of the site; fail if it asked for anything but files, or its console shows an error."""
    faults: list[str] = []
    contexts = []

    def look(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            faults.append(request.url)

    def open_page(name: str, width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", look)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        path, _, question = name.partition("?")
        page.goto(f"{(site / f'{path}.html').as_uri()}?{question}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults


def pages():
    return [pytest.param(name, marks=[] if name in FAST else pytest.mark.nightly) for name in PAGES]


@pytest.mark.parametrize("name", pages())
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(opened, name):
    question = "?q=softmax" if name == "search" else ""
    for width, scheme in ((1400, "light"), (900, "dark"), (390, "light")):
        page = opened(name + question, width, scheme)
        page.evaluate(UNFOLD)
        if question:
            page.get_by_text("Search finished").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(WIDE) == []
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        assert page.evaluate(AXE) == [], (width, scheme)
        page.screenshot(path=SCREENSHOTS / f"site-{name}-{width}-{scheme}.png")
        page.context.close()


def test_the_search_finds_words_and_marks_them_on_the_page(opened):
    page = opened("index", scheme="dark")
    page.get_by_role("textbox", name="Search").fill("staircase")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Softmax Regression", exact=True).last.click()
    page.wait_for_url(f"**/{FLAGSHIP}.html*")
    assert "staircase" in page.locator("span.highlighted").first.inner_text()
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate(AXE) == []


def test_the_button_changes_the_colours_of_the_page_and_of_its_charts(opened):
    page = opened(FLAGSHIP)
    chart = page.locator('img[src^="data:image/svg"]').first
    button = page.get_by_role("button", name="Change between light, dark and automatic colours").locator("visible=true")
    shades = {}
    for expected in (LIGHT, DARK, LIGHT):
        assert page.evaluate(BACKGROUND) == expected
        shades.setdefault(expected, chart.screenshot())
        assert chart.screenshot() == shades[expected]
        button.click()
    assert shades[LIGHT] != shades[DARK]


def test_a_dark_system_makes_a_dark_page(opened):
    assert opened("index", scheme="dark").evaluate(BACKGROUND) == DARK


@pytest.mark.parametrize("width", [1400, 390])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(opened, width):
    page = opened(FLAGSHIP, width)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to content"
    reached = []
    for _ in range(400):
        page.keyboard.press("Tab")
        tag, shows_focus, is_on_page = page.evaluate(FOCUS)
        if tag == "BODY":
            break
        assert is_on_page
        assert shows_focus or tag == "INPUT", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        reached.append(tag)
    assert reached.count("SUMMARY") == page.locator("summary").locator("visible=true").count()
    assert "BUTTON" in reached


def test_on_a_phone_the_keyboard_opens_the_contents(opened):
    page = opened(FLAGSHIP, 390)
    boxes = {"Show the sections of the chapter": "5 Fashion-MNIST", "Show the contents of this page": "Summary"}
    for box, link in boxes.items():
        entry = page.get_by_role("navigation").get_by_role("link", name=link)
        assert not entry.locator("visible=true").count()
        page.get_by_role("checkbox", name=box).focus()
        page.keyboard.press("Space")
        entry.locator("visible=true").wait_for()
        page.keyboard.press("Escape")
        page.wait_for_function("document.querySelectorAll('.drawer-switches :checked').length === 0")


def test_answers_and_hints_unfold_by_the_keyboard(opened):
    page = opened(FLAGSHIP)
    answer = page.get_by_text("It is 32.7% of them.")
    assert not answer.is_visible()
    page.locator("details.answer > summary").first.press("Enter")
    assert answer.is_visible()
    hints = page.locator("details.hint")
    assert not hints.nth(1).is_visible()
    hints.nth(0).locator("> summary").press("Enter")
    assert hints.nth(1).is_visible()
    assert not hints.nth(2).is_visible()


def test_paper_gets_everything_unfolded_and_no_navigation(opened):
    page = opened(FLAGSHIP, scheme="dark")
    page.emulate_media(media="print")
    for hidden in (".sidebar-drawer", ".toc-drawer", "ul.buttons", "footer", ".content-icon-container"):
        assert not page.locator(hidden).is_visible(), hidden
    assert page.get_by_text("It is 32.7% of them.").evaluate("e => e.getBoundingClientRect().height") > 0
    assert page.locator("details.hint").nth(2).evaluate("e => e.getBoundingClientRect().height") > 0
    assert page.evaluate(BACKGROUND) == LIGHT
    assert page.locator("pre").first.evaluate("e => getComputedStyle(e).whiteSpace") == "pre-wrap"


def test_formulas_are_set_in_the_font_of_the_site(opened):
    page = opened(FLAGSHIP)
    page.evaluate(UNFOLD)
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    formulas = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "math"})["nodeIds"]
    assert len(formulas) > 50
    fonts = {
        font["familyName"]
        for formula in formulas
        for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": formula})["fonts"]
    }
    assert fonts == {"STIX Two Math"}
