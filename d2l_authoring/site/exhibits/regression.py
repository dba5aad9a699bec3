"""Choose the states of the exhibits about linear regression, in notebooks 00 to 03."""

from __future__ import annotations

import numpy as np

from d2l_authoring.site.exhibits.states import Shown, State
from d2l_helpers.exercises.chapter.linear_regression import KILOMETRES, MINUTES
from d2l_helpers.panels.exhibit import Exhibit
from d2l_helpers.panels.exhibits.descent import explore_descent
from d2l_helpers.panels.exhibits.noise import explore_noise
from d2l_helpers.panels.exhibits.ridge import explore_ridge
from d2l_helpers.panels.exhibits.robust_loss import explore_robust_loss

__all__ = ["REGRESSION"]

_STEPS = (0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100)


def _descent() -> Exhibit:
    return explore_descent(KILOMETRES, MINUTES)


def _centred() -> Exhibit:
    kilometres = np.array(KILOMETRES)
    return explore_descent(kilometres - kilometres.mean(), MINUTES)


REGRESSION = (
    Shown(
        "00_start_here",
        "panel",
        "panel-text",
        (
            State("A small rate", {"lr": 0.05}, "The loss falls steadily, but slowly: the line is not steep."),
            State(
                "A good rate",
                {"lr": 0.4},
                "The loss falls far faster: each step ends much nearer to the 3. Look at the numbers on the axis.",
            ),
            State(
                "A rate that is too large",
                {"lr": 1.1},
                "The loss rises: each step jumps over the 3 and lands further away than it started.",
            ),
        ),
        asks=(0, 0, 0),
    ),
    Shown(
        "01_linear_regression",
        "explore-descent",
        "descent-heading",
        (
            State(
                "A moderate rate",
                {"learning_rate": 0.1},
                "The path first drops to the floor of the valley. Then it crawls along the floor, and the last step "
                "has not reached the best point.",
            ),
            State(
                "Three times the rate",
                {"learning_rate": 0.3},
                "The first steps cross the valley from side to side. The path gets further along the valley than at a "
                "third of the rate.",
            ),
            State(
                "A rate that is too large",
                {"learning_rate": 0.35, "num_steps": 15},
                "Each step crosses the valley and ends higher on the opposite slope than the one before.",
            ),
        ),
        make=_descent,
        positions={"num_steps": _STEPS},
    ),
    Shown(
        "01_linear_regression",
        "explore-centred",
        "centred-question",
        (
            State(
                "A moderate rate",
                {"learning_rate": 0.6},
                "The contours are nearly circles, and the path goes straight to the best point.",
            ),
            State(
                "A small rate",
                {"learning_rate": 0.05},
                "The path is straight again, but the last step has not reached the best point.",
            ),
            State(
                "A rate that is too large",
                {"learning_rate": 2.1, "num_steps": 5},
                "Each step jumps over the best point and ends further away from it.",
            ),
        ),
        asks=(0, 0, 0),
        make=_centred,
        positions={"num_steps": _STEPS},
    ),
    Shown(
        "01_linear_regression",
        "explore-noise",
        "densities-answer",
        (
            State(
                "A flat tyre",
                {"minutes_lost": 30},
                "One trip lies far above the others. The line of the squared loss turns towards it. The line of the "
                "absolute loss stays close to the true line.",
            ),
            State(
                "No tyre, Gaussian noise",
                {"minutes_lost": 0},
                "Both lines are close to the true line. The sentence above the charts compares the two losses over "
                "many draws.",
            ),
            State(
                "No tyre, Laplace noise",
                {"kind": "Laplace", "minutes_lost": 0},
                "Both lines are close to the true line. Over many draws, the absolute loss now comes closer.",
            ),
        ),
        make=explore_noise,
    ),
    Shown(
        "02_linear_regression_scratch",
        "panel",
        "sliders-question",
        (
            State("One step per epoch", {"batch_size": 1024}, "The loss hardly falls in three steps."),
            State(
                "One step per epoch, a large rate",
                {"batch_size": 1024, "lr": 1.0},
                "Yes: each of the three steps makes the loss many times smaller.",
            ),
            State("A rate that is too large", {"lr": 3.0}, "There is no curve: the losses are nan, “not a number”."),
        ),
    ),
    Shown(
        "03_linear_regression_gluon",
        "explore-robust-loss",
        "exhibit-heading",
        (
            State(
                "Outliers farther away",
                {"distance": 12.0},
                "The line of L2 has turned towards the four outliers. The lines of L1 and Huber stay with the other "
                "points.",
            ),
            State(
                "A large delta",
                {"delta": 100.0},
                "No point is far enough away to be capped, and Huber's line coincides with that of L2.",
            ),
            State(
                "No outliers",
                {"distance": 0.0},
                "The three lines nearly coincide. The sentence above the charts says how far each slope is off.",
            ),
        ),
        make=explore_robust_loss,
        positions={"distance": tuple(float(distance) for distance in range(13))},
    ),
    Shown(
        "03_linear_regression_gluon",
        "explore-ridge",
        "ridge-heading",
        (
            State(
                "Hardly any decay",
                {"wd": 1e-5},
                "The curve swings far out between the training nebulae. The held-out error is far above the training "
                "error.",
            ),
            State(
                "A good decay",
                {"wd": 0.015},
                "The curve is nearly straight, and the held-out error is near its lowest value. The training error is "
                "higher than with less decay.",
            ),
            State(
                "A straight line",
                {"degree": 1, "wd": 0.015},
                "Both error curves are nearly level up to this decay: it hardly changes a straight line.",
            ),
        ),
        asks=(0, 0, 1),
        make=explore_ridge,
    ),
)
