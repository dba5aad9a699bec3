"""Submitted notebooks in every state: each is mended from the release, or refused with a clear reason."""

import contextlib
import copy
import json
import random
import time
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2l_helpers.autograder.assignment import load_assignment
from d2l_helpers.autograder.submission import LARGEST, read_submission
from d2l_helpers.errors import NotebookError
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.notebooks import compose, stubs

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = {name: load_assignment(ROOT / "notebooks" / f"{name}.ipynb", ROOT / "answers") for name in chapter()}
ASSIGNMENT = ASSIGNMENTS["04_softmax_regression"]
RELEASE = ASSIGNMENT.release
NAMES = [item.exercise.name for item in ASSIGNMENT.items]
FIRST, SECOND = NAMES[0], NAMES[1]
ANSWER = f"def {FIRST}(Z):\n    return 'mine'"


def handed_out():
    """Give the release as a student's JSON, to be changed."""
    return json.loads(nbformat.writes(RELEASE))


def answered(assignment=ASSIGNMENT):
    """Give an honest notebook as JSON, with all answers."""
    sources = {item.exercise.name: item.answer.source() for item in assignment.items}
    return json.loads(nbformat.writes(compose(assignment.release, sources)))


def named(notebook, ident):
    """Find the cell that nbgrader knows by this name."""
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == ident)


def code(source, **metadata):
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def read(notebook, assignment=ASSIGNMENT):
    """Read a submission, and look at what holds for all of them."""
    contents = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    submission = read_submission(contents, assignment)
    nbformat.validate(submission.notebook)
    nbformat.writes(submission.notebook).encode()
    found = {}
    for cell in submission.notebook.cells:
        if ident := cell.metadata.get("nbgrader", {}).get("grade_id"):
            assert ident not in found
            found[ident] = cell
    for cell in assignment.release.cells:
        if "nbgrader" in cell.metadata:
            mended = found.pop(cell.metadata.nbgrader.grade_id)
            assert (mended.metadata, mended.id, mended.cell_type) == (cell.metadata, cell.id, cell.cell_type)
            if cell.metadata.nbgrader.grade:
                assert (mended.source, mended.outputs) == (cell.source, [])
    assert not found
    sources = [cell.source for cell in submission.cells(everything=True)]
    assert not any(stub.source in sources for _, stub in stubs(assignment.release))
    assert {cell.id for cell in submission.cells()} <= {cell.id for cell in submission.cells(everything=True)}
    return submission


def result_of(submission, name):
    """Run the cells that are needed to define a function, and call it."""
    namespace = {}
    for cell in submission.cells():
        if name in cell.source or "helper" in cell.source:
            exec(cell.source, namespace)
    return namespace[name](None)


@pytest.mark.parametrize("name", chapter())
def test_an_honest_notebook_stays_as_it_is_but_for_outputs(name):
    assignment = ASSIGNMENTS[name]
    sources = {item.exercise.name: item.answer.source() for item in assignment.items}
    honest = compose(assignment.release, sources)
    submission = read(json.loads(nbformat.writes(honest)), assignment)
    assert submission.repairs == ()
    assert submission.attempted == set(sources)
    kept = [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in submission.notebook.cells]
    assert kept == [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in honest.cells]
    assert submission.notebook.metadata == assignment.release.metadata
    ran = [cell.source for cell in submission.cells()]
    assert ran[1:] == list(sources.values())


@pytest.mark.parametrize("name", chapter())
def test_in_an_untouched_notebook_nothing_is_attempted_and_nothing_runs(name):
    submission = read(json.loads(nbformat.writes(ASSIGNMENTS[name].release)), ASSIGNMENTS[name])
    assert (submission.attempted, submission.repairs, submission.cells()) == (frozenset(), (), [])


def test_the_release_is_not_changed():
    before = copy.deepcopy(RELEASE)
    read(answered())
    read({"cells": []})
    assert before == RELEASE


