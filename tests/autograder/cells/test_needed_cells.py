"""Which cells run: those that the answers need, and not the chapter's training."""

import dis
import inspect
import random
import sys
import time
import warnings
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.key import solutions_to

from d2l_authoring.compose import compose
from d2l_authoring.notebook_file import read_notebook
from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.cells.needed_cells import imports_of, names_in, needed, tree_of
from d2l_helpers.exercises.catalogue import chapter
from d2l_helpers.exercises.checking import judge

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def composed(name):
    """Return a notebook's code cells with the key's answers, without its checks."""
    sources = solutions_to(name)
    notebook = compose(read_notebook(NOTEBOOKS / f"{name}.ipynb"), sources)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in code if not cell.metadata.get("nbgrader", {}).get("grade")]


WITH_MARKS = [
    pytest.param(name, marks=[pytest.mark.tensorflow] if name == "08_softmax_regression_keras" else [])
    for name in chapter()
]


NEEDS_NOTHING = "00_start_here"  # its answers are plain Python


@pytest.mark.parametrize("name", WITH_MARKS)
def test_the_setup_and_the_answers_of_a_notebook_run_and_are_enough(name):
    cells, group = composed(name), chapter()[name]
    runs = needed([cell.source for cell in cells], [exercise.name for exercise in group])
    kept = [cell for cell, does in zip(cells, runs, strict=True) if does]
    answers = [exercise.name.replace("_", "-") for exercise in group]
    setup = [] if name == NEEDS_NOTHING else ["setup"]
    assert [cell.id for cell in kept] == [*setup, *answers]
    namespace = {}
    for cell in kept:
        exec(cell.source, namespace)
    for exercise in group:
        found = judge(exercise, namespace[exercise.name])
        assert found.state == "right", found


@pytest.mark.parametrize("name", chapter())
def test_an_answer_does_not_need_the_other_answers(name):
    cells = composed(name)
    first = chapter()[name][0].name
    runs = needed([cell.source for cell in cells], [first])
    kept = {cell.id for cell, does in zip(cells, runs, strict=True) if does}
    assert kept - {"setup"} == {first.replace("_", "-")}


BINDS = {
    "x = 1": {"x"},
    "x, (y, *z) = 1, (2, 3)": {"x", "y", "z"},
    "x += 1": {"x"},
    "x: int = 1": {"x"},
    "(x := 1)": {"x"},
    "[x := y for y in (1, 2)]": {"x"},
    "[y for y in (1, 2)]": set(),
    "{y for y in (1, 2)}": set(),
    "{y: z for y, z in ()}": set(),
    "(y for y in (1, 2))": set(),
    "[z for y in () for z in [w for w in y]]": set(),
    "[[z := y for y in a] for a in ()]": {"z"},
    "[(lambda: (z := y)) for y in ()]": set(),
    "x = y = [y for y in ()]": {"x", "y"},
    "print([y for y in ()]); y = 1": {"y"},
    "class x: z = [y for y in ()]": {"x"},
    "def x(): return [y for y in ()]": {"x"},
    "def x():\n    global y\n    [y for y in ()]": {"x", "y"},
    "f'{[y for y in ()]}'": set(),
    "%time [y for y in ()]": set(),
    "def x(y): z = y": {"x"},
    "async def x(): pass": {"x"},
    "class x:\n    y = 1": {"x"},
    "x = lambda y: y": {"x"},
    "import x.y, z as w": {"x", "w"},
    "from x import y as z": {"z"},
    "for x in []: pass": {"x"},
    "with a as (x, y): pass": {"x", "y"},
    "try: pass\nexcept E as x: pass": {"x"},
    "del x": {"x"},
    "if 0:\n    x = 1\nelse:\n    y = 1": {"x", "y"},
    "match 1:\n    case {'a': [x, *y], **z}: pass\n    case w: pass": {"x", "y", "z", "w"},
    "def f():\n    global x\n    x = 1": {"f", "x"},
    "def f():\n    def g():\n        global x\n        x = 1": {"f", "x"},
    "class A:\n    global x\n    x = 1": {"A", "x"},
    "x.y = 1": {"x"},
    "x[0].y[1] += 1": {"x"},
    "def f(x): x.y = 1": {"f"},
    "x()[0] = 1": set(),
    "print(x)": set(),
    "try: pass\nexcept* E as x: pass": {"x"},
    "%%time\nx = 1": {"x"},
    "%matplotlib inline\nx = 1": {"x"},
    "!pip install x\nx = 1": {"x"},
    "%%bash\nx=1": set(),
    "%time x = 1": {"x"},
    "x = %time y = 1": {"x", "y"},
    "%timeit x = 1": set(),
    "%prun -q x = 1": {"x"},
    "%%timeit\nx = 1": set(),
    "%%capture y\nx = 1": {"x", "y"},
    "x = !ls": {"x"},
    "x = %pwd": {"x"},
    ">>> x = 1": {"x"},
    "    x = 1": {"x"},
    "exec('x = 1')": {"x"},
    "await x": set(),
    "x = await y": {"x"},
}
if sys.version_info >= (3, 12):
    BINDS |= {
        "def x[T](y: T) -> T: z = T": {"x"},
        "class x[T](list[T]): y = T": {"x"},
        "type x[T] = list[T]": {"x"},
        "type x = y": {"x"},
        "f'{f'{(x := 1)}'}'": {"x"},
    }


