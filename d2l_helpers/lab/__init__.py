"""``make lab``: the learner's own copies of the notebooks, and a JupyterLab that opens the first of them."""

from d2l_helpers.lab.copies import Copy, Outcome, refresh_copies, report, trust
from d2l_helpers.lab.homes import replace_unwritable_folders
from d2l_helpers.lab.server import start_lab

__all__ = ["Copy", "Outcome", "refresh_copies", "replace_unwritable_folders", "report", "start_lab", "trust"]