ATTEMPTS = {
    "a function": (FIRST, ANSWER, True),
    "another docstring": (FIRST, f"def {FIRST}(Z):\n    'Mine.'\n    ...", True),
    "a syntax error": (FIRST, f"def {FIRST}(Z)\n    return 1", True),
    "another name": (FIRST, "def mine(Z): return 1", True),
    "nothing": (FIRST, "", False),
    "spaces": (FIRST, " \n\t\n", False),
    "a comment": (FIRST, "# I do not know", False),
    "the stub with comments": (FIRST, None, False),
}


@pytest.mark.parametrize("case", ATTEMPTS)
def test_what_counts_as_an_attempt(case):
    name, source, counts = ATTEMPTS[case]
    notebook = handed_out()
    cell = named(notebook, name)
    cell["source"] = source if source is not None else f"# mine\n{''.join(cell['source'])}  # ?\n\n"
    assert read(notebook).attempted == ({name} if counts else frozenset())


ELSEWHERE = {
    "a function": ANSWER,
    "an import": f"from mine import softmax as {FIRST}",
    "a value": f"{FIRST} = None",
    "magics": f"%%time\n%matplotlib inline\n{ANSWER}",
    "exec": f"exec('{FIRST} = 1')",
    "a syntax error": f"def {FIRST}(Z) return 1",
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_an_answer_in_another_cell_is_an_attempt(case):
    for place in (0, -1):
        notebook = handed_out()
        notebook["cells"].insert(place, code(ELSEWHERE[case]))
        submission = read(notebook)
        assert submission.attempted == {FIRST}
        assert ELSEWHERE[case] in [cell.source for cell in submission.cells()]


@pytest.mark.parametrize("source", [f"print({FIRST})", f"# {FIRST} = 1", f"def f({FIRST}): pass", f"'{FIRST} = 1'"])
def test_a_cell_that_only_mentions_an_answer_is_none(source):
    notebook = handed_out()
    notebook["cells"].append(code(source))
    assert read(notebook).attempted == frozenset()


def test_a_missing_cell_is_put_back_and_does_not_replace_an_answer_above():
    notebook = handed_out()
    notebook["cells"].remove(named(notebook, FIRST))
    notebook["cells"].insert(0, code(ANSWER))
    submission = read(notebook)
    assert submission.repairs == (f"the cell {FIRST} was missing and was put back",)
    assert submission.attempted == {FIRST}
    assert result_of(submission, FIRST) == "mine"


def test_missing_checks_and_chapter_cells_are_put_back_where_they_were():
    notebook = answered()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in ("setup", f"check-{FIRST}")]
    notebook["cells"].remove(named(notebook, f"check-{FIRST}"))
    submission = read(notebook)
    assert submission.repairs == (f"the cell check-{FIRST} was missing and was put back",)
    assert [cell.id for cell in submission.notebook.cells] == [cell.id for cell in RELEASE.cells]
    assert submission.cells()[0].id == "setup"


def test_a_chapter_cell_that_was_written_anew_is_not_put_back():
    notebook = answered()
    (setup,) = (cell for cell in notebook["cells"] if cell["id"] == "setup")
    setup["id"] = "another"
    setup["source"] = "".join(setup["source"]) + "\nmine = 1"
    submission = read(notebook)
    assert "setup" not in [cell.id for cell in submission.notebook.cells]
    assert "mine = 1" in submission.cells()[0].source
    setup["source"] = "import numpy as np"  # only a part of what it gave
    assert next(cell.id for cell in read(notebook).cells()) == "setup"


COPIES = {
    "both changed: the last counts": (["return 'first'", "return 'mine'"], "mine"),
    "the first changed, the second not": (["return 'mine'", "..."], "mine"),
    "the second changed, the first not": (["...", "return 'mine'"], "mine"),
    "three": (["return 'first'", "...", "return 'mine'", "..."], "mine"),
}


@pytest.mark.parametrize("case", COPIES)
def test_of_copies_the_last_that_was_worked_on_counts(case):
    bodies, expected = COPIES[case]
    notebook = handed_out()
    stub = named(notebook, FIRST)
    place = notebook["cells"].index(stub)
    text = "".join(stub["source"])
    copies = [copy.deepcopy(stub) | {"source": text.replace("...", body), "id": f"copy-{body}"} for body in bodies]
    notebook["cells"][place : place + 1] = copies
    submission = read(notebook)
    assert submission.repairs == (f"there were {len(bodies)} cells {FIRST}",)
    assert submission.attempted == {FIRST}
    assert result_of(submission, FIRST) == expected
    assert f"return '{expected}'" in next(cell.source for cell in submission.notebook.cells if cell.id == RELEASE_ID)


