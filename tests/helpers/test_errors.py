"""The tree of errors, their messages, pickling, and how IPython shows them."""

import copy
import inspect
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import d2l_helpers as helpers
from d2l_helpers import errors
from d2l_helpers.errors import ArgumentError, D2LHelpersError, DataCorrupt, LossNotFinite, readers_line

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, D2LHelpersError)]
texts = st.text(min_size=1)


def documented_tree():
    """Read the docstring's tree: the parent of each class, by its indentation."""
    parents, branches = ["Exception"], {}
    for line in errors.__doc__.splitlines()[1:]:
        if branch := re.fullmatch(r"((?:[│ ]   )*(?:[├└]── )?)([A-Z]\w+)( .*)?", line):
            depth = len(branch[1]) // 4
            parents[depth + 1 :] = [branch[2]]
            branches[branch[2]] = parents[depth]
    return branches


def test_the_documented_tree_is_the_tree_of_the_classes():
    assert documented_tree() == {kind.__name__: kind.__bases__[0].__name__ for kind in KINDS}
    assert sorted(errors.__all__) == sorted(
        [kind.__name__ for kind in KINDS]
        + ["explain", "is_readers", "leave_out_lines_of", "quote", "readers_line", "running_line"]
    )


def test_the_documented_tree_names_the_other_bases():
    for kind in KINDS:
        for base in kind.__bases__[1:]:
            assert re.search(rf"─ {kind.__name__} .*\(also an? {base.__name__}\)", errors.__doc__)
    assert issubclass(ArgumentError, ValueError)
    assert issubclass(LossNotFinite, ArithmeticError)


def test_a_message_has_failed_got_expected_and_try():
    error = ArgumentError("Cannot count.", got=[1, "two"], expected="numbers", remedy="leave 'two' out")
    assert str(error) == "Cannot count.\n  got:      [1, 'two']\n  expected: numbers\n  try:      leave 'two' out"


def test_every_line_of_a_message_is_indented_to_its_column():
    error = ArgumentError("Cannot count.", got="one\ntwo\nthree", expected="a\nb", remedy="c\nd")
    assert str(error).splitlines() == [
        "Cannot count.",
        "  got:      one",
        "            two",
        "            three",
        "  expected: a",
        "            b",
        "  try:      c",
        "            d",
    ]


@given(st.sampled_from(KINDS), texts, st.integers() | st.text() | st.lists(st.floats()), texts, texts)
def test_pickling_and_copying_keep_class_and_message(kind, failed, got, expected, remedy):
    error = kind(failed, got=got, expected=expected, remedy=remedy)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert (again.failed, again.expected, again.remedy) == (failed, expected, remedy)
        assert again.got == str(got)


def test_a_got_that_cannot_be_pickled_becomes_its_text():
    error = DataCorrupt("No.", got=lambda: None, expected="yes", remedy="try")
    assert "<lambda>" in pickle.loads(pickle.dumps(error)).got


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def shown(shell, *cells):
    """Run cells in IPython and return what the last one prints."""
    for cell in cells:
        with capture_output() as captured:
            shell.run_cell(cell)
    return captured.stdout + captured.stderr


MESSAGE = """ArgumentError: Cannot seed the random number generators.
  got:      seed=-1
  expected: an integer from 0 to 2**31 - 1
  try:      call seed_all(0)"""


def test_ipython_shows_only_the_readers_line_and_the_message(shell):
    text = shown(shell, "import d2l_helpers as helpers", "seed = -1\nhelpers.seed_all(seed)")
    assert text.strip() == f"line 2: helpers.seed_all(seed)\n\n{MESSAGE}"


def test_ipython_shows_the_line_of_the_readers_function_that_called_the_library(shell):
    define = "import d2l_helpers as helpers\n\ndef start(seed):\n    return helpers.seed_all(seed)"
    text = shown(shell, define, "start(-1)")
    assert text.strip() == f"line 4: return helpers.seed_all(seed)\n\n{MESSAGE}"


def test_without_ipython_an_error_is_an_ordinary_exception():
    with pytest.raises(ArgumentError) as raised:
        helpers.seed_all(-1)
    assert raised.value._render_traceback_()[-1] == MESSAGE
    never_raised = ArgumentError("No.", got=1, expected="2", remedy="3")
    assert never_raised._render_traceback_() == [f"ArgumentError: {never_raised}"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: helpers.seed_all(-1),
        lambda: __import__("json").loads("{"),
        lambda: __import__("numpy").linalg.inv([[0.0]]),
        lambda: exec(
            compile("1 / 0", "<no text>", "exec")
        ),  # not "<string>": from 3.14 on, that has the text of python -c
        lambda: __import__("no_such_module_anywhere"),
    ],
    ids=["ours", "Python's", "a library's", "without text", "the import system's"],
)
def test_readers_line_is_the_innermost_line_of_the_readers_code(call):
    with pytest.raises(Exception) as raised:  # noqa: PT011  (each case raises another class)
        call()
    line = readers_line(raised.tb)
    assert line.filename == __file__
    assert line.line.startswith("lambda: ")


def test_readers_line_of_no_traceback_is_none():
    assert readers_line(None) is None
