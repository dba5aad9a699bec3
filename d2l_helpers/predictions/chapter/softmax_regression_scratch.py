"""Questions to which the reader of notebooks/06_softmax_regression_scratch.ipynb commits a guess."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion

__all__ = ["QUESTIONS"]

_SHARES = (0.1, 0.3, 0.6, 0.8)
_ROUNDING = 5e-4  # five images of 10,000


def _row_sums(sums: list[float]) -> int:
    return 0 if all(abs(one - 1) < 1e-3 for one in sums) else 2


def _nearest_share(accuracy: float) -> int:
    return min(range(len(_SHARES)), key=lambda index: abs(_SHARES[index] - accuracy))


def _which_is_lower(gap: float) -> int:
    """Tell from the train loss minus the held-out loss which is lower: 0 the train loss, 1 the other, 2 neither."""
    return 2 if abs(gap) < 0.01 else int(gap > 0)


def _gap(gap: float) -> str:
    if abs(gap) < 0.01:
        return "they are the same to two digits"
    return f"the {'held-out' if gap > 0 else 'train'} loss is lower, by {abs(gap):.3f}"


def _how_far_apart(apart: float) -> int:
    return 0 if apart < _ROUNDING else 1 if apart < 0.01 else 2


QUESTIONS = (
    ChoiceQuestion(
        name="without_keepdims",
        text="The array e has three rows and three columns of positive numbers. You want to divide each row by its "
        "sum, but forget keepdims: e / e.sum(axis=1). What do the rows add up to?",
        choices=(
            Choice("to 1 each", "They would if the sums stood as a column, each beside its own row."),
            Choice(
                "nothing, it is an error",
                "It would be an error if the shapes did not fit, as with 256 rows and 10 columns.",
            ),
            Choice("to other numbers than 1", "They would if each row were not divided by its own sum."),
        ),
        right=_row_sums,
        shown=lambda sums: "they add up to " + ", ".join(f"{one:.4g}" for one in sums),
    ),
    ChoiceQuestion(
        name="first_step_acc",
        text="Each class has a template: the mean image of the class minus the mean of all images. The score of a "
        "class is its template times the image. Which share of new images gets the highest score at its own class?",
        choices=(
            Choice("about 10%", "It would be 10% if the templates said nothing about the classes."),
            Choice("about 30%", "It would be 30% if a few of the ten templates took most images for themselves."),
            Choice(
                "about 60%",
                "It would be 60% if the model confused only clothes that look alike, such as shirts and coats.",
            ),
            Choice("about 80%", "It would be 80% if a good portrait of a class were a good classifier of it."),
        ),
        right=_nearest_share,
        shown="it is {:.1%}",
    ),
    ChoiceQuestion(
        name="first_epoch_gap",
        text="During the first epoch, the train loss is averaged over all batches, each measured just before its step. "
        "At the end of the epoch, the loss on held-out images is measured. Which is lower?",
        choices=(
            Choice("the train loss", "It would be lower if both were measured at the end of the epoch."),
            Choice("the held-out loss", "It would be lower if the network improved much during the epoch."),
            Choice("neither", "They would be the same if the network did not change during the epoch."),
        ),
        right=_which_is_lower,
        shown=_gap,
    ),
    ChoiceQuestion(
        name="accuracies_apart",
        text="Gluon trains the same model for ten epochs with the same seed, but its code is compiled, and other "
        "people wrote it. By how much does an accuracy on the held-out images differ from ours, at most?",
        choices=(
            Choice("not at all", "They would be equal if both drew the same weights and batches, in the same order."),
            Choice(
                "by less than one percentage point",
                "This would hold if the two differed only by rounding that grew during training.",
            ),
            Choice(
                "by one percentage point or more",
                "This would hold if the batches came in another order: each epoch would end at another jump.",
            ),
        ),
        right=_how_far_apart,
        shown="the largest difference is {:.2%}",
    ),
)
