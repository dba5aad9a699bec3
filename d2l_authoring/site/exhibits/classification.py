"""Choose the states of the exhibits about classification, in notebooks 04 to 08."""

from __future__ import annotations

from d2l_authoring.site.exhibits.states import Shown, State
from d2l_helpers.data import LABELS
from d2l_helpers.panels.exhibits.browse import ORDERS
from d2l_helpers.panels.exhibits.cross_entropy import explore_cross_entropy
from d2l_helpers.panels.exhibits.double_softmax import explore_double_softmax
from d2l_helpers.panels.exhibits.softmax import explore_softmax

__all__ = ["CLASSIFICATION"]

_SHIRT, _T_SHIRT, _SNEAKER, _BOOT, _TROUSER, _BAG = map(
    LABELS.index, ("shirt", "t-shirt", "sneaker", "ankle boot", "trouser", "bag")
)

CLASSIFICATION = (
    Shown(
        "04_softmax_regression",
        "explore-softmax",
        "explore-softmax-heading",
        (
            State("A higher score for A", {"a": 3.0}, "A gets by far the largest probability. Both formulas agree."),
            State(
                "A high temperature",
                {"temperature": 10.0},
                "A still leads, but the three probabilities are nearly equal.",
            ),
            State(
                "Too large for 16 bits",
                {"bits": "float16", "shift": 10},
                "The exponential of A's score is infinite: the formula as written gives nan for A. The stable formula "
                "gives the right probabilities.",
            ),
        ),
        make=explore_softmax,
        positions={
            "a": tuple(float(score) for score in range(-5, 6)),
            "b": (),
            "c": (),
            "temperature": (0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
            # Around the largest scores at which the formula fails in 16 bits and in 32, and the smallest
            "shift": (-120, -110, -106, -105, -100, -20, -15, -10, 0, 5, 8, 9, 10, 11, 50, 86, 87, 88, 90, 120),
        },
    ),
    Shown(
        "04_softmax_regression",
        "explore-cross-entropy",
        "explore-cross-entropy-heading",
        (
            State(
                "Certain and wrong",
                {"margin": -5.0},
                "The cross-entropy is large and steep. The squared loss is nearly flat here.",
            ),
            State(
                "Undecided",
                {"margin": 0.0},
                "The gradient pulls the right logit up and pushes the two others down, each half as hard.",
            ),
            State(
                "Certain and right",
                {"margin": 5.0},
                "Loss and gradient are close to 0: almost nothing is left to learn.",
            ),
        ),
        asks=(0, 0, 0),
        make=explore_cross_entropy,
    ),
    Shown(
        "05_fashion_mnist",
        "browse",
        "browse-heading",
        (
            State(
                "The oddest trousers",
                {"label": _TROUSER, "order": ORDERS[2]},
                "The oddest trousers are short and wide: shorts, and trousers for babies.",
            ),
            State(
                "The most typical bags",
                {"label": _BAG, "order": ORDERS[1]},
                "The most typical bags are all of a medium grey.",
            ),
            State("Shirts", {"label": _SHIRT}, "Blouses, tops and tunics are called shirts, too."),
        ),
    ),
    Shown(
        "06_softmax_regression_scratch",
        "retrain",
        "predict-answer",
        (
            State(
                "A tiny initial sigma",
                {"sigma": 0.0001},
                "It learns: the loss falls, and each template looks like the clothes of its class.",
            ),
            State(
                "A large initial sigma",
                {"sigma": 1.0},
                "The loss of the first epoch is far higher, and after the last one the templates are still noise.",
            ),
            State("A large rate", {"lr": 1.0}, "The held-out curves jump; the train curves are smoother."),
        ),
    ),
    Shown(
        "07_softmax_regression_gluon",
        "explore-errors",
        "predict-as-sure-as-right",
        (
            State(
                "Shirts taken for T-shirts",
                {"true": _SHIRT, "predicted": _T_SHIRT},
                "The squares lie below the diagonal nearly everywhere: where the network answers t-shirt, it is "
                "too sure.",
            ),
            State(
                "Shirts recognised",
                {"true": _SHIRT, "predicted": _SHIRT},
                "Most squares lie above the diagonal: where the network answers shirt, it is not sure enough.",
            ),
            State(
                "Sneakers taken for ankle boots",
                {"true": _SNEAKER, "predicted": _BOOT},
                "Several of these sneakers reach as high as ankle boots do.",
            ),
        ),
        asks=(0, 0, 0),
    ),
    Shown(
        "07_softmax_regression_gluon",
        "retrain",
        "panel-heading",
        (
            State("Ten times the rate", {"lr": 1.0}, "The loss jumps and stays high, because every step overshoots."),
            State(
                "Large batches",
                {"batch_size": 4096},
                "The loss falls slowly: an epoch has far fewer steps, each about as long as before.",
            ),
            State(
                "A huge initial sigma",
                {"sigma": 10.0},
                "The loss starts very high, and the templates stay noise.",
            ),
        ),
    ),
    Shown(
        "08_softmax_regression_keras",
        "explore",
        "chain-rule",
        (
            State(
                "Certain and wrong",
                {"margin": -5.0},
                "The push with one softmax is close to 1, and with two it is close to 0.",
            ),
            State(
                "The largest push with two",
                {"margin": 2.1},
                "The push with two softmaxes is at its top. With one softmax it is larger.",
            ),
            State(
                "Certain and right",
                {"margin": 5.0},
                "With two softmaxes the loss stays close to its floor, well above 0.",
            ),
        ),
        asks=(0, 0, 0),
        make=explore_double_softmax,
    ),
)