@pytest.mark.parametrize("source", BINDS)
def test_a_cell_binds_these_names(source):
    assert names_in(source).given == BINDS[source]


USES = {
    "x": {"x"},
    "x.y[z]": {"x", "z"},
    "def f(): return x": {"x"},
    "def f(x): return x": set(),
    "def f(a=x) -> y: pass": {"x", "y"},
    "f = lambda a: x": {"x"},
    "@x\ndef f(): pass": {"x"},
    "class A(x, metaclass=y): z = w": {"x", "y", "w"},
    "class A:\n    x = x": {"x"},
    "class A:\n    def f(self): return x": {"x"},
    "[a for a in x if y]": {"x", "y"},
    "[x for x in ()]": set(),
    "[x for x in x]": {"x"},
    "x, [x for x in ()]": {"x"},
    "{x: y for x in z}": {"y", "z"},
    "[[x for x in y] for y in z]": {"z"},
    "[lambda: x for y in ()]": {"x"},
    "[lambda: x for x in ()]": set(),
    "class A:\n    x = 1\n    z = [x for y in y]": {"x", "y"},
    "def f(x): return [x for y in z]": {"z"},
    "a: x = 1": {"x"},
    "class A:\n    b: x": {"x"},
    "match x:\n    case y.z: w": {"x", "y", "w"},
    "def f():\n    def g():\n        return lambda: x": {"x"},
    "def f():\n    x = 1\n    return lambda: x": set(),
    "f'{x:{y}}'": {"x", "y"},
    "%time x": {"x"},
    "%timeit -n 10 x": {"x"},
    "%%timeit y\nx": {"x", "y"},
    "%%time\nx": {"x"},
    "exec('x')": {"x", "exec"},
    "!ls {x}": set(),
}
if sys.version_info >= (3, 12):
    USES |= {
        "def f[T: x](a: T) -> y: return T, z": {"x", "y", "z"},
        "class A[T](x[T]):\n    b: T\n    def f(self): return y, T": {"x", "y"},
        "type A[T] = x[T, y]": {"x", "y"},
        "[lambda a: x for y in z]": {"x", "z"},
    }


@pytest.mark.parametrize("source", USES)
def test_a_cell_uses_these_names(source):
    assert names_in(source).used - {"a", "__conditional_annotations__"} == USES[source]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 has no type parameters")
def test_a_function_with_type_parameters_is_a_function_and_a_class_is_data():
    assert names_in("def f[T](a: T): pass").defined == {"f"}
    assert names_in("class A[T]:\n    def A(self): pass").data == {"A"}
    assert names_in("type A[T] = list[T]").data == {"A"}


NAMES = ("x", "y", "z", "len")


