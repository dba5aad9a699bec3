"""Solutions and wrong answers to notebooks/03_linear_regression_gluon.ipynb."""

from mxnet import autograd, np

from d2l_autograder.key import Answer, Wrong

from .wrong import linear_regression_gluon as wrong
from .wrong import numbers


def step_on_the_mean(net, loss, trainer, X, y):
    """Take one training step on the mean of the batch's losses.

    The step changes net as backward on the sum and step(len(y)) would.
    """
    with autograd.record():
        mean = loss(net(X), y).mean()
    mean.backward()
    trainer.step(1)


def huber_loss(y_hat, y, delta):
    """Return half the squared error up to delta, a straight line beyond.

    y_hat and y have shape (n, 1), and so has the result. The line continues
    where the square ends, with the same value and the same slope.
    """
    r = y_hat - y
    size = np.abs(r)
    return np.where(size <= delta, r**2 / 2, delta * (size - delta / 2))


def poisson_loss(z, y):
    """Return the losses and their slopes by z, two arrays of shape (n,).

    z: scores, shape (n,); exp(z) is the expected count.
    y: counts, shape (n,). A loss is -log of the Poisson probability of y,
    without the part that does not depend on z.
    """
    expected = np.exp(z)
    return expected - y * z, expected - y


def leave_one_out(A, y):
    """Return the root mean squared error on examples that are held out.

    Each of the n examples is held out once; the weights come from the
    normal equations of the others. A: features, shape (n, d), with a
    column of ones. y: labels, shape (n,).
    """
    squares = 0.0
    for i in range(len(A)):
        keep = [j for j in range(len(A)) if j != i]
        w = np.linalg.solve(np.dot(A[keep].T, A[keep]), np.dot(A[keep].T, y[keep]))
        squares += float(np.dot(A[i], w) - y[i]) ** 2
    return (squares / len(A)) ** 0.5


ANSWERS = (
    Answer("step_on_the_mean", step_on_the_mean, wrong=wrong.STEP_ON_THE_MEAN),
    Answer("huber_loss", huber_loss, wrong=wrong.HUBER_LOSS),
    Answer(
        "pull_cap",
        1.8,
        wrong=numbers.PULL_CAP,
        by_student=lambda off, **_: 9 * off,
        seconds=30,
    ),
    Answer("poisson_loss", poisson_loss, wrong=wrong.POISSON_LOSS),
    Answer(
        "ridge_limit",
        "b",
        wrong=(
            Wrong("a", "if the bias decayed"),
            Wrong("c", "the first power"),
            Wrong("d", "weight decay 0"),
            Wrong("e", "one of 'a', 'b', 'c', 'd'"),
            Wrong(8, "one of"),
            Wrong("bc", "one of"),
            Wrong("mean", "one of"),
            Wrong(True, "one of"),
        ),
    ),
    Answer("leave_one_out", leave_one_out, wrong=wrong.LEAVE_ONE_OUT),
)
