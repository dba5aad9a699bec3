"""A cell is what it defines: its type, id and metadata may be lost, and no answer with them."""

import ast
import copy
import random
import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.submitted import NAMES, RELEASE, answered, code, handed_out, named, read

from d2l_authoring.compose import stubs

FIRST, SECOND = NAMES[0], NAMES[1]
STUBS = dict(stubs(RELEASE))
CALL = f'helpers.check("{FIRST}", {FIRST})'


def answer(name):
    """Return a function that returns its own name."""
    return f"def {name}(*arguments):\n    return {name!r}\n"


def solved(*names):
    """Return a notebook with such functions in the place of these stubs, by default of all."""
    notebook = handed_out()
    for name in names or NAMES:
        named(notebook, name)["source"] = answer(name)
    return notebook


def text(source, kind="markdown", **more):
    return {"cell_type": kind, "source": source, "metadata": {}} | more


def as_text(cell, kind="markdown"):
    """Turn a cell into text, as the key `m` does."""
    cell["cell_type"] = kind
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


def without_names(notebook):
    """Drop all ids and metadata, as some editors do."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    return notebook


def place_of(notebook, ident):
    return notebook["cells"].index(named(notebook, ident))


def values(submission, names=NAMES):
    """Run the cells, each up to its first error, and return what the functions of these names return."""
    namespace = {"helpers": SimpleNamespace(check=lambda *_: None)}
    for cell in submission.cells(names):
        for statement in ast.parse(cell.source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                continue
            try:
                exec(compile(ast.Module([statement], []), cell.id, "exec"), namespace)
            except (NameError, AttributeError):  # of the chapter's code, to which an answer was merged
                break
    return {name: namespace[name]() for name in names if name in namespace}


def kept(submission, source):
    return [cell for cell in submission.notebook.cells if cell.source == source]


WORK = {
    "an answer above the call": (f"{answer(FIRST)}\n{CALL}", {FIRST}),
    "an answer below the call": (f"{CALL}\n{answer(FIRST)}", {FIRST}),
    "an answer in the place of the call": (answer(FIRST), {FIRST}),
    "an answer in the call": (f'helpers.check("{FIRST}", lambda *_: "{FIRST}")', {FIRST}),
    "a value in the call, by another name": (f'from d2l_helpers import check\ncheck("{FIRST}", 40)', {FIRST}),
    "an answer in the call, by its name": (f'helpers.check("{FIRST}", answer=lambda *_: "{FIRST}")', {FIRST}),
    "an answer over several lines": (f'helpers.check(\n    "{FIRST}",\n    4 +\n    36,\n)', {FIRST}),
    "another exercise's answer": (f"{answer(SECOND)}\n{CALL}", {SECOND}),
    "two answers": (f"{answer(FIRST)}{answer(SECOND)}{CALL}", {FIRST, SECOND}),
    "a helper": (f"def helper():\n    return 1\n\n{CALL}", set()),
    "a comment": (f"# I do not know\n{CALL}", set()),
    "a print": ("print('right, 100 points')", set()),
    "no Python": ("right, 100 points", set()),
}


@pytest.mark.parametrize("case", WORK)
@pytest.mark.parametrize("is_named", [True, False])
def test_work_in_a_check_is_kept_above_the_restored_check_and_counts(case, is_named):
    source, attempted = WORK[case]
    notebook = handed_out()
    named(notebook, f"check-{FIRST}")["source"] = source
    submission = read(notebook if is_named else without_names(notebook))
    assert submission.attempted == attempted
    cells = submission.notebook.cells
    place = next(number for number, cell in enumerate(cells) if cell.id == f"check-{FIRST}".replace("_", "-"))
    assert cells[place].source == CALL
    (mine,) = kept(submission, source)
    if is_named:
        assert cells[place - 1] is mine
        (repair,) = submission.repairs
        assert repair.startswith(f"the cell check-{FIRST} was changed; the original was restored")
        assert "kept in a cell above" in repair


def test_an_answer_in_the_call_of_a_check_is_what_counts():
    notebook = handed_out()
    named(notebook, f"check-{FIRST}")["source"] = WORK["an answer in the call"][0]
    assert values(read(notebook)) == {FIRST: FIRST}


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (["1", "2"], "2"),
        (["1", FIRST], "1"),
        (["1", "*several"], "1"),
        (["*several"], None),
        ([FIRST], None),
    ],
)
def test_the_last_answer_that_a_check_is_passed_counts(calls, expected):
    notebook = handed_out()
    source = "several = [1]\n" + "".join(f'helpers.check("{FIRST}", {answer})\n' for answer in calls)
    place = place_of(notebook, f"check-{FIRST}")
    notebook["cells"].insert(place, code(source))
    stated = read(notebook).stated
    assert [*stated.values()] == ([f"\n{FIRST} = ({expected})\n"] if expected else [])


def test_an_answer_under_another_name_counts_where_its_check_is_passed_it():
    notebook = handed_out()
    named(notebook, FIRST)["source"] = answer(FIRST).replace(f"def {FIRST}", "def mine")
    named(notebook, f"check-{FIRST}")["source"] = f'helpers.check("{FIRST}", mine)'
    submission = read(notebook)
    assert submission.attempted == {FIRST}
    assert values(submission) == {FIRST: FIRST}


def test_an_answer_in_its_own_cell_counts_before_one_in_the_call_of_a_check():
    notebook = solved(FIRST)
    named(notebook, f"check-{FIRST}")["source"] = f'helpers.check("{FIRST}", 5)'
    submission = read(notebook)
    assert (values(submission), dict(submission.stated)) == ({FIRST: FIRST}, {})


@pytest.mark.parametrize("source", ["", "\n", f"\n{CALL}\n", CALL])
def test_a_check_without_work_leaves_no_cell(source):
    notebook = handed_out()
    named(notebook, f"check-{FIRST}")["source"] = source
    submission = read(notebook)
    assert len(submission.notebook.cells) == len(RELEASE.cells)
    assert len(submission.repairs) == (not source.strip())


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("is_named", [True, False])
def test_a_solved_cell_that_became_text_is_code_again(kind, is_named):
    notebook = solved(FIRST)
    as_text(named(notebook, FIRST), kind)
    submission = read(notebook if is_named else without_names(notebook))
    assert submission.attempted == {FIRST}
    assert values(submission) == {FIRST: FIRST}
    (repair,) = submission.repairs
    assert repair.startswith(f"the cell {FIRST} had become")


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_stub_check_and_setup_that_became_text_are_code_again(kind):
    notebook = solved(FIRST)
    setup = next(cell for cell in notebook["cells"] if cell["id"] == "setup")
    setup["source"] = "".join(setup["source"]) + "\nmine = 1"
    for cell in (setup, named(notebook, f"check-{FIRST}"), named(notebook, SECOND)):
        as_text(cell, kind)
    submission = read(notebook)
    assert [cell.id for cell in submission.notebook.cells] == [cell.id for cell in RELEASE.cells]
    assert [repair.partition(" had")[0] for repair in submission.repairs] == [
        "the cell setup", f"the cell check-{FIRST}", f"the cell {SECOND}",
    ]  # fmt: skip
    assert next(cell for cell in submission.notebook.cells if cell.id == "setup").cell_type == "code"
    assert values(submission) == {FIRST: FIRST}


FENCED = f"```python\n{answer(FIRST)}```"
PROSE = {
    "about the answer": f"My {FIRST} subtracts the maximum, so that no number overflows.",
    "its name": FIRST,
    "a heading": f"# {FIRST}",
    "a quotation": f"I wrote\n\n    {FIRST} = 1\n\nand it works",
    "a fenced answer between words": f"This is it:\n{FENCED}\nDone.",
    "indented lines": "    x = 1\n\nis what I found",
}


@pytest.mark.parametrize("case", PROSE)
@pytest.mark.parametrize("is_own", [True, False])
def test_prose_about_an_answer_stays_prose(case, is_own):
    notebook = handed_out()
    if is_own:
        as_text(named(notebook, FIRST))
        named(notebook, FIRST)["source"] = PROSE[case]
    else:
        notebook["cells"].append(text(PROSE[case]))
    submission = read(notebook)
    assert submission.attempted == frozenset()
    assert [cell.cell_type for cell in kept(submission, PROSE[case])] == ["markdown"]


@pytest.mark.parametrize("source", [FENCED, answer(FIRST), f"{FIRST} = 40"])
def test_code_in_a_text_that_is_not_the_exercises_own_cell_stays_text(source):
    notebook = handed_out()
    notebook["cells"].append(text(source))
    submission = read(notebook)
    assert (submission.attempted, submission.repairs) == (frozenset(), ())
    assert [cell.cell_type for cell in kept(submission, source)] == ["markdown"]


@pytest.mark.parametrize("source", [FENCED, f"\n~~~\n{answer(FIRST)}~~~\n", f"````py\n{answer(FIRST)}````"])
def test_a_fenced_answer_in_the_exercises_own_cell_counts(source):
    notebook = handed_out()
    as_text(named(notebook, FIRST))
    named(notebook, FIRST)["source"] = source
    assert values(read(notebook)) == {FIRST: FIRST}


def test_prose_of_the_chapter_that_became_code_is_prose_again():
    notebook = solved()
    prose = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    prose |= {"cell_type": "code", "outputs": [], "execution_count": None}
    submission = read(notebook)
    assert [cell.cell_type for cell in submission.notebook.cells] == [cell.cell_type for cell in RELEASE.cells]


def test_a_notebook_without_names_has_no_repairs_and_no_stubs_beside_its_answers():
    notebook = without_names(answered())
    notebook["cells"].insert(3, code("mine = 1"))
    submission = read(notebook)
    assert submission.repairs == ()
    assert [cell.id for cell in submission.notebook.cells if not cell.id.startswith("submitted")] == [
        cell.id for cell in RELEASE.cells
    ]
    assert not any(cell.source == stub.source for cell in submission.notebook.cells for stub in STUBS.values())


@pytest.mark.parametrize("is_named", [True, False])
def test_two_answers_in_one_cell_both_count(is_named):
    notebook = solved(FIRST)
    named(notebook, FIRST)["source"] += answer(SECOND)
    notebook["cells"].remove(named(notebook, SECOND))
    submission = read(notebook if is_named else without_names(notebook))
    assert submission.attempted == {FIRST, SECOND}
    assert values(submission) == {FIRST: FIRST, SECOND: SECOND}
    assert submission.repairs == (f"the cell {SECOND} was missing; its answer stands in another cell",)
    assert not kept(submission, STUBS[SECOND].source)


def test_an_answer_that_is_split_into_two_cells_runs_both():
    notebook = solved(FIRST)
    cell = named(notebook, FIRST)
    cell["source"] = f"def {FIRST}(*arguments):\n    return helper()\n"
    other = copy.deepcopy(cell) | {"source": f"def helper():\n    return {FIRST!r}\n", "id": "new"}
    for place in (0, 1):
        changed = copy.deepcopy(notebook)
        changed["cells"].insert(place_of(notebook, FIRST) + place, other)
        submission = read(changed)
        assert (values(submission), submission.repairs) == ({FIRST: FIRST}, ())
        assert next(cell for cell in submission.notebook.cells if cell.id == STUBS[FIRST].id).source == cell["source"]


def test_an_answer_in_the_setup_cell_counts():
    notebook = handed_out()
    setup = next(cell for cell in notebook["cells"] if cell["id"] == "setup")
    setup["source"] = answer(FIRST) + "".join(setup["source"])
    assert values(read(notebook), [FIRST]) == {FIRST: FIRST}
    notebook["cells"].remove(named(notebook, FIRST))
    submission = read(notebook)
    assert values(submission, [FIRST]) == {FIRST: FIRST}
    assert submission.repairs == (f"the cell {FIRST} was missing; its answer stands in another cell",)


def test_answers_with_each_others_metadata_are_known_by_their_names():
    notebook = solved(FIRST, SECOND)
    first, second = named(notebook, FIRST), named(notebook, SECOND)
    for key in ("metadata", "id"):
        first[key], second[key] = second[key], first[key]
    submission = read(notebook)
    assert (values(submission), submission.repairs) == ({FIRST: FIRST, SECOND: SECOND}, ())
    for name in (FIRST, SECOND):
        assert next(cell for cell in submission.notebook.cells if cell.id == STUBS[name].id).source == answer(name)


def test_an_answer_in_another_exercises_cell_counts():
    notebook = handed_out()
    named(notebook, SECOND)["source"] = answer(FIRST)
    submission = read(notebook)
    assert FIRST in submission.attempted
    assert values(submission, [FIRST]) == {FIRST: FIRST}


@pytest.mark.parametrize("change", [{"grade_id": "mine"}, {"grade_id": f"check-{SECOND}x"}, {"grade_id": None}])
def test_a_check_with_another_name_is_still_the_check(change):
    notebook = handed_out()
    named(notebook, f"check-{FIRST}")["metadata"]["nbgrader"] |= change
    submission = read(notebook)
    assert submission.repairs == ()
    assert len(submission.notebook.cells) == len(RELEASE.cells)


def test_a_forged_check_does_not_take_the_place_of_the_check():
    notebook = handed_out()
    check = named(notebook, f"check-{FIRST}")
    forged = copy.deepcopy(check) | {"source": f'{FIRST} = 5\nhelpers.check("{FIRST}", 5)', "id": "forged"}
    notebook["cells"].append(forged)
    submission = read(notebook)
    assert submission.repairs == (f"there were 2 cells check-{FIRST}; one of them counts",)
    assert submission.attempted == {FIRST}


CHAPTER = {cell.source for cell in RELEASE.cells if cell.cell_type == "code" and cell not in STUBS.values()}


def damage(notebook, name, rng):
    """Do to an answer, in a random way, what editors and students do, so that its text stays somewhere."""
    cells = notebook["cells"]
    mine = next((cell for cell in cells if answer(name) in "".join(cell["source"])), None)
    other = rng.choice([cell for cell in cells if "".join(cell["source"]) in CHAPTER])
    kind = rng.choice(["move", "merge", "copy", "stub", "swap", "unname", "check", "setup", "uncheck", "split"])
    if kind == "move":
        cells.remove(mine)
        cells.insert(rng.randrange(len(cells)), mine)
    elif kind == "merge" and mine is not other:
        other["source"] = mine["source"] + "\n" + "".join(other["source"])
        cells.remove(mine)
    elif kind == "copy":
        cells.insert(rng.randrange(len(cells)), copy.deepcopy(mine))
    elif kind == "stub":
        cells.insert(rng.randrange(len(cells)), code(STUBS[name].source, **rng.choice([mine["metadata"], {}])))
    elif kind == "swap":
        mine["metadata"], other["metadata"] = other["metadata"], mine["metadata"]
    elif kind == "unname":
        for cell in rng.choice([cells, [mine], [other]]):
            cell["metadata"] = {}
            cell.pop("id", None)
    elif kind == "check":
        other["source"] = "".join(other["source"]) + f'\nhelpers.check("{name}", {name})'
    elif kind == "uncheck":
        cells[:] = [cell for cell in cells if "".join(cell["source"]) != f'helpers.check("{name}", {name})']
    elif kind == "split":
        cells.insert(cells.index(mine), copy.deepcopy(mine) | {"source": "helper = 1", "id": "new"})


@given(st.integers(0, 2**32))
@settings(max_examples=150)
def test_no_damage_costs_an_answer(seed):
    rng = random.Random(seed)
    names = rng.sample(NAMES, rng.randrange(1, 4))
    notebook = solved(*names)
    for _ in range(rng.randrange(1, 6)):
        damage(notebook, rng.choice(names), rng)
    mine = next(
        cell for cell in notebook["cells"] if cell["source"] == answer(names[0]) or cell is notebook["cells"][-1]
    )
    if mine.get("id") == STUBS[names[0]].id and rng.random() < 0.5:
        as_text(mine, rng.choice(["markdown", "raw"]))
    submission = read(notebook)
    assert submission.attempted >= set(names)
    assert values(submission, names) == {name: name for name in names}
    for name in names:
        assert any(answer(name) in cell.source for cell in submission.notebook.cells)


def much_text(kind):
    """Return text that is slow to read: as a block of code, or as Python."""
    notebook = handed_out()
    if kind == "block":
        prose = [text("```" + " " * 40_000 + "x", id=STUBS[FIRST].id) for _ in range(20)]
    else:
        prose = [text("a," * 90_000, id=ident) for ident in ["setup", *notebook_ids(notebook)] for _ in range(3)]
    notebook["cells"] += prose
    return notebook


def notebook_ids(notebook):
    """Return the ids of the cells of the chapter and of the checks."""
    return [cell["id"] for cell in notebook["cells"] if cell["cell_type"] == "code"][:10]


@pytest.mark.timing
@pytest.mark.parametrize("kind", ["block", "Python"])
def test_text_that_is_slow_to_read_takes_seconds(kind):
    notebook = much_text(kind)
    began = time.process_time()
    assert read(notebook).attempted == set()
    assert time.process_time() - began < 10
