"""Numbers that follow from the student's id: the same everywhere, and those of the text without an id."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2l_helpers
from d2l_helpers import variants
from d2l_helpers.errors import ArgumentError
from d2l_helpers.variants import marked_as, mine, normalised, student, student_id


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    for name in ("D2L_STUDENT", "JUPYTERHUB_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(variants, "_said", "")


def test_without_an_id_the_text_counts():
    assert (student_id(), mine("seed"), mine("seed", ["first", "second"])) == ("", 0, "first")


def test_the_numbers_stay_what_they_are_in_every_version():
    student("s01")
    assert [mine(name) for name in ("seed", "rate", "")] == [1414511998, 684011836, 672810955]
    student("Zoë 李")
    assert mine("seed") == 1384261446


@given(ident=st.text(min_size=1).filter(normalised), name=st.text())
def test_a_number_is_the_first_31_bits_of_the_digest(ident: str, name: str):
    parts = [normalised(ident).encode(), name.encode(errors="replace")]
    message = b"".join(f"{len(part)}:".encode() + part for part in parts)
    with marked_as(ident):
        assert mine(name) == int(hashlib.sha256(message).hexdigest()[:8], 16) // 2


@pytest.mark.parametrize("same", ["S01", " s01 ", "s01\n", "ｓ０１", "\ufeffs01", "s01\u200b"])
def test_spellings_of_one_id_have_the_same_numbers(same: str):
    student("s01")
    number = mine("seed")
    student(same)
    assert mine("seed") == number


@given(st.text())
def test_a_normalised_id_stays_as_it_is(ident: str):
    assert normalised(normalised(ident)) == normalised(ident)
    assert "\0" not in normalised(ident)
    normalised(ident).encode()


def test_a_number_may_be_an_id():
    student(4711)
    number = mine("seed")
    student("4711")
    assert mine("seed") == number


LEFT_OUT = [..., "", "...", "…", " . . . "]


@pytest.mark.parametrize("odd", [None, True, 1.5, -1, ["s01"], "x" * 201, pytest.param(10**5000, id="long"), *LEFT_OUT])
def test_an_odd_id_is_refused_or_none(odd: object, capsys):
    student("s01")
    if odd in LEFT_OUT:
        student(odd)
        assert "No student's id yet" in capsys.readouterr().out
        assert student_id() == ""
    else:
        with pytest.raises(ArgumentError, match="in quotes"):
            student(odd)
        assert student_id() == "s01"


def test_on_a_hub_dots_mean_the_user_of_the_hub(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert student_id() == ""  # a reader of the chapter on a hub has the text's numbers
    for dots in (..., "...", ""):
        student(dots)
        assert student_id() == "ada"
    student()
    assert student_id() == "ada"
    student("bob")
    assert student_id() == "bob"


def test_in_a_sandbox_the_grader_says_whose_numbers_count(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "teacher")
    for ident in ("ada", ""):
        monkeypatch.setenv("D2L_STUDENT", ident)
        student("bob")
        student(...)
        assert student_id() == ident


def test_threads_that_mark_at_the_same_time_have_each_their_student():
    found, meet = {}, threading.Barrier(8)

    def mark(ident: str) -> None:
        with marked_as(ident):
            meet.wait(30)
            found[ident] = mine("seed")
            meet.wait(30)

    threads = [threading.Thread(target=mark, args=(f"s{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found.values())) == 8
    with marked_as("s3"):
        assert mine("seed") == found["s3"]
    assert student_id() == ""


def test_what_is_marked_for_nobody_has_the_texts_numbers_whatever_a_notebook_says():
    student("s01")
    with marked_as(""):
        assert mine("seed") == 0
    assert mine("seed") != 0


@pytest.mark.parametrize(("call", "said"), [(lambda: mine(3), "name what"), (lambda: mine("x", []), "a list of")])
def test_a_wrong_call_says_what_to_write(call, said: str):
    with pytest.raises(ArgumentError, match=said):
        call()


def test_choices_come_about_equally_often():
    counts = [0] * 5
    for number in range(1000):
        with marked_as(f"student {number}"):
            counts[mine("which", range(5))] += 1
    assert min(counts) > 150  # 200 on average, with a standard deviation of 13


def test_numbers_need_no_mxnet():
    code = "import d2l_helpers, sys; d2l_helpers.mine('seed'); print('mxnet' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
    assert {"mine", "student", "question"} <= set(d2l_helpers.__all__)
