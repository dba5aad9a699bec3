"""``make lab``: copy the notebooks for the learner, and start a JupyterLab that opens the first copy."""

from d2l_helpers.lab.copies import Copy, Outcome, refresh_copies, summary, trust
from d2l_helpers.lab.homes import replace_unwritable_folders
from d2l_helpers.lab.server import start_lab

__all__ = ["Copy", "Outcome", "refresh_copies", "replace_unwritable_folders", "start_lab", "summary", "trust"]
