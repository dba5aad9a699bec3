"""Define the questions of notebooks/03_linear_regression_gluon.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="ten_losses",
        text="A batch of ten has ten losses, and backward is called on all ten at once. How large is the gradient that "
        "MXNet computes, compared with the gradient of their mean?",
        choices=(
            Choice("equal", "It would be equal if backward divided by the number of losses."),
            Choice("a tenth", "It would be a tenth if the division by ten were done twice."),
            Choice("ten times as large", "It would be ten times as large if backward added without dividing."),
        ),
        right=lambda ratio: 1 if ratio < 0.5 else 0 if ratio < 2 else 2,
        shown="it is {:.1f} times as large",
    ),
    ChoiceQuestion(
        name="squared_off",
        text="A line is fitted to a thousand labels with the squared loss. A hundred labels are 20 too high, the other "
        "nine hundred are right. How far too high does the bias end?",
        choices=(
            Choice("about 0", "It would end near 0 if nine hundred right labels simply outvoted a hundred wrong ones."),
            Choice("about 2", "It would end near 2 if each label pulled with a force equal to its distance."),
            Choice("about 10", "It would end near 10 if half of the labels were wrong."),
            Choice("about 20", "It would end near 20 if all labels were wrong."),
        ),
        right=lambda off: 0 if off < 1 else 1 if off < 5 else 2 if off < 15 else 3,
        shown="it ends {:.2f} too high",
    ),
    ChoiceQuestion(
        name="held_out_ratio",
        text="A line and a polynomial of degree 8 are fitted to the distances and velocities of sixteen nebulae. Eight "
        "more were held out. How large is the polynomial's error on them, compared with the line's?",
        choices=(
            Choice("smaller", "It would be smaller if the nebulae lay close to a curve that a line cannot follow."),
            Choice("about equal", "They would be about equal if there were far more nebulae than weights."),
            Choice("2 to 20 times as large", "It would be a few times as large for degree 6 or 7."),
            Choice("more than 20 times", "It would be as large as that if the polynomial swung far out in a gap."),
        ),
        right=lambda ratio: 0 if ratio < 0.8 else 1 if ratio < 2 else 2 if ratio < 20 else 3,
        shown="it is {:.0f} times as large",
    ),
)
