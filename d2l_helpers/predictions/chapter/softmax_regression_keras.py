"""Define the questions of notebooks/08_softmax_regression_keras.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="softmax_points",
        text="A classifier gets a softmax as its last layer; its loss applies another softmax, as before. A softmax "
        "keeps the largest of ten numbers the largest. What becomes of the held-out accuracy of 84 % after training?",
        choices=(
            Choice("it stays about the same", "It would stay the same if the layer were added after the training."),
            Choice("it falls by about 5 points", "It would fall so far if training still worked, but less well."),
            Choice("it falls to 10 %", "It would fall to 10 % if nothing of the gradient passed two softmaxes."),
        ),
        right=lambda points: 0 if points < 2 else 1 if points < 30 else 2,
        shown="it falls by {:.1f} points",
    ),
    ChoiceQuestion(
        name="surest_loss",
        text="The score of the right class is 15, the nine others are 0: one softmax gives the right class 99.9997 %. "
        "Now a second softmax is applied to the ten probabilities. What is the loss, minus the logarithm of the right "
        "class's share?",
        choices=(
            Choice("almost 0", "It would be almost 0 if a softmax left probabilities as they are."),
            Choice("about 0.5", "It would be 0.5 if the second softmax left the right class 61 %."),
            Choice("about 1.5", "It would be 1.5 if the second softmax left the right class 22 %."),
            Choice("about 2.3", "It would be 2.3 if the second softmax made all ten classes equal."),
        ),
        right=lambda loss: 0 if loss < 0.25 else 1 if loss < 1 else 2 if loss < 1.9 else 3,
        shown="it is {:.3f}",
    ),
    ChoiceQuestion(
        name="share_of_one_class",
        text="The second softmax costs more than five points of accuracy. How are the lost points spread over the ten "
        "classes?",
        choices=(
            Choice("evenly over all ten", "They would be if each answer had only become a little less certain."),
            Choice("over three or four classes", "They would be if all classes that look alike suffered alike."),
            Choice("most in one class", "They would be if training gave up the hardest class altogether."),
        ),
        right=lambda share: 0 if share < 0.2 else 1 if share < 0.5 else 2,
        shown="one class alone accounts for {:.0%} of them",
    ),
    ChoiceQuestion(
        name="most_pushed_margin",
        text="In three images the score of the right class is 5 below the nine others, equal to them, or 5 above them. "
        "With two softmaxes, which image does training push most, that is, where does the loss fall most steeply?",
        choices=(
            Choice("5 below: it is most wrong", "It would be this one with a single softmax."),
            Choice("equal: it is undecided", "It would be this one if a certain error were hardly pushed at all."),
            Choice("5 above: it is right", "It would be this one if training rewarded what is right already."),
        ),
        right=lambda margin: 0 if margin < 0 else 1 if margin == 0 else 2,
        shown=lambda margin: f"it is the image {({-5: '5 below', 0: 'with equal scores', 5: '5 above'})[int(margin)]}",
    ),
)
