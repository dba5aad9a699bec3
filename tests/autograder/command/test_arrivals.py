"""A file counts as there when it is complete, and each change of a complete one is noticed."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_autograder.command.arrivals import Arrivals

NOTEBOOK = '{"cells": []}'


@pytest.fixture
def arrivals(tmp_path):
    return Arrivals(tmp_path)


def test_a_notebook_is_there_as_soon_as_it_is_json(arrivals, tmp_path):
    assert not arrivals.look(0.0)
    (tmp_path / "a.ipynb").write_text(NOTEBOOK)
    assert arrivals.look(0.1)
    assert arrivals.incomplete == frozenset()
    assert not arrivals.look(0.2)


@pytest.mark.parametrize("content", ["", '{"cells": [', "[]", "not json", "\x00" * 100])
def test_a_notebook_that_is_not_whole_waits_until_it_has_settled(arrivals, tmp_path, content):
    file = tmp_path / "a.ipynb"
    file.write_text(content)
    assert not arrivals.look(0.0)
    assert arrivals.incomplete == {file}
    assert not arrivals.look(2.9)
    assert arrivals.look(3.0)
    assert arrivals.incomplete == frozenset()


def test_a_file_that_grows_waits_from_its_last_change(arrivals, tmp_path):
    file = tmp_path / "a.zip"
    for second in range(10):
        file.write_bytes(b"x" * (second + 1))
        assert not arrivals.look(float(second))
    assert arrivals.look(12.0)


def test_a_notebook_that_is_written_in_pieces_is_there_at_the_last_one(arrivals, tmp_path):
    file = tmp_path / "a.ipynb"
    for end in range(1, len(NOTEBOOK)):
        file.write_text(NOTEBOOK[:end])
        assert not arrivals.look(end / 10)
    file.write_text(NOTEBOOK)
    assert arrivals.look(2.0)


@pytest.mark.parametrize("change", ["rewrite", "replace", "delete", "rename"])
def test_a_change_of_a_complete_file_is_noticed(arrivals, tmp_path, change):
    file = tmp_path / "s01" / "a.ipynb"
    file.parent.mkdir()
    file.write_text(NOTEBOOK)
    assert arrivals.look(0.0)
    if change == "rewrite":
        file.write_text(NOTEBOOK + " ")
    elif change == "replace":
        (tmp_path / "new").write_text(NOTEBOOK)
        os.utime(tmp_path / "new", ns=(file.stat().st_mtime_ns,) * 2)
        (tmp_path / "new").replace(file)
    elif change == "delete":
        file.unlink()
    else:
        file.rename(file.with_name("b.ipynb"))
    assert arrivals.look(1.0)
    assert not arrivals.look(2.0)


def test_links_pipes_and_files_of_programs_are_left_alone(arrivals, tmp_path):
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / ".~lock.ipynb").write_text(NOTEBOOK)
    assert not arrivals.look(0.0)
    assert not arrivals.files


def test_a_folder_that_is_gone_is_an_error_and_comes_back(arrivals, tmp_path):
    tmp_path.rename(tmp_path.with_name("away"))
    with pytest.raises(OSError, match="No such file"):
        arrivals.look(0.0)
    tmp_path.with_name("away").rename(tmp_path)
    (tmp_path / "a.ipynb").write_text(NOTEBOOK)
    assert arrivals.look(1.0)


@given(st.lists(st.sampled_from(["write", "whole", "wait", "delete"]), max_size=12))
def test_whatever_happens_a_whole_notebook_is_noticed_at_the_next_look(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("arrivals")
    arrivals, file, now = Arrivals(folder), folder / "a.ipynb", 0.0
    for number, step in enumerate(steps):
        now += 5.0 if step == "wait" else 0.1
        if step == "write":
            file.write_text('{"cells": [' + " " * number)
        elif step == "whole":
            file.write_text(NOTEBOOK + " " * (number + 1))
        elif step == "delete":
            file.unlink(missing_ok=True)
        has_changed = arrivals.look(now)
        assert has_changed or step != "whole"
        assert (file in arrivals.incomplete) <= file.exists()
