"""Set what Sphinx needs: its packages, and its settings as a table instead of a file that Sphinx would run."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from d2l_helpers.errors import LibraryUnusable

__all__ = ["require_packages", "settings"]

_NEEDED = ("sphinx", "myst_nb", "furo", "math_core")
_TITLE = "Linear Neural Networks"
_HERE = Path(__file__).parent
_STATIC = _HERE / "static"


def require_packages() -> None:
    """Check that the packages of the extra ``site`` are installed; only authors have them.

    Raises
    ------
    LibraryUnusable
        If one is missing.
    """
    if missing := [name for name in _NEEDED if not find_spec(name)]:
        raise LibraryUnusable(
            "Cannot build the site",
            got=f"no {', '.join(missing)} in this environment",
            expected="the packages of requirements-site.lock",
            remedy="run make site in the project's folder, which installs them",
        )


def settings(extra: Path) -> dict[str, Any]:
    """Return the settings of the book.

    Parameters
    ----------
    extra : Path
        A folder whose contents become part of the site as they are.
    """
    return {
        "project": _TITLE,
        "html_title": _TITLE,
        "language": "en",
        "extensions": ["myst_nb", "d2l_authoring.site.extension"],
        "nb_execution_mode": "off",
        "nb_merge_streams": True,
        "myst_enable_extensions": ["dollarmath"],
        "myst_heading_anchors": 6,  # a link to a heading of another notebook
        "myst_heading_anchors_html_ids": False,  # Sphinx's own ids are enough
        "smartquotes": False,  # a quotation mark in the prose is often that of a Python string
        "html_theme": "furo",
        "templates_path": [str(_HERE / "templates")],
        "html_static_path": [str(_STATIC)],
        "html_extra_path": [str(extra)],
        "html_css_files": sorted(path.name for path in _STATIC.glob("*.css")),
        "html_js_files": [(path.name, {"defer": "defer"}) for path in sorted(_STATIC.glob("*.js"))],
        "html_math_renderer": "mathml",
        "html_copy_source": False,  # the notebooks' files are what a reader wants
        "html_show_copyright": False,
        "html_use_index": False,
        "html_domain_indices": False,
        "html_last_updated_fmt": None,
        "html_show_search_summary": False,  # it fetches the pages, and a browser fetches nothing from file://
        "html_permalinks_icon": "#",
        "pygments_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
        "html_theme_options": {
            "light_css_variables": {"color-brand-primary": "#00557F", "color-brand-content": "#00557F"},
            "dark_css_variables": {
                "color-brand-primary": "#7CC7F2",
                "color-brand-content": "#7CC7F2",
                "color-background-primary": "#111111",  # the ground of the charts on a dark page
            },
        },
    }
