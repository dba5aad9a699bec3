"""Define the questions of notebooks/02_linear_regression_scratch.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="loss_of_the_truth",
        text="Labels follow a known rule, plus noise. A network trained on them has a loss of 0.00005. What is the "
        "loss of the rule itself, on the same examples?",
        choices=(
            Choice("zero", "The rule's loss would be zero if the labels had no noise."),
            Choice(
                "about half of that",
                "It would be half if errors in the weights caused the other half of the network's loss.",
            ),
            Choice(
                "about the same", "It would be about the same if nearly all of the network's loss came from the noise."
            ),
        ),
        right=lambda times: 0 if times < 0.01 else 1 if times < 0.75 else 2,
        shown="the rule's loss is {:.4f} times the network's",
        note="What is left is the loss of the noise, whose standard deviation is 0.01: half of 0.01² is 0.00005.",
    ),
    ChoiceQuestion(
        name="axis_difference",
        text="The predictions for ten examples have shape (10, 1), and their labels have shape (10,). What do you get "
        "if you subtract the labels from the predictions?",
        choices=(
            Choice("an error", "There would be an error if the labels had shape (9, 1), which does not fit (10, 1)."),
            Choice(
                "ten numbers", "There would be ten numbers if the labels had shape (10, 1), or the predictions (10,)."
            ),
            Choice(
                "a hundred numbers", "There would be a hundred if every label were subtracted from every prediction."
            ),
        ),
        right=lambda size: 1 if size == 10 else 2,
        shown="it is an array of {:.0f} numbers",
        note="Every label is subtracted from every prediction.",
    ),
    ChoiceQuestion(
        name="batches_of_one",
        text="With batches of 10 and a rate of 0.03, the loss after one epoch is 0.0251. How large is it after one "
        "epoch with batches of 1 and the same rate?",
        choices=(
            Choice("larger", "It would be larger if the labels were mostly noise."),
            Choice("about the same", "It would be the same if ten steps led only as far as one step on ten examples."),
            Choice(
                "about 10 times smaller", "It would be 10 times smaller if the loss fell in proportion to the steps."
            ),
            Choice("hundreds of times smaller", "It would be so if each step divided the error by the same factor."),
        ),
        right=lambda times: 0 if times < 0.8 else 1 if times < 3 else 2 if times < 50 else 3,
        shown="it is {:.0f} times smaller",
        note="Batches of 1 take a thousand steps where batches of 10 take a hundred.",
    ),
)
