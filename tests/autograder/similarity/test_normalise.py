"""Normalised code: what a copy is changed by most easily changes no token, and whatever the text, nothing fails."""

import ast
import keyword

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.honest_answers import STEPS, honest_answers
from support.random_code import statements

from d2l_autograder.similarity.fingerprints import WINDOW, windows_of, winnow
from d2l_autograder.similarity.normalise import bound_names, tokens_of

ANSWERS = [source for notebook in STEPS for seed in range(5) for source in honest_answers(notebook, seed).values()]
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))


def shape(source):
    """Return the windows of a cell."""
    tokens = tokens_of(source)
    assert tokens is not None
    return windows_of(tokens)


class Renamed(ast.NodeTransformer):
    def __init__(self, new):
        self.new = new

    def visit_Name(self, node):
        node.id = self.new.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self.new.get(node.arg, node.arg)
        return node


def renamed(source, names):
    """Return code with other names for all that it binds, except functions."""
    tree = ast.parse(source)
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | functions
    fresh = [name for name in names if name not in used]
    return ast.unparse(Renamed(dict(zip(sorted(bound_names([source]) - functions), fresh, strict=False))).visit(tree))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(ANSWERS), st.lists(NAMES, min_size=20, max_size=20, unique=True))
def test_renaming_variables_never_changes_a_window(source, names):
    assert shape(renamed(source, names)) == shape(source)


@settings(deadline=None, max_examples=40)
@given(statements(), st.lists(NAMES, min_size=20, max_size=20, unique=True))
def test_renaming_variables_of_any_code_never_changes_a_window(source, names):
    assert shape(renamed(source, names)) == shape(source)


@settings(deadline=None)
@given(st.sampled_from(ANSWERS), st.text("abc xyz#'\"\\()é", max_size=30), st.randoms())
def test_comments_and_empty_lines_never_change_a_token(source, comment, random):
    lines = []
    for line in source.splitlines():
        lines += [f"# {comment}", ""] if random.random() < 0.5 else []
        lines.append(f"{line}  # {comment}" if random.random() < 0.5 else line)
    found, expected = tokens_of("\n".join(lines)), tokens_of(source)
    assert [token.text for token in found] == [token.text for token in expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x + 1", 'def f(x: float) -> float:\n    """Add one."""\n    return 1.0 + x'),
        ("a = f('x')", 'b = f("y")'),
        ("x = 1000", "y = 1_000.0"),
        ("x = 16", "x = 0x10"),
        ("x += 2 * y", "x = x + y * 2"),
        ("if a < b:\n    c()", "if b > a:\n    c()"),
        ("if a <= b < c:\n    d()", "if c > b >= a:\n    d()"),
        ("f(x, axis=1, keepdims=True)", "f(x, keepdims=True, axis=1)"),
        ("a = np.exp(z)\nb = np.log(y)\nf(a, b)", "b = np.log(y)\na = np.exp(z)\nf(a, b)"),
        ("x: int = 3", "x = 3"),
        ("def f():\n    return (\n        1\n    )", "def f(): return 1"),
        ("def f(x):\n    unused = 3\n    pass\n    return x", "def f(x):\n    return x"),
        ("import numpy as np\nnp.exp(1)", "import numpy as n\nn.exp(1)"),
        ("f(f'{x} of {y}')", "f('some text')"),
        ("x = -1", "x = -1.0"),
    ],
)
def test_two_ways_to_write_the_same_give_the_same_tokens(one, other):
    def comparable(source):
        return [("" if token.is_bound else token.text) for token in tokens_of(source)]

    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("np.exp(np.max(z) - np.min(z))", "np.exp(np.sum(z) - np.min(z))"),  # names of a library stay
        ("f(a, b, c, d, a, b, c)", "a = b = c = d = 1\nf(a, b, c, d, a, b, c)"),
        ("a = b = c = 1\nf(a, b, a, c, 3, 4, 5)", "a = b = c = 1\nf(a, b, b, c, 3, 4, 5)"),  # another variable
        ("x = 1\nx = 2 * x\nx = x + 3", "x = 1\nx = x + 3\nx = 2 * x"),  # in an order that matters
        ("f(1, 2, 3, 4, 5, 6, 7)", "f(1, 2, 3, 4, 5, 6, 8)"),
        ("if a < b < c < d < e < f:\n    g()", "if a < b < c < d < e <= f:\n    g()"),
    ],
)
def test_code_that_means_something_else_gives_other_windows(one, other):
    assert shape(one) != shape(other)


@pytest.mark.parametrize(
    "source",
    [
        "def f(:",
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "-" * 20_000 + "1",
        "x = " + "+".join("a" * 20_000),
        "\x00",
        "x = '\ud800'",
        "if 1:\n" + "\n".join("  " * depth + "if 1:" for depth in range(1, 300)),
        "lambda: " * 900 + "0",
    ],
)
def test_code_that_cannot_be_read_is_none_or_tokens(source):
    found = tokens_of(source)
    assert found is None or all(token.line >= 0 for token in found)


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "9" * 4000,
        "x = 1e999",
        "x = 10 ** 10",
        "match x:\n    case {'a': [y, *z]} if y: pass",
        "async def f(): await g()",
        "class A(B, metaclass=C):\n    x: int\n    def f(self): self.y = 1",
        "with a as b, c as (d, e): f()",
        "del a[0], b",
        "def f(a, /, b, *c, d=1, **e): yield from a",
        "x = [i for i in y if i for j in i]",
        "global x",
        "x = y if z else (w := 1)",
        "try:\n    a()\nexcept* E as e:\n    raise e from None",
        "f(*a, **b)",
        "x[1:2, ..., ::3] = 1",
    ],
)
def test_every_kind_of_statement_has_tokens(source):
    assert tokens_of(source)


@given(st.text(max_size=200))
def test_any_text_is_none_or_tokens(text):
    assert tokens_of(text) is None or isinstance(tokens_of(text), list)


def test_a_block_of_thousands_of_statements_is_put_in_order():
    source = "\n".join(f"x{i} = f(x{i - 1 if i % 7 else 0}, {i % 5})" for i in range(5000))
    assert len(tokens_of(source)) > 25_000


@given(st.lists(st.integers(0, 30), max_size=80), st.lists(st.integers(0, 30), min_size=4, max_size=20))
def test_answers_with_a_common_row_of_windows_have_a_fingerprint_in_common(around, row):
    one, other = [*around, *row], [*row, *around[::-1]]
    assert winnow(one) & winnow(other)
    assert winnow(one) <= set(one)


def test_fingerprints_leave_out_what_is_ignored():
    assert winnow([5, 4, 3, 2, 1], {1, 3}) == {2, 4}
    assert winnow([], {1}) == winnow([1, 1], {1}) == set()


def test_an_answer_shorter_than_a_window_has_none():
    assert windows_of(tokens_of("x = 1")) == []
    assert len(windows_of(tokens_of("f(1, 2, 3, 4, 5)"))) == 1
    assert len(tokens_of("f(1, 2, 3, 4, 5)")) == WINDOW
