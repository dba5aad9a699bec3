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
        "The slope of the absolute error is 1 for every error; the slope of the squared error grows with the error.",
        {
            "the squared error": (
                "The squared error pulls in proportion to the error: a thousand times as hard as an error of 1."
            ),
            "the squared error divided by the number of examples": (
                "The division makes all pulls smaller by the same factor."
            ),
        },
    ),
    Q(
        "01",
        "Labels are the values on a line plus noise. For which noise is the line with the least squared error also "
        "the most likely one?",
        "Gaussian noise",
        "The logarithm of a Gaussian density is minus a square, so the likelihood is highest where the squares are "
        "least.",
        {
            "Laplace noise": "For Laplace noise the most likely line has the least absolute error.",
            "noise of any kind": "The shape of the noise decides: other densities lead to other losses.",
        },
    ),
    Q(
        "01",
        "Gradient descent fits a line to distances in kilometres. Now the same distances are given in metres. What "
        "happens to the largest learning rate that converges?",
        "it falls to about a millionth",
        "The curvature, the mean of the squared feature, grows a millionfold, and the largest rate is 2 over the "
        "curvature.",
        {
            "it falls to a thousandth": (
                "That would need a curvature that grows with the feature and not with its square."
            ),
            "it does not change": "The best line stays the same, but the curvature of the loss changes.",
            "it grows a thousandfold": "Larger features make the loss steeper, so the rate must be smaller.",
        },
    ),
    Q(
        "01",
        "In linear regression, two features are equal in every example. How many solutions do the normal equations "
        "have?",
        "infinitely many",
        "Only the sum of the two weights matters, so the matrix has no inverse; with weight decay it has one.",
        {
            "one": "There would be one if no feature were a combination of the others.",
            "none": "A lowest loss always exists, and weights that reach it solve the equations.",
        },
    ),
    Q(
        "02",
        "How many steps of SGD make one epoch over 1,000 examples with batches of 300, if no example is left out?",
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
        "Labels are the values on a line plus noise with a standard deviation of 0.01. The loss is half of the mean "
        "squared error. Where does the loss stop falling?",
        "near 0.00005",
        "Half of the variance of the noise is left, because no model can predict the noise.",
        {
            "at 0": "It would reach 0 if there were no noise.",
            "near 0.01": "The loss averages squares, and 0.01 squared is much smaller.",
            "near 0.005": "Half of the standard deviation is not half of the variance.",
        },
    ),
    Q(
        "02",
        "The gradient is the sum over a batch, not divided by the batch size. The batch size grows tenfold. The step …",
        "becomes about ten times as long",
        "A sum over ten times as many examples is about ten times as large.",
        {
            "stays about as long": "It would stay as long if the sum were divided by the batch size.",
            "becomes a tenth as long": "It would be a tenth as long if the sum were divided by the batch size twice.",
        },
    ),
    Q(
        "02",
        "The weights of linear regression all start at zero instead of small random numbers. How does training go?",
        "as well as from random weights",
        "The gradient of a weight is error times feature: it is not zero, and it differs from weight to weight.",
        {
            "no weight changes: the gradient is zero": (
                "The gradient would be zero if all errors or all features were zero."
            ),
            "all weights stay equal": "That happens to the units of a hidden layer, which all get the same inputs.",
        },
    ),
    Q(
        "03",
        "Gluon's L2Loss is the squared error times ½. What does the factor ½ change?",
        "the numbers of loss and gradient, not the best line",
        "A positive factor moves no minimum; with ½, the slope is the error itself, not twice the error.",
        {
            "the best line": "A factor scales the loss of every line, so the line with the lowest loss stays the same.",
            "nothing at all": "The loss and, at the same learning rate, the length of each step are halved.",
        },
    ),
    Q(
        "03",
        "trainer.step(batch_size) divides the gradient by batch_size, but the loss is already the mean over the "
        "batch. The steps are …",
        "too short by the factor batch_size",
        "The gradient is divided by the batch size twice: once in the mean, once in the step.",
        {
            "right": "They would be right if the loss were the sum over the batch.",
            "too long by the factor batch_size": "They would be too long with the sum as the loss and trainer.step(1).",
        },
    ),
    Q(
        "03",
        "Polynomials of degree 1, 2, 3, … 8 are fitted to the same 16 examples by least squares. How does the error "
        "on these 16 examples change?",
        "it never rises",
        "A polynomial of a lower degree is a special case of a higher degree, so the best fit cannot get worse.",
        {
            "it falls, then rises": "The error on held-out examples usually does that.",
            "it rises": "With more coefficients, the best fit to the same examples cannot get worse.",
        },
    ),
    Q(
        "03",
        "Why should the degree of a polynomial not be chosen by its error on the training examples?",
        "the highest degree would always win",
        "A higher degree also fits the noise of the training examples; only held-out examples show the damage.",
        {
            "that error cannot be computed": "It can be computed: it is the error that training makes small.",
            "that error is always zero": "It is zero only if the polynomial passes through all examples.",
        },
    ),
    Q(
        "03",
        "What does weight decay (ridge) do to the weights?",
        "it makes them smaller",
        "Each step takes away a fraction of every weight, so the fit bends less towards single examples.",
        {
            "it makes them all equal": "Weight decay pulls each weight towards zero, not towards the other weights.",
            "it sets most of them to exactly zero": "A penalty on the absolute values of the weights can do that.",
        },
    ),
)
