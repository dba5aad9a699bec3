"""File names made of any text: safe, short, and different for different texts."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.sample_results import texts

from d2l_autograder.file_names import file_name, is_folder_name


@pytest.mark.parametrize(
    "name", ["Ada", "ada.lovelace@a.example", "Zoë Ångström", "李小龍", "04_softmax", "हिन्दी", "O (2)"]
)
def test_most_names_stay_as_they_are(name):
    assert file_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "/", "a/b", "a∕b", "~", "-rf", ".hidden", "a ", "nul", "COM1.txt", "a\\b", "x" * 300, "李" * 300],
)
def test_unsafe_names_become_safe_and_end_in_a_digest(name):
    made = file_name(name)
    assert re.fullmatch(r"[^/\\]*~[0-9a-f]{12}", made)
    assert len(made.encode()) <= 133
    assert file_name(made) != made


@given(st.lists(texts, min_size=2, max_size=5, unique=True))
@example(["a/b", "a_b", "a∕b"])
@example(["x" * 200, "x" * 201])
@example(["é", "e\u0301"])
def test_no_two_texts_get_the_same_name_and_none_leaves_its_folder(several):
    names = [file_name(text) for text in several]
    assert len(set(names)) == len(several)
    for name in names:
        assert Path(name).name == name
        assert not name.startswith((".", "-", "~/"))
        assert len(os.fsencode(name)) <= 150
        assert name == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("text", ["o'brien", "50%", "a\\b", " a", ".hidden", "...", "名前", "a\nb", "x" * 255, "CON"])
def test_a_folder_can_have_most_ids_as_its_name(text, tmp_path):
    assert is_folder_name(text)
    (tmp_path / text).mkdir()
    assert [path.name for path in tmp_path.iterdir()] == [text]


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "/", "a\0", "x" * 256, "é" * 128, "\ud800"])
def test_what_leads_elsewhere_or_is_too_long_is_no_folders_name(text):
    assert not is_folder_name(text)