def expression(rng, depth=3):
    """Return a random expression: comprehensions, generators, lambdas and assignments in each other."""
    if not depth or rng.random() < 0.2:
        return rng.choice(NAMES)
    first, second, third = (expression(rng, depth - 1) for _ in range(3))
    name, other = rng.choice(NAMES), rng.choice(NAMES)
    return rng.choice(
        [
            f"[{first} for {name} in {second}]",
            f"[{first} for {name}, {other} in {second} if {third}]",
            f"[{first} for {name} in {second} for {other} in {third}]",
            f"{{{first} for {name} in {second}}}",
            f"{{{first}: {second} for {name} in {third}}}",
            f"sum({first} for {name} in {second})",
            f"(lambda {name}: {first})",
            f"(lambda {name}={first}: {second})",
            f"({name} := {first})",
            f"({first}, {second})",
            f"f'{{{name}:{{{other}}}}}'",
        ]
    )


def cell(rng):
    """Return a random cell."""
    name, other = rng.choice(NAMES), rng.choice(NAMES)
    first, second = expression(rng), expression(rng)
    statements = [
        f"{name} = {first}",
        f"{first}",
        f"for {name} in {first}: {second}",
        f"def {name}({other}={first}): return {second}",
        f"def {name}({other}):\n    global z\n    z = {first}",
        f"def {name}():\n    {other} = {first}\n    def f(): return {second}",
        f"class {name}({first}):\n    {other} = {second}",
        f"class {name}:\n    def {other}(self): return {first}\n    global y\n    y = {second}",
        f"try: {first}\nexcept {name} as {other}: {second}",
        f"with {first} as ({name}, {other}): del {name}",
        f"match {first}:\n    case [{name}, *_]: {second}",
        f"{name}: {first} = {second}",
    ]
    return "\n".join(rng.sample(statements, rng.randrange(1, 4)))


def compiled_names(code, is_cell=True):
    """Return the names that a cell binds and uses, read from the bytecode that Python compiles the cell to."""
    bound, used = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL") or (
            is_cell and step.opname in ("STORE_NAME", "DELETE_NAME")
        ):
            bound.add(step.argval)
        elif step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
            used.add(step.argval)
    for inner in filter(inspect.iscode, code.co_consts):
        more_bound, more_used = compiled_names(inner, is_cell=False)
        bound |= more_bound
        used |= more_used
    return bound, used


@given(st.integers(0, 2**32))
@settings(max_examples=200)
def test_the_names_are_those_of_the_bytecode(seed):
    source = cell(random.Random(seed))
    try:
        bound, used = compiled_names(compile(source, "<cell>", "exec"))
    except SyntaxError:  # such as := for the variable of a comprehension
        return
    names = names_in(source)
    assert {name for name in names.given if "__" not in name} == {name for name in bound if "__" not in name}
    wanted, found = used & {*NAMES} | names.given, names.used & {*NAMES} | names.given
    # 3.12.1 takes the first x of [x for y in [x for x in z]] in a function for the last one, and says it has no value
    assert found >= wanted if sys.version_info[:2] == (3, 12) else found == wanted


KNOWN = ["%time x = 1", "!ls", "x = !ls", "%matplotlib inline", "f?", "%%bash\nls", "%%timeit\nx", "%load_ext a"]


@pytest.mark.parametrize("source", KNOWN)
def test_a_magic_does_not_make_its_cell_run(source):
    assert not names_in(source).always
    assert needed([source, "y = 1"], ["z"]) == [False, False]


UNSEEN = ["from x import *", "from x import \\\n  *", "exec(x)", "globals()['x'] = 1", "setattr(m, 'x', 1)", "x = ("]


SHELL = ["get_ipython().push({})", "ip = get_ipython()", "get_ipython().run_line_magic(a, b)", "%run a.py", "%pylab"]


@pytest.mark.parametrize("source", [*UNSEEN, *SHELL, "import __main__", "vars()['x'] = 1"])
def test_a_cell_that_hides_its_names_always_runs(source):
    assert names_in(source).always
    assert needed([source, "y = 1"], ["z"]) == [True, False]


