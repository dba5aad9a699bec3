"""Recognising: a notebook is known by its content, whatever its name, and a wrong one is named in plain words."""

import json
import random

import pytest
from support.handed_in import FASHION, RELEASES, SCRATCH, SOFTMAX, collected, notebook, students_in

from d2l_autograder.collect.recognise import LARGEST, Recogniser, is_notebook_like
from d2l_helpers.chapter import CHAPTER


def changed(name, change):
    """Return a release after a change of each cell; a cell that becomes None is left out."""
    content = json.loads(notebook(name))
    content["cells"] = [cell for cell in map(change, content["cells"]) if cell is not None]
    return json.dumps(content).encode()


def bare(cell):
    return {"cell_type": cell["cell_type"], "source": cell["source"]}


def only_answers(cell):
    source = "".join(cell["source"])
    is_solution = cell["metadata"].get("nbgrader", {}).get("solution")
    return {"cell_type": "code", "source": f"{source}\n# mine"} if is_solution else None


FORMS = {
    "as handed out": lambda name: notebook(name),
    "without ids and metadata": lambda name: changed(name, bare),
    "with nothing but answers": lambda name: changed(name, only_answers),
    "indented by one": lambda name: json.dumps(json.loads(notebook(name)), indent=1).encode(),
    "with a byte order mark": lambda name: b"\xef\xbb\xbf" + notebook(name),
    "in UTF-16": lambda name: notebook(name).decode().encode("utf-16"),
    "of nbformat 3": lambda name: json.dumps({"worksheets": [{"cells": json.loads(notebook(name))["cells"]}]}).encode(),
}


@pytest.mark.parametrize(
    ("name", "form"), [(name, "without ids and metadata") for name in CHAPTER] + [(SOFTMAX, form) for form in FORMS]
)
def test_every_notebook_is_known_by_its_content(tmp_path, name, form):
    found = collected(tmp_path / "class", {"alice/homework.ipynb": FORMS[form](name)}, assignments=CHAPTER)
    assert students_in(found) == {("alice", name)}
    assert "homework.ipynb was recognised by its content" in found.entries[0].notes


@pytest.mark.parametrize(
    "file", ["hw04.ipynb", "04 softmax regression.ipynb", "04-Softmax-Regression.ipynb", "x.ipynb.txt", "x.json", "x"]
)
def test_a_renamed_notebook_is_known(tmp_path, file):
    (entry,) = collected(tmp_path / "class", {f"alice/{file}": notebook()}).entries
    assert (entry.assignment, entry.problem) == (SOFTMAX, "")
    assert file.endswith(".ipynb") or f"{file} holds a notebook, whatever its name ends in" in entry.notes


@pytest.mark.parametrize("folder", ["alice", f"alice/{SOFTMAX}"])
def test_a_notebook_of_another_assignment_goes_there_with_a_note(tmp_path, folder):
    (entry,) = collected(tmp_path / "class", {f"{folder}/{SOFTMAX}.ipynb": notebook(SCRATCH)}).entries
    assert (entry.assignment, entry.problem) == (SCRATCH, "")
    assert f"holds {SCRATCH}, and not {SOFTMAX}" in entry.notes[0]


@pytest.mark.parametrize("assignments", [(SOFTMAX,), (SOFTMAX, SCRATCH)])
def test_a_notebook_that_the_course_does_not_have_is_named(tmp_path, assignments):
    found = collected(tmp_path / "class", {f"alice/{SOFTMAX}.ipynb": notebook(FASHION)}, assignments)
    (entry,) = found.entries
    assert f"looks like the notebook {FASHION}, which is not part of this course" in entry.problem
    assert f"expected the notebook {SOFTMAX}.ipynb" in entry.problem
    assert entry.assignment == SOFTMAX


NOTHING = {
    "no cells": b'{"cells": []}',
    "other cells": b'{"cells": [{"cell_type": "code", "source": ["print(1)"]}, {"source": "Hi"}]}',
    "cells that are none": b'{"cells": [1, null, [], {"source": 7}, {"source": [1, 2]}, {"metadata": 5}]}',
}


