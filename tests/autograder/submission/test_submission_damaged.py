"""Damaged submissions: each is repaired from the release, or refused with a clear reason."""

import contextlib
import copy
import json
import random
import time

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.submitted import ANSWER, ASSIGNMENT, FIRST, NAMES, ROOT, SECOND, answered, code, handed_out, named, read

from d2l_autograder.assignment import load_assignment
from d2l_autograder.submission.submission import LARGEST, read_submission
from d2l_helpers.errors import NotebookError

WRONG_METADATA = [None, 5, "x", [], [[]], {"nbgrader": None}, {"nbgrader": []}, {"nbgrader": {"grade_id": {}}}]


@pytest.mark.parametrize("metadata", WRONG_METADATA, ids=str)
def test_cells_without_metadata_are_recognised_by_id(metadata):
    notebook = answered()
    notebook["metadata"] = metadata
    for cell in notebook["cells"]:
        cell["metadata"] = metadata
    submission = read(notebook)
    assert (submission.attempted, submission.repairs) == (set(NAMES), ())


def test_cells_without_id_as_before_nbformat_4_5_are_recognised():
    notebook = answered() | {"nbformat_minor": 4}
    for cell in notebook["cells"]:
        del cell["id"]
    submission = read(notebook)
    assert (submission.attempted, submission.repairs) == (set(NAMES), ())
    assert submission.cells()[0].id == "setup"


@pytest.mark.parametrize("known_as", [5, None, [], "missing"])
def test_ids_that_colab_stores_in_the_metadata_are_read(known_as):
    notebook = answered()
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost:8080/"}}
        if known_as != "missing":
            cell["id"] = known_as
    submission = read(notebook)
    assert (submission.attempted, submission.repairs) == (set(NAMES), ())


def test_answers_without_id_and_metadata_are_found_by_the_names_they_bind():
    notebook = answered()
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    submission = read(notebook)
    assert submission.attempted == set(NAMES)
    assert submission.repairs == ()
    assert [cell.id for cell in submission.notebook.cells] == [cell.id for cell in ASSIGNMENT.release.cells]
    ran = [cell.source for cell in submission.cells()]
    assert ran[1:] == [item.answer.source() for item in ASSIGNMENT.items]


def test_a_lone_carriage_return_ends_a_line_as_in_python():
    notebook = answered()
    named(notebook, FIRST)["source"] = f"x = 1\rdef {FIRST}(X):\r    return x\r\n"
    (cell,) = (cell for cell in read(notebook).cells([FIRST]) if FIRST in cell.source)
    assert cell.source == f"x = 1\ndef {FIRST}(X):\n    return x\n"


def test_notebooks_of_nbformat_3_and_5_are_read():
    cells = answered()["cells"]
    assert read({"cells": cells, "nbformat": 5}).attempted == set(NAMES)
    old = [cell | {"input": cell["source"]} for cell in copy.deepcopy(cells)]
    for cell in old:
        del cell["source"]
    sheets = [{"cells": old[:30]}, None, {"cells": 5}, {"cells": [{"cell_type": "heading", "level": 1}, *old[30:]]}]
    submission = read({"worksheets": sheets, "nbformat": 3})
    assert (submission.attempted, submission.repairs) == (set(NAMES), ())


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_any_encoding_of_json_is_read(encoding):
    notebook = answered()
    notebook["cells"].append(code("'∇ 数学 🙂'"))
    submission = read(json.dumps(notebook, ensure_ascii=False).encode(encoding))
    assert submission.notebook.cells[-1].source == "'∇ 数学 🙂'"


