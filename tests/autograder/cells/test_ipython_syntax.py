"""IPython's own syntax becomes Python, and no line changes its number."""

import ast
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager
from support.submitted import ASSIGNMENTS

from d2l_autograder.cells.ipython_syntax import to_python

PYTHON = {
    "x = 1": "x = 1",
    "%matplotlib inline": "get_ipython().run_line_magic('matplotlib', 'inline')\n",
    "%time x = f()": "get_ipython().run_line_magic('time', 'x = f()')\n",
    "t = %timeit -o f()": "t = get_ipython().run_line_magic('timeit', '-o f()')\n",
    "x = %pwd": "x = get_ipython().run_line_magic('pwd', '')\n",
    "files = !ls": "files = get_ipython().getoutput('ls')\n",
    "!pip install \\\n  x \\\n  y\nz = 1": "get_ipython().system('pip install    x    y')\n\n\nz = 1\n",
    "if x:\n    !ls\n    y = 1": "if x:\n    get_ipython().system('ls')\n    y = 1\n",
    ">>> def f():\n...     return 1\n>>> f()": "def f():\n    return 1\nf()\n",
    "In [1]: x = 1\n   ...: y = 2": "x = 1\ny = 2\n",
    "    x = 1\n    y = 2": "x = 1\ny = 2\n",
    "\n\n\n    x = 1": "\n\n\nx = 1\n",
    "f?": "get_ipython().run_line_magic('pinfo', 'f')\n",
    "?f": "get_ipython().run_line_magic('pinfo', 'f')\n",
    "/f x": "f(x)\n",
    ",f a b": 'f("a", "b")\n',
    "%%time\nx = 1": "\nx = 1\n",
    "\n%%time\n\n%%capture\nx = !ls": "\n\n\n\nx = get_ipython().getoutput('ls')\n",
    "%%capture out\nx = 1": "\nx = 1\nout = get_ipython().captured()\n",
    "%%capture --no-stderr\nx = 1": "\nx = 1\n",
    "%%timeit -n 1 y = 1\nx = 1": "get_ipython().run_cell_magic('timeit', '-n 1 y = 1', 'x = 1\\n')\n",
    "%%bash\nls": "get_ipython().run_cell_magic('bash', '', 'ls\\n')\n",
    "pip install x": "get_ipython().run_line_magic('pip', 'install x')\n",
    "return x": "return x",
    "x = '''\n%time\n!ls\n'''": "x = '''\n%time\n!ls\n'''\n",
    "x = 5 \\\n% 3": "x = 5 \\\n% 3\n",
    "await f()": "await f()",
}


@pytest.mark.parametrize("source", PYTHON)
def test_a_cell_becomes_this_python(source):
    assert to_python(source) == PYTHON[source]


ALIKE = [source for source in PYTHON if "%%" not in source and not source.startswith(("pip", "\n"))]


@pytest.mark.parametrize("source", ALIKE)
def test_the_python_means_what_ipythons_means(source):
    theirs = TransformerManager().transform_cell(source)
    try:
        assert ast.dump(ast.parse(to_python(source))) == ast.dump(ast.parse(theirs))
    except SyntaxError:
        assert to_python(source).strip() == theirs.strip()


@pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=ASSIGNMENTS)
def test_the_chapters_cells_are_python_as_they_stand(assignment):
    for cell in assignment.release.cells:
        if cell.cell_type == "code":
            assert to_python(cell.source) == cell.source


lines = st.sampled_from(
    [
        "x = 1",
        "%time x",
        "!ls \\",
        "  more \\",
        "  end",
        "",
        "y = %pwd",
        "z = !ls",
        "f?",
        "if x:",
        "    pass",
        "'''",
        ")",
    ]
)


@given(st.lists(lines, max_size=8), st.sampled_from(["", "%%time\n", "%%capture out\n", "\n\n"]))
def test_every_line_that_stays_keeps_its_number(body, first):
    source = first + "\n".join(body)
    plain = to_python(source).split("\n")
    for number, line in enumerate(source.split("\n")):
        is_part = number and source.split("\n")[number - 1].endswith("\\")  # of the command above
        if line in ("x = 1", "if x:") and not is_part:
            assert plain[number] == line


HARD = {
    "magics of magics": "%time " * 8000,
    "cell magics above each other": "%%time\n" * 7000,
    "timed cells in each other": "%%timeit\n" * 5000,
    "commands": "!ls\n" * 12_000,
    "assigned magics": "x = %a\n" * 7000,
    "helps": "a?\n" * 16_000,
    "a name of 50,000 characters": "a" * 49_900 + " ?",
    "escaped quotes": "%x\n" + "\\'" * 24_000,
    "lines of escaped quotes": "%x\n" + ("\\'" * 450 + "\n") * 50,
    "parentheses": "%x\n" + "(" * 49_990,
    "prompts": ">>> '''" * 7000,
    "continued lines": "!\\\n" * 16_000,
    "semicolons": ";" * 49_999,
    "spaces": " " * 25_000 + "%x" + " " * 20_000,
    "empty lines": "\n" * 25_000 + "%x",
    "carriage returns": "%x" + "\r" * 49_000,
    "options": "%timeit " + "-n " * 15_000,
    "a null byte": "%x\0",
    "half a character": "%time x = '\ud800'",
    "lambdas": "%x\nf = " + "lambda: " * 990 + "0",
}


@pytest.mark.parametrize("case", HARD)
def test_a_cell_that_is_hard_to_transform_raises_nothing(case):
    assert isinstance(to_python(HARD[case][:50_000]), str)


@pytest.mark.timing
@pytest.mark.parametrize("case", HARD)
def test_a_cell_that_is_hard_to_transform_takes_seconds(case):
    began = time.process_time()
    to_python(HARD[case][:49_999] + " ")
    assert time.process_time() - began < 3


@given(st.text() | st.text("xy =()[]{}:.,'\"\\\n@%!?*/;0>.InIf ", max_size=60))
@example("%%")
@example("!")
@example("?")
@example("\\\n!")
def test_any_text_can_be_transformed_and_a_second_time(source):
    to_python(to_python(source))
