"""Whether everybody can read the outputs of a notebook in JupyterLab: on a narrow page, in the dark, by ear."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from playwright.sync_api import Locator, Page

__all__ = ["check_outputs"]

_DARK, _LIGHT = "JupyterLab Dark", "JupyterLab Light"
_LEAST = 9  # pixels of the screen, of any text
_SCALED = 0.85  # a picture's smallest text has 10.7 pixels at full size; the confusion matrix fits unscaled

# Texts that are too small, images that are scaled down too far, and what reaches beyond the output
_LOOK = """
(output, [least, scaled]) => {
  const found = [], right = output.getBoundingClientRect().right + 1;
  const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!text.textContent.trim() || parent.closest('style, script')) continue;
    const svg = parent.closest('svg.d2l-chart');
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    const size = scale * parseFloat(getComputedStyle(parent).fontSize);
    if (size < least) found.push(`${size} px: ${text.textContent.slice(0, 40)}`);
  }
  for (const image of output.querySelectorAll('img')) {
    if (!image.alt) found.push(`no alt text: ${image.outerHTML.slice(0, 40)}`);
    const scale = image.getBoundingClientRect().width / (image.getAttribute('width') || image.naturalWidth);
    if (scale < scaled) found.push(`scaled by ${scale}: ${image.alt.slice(0, 40)}`);
  }
  for (const element of output.querySelectorAll('*')) {
    if (element.closest('svg svg, [role=region][tabindex]')) continue;
    if (element.getBoundingClientRect().right > right) found.push(`clipped: ${element.outerHTML.slice(0, 80)}`);
  }
  return found;
}
"""
_AXE = """
output => axe.run(output).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 120)}`)))
"""


def check_outputs(page: Page, outputs: Locator, themes: Sequence[str] = (_DARK, _LIGHT)) -> None:
    """Check all outputs on a page of 1200 pixels and of 900 with the side bar open, in JupyterLab's two themes.

    Without `themes`, they are checked in the page's only one.
    """
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    size = page.viewport_size
    assert size
    for width in (size["width"], 900):
        page.set_viewport_size({"width": width, "height": size["height"]})
        page.wait_for_timeout(500)
        for output in outputs.all():
            output.evaluate("output => output.scrollIntoView({block: 'nearest'})")  # an empty one is not visible
            found = output.evaluate(_LOOK, [_LEAST, _SCALED])
            assert not found, f"at {width} pixels: {found}"
    page.set_viewport_size(size)
    for theme in themes or ("its only theme",):
        if themes:
            set_theme(page, theme)
        for output in outputs.all():
            output.evaluate("output => output.scrollIntoView({block: 'nearest'})")  # an empty one is not visible
            violations = output.evaluate(_AXE)
            assert not violations, f"{theme}: {violations}"


def set_theme(page: Page, theme: str) -> None:
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text("Theme", exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(theme, exact=True).click()
    page.locator(f"body[data-jp-theme-name='{theme}']").wait_for(state="attached")
    page.wait_for_timeout(500)
