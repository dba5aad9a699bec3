"""Exhibits of ipywidgets for the notebooks; only widgets that Colab's ipywidgets 7.7.1 and today's 8 share."""

from d2l_helpers.panels.retrain import RetrainPanel, retrain

__all__ = ["RetrainPanel", "retrain"]
