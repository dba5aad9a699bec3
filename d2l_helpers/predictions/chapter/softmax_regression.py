"""Define the questions of notebooks/04_softmax_regression.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

_Pair = tuple[float, float]  # an accuracy and a loss


def _changes(result: tuple[_Pair, _Pair]) -> str:
    (accuracy, loss), (new_accuracy, new_loss) = result
    kept = "the same" if accuracy == new_accuracy else f"{new_accuracy:.1%} instead of {accuracy:.1%}"
    return f"the accuracy is {kept}, and the loss is {new_loss / loss:.2f} times as large"


def _what_changed(result: tuple[_Pair, _Pair]) -> int:
    (accuracy, loss), (new_accuracy, new_loss) = result
    if new_accuracy < accuracy:
        return 3
    return 0 if new_loss == loss else 1 if new_loss < loss else 2


QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="class_numbers",
        text="Grapefruits (11 cm) have number 0, limes (5 cm) number 1, oranges (8 cm) number 2. A least-squares line "
        "predicts the number from the diameter. For how many of the 300 fruits is the nearest number right?",
        choices=(
            Choice(
                "nearly all",
                "It would be nearly all if the numbers rose or fell with the diameter, so that one line can meet all "
                "three kinds.",
            ),
            Choice(
                "about two thirds",
                "It would be two thirds if the line met two of the kinds and missed only the third.",
            ),
            Choice(
                "about a third",
                "It would be a third if one number were nearest to the line for most of the fruits.",
            ),
        ),
        right=lambda share: 0 if share > 0.8 else 1 if share > 0.5 else 2,
        shown="it is {:.1%} of them",
    ),
    ChoiceQuestion(
        name="score_ratio",
        text="Three classes have the scores 2, 1 and 0. Each probability is e to the power of the score, divided by "
        "the sum of the three powers. How many times as probable as the second class is the first?",
        choices=(
            Choice("2 times", "It would be twice if the probabilities were proportional to the scores themselves."),
            Choice("about 2.7 times", "It would be e, about 2.7 times, if the scores differed by 1."),
            Choice("about 7.4 times", "It would be e², about 7.4 times, if the scores differed by 2."),
        ),
        right=lambda times: 0 if times < 2.3 else 1 if times < 4 else 2,
        shown="it is {:.2f} times",
    ),
    ChoiceQuestion(
        name="network_or_truth",
        text="A network learnt from 300 fruits. Nature knows the true class probabilities at each diameter. Which of "
        "the two has the lower mean cross-entropy on these 300 fruits?",
        choices=(
            Choice(
                "nature",
                "Nature would be lower if the fruits were fresh ones, on which the network was not fitted.",
            ),
            Choice("the network", "The network would be lower if it were fitted to the accidents of these fruits."),
            Choice(
                "both have the same",
                "Both would have the same if 300 fruits were enough to learn the true probabilities exactly.",
            ),
        ),
        right=lambda lead: 2 if abs(lead) < 5e-5 else 1 if lead > 0 else 0,
        shown=lambda lead: f"the network's loss is {abs(lead):.4f} nats {'lower' if lead > 0 else 'higher'}",
    ),
    ChoiceQuestion(
        name="four_times",
        text="The weights and biases of the trained network are all multiplied by 4. What happens to its accuracy and "
        "its mean loss on the fruits that it learnt from?",
        choices=(
            Choice("both stay", "Both would stay if the loss, like the accuracy, depended only on the scores' order."),
            Choice(
                "the accuracy stays, the loss falls",
                "The loss would fall if the network had been too doubtful, for example if every answer were right.",
            ),
            Choice(
                "the accuracy stays, the loss rises",
                "The loss would rise if the network became certain of its wrong answers, too.",
            ),
            Choice(
                "the accuracy falls, the loss rises",
                "The accuracy would fall if multiplying could change which score is the largest.",
            ),
        ),
        right=_what_changed,
        shown=_changes,
    ),
)
