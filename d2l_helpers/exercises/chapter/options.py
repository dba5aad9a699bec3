"""The options of the chapter's exercises whose answer is a letter, in the order of the notebooks' text."""

from __future__ import annotations

from d2l_helpers.exercises.variant import Options

__all__ = ["ENDLESS_SOFTMAX", "FROM_LOGITS_FORGOTTEN", "METRES", "RIDGE_LIMIT", "VOCABULARY_GRADIENT", "ZERO_START"]

METRES = Options(
    "metres",
    (
        "nothing, since the best line predicts the same times",
        "it becomes about a thousand times smaller",
        "it becomes about a million times smaller",
        "it becomes about a thousand times larger",
    ),
    {"the limit that you have just measured": "the limit for kilometres"},
)
ZERO_START = Options(
    "zero_start",
    (
        "the model learns as well as before",
        "nothing: all four stay at zero",
        "only the bias learns; the other three stay at zero",
    ),
)
RIDGE_LIMIT = Options(
    "ridge_limit",
    (
        "zero at every distance",
        "the mean velocity of the training nebulae at every distance",
        "the straight line of degree 1",
        "a curve through all training nebulae",
    ),
)
VOCABULARY_GRADIENT = Options(
    "vocabulary_gradient",
    (
        "for all but the 785 that belong to the right word",
        "for none",
        "for those of the words that are less probable than the right one",
        "for all, if the right word already has the highest probability",
    ),
)
ENDLESS_SOFTMAX = Options(
    "endless_softmax",
    (
        "1, because nothing changes.",
        "0.232, as after the first of them.",
        "0.1, like all the others.",
        "0.",
    ),
)
FROM_LOGITS_FORGOTTEN = Options(
    "from_logits_forgotten",
    (
        "It goes as well as before, because Keras adds the missing softmax.",
        "It stops with an error, because probabilities below 0 make no sense.",
        "It learns little or nothing: with most seeds it stays at about one image in ten.",
        "It goes almost as well: the loss stops near 1.7, the accuracy near 78 %.",
    ),
)