@pytest.mark.parametrize("file", [f"{SOFTMAX}.ipynb", "mine.ipynb"])
@pytest.mark.parametrize("case", NOTHING)
def test_a_notebook_of_nothing_has_a_clear_problem(tmp_path, case, file):
    (entry,) = collected(tmp_path / "class", {f"alice/{file}": NOTHING[case]}, (SOFTMAX,)).entries
    assert f"{file} has none of the exercises, checks or texts" in entry.problem
    assert entry.assignment == SOFTMAX


def test_of_an_unknown_notebook_in_a_course_of_two_the_names_are_listed(tmp_path):
    (entry,) = collected(tmp_path / "class", {"alice/mine.ipynb": NOTHING["other cells"]}).entries
    assert f"expected one of the notebooks {SOFTMAX}, {SCRATCH}." in entry.problem
    assert entry.assignment == ""


def test_one_borrowed_function_does_not_change_the_assignment(tmp_path):
    content = json.loads(notebook())
    content["cells"].insert(5, {"cell_type": "code", "source": "def decide(P, costs):\n    return 0", "metadata": {}})
    found = collected(tmp_path / "class", {f"alice/{SOFTMAX}.ipynb": json.dumps(content).encode()})
    assert students_in(found) == {("alice", SOFTMAX)}


def test_two_assignments_in_one_notebook_are_the_one_in_its_name(tmp_path):
    content = json.loads(notebook())
    content["cells"] += json.loads(notebook(SCRATCH))["cells"]
    for name in (SOFTMAX, SCRATCH):
        found = collected(tmp_path / name, {f"alice/{name}.ipynb": json.dumps(content).encode()})
        assert students_in(found) == {("alice", name)}


HOSTILE = {
    "nested too deep": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "many lists": b'{"cells": [' + b"[]," * 400_000 + b"[]]}",
    "a long number": b'{"cells": [' + b"9" * 10_000 + b"]}",
    "a long line": b'{"cells": [{"cell_type": "code", "source": "' + b"a" * 2_000_000 + b'"}]}',
    "many spaces": b'{"cells": [{"cell_type": "code", "source": "' + b" " * 2_000_000 + b'"}]}',
    "check brackets": b'{"cells": [{"cell_type": "code", "source": "' + b"check(" * 300_000 + b'"}]}',
    "not UTF-8": b'{"cells": ["\xff\xfe"]}',
    "half a surrogate": b'{"cells": [{"cell_type": "code", "source": "\\ud800"}]}',
    "too large": b"{" + b" " * (LARGEST + 10),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_notebook_is_a_row(tmp_path, case):
    found = collected(tmp_path / "class", {f"mal/{SOFTMAX}.ipynb": HOSTILE[case], f"alice/{SOFTMAX}.ipynb": notebook()})
    assert students_in(found) == {("alice", SOFTMAX), ("mal", SOFTMAX)}


def test_random_bytes_are_never_a_notebook():
    recogniser, draws = Recogniser(RELEASES), random.Random(0)
    whole = notebook()
    for _ in range(300):
        cut = draws.randrange(len(whole))
        damaged = bytearray(whole[:cut])
        damaged[draws.randrange(len(damaged) or 1) : cut] = draws.randbytes(3)
        recogniser.look(bytes(damaged))  # raises nothing


def test_data_that_begin_like_a_notebook_are_none(tmp_path):
    files = {f"alice/{SOFTMAX}.ipynb": notebook(), "alice/settings.json": b'{"cells": 3}', "alice/a.json": b'{"x": 1}'}
    found = collected(tmp_path / "class", files)
    assert len(found.ignored) == 2
    assert not is_notebook_like(b"\n  [1]")


@pytest.mark.timing
def test_a_notebook_is_known_in_a_few_milliseconds():
    import time

    recogniser = Recogniser(RELEASES)
    for name, file in RELEASES.items():
        contents = file.read_bytes()
        began = time.process_time()
        for _ in range(20):
            assert recogniser.look(contents).best() == name
        assert (time.process_time() - began) / 20 < 0.03
        assert recogniser.is_quickly(contents, name)
