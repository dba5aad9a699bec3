"""Arrays and histories as pictures: matplotlib for what is kept, SVG text for what moves. Nothing here shows itself."""

from d2l_helpers.figures.picture import Picture
from d2l_helpers.figures.plots import (
    plot_comparison,
    plot_confusion,
    plot_history,
    plot_images,
    plot_panel,
    plot_templates,
    templates_html,
)
from d2l_helpers.figures.svg import curves_svg

__all__ = [
    "Picture",
    "curves_svg",
    "plot_comparison",
    "plot_confusion",
    "plot_history",
    "plot_images",
    "plot_panel",
    "plot_templates",
    "templates_html",
]
