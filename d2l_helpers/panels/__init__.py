"""Exhibits of ipywidgets for the notebooks; only widgets that Colab's ipywidgets 7.7.1 and today's 8 share."""

from d2l_helpers.panels.exhibits.browse import browse_fashion_mnist
from d2l_helpers.panels.exhibits.cross_entropy import explore_cross_entropy
from d2l_helpers.panels.exhibits.descent import explore_descent
from d2l_helpers.panels.exhibits.double_softmax import explore_double_softmax
from d2l_helpers.panels.exhibits.misclassified import explore_errors
from d2l_helpers.panels.exhibits.noise import explore_noise
from d2l_helpers.panels.exhibits.robust_loss import explore_robust_loss
from d2l_helpers.panels.exhibits.softmax import explore_softmax
from d2l_helpers.panels.retrain import RetrainPanel, retrain

__all__ = [
    "RetrainPanel",
    "browse_fashion_mnist",
    "explore_cross_entropy",
    "explore_descent",
    "explore_double_softmax",
    "explore_errors",
    "explore_noise",
    "explore_robust_loss",
    "explore_softmax",
    "retrain",
]
