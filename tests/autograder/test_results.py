"""A result is kept once, found again and never overwritten; a different one is kept beside it."""

import dataclasses
import math
import os
import threading
from pathlib import Path

import pytest

from d2l_autograder.batch.store import Kept, Store
from d2l_autograder.results import Finding, Mark, Result, Status
from d2l_autograder.sandbox import Verdict
from d2l_helpers.errors import RecordError

FINDINGS = (Finding("ordinary logits", Verdict.RIGHT), Finding("far logits", Verdict.TIMEOUT, "no result", "a result"))
MARK = Mark("softmax", "A stable softmax", 2.0, 1.0, Verdict.TIMEOUT, FINDINGS, "Subtract the maximum.")
RESULT = Result(
    "Ольга", "04_softmax_regression", Status.MARKED, "", (MARK,), ("a cell was missing",), "ab" * 32, True, 1.5
)
OTHER = dataclasses.replace(RESULT, marks=(dataclasses.replace(MARK, earned=2.0, verdict=Verdict.RIGHT),))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results")


def files(store):
    return sorted(path.name for path in store.folder.rglob("*.json"))


def found(store, result):
    return store.find(result.student, result.assignment, result.digest)


def test_a_result_is_found_as_it_was_kept(store):
    assert found(store, RESULT) is None
    assert store.keep(RESULT) == Kept.NEW
    assert found(store, RESULT) == RESULT
    assert found(store, RESULT).seconds == 1.5
    assert Result.from_json(RESULT.as_json()) == RESULT


@pytest.mark.parametrize("change", [{"student": "Olga"}, {"assignment": "04_softmax"}, {"digest": "ac" * 32}])
def test_a_result_of_another_student_assignment_or_digest_is_kept_apart(store, change):
    store.keep(RESULT)
    other = dataclasses.replace(RESULT, **change)
    assert found(store, other) is None
    assert store.keep(other) == Kept.NEW
    assert found(store, RESULT) == RESULT


def test_the_same_result_is_kept_once_however_long_it_took(store):
    store.keep(RESULT)
    assert store.keep(dataclasses.replace(RESULT, seconds=99.0)) == Kept.SAME
    assert found(store, RESULT).seconds == 1.5
    assert len(files(store)) == 1


def test_a_different_result_is_kept_beside_the_first_and_counts(store):
    store.keep(RESULT)
    third = dataclasses.replace(RESULT, repairs=())
    for result in (OTHER, third, OTHER, RESULT):
        assert store.keep(result) == Kept.DIFFERENT
        assert store.keep(result) == Kept.SAME
        assert found(store, RESULT) == result  # the latest counts, also one that was there before
    kept = sorted(store.folder.rglob("*.again-*.json"))
    assert [Result.from_json(file.read_text("utf-8")) for file in kept] == [OTHER, third, OTHER, RESULT]


@pytest.mark.parametrize("text", ["\ud800", "\0\x1b[2J", '"}]', "é∇🙂", "\u2028"])
def test_a_result_with_any_text_is_the_same_the_second_time(store, text):
    result = dataclasses.replace(RESULT, student=f"s{text}", detail=text, repairs=(text,))
    assert store.keep(result) == Kept.NEW
    assert store.keep(result) == Kept.SAME
    assert found(store, result).detail == text.replace("\ud800", "?")


@pytest.mark.parametrize("student", ["..", ".", "../../etc", "/etc/passwd", "a/b", "", "x" * 300, "CON"])
def test_no_name_leads_out_of_the_folder(store, student):
    result = dataclasses.replace(RESULT, student=student, assignment=student)
    assert store.keep(result) == Kept.NEW
    assert found(store, result) == result
    (file,) = store.folder.rglob("*.json")
    assert file.parent.parent == store.folder


def test_graders_at_once_keep_each_result_once(store):
    results = [dataclasses.replace(RESULT, detail=str(number % 2)) for number in range(8)]
    kept = []
    threads = [threading.Thread(target=lambda one=one: kept.append(store.keep(one))) for one in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.count(Kept.NEW) == 1
    assert len(files(store)) == 1 + kept.count(Kept.DIFFERENT)
    assert found(store, RESULT).detail in ("0", "1")


DAMAGE = {
    "nothing": "",
    "half of it": RESULT.as_json()[:300],
    "a list": "[]",
    "another program's": '{"name": "x"}',
    "an unknown verdict": RESULT.as_json().replace('"right"', '"perfect"'),
    "an unknown field": RESULT.as_json().replace('"detail"', '"details"'),
    "no marks": RESULT.as_json().replace('"marks": [', '"marks": [5, '),
    "text for points": RESULT.as_json().replace('"points": 2.0', '"points": "2"'),
    "truth for points": RESULT.as_json().replace('"points": 2.0', '"points": true'),
    "not a number": RESULT.as_json().replace('"earned": 1.0', '"earned": NaN'),
    "infinite": RESULT.as_json().replace('"earned": 1.0', '"earned": 1e999'),
    "less than nothing": RESULT.as_json().replace('"earned": 1.0', '"earned": -1'),
    "a number for text": RESULT.as_json().replace('"hint": "Subtract the maximum."', '"hint": 5'),
    "a text for repairs": RESULT.as_json().replace('[\n  "a cell was missing"\n ]', '"x"'),
    "nested too deeply": "[" * 100_000,
    "another student's": RESULT.as_json().replace("Ольга", "Olga"),
    "of another digest": RESULT.as_json().replace("ab" * 32, "ab" * 31 + "ff"),
    "not UTF-8": b"\xff\xfe\x00\xd8",
    "a binary file": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_file_of_a_result_is_named_and_stays_and_the_next_result_counts(store, case):
    store.keep(RESULT)
    (file,) = store.folder.rglob("*.json")
    contents = DAMAGE[case] if isinstance(DAMAGE[case], bytes) else DAMAGE[case].encode()
    assert contents != RESULT.as_json().encode()
    file.write_bytes(contents)
    with pytest.raises(RecordError, match="marked again"):
        found(store, RESULT)
    named = []
    assert store.keep(RESULT, named.append) == Kept.NEW
    assert [str(file) in str(error) for error in named] == [True]
    assert file.read_bytes() == contents
    assert store.keep(RESULT, named.append) == Kept.SAME
    assert found(store, RESULT) == RESULT
    assert len(named) == 1


SPOILT = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link that leads nowhere": lambda file: file.symlink_to("nowhere"),
}


@pytest.mark.parametrize("make", SPOILT.values(), ids=SPOILT)
def test_what_is_no_file_in_the_place_of_a_result_stays_and_the_next_result_counts(store, make):
    store.keep(RESULT)
    (file,) = store.folder.rglob("*.json")
    file.unlink()
    make(file)
    named = []
    assert store.keep(RESULT, named.append) == Kept.NEW
    assert len(named) == 1
    assert found(store, RESULT) == RESULT
    assert os.path.lexists(file)


def test_a_folder_of_results_that_is_none_is_named(store):
    store.folder.mkdir()
    (store.folder / "Ольга").write_text("")
    with pytest.raises(RecordError, match="Ольга: Not a directory"):
        store.keep(RESULT)


def test_sums_of_points_have_no_rounding_errors():
    tenths = tuple(dataclasses.replace(MARK, points=0.1, earned=0.1) for _ in range(3))
    result = dataclasses.replace(RESULT, marks=tenths)
    assert result.earned == 0.3
    assert math.isclose(result.points, 0.3)
    assert Result("a", "b", Status.DAMAGED).earned == 0
