"""Turn the drawings of `charts_svg` into images with alt text, which a page shows even in an untrusted notebook."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence

from d2l_helpers.figures.charts import Chart
from d2l_helpers.figures.charts_svg import CHART, HEIGHT, charts_svg

__all__ = ["as_images", "charts_html", "svg_file", "svg_image"]

# A drawing in an <img> inherits no colours from the page. Browsers match the media query with the color-scheme of the
# page around the image, which JupyterLab sets by its theme, whether the notebook is trusted or not
_CARD = (
    "<style>:root{color:#1f1f1f;background:#fff}"
    "@media (prefers-color-scheme:dark){:root{color:#e0e0e0;background:#111}}</style>"
)
# The end of an inner <svg> is followed by a <text>, so it does not match
_EACH = re.compile(rf"{CHART}.*?</svg>(?={CHART}|</div>)", re.DOTALL)
_DRAWN = re.compile(rf'<div role="img" aria-label="([^"]*)"[^>]*>((?:{_EACH.pattern})+)</div>', re.DOTALL)


def charts_html(charts: Sequence[Chart], alt: str) -> str:
    """Return the charts of `charts_svg` as ``<img>`` elements with alt text, to be saved in a notebook."""
    return as_images(charts_svg(charts, alt))


def as_images(markup: str) -> str:
    """Replace the drawings of `charts_svg` in some HTML by ``<img>`` elements with alt text.

    In a notebook that is not trusted, the page removes ``<svg>`` elements and keeps images.
    """
    return _DRAWN.sub(lambda drawn: _images(html.unescape(drawn[1]), _EACH.findall(drawn[0])), markup)


def _images(alt: str, drawings: Sequence[str]) -> str:
    parts = []
    for number, drawing in enumerate(drawings, start=1):
        title, width = (html.unescape(re.search(rf'{name}="([^"]*)"', drawing)[1]) for name in ("data-title", " width"))  # type: ignore[index]
        said = alt if number == 1 else f"Chart {number} of {len(drawings)}: {title}."
        parts.append(svg_image(drawing, said, int(width), HEIGHT))
    return f'<div style="display:flex;flex-wrap:wrap">{"".join(parts)}</div>'


def svg_file(svg: str) -> str:
    """Return an ``<svg>`` element as the text of a file, in the colours of the theme of the page that shows it."""
    start, elements = svg.split(">", 1)
    return f'{start} xmlns="http://www.w3.org/2000/svg">{_CARD}{elements}'


def svg_image(svg: str, alt: str, width: int, height: int) -> str:
    """Return an ``<svg>`` element as an ``<img>`` element with alt text, in the colours of the page's theme."""
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg_file(svg).encode()).decode()}"
    # Without margin-top, nbclassic would move all images but the first one down
    look = "max-width:100%;height:auto;margin-top:0;border-radius:6px"
    return f'<img src="{source}" alt="{html.escape(alt)}" width="{width}" height="{height}" style="{look}"/>'
