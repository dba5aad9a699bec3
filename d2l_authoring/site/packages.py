"""Say what is missing before a build begins."""

from __future__ import annotations

from importlib.util import find_spec

from d2l_helpers.errors import LibraryUnusable

__all__ = ["require_packages"]

_NEEDED = ("sphinx", "myst_nb", "furo", "math_core")


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
