"""Item analysis against a slow, obvious count; wrong results that differ only by random numbers are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sample_results import class_of, texts

from d2l_autograder.report.item_analysis import Outcome, hardest_first, item_analysis
from d2l_autograder.report.wrong_results import shared_results, without_numbers
from d2l_autograder.results import THE_ANSWER, Finding, Mark, Result, Status
from d2l_autograder.sandbox import Verdict

SAYINGS = ("3 of 8 numbers are wrong", "1 of 9 numbers is wrong", "nan", "shape (3, 1)", "shape (3,)", "")
verdicts = st.sampled_from(Verdict)
answers = st.builds(
    lambda earned, verdict, findings: Mark("hard", "A hard one", 2.0, earned, verdict, tuple(findings)),
    st.sampled_from([0.0, 0.5, 2.0]),
    verdicts,
    st.lists(
        st.builds(Finding, st.sampled_from(["a row", "a batch", THE_ANSWER]), verdicts, st.sampled_from(SAYINGS)),
        max_size=3,
    ),
)


def results_of(marks):
    return [Result(f"s{number}", "04_softmax", Status.MARKED, "", (mark,)) for number, mark in enumerate(marks)]


@given(st.lists(answers, min_size=1, max_size=12))
def test_every_count_is_that_of_a_slow_count(marks):
    (item,) = item_analysis(results_of(marks))
    right = [mark for mark in marks if mark.verdict == "right"]
    not_attempted = [mark for mark in marks if mark.verdict == "not_attempted"]
    rest = [mark for mark in marks if mark.verdict not in ("right", "not_attempted")]
    assert item.outcomes == {
        Outcome.RIGHT: len(right),
        Outcome.PARTLY: len([mark for mark in rest if mark.earned > 0]),
        Outcome.WRONG: len([mark for mark in rest if mark.earned == 0 and mark.verdict == "wrong"]),
        Outcome.STOPPED: len([mark for mark in rest if mark.earned == 0 and mark.verdict != "wrong"]),
        Outcome.OPEN: len(not_attempted),
    }
    assert item.answers == len(marks)
    assert sum(item.stops.values()) == item.outcomes[Outcome.STOPPED]
    assert item.earned == pytest.approx(sum(mark.earned / 2 for mark in marks) / len(marks))
    said = {
        "3 of 8 numbers are wrong": "… of … numbers are wrong",
        "1 of 9 numbers is wrong": "… of … numbers are wrong",
    }
    said |= {"shape (3, 1)": "shape (…, …)", "shape (3,)": "shape (…,)"}
    students = {}
    failed, asked = {}, {}
    for number, mark in enumerate(marks):
        for finding in mark.findings:
            is_wrong = finding.verdict not in ("right", "not_attempted")
            text = finding.got if finding.title == THE_ANSWER else said.get(finding.got, finding.got)
            if is_wrong and text:
                students.setdefault(text, set()).add(number)
            if finding.title != THE_ANSWER:
                asked[finding.title] = asked.get(finding.title, 0) + 1
                failed[finding.title] = failed.get(finding.title, 0) + is_wrong
    assert sorted(each.students for each in item.results) == sorted(map(len, students.values()))
    assert sum(each.students for each in item.results) == sum(map(len, students.values()))
    most = max(failed.values(), default=0)
    assert item.failed == most
    if most:
        assert failed[item.probe] == most
        assert item.asked == asked[item.probe]
    else:
        assert item.probe == ""


def test_the_hardest_exercise_comes_first_with_the_answer_that_most_share():
    group = class_of("shape (3, 1)", "shape (4, 1)", "shape (3, 1)", "nan", "nan", None, None, None)
    hard, easy = hardest_first(item_analysis(group))
    assert (hard.exercise, hard.right) == ("hard", 3 / 8)
    assert [(each.got, each.students) for each in hard.results] == [("shape (…, …)", 3), ("nan", 2)]
    assert (easy.exercise, easy.right, easy.results) == ("loss", 1.0, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the result: 3 of 1,208 numbers are wrong", "the result: … of … numbers are wrong"),
        ("the result: 1 of 8 numbers is wrong", "the result: … of … numbers are wrong"),
        ("the result: a number that is wrong", "the result: a number that is wrong"),
        ("an array of shape (3, 1) of float32", "an array of shape (…, …) of float32"),
        ("-1.5e-3 and +2. in [1. 2. 3. 4. 5. 6. 7.]", "… and … in […, …, …]"),
        ("[1, 2, 3, 4, 5, 6, 7, 8]", "[…, …, …]"),
        ("x2 at 0x7fab12, version 1.2.3", "x2 at …, version 1.2.3"),
        ("nan, inf", "nan, inf"),
    ],
)
def test_numbers_of_random_inputs_are_left_out_and_words_stay(text, expected):
    assert without_numbers(text) == expected


def test_a_thousand_submissions_with_random_inputs_are_one_group():
    found = [
        (f"s{n}", Finding("a row", Verdict.WRONG, f"the result: {n % 7 + 2} of {n} numbers are wrong"))
        for n in range(1000)
    ]
    (group,) = shared_results(found)
    assert (group.got, group.students) == ("the result: … of … numbers are wrong", 1000)


def test_the_number_given_as_an_answer_is_the_mistake_and_stays():
    found = [(f"s{n}", Finding(THE_ANSWER, Verdict.WRONG, str(n % 3), "another")) for n in range(7)]
    assert [(each.got, each.students) for each in shared_results(found)] == [("0", 3), ("1", 2), ("2", 2)]


def test_what_all_of_a_group_got_is_shown_as_it_is():
    found = [(student, Finding("a row", Verdict.ERROR, "KeyError: 3", "a result")) for student in "ab"]
    assert [(each.got, each.expected) for each in shared_results(found)] == [("KeyError: 3", "a result")]


def test_a_student_counts_once_however_many_probes_got_the_same():
    found = tuple(Finding(f"row {number}", Verdict.WRONG, "nan") for number in range(3))
    result = Result("Ada", "04_softmax", Status.MARKED, "", (Mark("hard", "Hard", 2.0, 0.0, Verdict.WRONG, found),))
    (item,) = item_analysis([result])
    assert [each.students for each in item.results] == [1]


@given(texts)
def test_any_text_without_its_numbers_is_no_longer_and_stays_so(text):
    short = without_numbers(text)
    assert len(short) <= len(text) + 2
    assert without_numbers(short) == short


def test_a_class_without_results_has_no_items():
    assert item_analysis([]) == []
