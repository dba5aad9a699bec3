"""Solutions and wrong answers to notebooks/09_review.ipynb."""

import random

from mxnet import np, npx

from d2l_autograder.key import Answer, Wrong

from .wrong import review as wrong
from .wrong import softmax_fit


def standardize(X_train, X):
    """Return X with every column shifted and scaled as X_train needs it.

    X_train: features, shape (n, d). X: features, shape (m, d). From each
    column of X, subtract that column's mean in X_train; then divide by its
    standard deviation in X_train, or by 1 where X_train is constant.
    """
    varies = X_train.max(axis=0) > X_train.min(axis=0)
    deviation = np.where(varies, X_train.std(axis=0), 1)
    return (X - X_train.mean(axis=0)) / deviation


def fit_softmax(X, y, num_classes, lr, num_epochs, batch_size):
    """Return W and b of softmax regression, trained by minibatch SGD.

    X: features, shape (n, d). y: labels from 0 on, shape (n,). W has shape
    (d, num_classes) and b shape (num_classes,). Each epoch takes every
    example once, in a new order; each step uses the mean over its batch.
    """
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(num_epochs):
        order = list(range(len(X)))
        random.shuffle(order)
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            y_hat = npx.softmax(np.dot(X[batch], W) + b)
            error = (y_hat - npx.one_hot(y[batch], num_classes)) / len(batch)
            W, b = W - lr * np.dot(X[batch].T, error), b - lr * error.sum(axis=0)
    return W, b


def best_setting(settings, held_out_loss):
    """Return the setting with the lowest held-out loss.

    Call held_out_loss(setting) once for each setting of the list: a call
    is a whole training. At a tie, return the first. A loss of nan never wins.
    """
    best, lowest = None, float("inf")
    for setting in settings:
        loss = held_out_loss(setting)
        if loss < lowest:
            best, lowest = setting, loss
    return best


def worst_confusion(labels, predicted, num_classes):
    """Return the most frequent error as a pair (true, predicted).

    labels, predicted: classes from 0 to num_classes - 1, shape (n,).
    Return None if every prediction is right.
    """
    pairs = zip(labels.tolist(), predicted.tolist(), strict=True)
    errors = [(true, guess) for true, guess in pairs if true != guess]
    return max(errors, key=errors.count) if errors else None


ANSWERS = (
    Answer("standardize", standardize, wrong=wrong.STANDARDIZE),
    Answer("fit_softmax", fit_softmax, wrong=softmax_fit.FIT_SOFTMAX),
    Answer("best_setting", best_setting, wrong=wrong.BEST_SETTING),
    Answer("worst_confusion", worst_confusion, wrong=wrong.WORST_CONFUSION),
    Answer(
        "capstone_result",
        ("penguins", 0.985),
        wrong=(
            Wrong(("penguins", 98.5), "90 % is 0.9"),
            Wrong(("penguins", 0.44), "does better"),
            Wrong(("digits", 0.095), "are the features scaled"),
            Wrong(("digits", 1.0), "more than softmax regression reaches"),
            Wrong(("fashion", 0.91), "really those of data.test"),
            Wrong(("fashion", 0.1), "does better"),
            Wrong(("flowers", 0.9), "one of 'penguins'"),
            Wrong((0.985, "penguins"), "the accuracy"),
            Wrong(0.985, "a pair"),
            Wrong("penguins", "a pair"),
            Wrong(("penguins", float("nan")), "a share between 0 and 1"),
            Wrong(("penguins", -0.2), "a share between 0 and 1"),
        ),
    ),
)
