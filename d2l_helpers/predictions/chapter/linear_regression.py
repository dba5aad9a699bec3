"""Define the questions of notebooks/01_linear_regression.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, NumberQuestion, Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    NumberQuestion(
        name="lowest_loss",
        text="On twelve trips, the line ŷ = 5 x + 5 has a squared loss of 2.28, and the line ŷ = 4 x + 8 has 1.54. "
        "What is the lowest loss that any line has on these trips?",
        near=0.05,
        shown="it is {:.2f}",
    ),
    ChoiceQuestion(
        name="four_trips",
        text="The lowest loss that a line has on twelve trips is 1.53. Gradient descent makes 200 steps at a rate of "
        "0.1, each with four trips drawn at random. What is the average loss in the second hundred steps?",
        choices=(
            Choice(
                "very close to 1.53",
                "It would be if the pulls of single trips cancelled in each step; they cancel only over many steps.",
            ),
            Choice(
                "between 1.6 and 2.5",
                "It would be if four trips pointed roughly down, and kept pulling the line about.",
            ),
            Choice(
                "above 2.5",
                "It would be if four trips said little about the way down; in fact, they find the same valley.",
            ),
        ),
        right=lambda loss: 0 if loss < 1.6 else 1 if loss < 2.5 else 2,
        shown="it is {:.2f}",
    ),
    ChoiceQuestion(
        name="bias_with_floor",
        text="The bias of a courier's line is the time that every trip takes, however short the way. Now the floor "
        "joins as a second feature, with a weight of its own. What happens to the bias?",
        choices=(
            Choice(
                "it stays the same",
                "It would stay if the floors were 0 on average, and no higher on long trips than on short ones.",
            ),
            Choice("it falls", "It would fall if the line had charged the time for stairs to every trip."),
            Choice("it rises", "It would rise if higher floors made trips shorter."),
        ),
        right=lambda change: 0 if abs(change) < 0.1 else 1 if change < 0 else 2,
        shown=lambda change: f"it changes by {change:+.2f} minutes".replace("-", "\N{MINUS SIGN}"),
    ),
    ChoiceQuestion(
        name="far_off",
        text="Each of twelve traffic lights costs a courier between −½ and ½ minute, all values equally likely. In how "
        "many of 10,000 trips do the twelve together cost, or save, more than 3 minutes?",
        choices=(
            Choice("about 5,000", "It would be half of the trips if all sums from −6 to 6 were equally likely."),
            Choice(
                "about 1,000",
                "It would be a tenth if the sums had a standard deviation of 1.8 minutes; they have one of 1 minute.",
            ),
            Choice("about 20", "It would be as few if there were many more ways to end up near zero."),
        ),
        right=lambda trips: 0 if trips > 2200 else 1 if trips > 140 else 2,
        shown="it is {:.0f} of 10,000",
    ),
)
