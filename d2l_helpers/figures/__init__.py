"""Draw arrays and histories: with matplotlib for files, as SVG text for live pages. Nothing here displays anything."""

from d2l_helpers.figures.charts import Bars, Chart, Dots, Line
from d2l_helpers.figures.charts_plot import plot_charts
from d2l_helpers.figures.charts_svg import charts_svg
from d2l_helpers.figures.contact_sheet import contact_sheet_html, plot_contact_sheet
from d2l_helpers.figures.curves import curves_svg
from d2l_helpers.figures.images import plot_images, plot_templates, templates_html, to_numpy
from d2l_helpers.figures.line_plots import plot_curves, plot_descent, plot_fit
from d2l_helpers.figures.network import plot_network
from d2l_helpers.figures.picture import VS_CODE_THEME, Picture
from d2l_helpers.figures.plots import plot_comparison, plot_confusion, plot_history, plot_panel
from d2l_helpers.figures.projection import plot_projection
from d2l_helpers.figures.svg_images import as_images

__all__ = [
    "VS_CODE_THEME",
    "Bars",
    "Chart",
    "Dots",
    "Line",
    "Picture",
    "as_images",
    "charts_svg",
    "contact_sheet_html",
    "curves_svg",
    "plot_charts",
    "plot_comparison",
    "plot_confusion",
    "plot_curves",
    "plot_contact_sheet",
    "plot_descent",
    "plot_fit",
    "plot_history",
    "plot_images",
    "plot_network",
    "plot_panel",
    "plot_projection",
    "plot_templates",
    "templates_html",
    "to_numpy",
]
