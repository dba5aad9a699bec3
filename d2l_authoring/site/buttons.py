"""Make the buttons above a page: where its notebook runs, and its file."""

from __future__ import annotations

from dataclasses import dataclass

from d2l_authoring.links import binder_url, colab_url

__all__ = ["NOTEBOOKS", "Button", "buttons"]

NOTEBOOKS = "notebooks"
"""The folder of the site that holds the notebooks' files."""


@dataclass(frozen=True)
class Button:
    """A link that looks like a button.

    Attributes
    ----------
    text, url : str
        What it says, and where it leads.
    is_download : bool
        Whether the browser saves what it leads to.
    """

    text: str
    url: str
    is_download: bool = False


def buttons(name: str, address: str | None) -> list[Button]:
    """Return the buttons of a notebook's page.

    Parameters
    ----------
    name : str
        The notebook's name, such as ``"04_softmax_regression"``.
    address : str or None
        The repository's public address; without one, only the download is offered.
    """
    file = f"{name}.ipynb"
    places = [("Colab", colab_url(file, address)), ("Binder", binder_url(file, address))] if address else []
    online = [Button(f"Open in {place}", url) for place, url in places if url]
    return [*online, Button("Download the notebook", f"{NOTEBOOKS}/{file}", is_download=True)]