NEEDED = {
    "a cell that uses a name needs the one that binds it": (["a = 1", "b = a", "c = 2", "def f(): return b"], "1101"),
    "a cell that changes data that is used": (["a = []", "a.append(1)", "b = []", "b.append(1)", "f = a[0]"], "11001"),
    "a function that is only called elsewhere": (["def g(): return 1", "print(g())", "f = g"], "101"),
    "a method that is added to a class": (["class A: pass", "A.g = len", "def f(): return A().g"], "111"),
    "a method that is added by a decorator": (["class A: pass", "@add(A)\ndef g(self): 1", "def f(): A"], "111"),
    "a module that is patched": (["import m", "m.g = len", "m.h()", "def f(): return m.g"], "1101"),
    "every cell that binds the name": (["def f(): 1", "def f(): 2", "f = 3", "del f"], "1111"),
    "a cell that is needed by one that always runs": (["a = 1", "exec('f = a', {'a': a})"], "11"),
    "a cell further down": (["def f(): return a", "a = b", "b = 1"], "111"),
    "a cell with magics needs others": (["a = 1", "%%time\ndef f(): return a"], "11"),
    "nothing": (["a = 1", "print(a)"], "00"),
    "a function of another cell that sets it": (["def set():\n    global f\n    f = 1", "set()", "x = 1"], "110"),
    "one that calls such a function": (["def g():\n    global f\n    f = 1", "def h(): g()", "h()", "x = 1"], "1110"),
    "the cells that a text needs": (["a = 1", "b = 1", "exec('f = a')"], "101"),
    "a magic's statement": (["a = 1", "b = 1", "%time f = a"], "101"),
    "a command": (["!ls", "f = 1"], "01"),
    "a file that a cell may import": (["%%writefile a.py\nx = 1", "f = 1"], "11"),
    "the future": (["from __future__ import annotations", "f = 1"], "11"),
}


@pytest.mark.parametrize("case", NEEDED)
def test_an_answer_needs_these_cells(case):
    sources, runs = NEEDED[case]
    assert "".join("01"[does] for does in needed(sources, ["f"])) == runs


def program(rng):
    """Return random cells: plain values, lists that grow, functions of them, and classes."""
    names = [f"n{number}" for number in range(8)]
    cells = []
    for number, name in enumerate(names):
        other, third = (rng.choice(["0", *names[:number]]) for _ in range(2))
        cells.append(f"{name} = [say({other}), say({third})]")
        kinds = [
            f"{name}.append(say({other}))",
            f"{name} += [say({third})]",
            f"def {name}(): return [say({other}), say({third})]",
            f"class {name}: value = say({other})",
            f"{name} = say({third})",
            f"for each in range(2): {name} = [each, say({other})]",
            f"def set_{name}():\n    global {name}\n    {name} = say({other})\nset_{name}()",
            f"[{name} := [each, say({third})] for each in (1, 2)]",
        ]
        cells += rng.sample(kinds, rng.randrange(3))
    return cells, rng.choice(names)


def value_after(cells, name):
    """Run cells and return a name's value as text; cells after one that fails still run, as in a notebook."""

    def say(value):
        return repr(value() if callable(value) else value) if not isinstance(value, type) else value.value

    namespace = {"say": say}
    for cell in cells:
        try:
            exec(cell, namespace)
        except Exception:
            continue
    return say(namespace[name])


@given(st.integers(0, 2**32))
@settings(max_examples=150)
def test_the_needed_cells_compute_what_all_cells_compute(seed):
    cells, name = program(random.Random(seed))
    runs = needed(cells, [name])
    assert value_after([cell for cell, does in zip(cells, runs, strict=True) if does], name) == value_after(cells, name)


