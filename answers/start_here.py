"""Solutions and wrong answers to notebooks/00_start_here.ipynb."""

from d2l_autograder.key import Answer, Wrong


def take_step(w, lr):
    """Return the weight after one step of gradient descent from w."""
    return w - lr * (w - 3)


def _goes_uphill(w, lr):
    return w + lr * (w - 3)


def _forgets_the_rate(w, lr):
    return w - (w - 3)


def _returns_the_step(w, lr):
    return -lr * (w - 3)


def _uses_the_loss(w, lr):
    return w - lr * (w - 3) ** 2 / 2


def _takes_the_slope_without_the_half(w, lr):
    return w - lr * 2 * (w - 3)


def _goes_to_zero(w, lr):
    return w - lr * w


def _starts_at_zero(w, lr):
    return lr * 3


def _uses_a_fixed_rate(w, lr):
    return w - 0.3 * (w - 3)


def _prints(w, lr):
    print(w - lr * (w - 3))


ANSWERS = (
    Answer(
        "one_step_rate",
        1.0,
        wrong=(
            Wrong(0.3, "short of the 3"),
            Wrong(0.9, "short of the 3"),
            Wrong(2, "beyond the 3"),
            Wrong(3, "beyond the 3"),
            Wrong(1.05, "beyond the 3"),
            Wrong(0, "a learning rate, above 0"),
            Wrong(-1, "a learning rate, above 0"),
            Wrong(float("nan"), "a learning rate, above 0"),
        ),
    ),
    Answer(
        "take_step",
        take_step,
        wrong=(
            Wrong(_goes_uphill, "its distance from 3"),
            Wrong(_forgets_the_rate, "its distance from 3"),
            Wrong(_returns_the_step, "its distance from 3"),
            Wrong(_uses_the_loss, "its distance from 3"),
            Wrong(_takes_the_slope_without_the_half, "its distance from 3"),
            Wrong(_goes_to_zero, "its distance from 3"),
            Wrong(_starts_at_zero, "its distance from 3"),
            Wrong(_uses_a_fixed_rate, "its distance from 3"),
            Wrong(_prints, "does the function return its result?"),
        ),
    ),
)
