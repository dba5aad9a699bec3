"""The sentences that the packages add to a notebook are as short as those in its cells."""

from d2l_authoring.sentences import long_sentences
from d2l_helpers.exercises.catalogue import chapter as exercises
from d2l_helpers.predictions.catalogue import chapter as questions
from d2l_helpers.predictions.question import ChoiceQuestion
from d2l_helpers.quiz.drawing import ALL


def texts():
    """Yield each text that a reader may be shown, with the name of what it belongs to."""
    for exercise in (one for group in exercises().values() for one in group):
        yield from ((exercise.name, text) for text in (*exercise.hints, exercise.reason))
    for question in (one for group in questions().values() for one in group):
        choices = question.choices if isinstance(question, ChoiceQuestion) else ()
        yield from ((question.name, text) for text in (question.text, question.note, *(c.otherwise for c in choices)))
    for place, one in enumerate(ALL):
        yield from ((f"quiz {place}", text) for text in (one.text, one.why, *one.wrong.values()))


def test_no_sentence_of_a_hint_reason_question_or_quiz_is_long():
    assert [(name, finding) for name, text in texts() for finding in long_sentences(text)] == []


def test_every_exercise_has_a_reason():
    assert [one.name for group in exercises().values() for one in group if not one.reason] == []