DAMAGED = {
    "nothing": (b"", "not JSON"),
    "a word document": (b"PK\x03\x04\xff\xfe", "not JSON"),
    "html": (b"<!DOCTYPE html>", "not JSON"),
    "half of it": (json.dumps(handed_out()).encode()[:50_000], "not JSON"),
    "latin-1": ('{"cells": ["\xe9"]}'.encode("latin-1"), "not JSON"),
    "a number of a million digits": (b'{"cells": [' + b"9" * 1_000_000 + b"]}", "no notebook"),
    "deep lists": (b"[" * 100_000, "nested"),
    "deep lists that end": (b"[" * 100_000 + b"]" * 100_000, "nested"),
    "deep objects": (b'{"cells":' * 100_000, "nested"),
    "a list": (b"[]", "no notebook"),
    "a number": (b"NaN", "no notebook"),
    "an empty object": (b"{}", "no notebook"),
    "cells that are none": (b'{"cells": [5]}', "no notebook"),
    "cells that are no list": (b'{"cells": {"cell_type": "code"}}', "no notebook"),
    "no cells on a worksheet": (b'{"worksheets": [{"cells": [null]}]}', "no notebook"),
    "2000 cells": (json.dumps({"cells": [code("1")] * 2000}).encode(), "2,000 cells"),
    "100 MB": (b" " * (LARGEST + 1), "more than 20 MB"),
    "much code": (json.dumps({"cells": [code("x = 1\n" * 8000)] * 7}).encode(), "336,000 characters of code"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_file_that_cannot_be_marked_is_refused_with_the_reason(case):
    contents, reason = DAMAGED[case]
    with pytest.raises(NotebookError, match=reason) as caught:
        read_submission(contents, ASSIGNMENT)
    assert len(str(caught.value)) < 500
    assert caught.value.__cause__ is None


ODD_SOURCES = [None, 5, 1.5, True, {}, [], [None, 5, ["x"]], "\0", "\ud800", "x = '\ud83d'", "\r\n\r", "é" * 1000]


@pytest.mark.parametrize("source", ODD_SOURCES, ids=lambda source: repr(source)[:20])
def test_sources_of_any_kind_are_read(source):
    notebook = answered()
    for kind in ("code", "markdown", "raw", "heading", None, [], "x" * 1000):
        notebook["cells"].append(code(source) | {"cell_type": kind})
    named(notebook, FIRST)["source"] = source
    submission = read(notebook)
    assert set(NAMES) - {FIRST} <= submission.attempted


def test_infinities_and_repeated_keys_are_read():
    text = json.dumps(answered())
    text = text.replace('"execution_count": null', '"execution_count": NaN, "execution_count": -Infinity, "x": 1e999')
    assert read(text.encode()).attempted == set(NAMES)
    doubled = f'{{"cells": [], {text[1:]}'
    assert read(doubled.encode()).attempted == set(NAMES)


@pytest.mark.parametrize("outputs", [None, 5, "x", {}, [None], [{"output_type": {}}], [{"output_type": "stream"}]])
def test_outputs_of_any_kind_are_read(outputs):
    notebook = answered()
    for cell in notebook["cells"]:
        cell["outputs"] = outputs
    assert read(notebook).attempted == set(NAMES)


def test_values_nested_as_deeply_as_json_allows_are_left_out():
    notebook = answered()
    deep = json.loads("[" * 900 + "]" * 900)
    notebook["cells"].append(code("1") | {"id": deep, "attachments": deep, "cell_type": deep})
    notebook["cells"].append(code(deep, nbgrader={"grade_id": deep}, x=deep) | {"outputs": deep})
    assert read(notebook | {"metadata": deep}).attempted == set(NAMES)


def test_a_cell_that_is_too_long_is_cut_and_costs_no_other_answer():
    notebook = answered()
    named(notebook, FIRST)["source"] = ANSWER + "\n#" + "x" * 60_000
    named(notebook, SECOND)["source"] = "(" * 60_000
    submission = read(notebook)
    assert sorted(submission.repairs)[0].endswith("characters and was cut to 50,000")
    assert len(submission.repairs) == 2
    assert submission.attempted == set(NAMES)


DEEP = {
    "lambdas": "f = " + "lambda: " * 990 + "0",
    "minuses": "f = " + "-" * 900 + "1",
    "lists": "f = " + "[" * 190 + "]" * 190,
    "comprehensions": "f = " + "[" * 90 + "x" + " for x in y]" * 90,
    "attributes": "f = a" + ".b" * 900,
    "calls": "f" + "()" * 900,
    "a sum": "f = 1" + " + 1" * 900,
    "a choice": "f = " + "1 if 1 else " * 900 + "1",
    "a null byte": "f = 1\0",
    "a magic": "%time f = " + "lambda: " * 990 + "0",
}


@pytest.mark.parametrize("case", DEEP)
@pytest.mark.parametrize("place", ["a cell", "text", "a check", "an answer"])
def test_code_that_is_nested_deeply_costs_no_other_answer(case, place):
    notebook = answered()
    if place in ("a cell", "text"):
        notebook["cells"].append(code(DEEP[case]) | ({"cell_type": "markdown"} if place == "text" else {}))
    else:
        named(notebook, f"check-{FIRST}" if place == "a check" else FIRST)["source"] = f"{FIRST} = 1\n{DEEP[case]}"
    submission = read(notebook)
    assert submission.attempted >= set(NAMES) - {FIRST}
    assert submission.cells(NAMES[1:])
    assert submission.all_cells()


def slow_to_parse(number_of_cells, length):
    """Return a notebook that ends in the code that takes Python the longest to parse."""
    notebook = answered()
    notebook["cells"] += [code(f"f'{number}" + "{a}" * (length // 3) + "'") for number in range(number_of_cells)]
    return notebook


def test_code_that_is_slow_to_parse_costs_no_answer():
    assert read(slow_to_parse(1, 6_000)).attempted == set(NAMES)


@pytest.mark.timing
def test_as_much_code_as_is_allowed_is_read_within_ten_seconds():
    notebook = slow_to_parse(5, 48_000)
    began = time.process_time()
    assert read(notebook).attempted == set(NAMES)
    assert time.process_time() - began < 10


def test_an_exercise_worth_0_points_is_left_out():
    notebook = ROOT / "notebooks" / f"{ASSIGNMENT.name}.ipynb"
    assignment = load_assignment(notebook, ROOT / "answers", {FIRST: 0})
    assert read(answered(), assignment).attempted == set(NAMES) - {FIRST}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("nbgrader"), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["cell_type", "source", "metadata", "outputs", "id", "execution_count"]


def damaged(rng, values):
    """Damage a real notebook as students, tools and uploads do."""
    notebook = answered() if rng.random() < 0.7 else handed_out()
    cells = notebook["cells"]
    for _ in range(rng.randrange(1, 12)):
        place, other = (rng.randrange(len(cells)) for _ in range(2))
        kind = rng.randrange(8)
        if kind == 0 and len(cells) > 1:
            del cells[place]
        elif kind == 1:
            cells.insert(other, copy.deepcopy(cells[place]))
        elif kind == 2:
            cells[place], cells[other] = cells[other], cells[place]
        elif kind == 3:
            cells[place][rng.choice(KEYS)] = rng.choice(values)
        elif kind == 4:
            cells[place].pop(rng.choice(KEYS), None)
        elif kind == 5:
            cells[place]["metadata"] = copy.deepcopy(cells[other].get("metadata"))
        elif kind == 6:
            cells[place]["source"] = cells[other].get("source")
        else:
            notebook[rng.choice([*notebook, "worksheets"]) if rng.random() < 0.2 else "nbformat"] = rng.choice(values)
            cells = notebook["cells"] if isinstance(notebook.get("cells"), list) else cells
            if not cells or not all(isinstance(cell, dict) for cell in cells):
                break
    return notebook


def check_repair(seed, values):
    """Damage a notebook; it must be refused for its cells, or be repaired so that nothing is left to repair."""
    notebook = damaged(random.Random(seed), values)
    try:
        submission = read(notebook)
    except NotebookError:
        cells = notebook.get("cells")
        assert not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells)
        return
    again = read(json.loads(nbformat.writes(submission.notebook)))
    assert again.repairs == ()
    assert again.attempted == submission.attempted
    assert [cell.source for cell in again.notebook.cells] == [cell.source for cell in submission.notebook.cells]


any_damage = given(st.integers(0, 2**32), st.lists(json_values, min_size=1, max_size=5))


@any_damage
@settings(max_examples=10)
def test_any_damage_is_repaired_or_refused(seed, values):
    check_repair(seed, values)


@pytest.mark.nightly
@any_damage
@settings(max_examples=200)
def test_much_damage_is_repaired_or_refused(seed, values):
    check_repair(seed, values)


@given(st.binary(max_size=50) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_file_is_read_or_refused(contents):
    with contextlib.suppress(NotebookError):
        read(contents)
