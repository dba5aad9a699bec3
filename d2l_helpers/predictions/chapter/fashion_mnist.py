"""Define the questions of notebooks/05_fashion_mnist.ipynb."""

from __future__ import annotations

from d2l_helpers.predictions.question import Choice, ChoiceQuestion, Question

__all__ = ["QUESTIONS"]

QUESTIONS: tuple[Question, ...] = (
    ChoiceQuestion(
        name="flipped_digits",
        text="A file has 80,064 bits, and a single one of them is flipped. How many of the 64 digits of its SHA-256 "
        "checksum change?",
        choices=(
            Choice("one", "It would be one if each bit of the file had a digit of its own in the checksum."),
            Choice("about half", "It would be about half if a digit had only two values, and not sixteen."),
            Choice("nearly all", "It would be nearly all if the new checksum had nothing to do with the old one."),
        ),
        right=lambda digits: 0 if digits < 10 else 1 if digits < 50 else 2,
        shown="{:.0f} of them change",
    ),
    ChoiceQuestion(
        name="chosen_guesser",
        text="A thousand guessers name classes at random. One of them is right on 20 of 100 images, the best of all. "
        "On what share of 9,900 further images is this guesser right?",
        choices=(
            Choice("about 20 %", "It would be 20 % if the guesser had looked at the images."),
            Choice("about 15 %", "It would be 15 % if half of its lead over the others were skill."),
            Choice("about 10 %", "It would be 10 % if all of its lead were luck."),
        ),
        right=lambda share: 0 if share > 0.175 else 1 if share > 0.125 else 2,
        shown="it is {:.1%}",
    ),
    ChoiceQuestion(
        name="planted_points",
        text="A linear network classifies 82 % of 10,000 held-out images correctly. Then it is trained again, with these "
        "images in place of 10,000 of its 50,000 training images. By how many points does its accuracy on them rise?",
        choices=(
            Choice("by less than 1", "It would be less than 1 if the network could hardly remember single images."),
            Choice("by about 5", "It would be 5 if it could remember every fourth image that it had got wrong."),
            Choice("by 18, to 100 %", "It would reach 100 % if it could remember every image with its label."),
        ),
        right=lambda points: 0 if points < 2 else 1 if points < 12 else 2,
        shown="it rises by {:.1f} points",
    ),
    ChoiceQuestion(
        name="mislabelled_acc",
        text="Of 100 training labels, 80 are replaced by wrong ones, drawn at random. A linear network learns from "
        "them. What share of new images, with right labels, does it classify correctly?",
        choices=(
            Choice(
                "about 20 %", "It would be 20 % if the network repeated the labels, right or wrong, as it got them."
            ),
            Choice(
                "about 50 %",
                "It would be 50 % if, in five of the ten classes, all wrong labels named the same wrong class.",
            ),
            Choice("more than 70 %", "It would be that much if the right label stayed the most frequent one."),
        ),
        right=lambda share: 0 if share < 0.35 else 1 if share < 0.65 else 2,
        shown="it is {:.1%}",
    ),
)
