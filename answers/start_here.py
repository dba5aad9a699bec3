"""Solutions and wrong answers to notebooks/00_start_here.ipynb."""

from d2l_autograder.key import Answer, Wrong

from .wrong import numbers


def take_step(w, lr):
    """Return the weight after one step of gradient descent from w."""
    return w - lr * 2 * (w - 3)


def _goes_uphill(w, lr):
    return w + lr * 2 * (w - 3)


def _forgets_the_rate(w, lr):
    return w - 2 * (w - 3)


def _returns_the_step(w, lr):
    return -lr * 2 * (w - 3)


def _uses_the_loss(w, lr):
    return w - lr * (w - 3) ** 2


def _forgets_the_two(w, lr):
    return w - lr * (w - 3)


def _goes_to_zero(w, lr):
    return w - lr * 2 * w


def _starts_at_zero(w, lr):
    return lr * 6


def _uses_a_fixed_rate(w, lr):
    return w - 0.1 * 2 * (w - 3)


def _prints(w, lr):
    print(w - lr * 2 * (w - 3))


ANSWERS = (
    Answer(
        "one_step_rate",
        0.5,
        wrong=numbers.ONE_STEP_RATE,
        by_student=lambda goal, **_: goal / 6,
        seconds=5,
    ),
    Answer(
        "take_step",
        take_step,
        wrong=(
            Wrong(_goes_uphill, "take_step(0, 0.1)"),
            Wrong(_forgets_the_rate, "take_step(0, 0.1)"),
            Wrong(_returns_the_step, "take_step(3, 0.4)"),
            Wrong(_uses_the_loss, "take_step(0, 0.1)"),
            Wrong(_forgets_the_two, "take_step(0, 0.1)"),
            Wrong(_goes_to_zero, "take_step(0, 0.1)"),
            Wrong(_starts_at_zero, "take_step(3, 0.4)"),
            Wrong(_uses_a_fixed_rate, "take_step(5, 0.25)"),
            Wrong(_prints, "does the function return its result?"),
        ),
    ),
)
