"""Questions about notebooks 01 to 03: linear regression."""

from __future__ import annotations

from d2l_helpers.quiz.question import QuizQuestion as Q

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Q(
        "01",
        "Which constant minimises the sum of squared errors to a list of numbers?",
        "their mean",
        "The slope of the sum is zero where the errors add up to zero, and that is at the mean.",
        {
            "their median": "The median minimises the sum of absolute errors.",
            "the middle of the smallest and the largest": "The midpoint minimises the largest single error.",
        },
    ),
    Q(
        "01",
        "One of a hundred labels is wrong by 1,000. Which loss lets that label pull the line least?",
        "the absolute error",
        "The slope of the absolute error is 1 however large the error is; that of the squared error grows with it.",
        {
            "the squared error": "The squared error pulls in proportion to the error: a thousand times as hard.",
            "the squared error divided by the number of examples": "Dividing scales all pulls alike.",
        },
    ),
    Q(
        "01",
        "Labels are a line plus noise. For which noise is the most likely line the one with the least squared error?",
        "Gaussian noise",
        "The logarithm of a Gaussian density is a negative square, so likelihood and squared error agree.",
        {
            "Laplace noise": "For Laplace noise the most likely line has the least absolute error.",
            "noise of any kind": "The shape of the noise decides: other densities lead to other losses.",
        },
    ),
    Q(
        "01",
        "Distances come in metres instead of kilometres. What happens to the largest rate that converges?",
        "it falls to about a millionth",
        "The curvature is the mean of the squared feature, and the limit of the rate is 2 over the curvature.",
        {
            "it falls to a thousandth": "That holds if the curvature grows with the feature, not its square.",
            "it does not change": "The line stays the same, but the surface on which descent walks does not.",
            "it grows a thousandfold": "Larger features make the surface steeper, so steps must be shorter.",
        },
    ),
    Q(
        "01",
        "Two of the features are always equal. What do the normal equations say about the weights?",
        "they have infinitely many solutions",
        "Only the sum of the two weights matters, so the matrix has no inverse; ridge picks the smallest weights.",
        {
            "they have one solution": "They would have one if no feature were a combination of the others.",
            "they have no solution": "A lowest loss exists; it is reached by many weights.",
        },
    ),
    Q(
        "02",
        "An epoch over 1,000 examples with batches of 300: how many steps of SGD is that, if no example is left out?",
        "4",
        "Three full batches, and one with the 100 examples that are left.",
        {
            "3": "It is 3 if the examples that do not fill a batch are left out.",
            "1,000": "It would be 1,000 with batches of one.",
        },
    ),
    Q(
        "02",
        "Predictions have shape (10, 1), labels have shape (10,). What is the shape of their difference?",
        "(10, 10)",
        "Broadcasting reads (10,) as one row and stretches both, so every label is subtracted from every prediction.",
        {
            "(10,)": "It would be (10,) if both were lists of shape (10,).",
            "(10, 1)": "It would be (10, 1) if the labels were a column as well.",
            "an error": "NumPy raises an error only if two lengths differ and neither of them is 1.",
        },
    ),
    Q(
        "02",
        "Labels are a line plus noise of standard deviation 0.01. Where does the loss, half of the mean square, stop?",
        "near 0.00005",
        "What is left is half of the variance of the noise: no model can foresee it.",
        {
            "at 0": "It would reach 0 if there were no noise.",
            "near 0.01": "The loss is made of squares, and 0.01 squared is much smaller.",
            "near 0.005": "Half of the standard deviation is not half of the variance.",
        },
    ),
    Q(
        "02",
        "The gradient is summed over a batch and not divided by its size. The batch grows tenfold. The step …",
        "becomes about ten times as long",
        "A sum over ten times as many examples is about ten times as large.",
        {
            "stays about as long": "It stays as long if the sum is divided by the batch size.",
            "becomes a tenth as long": "Nothing divides by the batch size twice.",
        },
    ),
    Q(
        "02",
        "All weights of linear regression start at zero. What does training do?",
        "it learns as well as from small random weights",
        "The gradient is error times feature, and both differ from zero; each weight gets a gradient of its own.",
        {
            "nothing, the gradient is zero": "The gradient would be zero if the errors or the features were.",
            "it keeps all weights equal": "That happens to units of a hidden layer, which see the same inputs.",
        },
    ),
    Q(
        "03",
        "Gluon's L2Loss has a factor ½. What does the factor change?",
        "the numbers of loss and gradient, not the best line",
        "A positive factor moves no minimum; the gradient becomes the plain error.",
        {
            "the best line": "A factor scales the whole surface and leaves its lowest point where it is.",
            "nothing at all": "The reported loss and the length of each step are halved.",
        },
    ),
    Q(
        "03",
        "trainer.step(batch_size) divides by batch_size, but the loss is a mean already. The steps are …",
        "too short by the factor batch_size",
        "The gradient is divided twice: once in the mean, once in the step.",
        {
            "right": "They are right if the losses are summed, one per example.",
            "too long by the factor batch_size": "That happens with a sum and step(1).",
        },
    ),
    Q(
        "03",
        "A polynomial's degree goes up from 1 to 8 on 16 examples. What does the error on these 16 examples do?",
        "it never rises",
        "Each degree contains all lower ones, so the best fit can only get closer to the examples.",
        {
            "it falls, then rises": "That is what the error on held-out examples does.",
            "it rises": "More freedom cannot fit the same examples worse.",
        },
    ),
    Q(
        "03",
        "Why is a degree not chosen by the error on the examples that were fitted?",
        "that error would always choose the highest degree",
        "More freedom fits noise, too; only examples that were held out show it.",
        {
            "that error cannot be computed": "It can be computed, and it is the one that training makes small.",
            "that error is always zero": "It is zero only if the model can pass through all examples.",
        },
    ),
    Q(
        "03",
        "What does weight decay (ridge) do to the weights?",
        "it makes them smaller",
        "Each step takes away a share of every weight, so the fit bends less to single examples.",
        {
            "it makes them all equal": "Equal weights are not smaller ones; decay pulls each towards zero.",
            "it sets most of them to exactly zero": "A penalty on absolute values does that.",
        },
    ),
)