RELEASE_ID = dict(stubs(RELEASE))[FIRST].id


def test_cells_that_were_moved_keep_the_students_order():
    notebook = answered()
    for ident in (FIRST, f"check-{SECOND}"):
        notebook["cells"].remove(cell := named(notebook, ident))
        notebook["cells"].append(cell)
    submission = read(notebook)
    assert submission.repairs == ()
    assert [cell.id for cell in submission.notebook.cells[-2:]] == [
        RELEASE_ID,
        named(notebook, f"check-{SECOND}")["id"],
    ]
    notebook["cells"].reverse()
    assert read(notebook).attempted == set(NAMES)


def test_changed_checks_and_points_are_as_they_were_handed_out():
    notebook = answered()
    check = named(notebook, f"check-{FIRST}")
    check["source"] = "print('right, 100 points')"
    check["metadata"]["nbgrader"] |= {"points": 100, "locked": False}
    check["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "right, 100 points"}]
    named(notebook, FIRST)["metadata"]["nbgrader"] |= {"grade": True, "points": 50}
    submission = read(notebook)  # which looks at them
    assert submission.repairs == (f"the cell check-{FIRST} was changed and is as it was handed out",)


def test_cells_that_call_themselves_nbgraders_have_no_points():
    notebook = handed_out()
    own = {"grade": True, "solution": False, "points": 100, "locked": True, "task": False, "schema_version": 3}
    for ident in ("bonus", "setup", "", 5, None, "x" * 10_000):
        notebook["cells"].append(code("1", nbgrader=own | {"grade_id": ident}, tags=["parameters"]))
    submission = read(notebook)
    assert submission.repairs == ()
    assert [cell.metadata for cell in submission.notebook.cells[-6:]] == [{}] * 6


@pytest.mark.parametrize("claims", [f"check-{FIRST}", SECOND, "unknown", None, 5, ["x"], {}])
def test_a_cell_with_another_name_is_no_loss(claims):
    notebook = handed_out()
    cell = named(notebook, FIRST)
    cell["source"] = ANSWER
    cell["metadata"]["nbgrader"]["grade_id"] = claims
    submission = read(notebook)
    assert FIRST in submission.attempted
    assert result_of(submission, FIRST) == "mine"


WRONG_METADATA = [None, 5, "x", [], [[]], {"nbgrader": None}, {"nbgrader": []}, {"nbgrader": {"grade_id": {}}}]


@pytest.mark.parametrize("metadata", WRONG_METADATA, ids=str)
def test_cells_without_their_metadata_are_known_by_id(metadata):
    notebook = answered()
    notebook["metadata"] = metadata
    for cell in notebook["cells"]:
        cell["metadata"] = metadata
    submission = read(notebook)
    assert (submission.attempted, submission.repairs) == (set(NAMES), ())


def test_of_before_nbformat_4_5_cells_have_no_id():
    notebook = answered() | {"nbformat_minor": 4}
    for cell in notebook["cells"]:
        del cell["id"]
    submission = read(notebook)
    assert (submission.attempted, submission.repairs) == (set(NAMES), ())
    assert submission.cells()[0].id == "setup"


@pytest.mark.parametrize("known_as", [5, None, [], "missing"])
def test_colab_keeps_ids_in_the_metadata(known_as):
    notebook = answered()
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost:8080/"}}
        if known_as != "missing":
            cell["id"] = known_as
    submission = read(notebook)
    assert (submission.attempted, submission.repairs) == (set(NAMES), ())


def test_without_any_sign_answers_are_found_by_what_they_define():
    notebook = answered()
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    submission = read(notebook)
    assert submission.attempted == set(NAMES)
    assert submission.repairs == tuple(f"the cell {name} was missing and was put back" for name in NAMES)
    ran = [cell.source for cell in submission.cells()]
    assert ran[1:] == [item.answer.source() for item in ASSIGNMENT.items]


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
    "a number of a million digits": (b'{"cells": [' + b"9" * 1_000_000 + b"]}", "not JSON"),
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
    "much code": (json.dumps({"cells": [code("x = 1\n" * 8000)] * 7}).encode(), "336,000 letters of code"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_what_cannot_be_marked_is_refused_in_words(case):
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


def test_numbers_that_are_none_and_keys_that_come_twice_are_read():
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


def test_values_that_are_nested_as_deep_as_json_is_read_are_left_out():
    notebook = answered()
    deep = json.loads("[" * 900 + "]" * 900)
    notebook["cells"].append(code("1") | {"id": deep, "attachments": deep, "cell_type": deep})
    notebook["cells"].append(code(deep, nbgrader={"grade_id": deep}, x=deep) | {"outputs": deep})
    assert read(notebook | {"metadata": deep}).attempted == set(NAMES)


def test_a_cell_that_is_too_long_is_cut_and_loses_only_itself():
    notebook = answered()
    named(notebook, FIRST)["source"] = ANSWER + "\n#" + "x" * 60_000
    named(notebook, SECOND)["source"] = "(" * 60_000
    submission = read(notebook)
    assert sorted(submission.repairs)[0].endswith("letters and was cut to 50,000")
    assert len(submission.repairs) == 2
    assert submission.attempted == set(NAMES)


def test_code_that_is_hard_to_read_takes_seconds():
    notebook = answered()
    notebook["cells"] += [code(f"f'{number}" + "{a}" * 16_000 + "'") for number in range(5)]
    began = time.monotonic()
    assert read(notebook).attempted == set(NAMES)
    assert time.monotonic() - began < 60  # under ten on a machine that has nothing else to do


def test_points_of_0_leave_an_exercise_out():
    notebook = ROOT / "notebooks" / f"{ASSIGNMENT.name}.ipynb"
    assignment = load_assignment(notebook, ROOT / "answers", {FIRST: 0})
    assert read(answered(), assignment).attempted == set(NAMES) - {FIRST}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("nbgrader"), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["cell_type", "source", "metadata", "outputs", "id", "execution_count"]


def damaged(drawn, values):
    """Do to a real notebook what students, tools and transports do."""
    notebook = answered() if drawn.random() < 0.7 else handed_out()
    cells = notebook["cells"]
    for _ in range(drawn.randrange(1, 12)):
        place, other = (drawn.randrange(len(cells)) for _ in range(2))
        kind = drawn.randrange(8)
        if kind == 0 and len(cells) > 1:
            del cells[place]
        elif kind == 1:
            cells.insert(other, copy.deepcopy(cells[place]))
        elif kind == 2:
            cells[place], cells[other] = cells[other], cells[place]
        elif kind == 3:
            cells[place][drawn.choice(KEYS)] = drawn.choice(values)
        elif kind == 4:
            cells[place].pop(drawn.choice(KEYS), None)
        elif kind == 5:
            cells[place]["metadata"] = copy.deepcopy(cells[other].get("metadata"))
        elif kind == 6:
            cells[place]["source"] = cells[other].get("source")
        else:
            notebook[drawn.choice([*notebook, "worksheets"]) if drawn.random() < 0.2 else "nbformat"] = drawn.choice(
                values
            )
            cells = notebook["cells"] if isinstance(notebook.get("cells"), list) else cells
            if not cells or not all(isinstance(cell, dict) for cell in cells):
                break
    return notebook


@given(st.integers(0, 2**32), st.lists(json_values, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_whatever_happens_to_a_notebook_it_is_mended_or_refused(seed, values):
    notebook = damaged(random.Random(seed), values)
    try:
        submission = read(notebook)
    except NotebookError:
        cells = notebook.get("cells")
        assert not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells)
        return
    again = read(json.loads(nbformat.writes(submission.notebook)))  # what is mended needs no mending
    assert again.repairs == ()
    assert again.attempted == submission.attempted
    assert [cell.source for cell in again.notebook.cells] == [cell.source for cell in submission.notebook.cells]


@given(st.binary(max_size=50) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_file_is_a_submission_or_refused(contents):
    with contextlib.suppress(NotebookError):
        read(contents)
