"""Exhibits on a page of the book: sliders that need no kernel, and pictures in print and without scripts."""

from __future__ import annotations

import random
import re
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.jupyter_lab import SCREENSHOTS

from d2l_authoring.notebook_file import read_notebook
from d2l_authoring.site.exhibits.frames import axes, frame
from d2l_authoring.site.exhibits.markup import SHOWN, exhibit_html

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STATIC = files("d2l_authoring.site") / "static"
LIVE = [one for one in SHOWN if one.make]
QUICK = ("explore", "explore-cross-entropy")
# Furo's own way to switch its theme: an attribute of the body
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
<style>
body {{ --color-foreground: #111; --color-background: #fff; color: var(--color-foreground); background: #fff;
        font: 16px sans-serif; max-width: 46rem; margin: auto }}
body[data-theme=dark] {{ color-scheme: dark; color: #cfd0d0; background: #131416 }}
@media (prefers-color-scheme: dark) {{
  body:not([data-theme=light]) {{ color-scheme: dark; color: #cfd0d0; background: #131416 }}
}}
{style}</style>
<body data-theme="auto"><main><h1>A page</h1>{exhibits}</main><script>{script}</script></body></html>
"""
AXE = """
axe.run(document).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 120)}`)))
"""
# What the page shows, in the form in which a browser writes the markup that Python made
SHOWS = """
markup => {
  const made = document.createElement('div');
  made.innerHTML = markup;
  return made.innerHTML === document.querySelector('.d2l-drawing').innerHTML;
}
"""
SLOWEST = """
async () => {
  const [slider] = document.querySelectorAll('.d2l-live input'), times = [];
  for (let at = 0; at <= Number(slider.max); at++) {
    await new Promise(requestAnimationFrame);
    const before = performance.now();
    slider.value = at;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    document.body.getBoundingClientRect();  // lay the page out
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
"""


def written(folder: Path, *exhibits: str) -> str:
    style, script = ((STATIC / f"exhibit.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    file = folder / "page.html"
    file.write_text(PAGE.format(style=style, script=script, exhibits="".join(exhibits)), encoding="utf-8")
    return file.as_uri()


def html_of(one):
    return exhibit_html(read_notebook(NOTEBOOKS / f"{one.notebook}.ipynb"), one.notebook, one.cell)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    """A page with an exhibit that has a slider, one that has a slider and choices, and one with recorded pictures."""
    chosen = [one for one in SHOWN if one.cell in QUICK or one.notebook.startswith("00")]
    return written(tmp_path_factory.mktemp("page"), *map(html_of, chosen))


@pytest.fixture
def page(browser: Browser, address: str):
    context = browser.new_context(viewport={"width": 900, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.goto(address)
    expect(page.locator(".is-live")).to_have_count(2)
    yield page
    assert asked == [address], "nothing is fetched, and nothing fails"
    context.close()


def exhibit(page: Page, title: str):
    return page.locator(".d2l-exhibit", has=page.get_by_role("button", name=title))


def test_the_keyboard_moves_a_slider_and_its_true_value_is_spoken(page: Page):
    once = exhibit(page, "The largest push with two")
    slider = once.get_by_label("margin", exact=True)
    expect(slider).to_have_attribute("aria-valuetext", "0.0")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "0.1")
    said = once.locator(".d2l-said p").last
    expect(said).to_contain_text("The right logit is 0.1 above the nine others.")
    expect(once.get_by_role("status")).to_contain_text("0.1 above the nine others")
    expect(once.locator(".d2l-drawing").get_by_role("img")).to_have_accessible_name(re.compile("; margin 0.1: "))
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "−10.0")
    assert slider.evaluate("slider => getComputedStyle(slider).outlineStyle") == "solid"


def test_quick_moves_are_spoken_once_they_rest(page: Page):
    once = exhibit(page, "The largest push with two")
    once.get_by_role("status").evaluate("""status => {
      window.spoken = [];
      new MutationObserver(() => window.spoken.push(status.textContent)).observe(status, {childList: true});
    }""")
    # Within one task of the page: a busy machine may take longer than the pause between two presses of a key
    once.get_by_label("margin", exact=True).evaluate("""slider => {
      for (let moves = 0; moves < 15; moves++) {
        slider.stepUp();
        slider.dispatchEvent(new Event('input', {bubbles: true}));
      }
    }""")
    expect(once.get_by_role("status")).to_contain_text("1.5 above")
    assert page.evaluate("window.spoken.length") == 1


def test_a_button_sets_the_state_that_answers_a_question(page: Page):
    classes = exhibit(page, "Undecided")
    classes.get_by_label("classes", exact=True).select_option("10")
    expect(classes.locator(".d2l-said p").last).to_contain_text("among 10 classes")
    classes.get_by_role("button", name="Certain and right").click()
    expect(classes.get_by_label("margin", exact=True)).to_have_attribute("aria-valuetext", "5.0")
    expect(classes.get_by_label("classes", exact=True)).to_have_value("3")
    expect(classes.locator(".d2l-said p").last).to_contain_text("Margin 5.0 among 3 classes")
    classes.get_by_role("button", name="Book values").click()
    expect(classes.get_by_label("margin", exact=True)).to_have_attribute("aria-valuetext", "0.0")


def test_nothing_moves_on_the_page_when_a_slider_moves(page: Page):
    heights = {
        page.locator("main").evaluate("main => main.getBoundingClientRect().height")
        for title in ("Certain and wrong", "Certain and right", "Undecided", "The largest push with two")
        for _ in (page.get_by_role("button", name=title).first.click(),)
    }
    assert len(heights) == 1


@pytest.mark.parametrize(("width", "scheme"), [(900, "light"), (390, "dark")], ids=["light", "dark"])
def test_the_page_can_be_read_by_everybody(page: Page, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    assert page.evaluate(AXE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.screenshot(path=SCREENSHOTS / f"site-exhibits-{width}-{scheme}.png", full_page=True)


def test_charts_follow_the_pages_theme(page: Page):
    text = page.locator(".d2l-drawing svg text").first
    colours = {}
    for scheme, theme in (("light", "auto"), ("dark", "auto"), ("light", "dark"), ("dark", "light")):
        page.emulate_media(color_scheme=scheme)
        page.locator("body").evaluate("(body, theme) => { body.dataset.theme = theme }", theme)
        colours[scheme, theme] = text.evaluate("text => getComputedStyle(text).fill")
    assert colours["light", "auto"] == colours["dark", "light"] == "rgb(17, 17, 17)"
    assert colours["dark", "auto"] == colours["light", "dark"] == "rgb(207, 208, 208)"


def test_paper_gets_the_three_pictures(page: Page):
    expect(page.locator(".is-live .d2l-states").first).not_to_be_visible()
    page.emulate_media(media="print")
    for live in page.locator(".is-live").all():
        expect(live.locator(".d2l-live")).not_to_be_visible()
        assert live.locator("figure:visible").count() == 3
    page.emulate_media(media="screen")


def test_without_scripts_the_three_pictures_stand_there(browser: Browser, address: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("figure:visible").count() == 9
    assert page.locator("input:visible, button:visible, select:visible").count() == 0
    names = [one.get_attribute("aria-label") for one in page.locator("figure [role=img]").all()]
    assert len(names) == 9
    assert all(names)
    context.close()


@pytest.mark.parametrize(
    "one",
    [pytest.param(one, marks=() if one.cell in QUICK else pytest.mark.nightly, id=one.cell) for one in LIVE],
)
def test_the_page_draws_what_the_exhibit_draws_at_any_position(browser: Browser, tmp_path: Path, one):
    context = browser.new_context()
    page = context.new_page()
    markup = html_of(one)
    assert len(markup) < 1_000_000
    page.goto(written(tmp_path, markup))
    expect(page.locator(".is-live")).to_have_count(1)
    oracle, choose = one.make(), random.Random(0)
    moving = [axis for axis in axes(one, oracle) if len(axis.values) > 1]
    for _ in range(25):
        values = {axis.control.name: choose.choice(axis.values) for axis in moving}
        for axis in moving:
            control = page.locator(f"#d2l-{one.cell}-{axis.control.name}")
            control.evaluate(
                "(control, at) => { if (control.options) control.selectedIndex = at; else control.value = at;"
                " control.dispatchEvent(new Event('input', {bubbles: true})) }",
                axis.at(values),
            )
            if not axis.control.is_choice:
                expected = axis.control.text(values[axis.control.name])
                expect(control).to_have_attribute("aria-valuetext", expected)
        expected = frame(oracle, values)
        assert page.locator(".d2l-said p").last.text_content() == expected.sentence
        assert page.evaluate(SHOWS, expected.markup), values
    context.close()


@pytest.mark.timing
@pytest.mark.parametrize("one", LIVE, ids=lambda one: one.cell)
def test_a_slider_answers_within_a_frame(browser: Browser, tmp_path: Path, one):
    context = browser.new_context()
    page = context.new_page()
    page.goto(written(tmp_path, html_of(one)))
    expect(page.locator(".is-live")).to_have_count(1)
    milliseconds = page.evaluate(SLOWEST)
    print(f"{one.cell}: {milliseconds:.1f} ms")
    assert milliseconds < 16
    context.close()
