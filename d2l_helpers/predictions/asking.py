"""Ask a question before a cell runs, and put the measured result beside the reader's guess."""

from __future__ import annotations

from typing import Any

from d2l_helpers.errors import ArgumentError, quote
from d2l_helpers.messages import Message, prediction_message, question_message, show
from d2l_helpers.panels.page import has_page, runs_at_once
from d2l_helpers.predictions.catalogue import find
from d2l_helpers.predictions.guesses import Guess, guess_of, remember
from d2l_helpers.predictions.question import Question, Verdict
from d2l_helpers.records import default_tolerance, metrics_bundle, number_of

__all__ = ["compare", "predict"]

_results: dict[str, Any] = {}  # of this kernel, by question: Voila measures all of them before anybody guesses


def predict(name: str, guess: object = None) -> None:
    """Ask a question and keep the reader's guess, with which `compare` puts the measured result side by side.

    In a notebook's kernel there are buttons or a field. Elsewhere, or if there are none on the page, the guess is an
    argument: ``predict("rate_of_almost_one", "b")``. Nothing needs a guess: every cell runs without one.

    Parameters
    ----------
    name : str
        The question.
    guess : str or float, optional
        The letter of a choice, a number, or a word or two.

    Raises
    ------
    ArgumentError
        If there is no such question, or `guess` cannot be an answer to it.
    """
    question = find(name)
    if guess is not None:
        _keep(question, guess)
    if not has_page():
        show(_asked(question))
        return
    from d2l_helpers.panels.guess_form import show_form  # imported here, because it imports ipywidgets

    show_form(
        _asked(question),
        question_message(question.text, {})["text/html"],
        question.options(),
        _state(question),
        lambda said: _answered(question, said),
    )


def compare(name: str, result: Any, tolerance: float | None = None) -> None:
    """Show a measured result beside the reader's guess, if there is one, and record the result if it is a number.

    Parameters
    ----------
    name : str
        The question, which is also the name of the recorded number.
    result : object
        What the cell measured, in the form that the question expects.
    tolerance : float, optional
        As for `show`.

    Raises
    ------
    ArgumentError
        If there is no such question, or the result has not the form that it expects.
    RecordError
        If the result is a number that is infinite or NaN, or `tolerance` is negative.
    """
    question = find(name)
    number = number_of(result)
    metrics: dict[str, Any] = {}
    if number is not None:
        result = number
        chosen = default_tolerance(name) if tolerance is None else tolerance
        metrics = metrics_bundle({name: (number, chosen)})
    try:
        message = _compared(question, result)
    except Exception:  # the question's own functions get whatever a changed cell has measured
        raise ArgumentError(
            f"The result does not fit the question {name!r}.",
            got=quote(result),
            expected="a result of the form that this cell has in the original notebook",
            remedy="look at the last line of the cell: it passes what the cell measured",
        ) from None
    _results[name] = result
    show({**metrics, **message})


def _compared(question: Question, result: Any) -> Message:
    """Return the message for a result, and remember whether the guess was right."""
    clause = question.clause(result)
    guess = _valid_guess(question)
    if guess is None:
        return prediction_message(None, f"{clause[:1].upper()}{clause[1:]}.", question.note)
    verdict = question.judge(guess.said, result)
    if guess.first is None:
        remember(question, Guess(guess.said, verdict.is_right))
    return _verdict_message(question, guess, clause, verdict)


def _verdict_message(question: Question, guess: Guess, clause: str, verdict: Verdict) -> Message:
    text = " ".join(part for part in (verdict.text, question.note) if part)
    return prediction_message(verdict.is_right, f"You said {question.said(guess.said)}; {clause}.", text)


def _keep(question: Question, said: object) -> None:
    before = guess_of(question)
    remember(question, Guess(question.read(said), before.first if before else None))


def _valid_guess(question: Question) -> Guess | None:
    """Return the guess; none where the reader's file holds what is no guess for this question."""
    guess = guess_of(question)
    try:
        return guess and Guess(question.read(guess.said), guess.first)
    except ArgumentError:  # the question may have had other choices when the guess was kept
        return None


def _asked(question: Question) -> Message:
    example = "'a'" if question.options() else "…"
    typed = f"helpers.predict({question.name!r}, {example})"
    return question_message(question.text, {**question.options(), "guess": typed}, _state(question))


def _state(question: Question) -> str:
    """Return what stands below the form."""
    guess = _valid_guess(question)
    if not guess:
        return ""
    if runs_at_once() and question.name in _results:
        return _compared(question, _results[question.name])["text/plain"]
    return f"Your guess: {question.said(guess.said)}.{'' if runs_at_once() else ' Now run the next cell.'}"


def _answered(question: Question, said: str) -> str:
    """Keep a guess from the page, and return what the page says about it."""
    try:
        _keep(question, said)
    except ArgumentError as error:
        return f"This is not a possible guess; expected: {error.expected}."
    return _state(question)