HARD = {
    "990 lambdas": "f = " + "lambda: " * 990 + "0",
    "as many lambdas as Python can walk": "f = " + "lambda: " * 300 + "[y for y in x]",
    "nested lists": "f = " + "[" * 199 + "]" * 199,
    "nested f-strings": "f = " + "f'{" * 100 + "1" + "}'" * 100,
    "nots": "f = " + "not " * 12_000 + "1",
    "minuses before a comprehension": "f = " + "-" * 900 + "[y for y in x][0]",
    "attributes that are set": "a" + ".b" * 25_000 + " = [y for y in x]",
    "items that are set": "a" + "[0]" * 16_000 + " = 1",
    "functions in functions": "".join(f"{' ' * depth}def f{depth}():\n" for depth in range(99)) + " " * 99 + "x = 1",
    "classes in classes": "".join(f"{' ' * depth}class A{depth}:\n" for depth in range(99)) + " " * 99 + "x = 1",
    "a comparison": "f = " + "1<" * 24_000 + "1",
    "keyword arguments": "f(**" * 190 + "{}" + ")" * 190,
    "magics of magics": "%time " * 8_000 + "x",
    "timed cells in each other": "%%timeit\n" * 5_000 + "x",
    "half a character in a comprehension": "x = '\ud800' and [a for a in b]",
    "an unknown encoding": "# -*- coding: foo -*-\nx = 1",
    "decorators": "@a\n" * 15_000 + "def f(): pass",
    "a line of 50,000 characters": "%x\ny = '" + "a" * 49_990 + "'",
    "parentheses": "(" * 100_000,
    "minuses": "-" * 100_000 + "1",
    "a sum": "1" + "+1" * 25_000,
    "attributes": "a" + ".b" * 25_000,
    "calls": "f" + "()" * 25_000,
    "elifs": "if a: pass\n" + "elif a: pass\n" * 4_000,
    "indents": "".join(" " * depth + "if 1:\n" for depth in range(200)),
    "lambdas": "lambda:" * 7_000 + "1",
    "fields": "f'" + "{a}" * 10_000 + "'",
    "comprehensions": "[" * 90 + "x" + " for x in y]" * 90,
    "open calls": "f(a," * 99 + "b c" + ")" * 99,
    "a null byte": "x = 1\0",
    "half a character": "x = '\ud800'",
    "a huge integer": "x = " + "9" * 50_000,
    "many times": "%%time\n" * 7_000,
    "many imports": "import  " * 6_000,
    "spaces": "%time" + " " * 50_000,
    "a form feed": "\f\\",
}


@pytest.mark.parametrize("case", HARD)
def test_a_cell_that_is_hard_to_parse_raises_nothing(case):
    names_in(HARD[case])
    assert needed([HARD[case], "f = 1"], ["f"])[1]
    imports_of([HARD[case]])


@pytest.mark.timing
@pytest.mark.parametrize("case", HARD)
def test_a_cell_that_is_hard_to_parse_takes_seconds(case):
    began = time.process_time()
    names_in(HARD[case] + " ")  # not the text that the cache may hold
    assert time.process_time() - began < 3


def test_a_long_chain_of_cells_is_followed_to_its_end():
    sources = [f"n{number} = n{number + 1}" for number in range(1000)]
    assert all(needed(sources, ["n0"]))
    assert not any(needed(sources, ["n1000"]))


def test_functions_that_set_names_are_followed_through_other_functions():
    sources = ["def f(): g()", "def g(): h()", "def h():\n    global a\n    a = 1", "f()", "b = a", "c = 1"]
    assert needed(sources, ["b"]) == [True, True, True, True, True, False]


@pytest.mark.timing
def test_many_functions_that_call_each_other_and_set_names_take_seconds():
    names = ", ".join(f"a{{0}}_{number}" for number in range(20))
    cell = f"def f{{0}}():\n    global {names}\n    f{{1}}()"
    sources = [cell.format(number, number + 1) for number in range(900)]
    began = time.process_time()
    assert all(needed([*sources, "f0()"], ["a899_0"]))
    assert time.process_time() - began < 10


@given(st.text() | st.text("xy =()[]{}:.,'\"\\\n@%!?*0fimport def class lambda", max_size=60))
@example("'\\d'")
@example("%%")
def test_any_text_can_be_a_cell(source):
    assert names_in(source).always or tree_of(to_python(source))
    assert len(needed([source], ["x"])) == 1
    imports_of([source])


@pytest.mark.parametrize("source", ["x = '\\d'", "1 is 1", "1if 1else 2", "assert (1, 'always')"])
def test_warnings_of_the_parser_are_not_shown(source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        names_in(f"{source}  # not in the cache: {time.monotonic()}")
        tree_of(source)
        imports_of([source])
    assert not caught
    assert not names_in(source).always


def test_each_import_statement_is_returned_once_in_order():
    sources = ["import b, a as c", "from d import e", "x = (", "def f():\n    import b, a as c", "from d import e"]
    assert imports_of(sources) == ("import b, a as c", "from d import e")
