"""An answer key is loaded from any folder, and refused with a clear error where it cannot be used."""

import re
import shutil
import sys

import pytest
from support.key import FOLDER

from d2l_autograder.key import KeyFault, Probe, load_key
from d2l_autograder.key.sandbox_function import SandboxFunction
from d2l_helpers.errors import ArgumentError
from d2l_helpers.exercises.catalogue import chapter

NOTEBOOK = "09_doubling"
ANSWERS = '''\
from d2l_autograder.key import Answer, Wrong

from .shared import TWO


def double(x):
    """Return twice x."""
    return 2 * x


def triple(x):
    return 3 * x


ANSWERS = (
    Answer("double", double, wrong=(Wrong(triple, "twice"), Wrong(abs, "twice"))),
    Answer("letter", "b", wrong=(Wrong("a", "not right"), Wrong(TWO, "one of"))),
)
'''
PROBES = """\
from d2l_autograder.key import Probe, runs_in_sandbox

from ..shared import TWO


def numbers(rng):
    return (rng.normal(), TWO)


@runs_in_sandbox
def each(double, *numbers):
    return [double(number) for number in numbers]


PROBES = {"double": (Probe("numbers", numbers), Probe("several", numbers, each, draws=3))}
"""


def write_key(folder, answers=ANSWERS, probes=PROBES):
    (folder / "probes").mkdir(parents=True)
    (folder / "shared.py").write_text("TWO = 2\n")
    (folder / "doubling.py").write_text(answers)
    if probes is not None:
        (folder / "probes" / "doubling.py").write_text(probes)
    return folder


def test_a_key_has_each_notebooks_answers_and_their_probes(tmp_path):
    found = load_key(write_key(tmp_path / "key")).answers_to(NOTEBOOK)
    assert list(found) == ["double", "letter"]
    assert found["double"].source() == 'def double(x):\n    """Return twice x."""\n    return 2 * x'
    assert found["letter"].source() == "letter = 'b'"
    assert [wrong.answer for wrong in found["letter"].wrong] == ["a", 2]
    first, second = found["double"].probes
    assert isinstance(first, Probe)
    assert (first.title, first.through, first.draws) == ("numbers", None, 2)
    assert isinstance(second.through, SandboxFunction)
    assert (second.through.name, second.draws) == ("each", 3)
    assert found["letter"].probes == ()


def test_a_notebook_without_functions_needs_no_module_of_probes(tmp_path):
    found = load_key(write_key(tmp_path / "key", probes=None)).answers_to(NOTEBOOK)
    assert [answer.probes for answer in found.values()] == [(), ()]


@pytest.mark.parametrize("name", ["answers", "my key (2026)", "numpy", "schlüssel", "a.b"])
def test_a_keys_folder_may_have_any_name_and_is_no_package_of_that_name(tmp_path, name):
    before = sys.modules.get(name)
    assert list(load_key(write_key(tmp_path / name)).answers_to(NOTEBOOK)) == ["double", "letter"]
    assert sys.modules.get(name) is before


def test_a_keys_folder_may_be_relative_or_a_link(tmp_path, monkeypatch):
    folder = write_key(tmp_path / "key")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    keys = [load_key(folder / ".." / "key"), load_key(type(folder)("key")), load_key(tmp_path / "link")]
    assert keys == [load_key(folder)] * 3


def test_two_keys_in_one_process_do_not_mix(tmp_path):
    one = load_key(write_key(tmp_path / "a" / "answers"))
    other = load_key(write_key(tmp_path / "b" / "answers", ANSWERS.replace("2 * x", "x + x")))
    for _ in range(2):
        assert "2 * x" in one.answers_to(NOTEBOOK)["double"].source()
        assert "x + x" in other.answers_to(NOTEBOOK)["double"].source()


def test_a_changed_key_is_loaded_again(tmp_path):
    folder = write_key(tmp_path / "key")
    assert load_key(folder).answers_to(NOTEBOOK)["letter"].solution == "b"
    (folder / "doubling.py").write_text(ANSWERS.replace('"b"', '"cc"'))
    assert load_key(folder).answers_to(NOTEBOOK)["letter"].solution == "cc"


def test_a_copy_of_the_projects_key_is_the_same_key(tmp_path):
    copy = load_key(shutil.copytree(FOLDER, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")))
    own = load_key(FOLDER)
    assert copy.digest == own.digest
    for notebook in chapter():
        sources = {name: answer.source() for name, answer in own.answers_to(notebook).items()}
        assert {name: answer.source() for name, answer in copy.answers_to(notebook).items()} == sources


@pytest.mark.parametrize("contents", [[], ["notes.txt"], ["__init__.py"]])
def test_a_folder_without_a_module_is_no_key(tmp_path, contents):
    for name in contents:
        (tmp_path / name).write_text("")
    with pytest.raises(KeyFault, match=r"(?s)There is no answer key.*--answers") as caught:
        load_key(tmp_path if contents else tmp_path / "nowhere")
    assert isinstance(caught.value, ArgumentError)


CANNOT_BE_USED = {
    "no such module": ("10_tripling", {}, r"no file .*tripling\.py"),
    "a syntax error": (NOTEBOOK, {"answers": "ANSWERS = ("}, r"SyntaxError.*doubling\.py"),
    "the key.py of former keys": (
        NOTEBOOK,
        {"answers": "from answers.key import Answer"},
        "answers.*from d2l_autograder.key",
    ),
    "no ANSWERS": (NOTEBOOK, {"answers": "ANSWER = ()"}, "ANSWERS = None"),
    "answers of another kind": (NOTEBOOK, {"answers": "ANSWERS = ('b',)"}, "'b'.*Answer"),
    "an error in the probes": (NOTEBOOK, {"probes": "1 / 0"}, r"ZeroDivisionError.*probes/doubling\.py"),
    "no PROBES": (NOTEBOOK, {"probes": "PROBE = {}"}, "PROBES = None"),
    "a list of probes": (NOTEBOOK, {"probes": "PROBES = []"}, r"PROBES = \[\]"),
    "probes of another kind": (NOTEBOOK, {"probes": "PROBES = {'double': ('a',)}"}, "'a'.*double"),
    "probes of no exercise": (NOTEBOOK, {"probes": f"{PROBES}PROBES['halve'] = ()"}, "probes of halve"),
    "probes beside the answers": (
        NOTEBOOK,
        {"answers": ANSWERS.replace('"twice")))', '"twice")), probes=("p",))')},
        r"probes of double.*probes/doubling\.py",
    ),
    "an unmarked function": (
        NOTEBOOK,
        {"probes": PROBES.replace("@runs_in_sandbox\n", "")},
        "'several' of double.*each.*not marked.*@runs_in_sandbox",
    ),
    "a name of the module": (
        NOTEBOOK,
        {"probes": PROBES.replace("[double(number)", "[TWO * double(number)")},
        "'several' of double.*each, which uses TWO.*import or define TWO inside each",
    ),
    "a lambda": (
        NOTEBOOK,
        {"probes": PROBES.replace("numbers, each,", "numbers, runs_in_sandbox(lambda f, *n: f(n)),")},
        "'several' of double.*with def",
    ),
}


@pytest.mark.parametrize("case", CANNOT_BE_USED)
def test_a_key_that_cannot_be_used_is_refused_with_the_place_and_the_remedy(tmp_path, case):
    notebook, contents, said = CANNOT_BE_USED[case]
    key = load_key(write_key(tmp_path / "key", **contents))
    with pytest.raises(KeyFault, match=f"(?s){said}") as caught:
        key.answers_to(notebook)
    assert "try:" in str(caught.value)


@pytest.mark.parametrize("package", ["d2l_helpers", "d2l_authoring", "d2l_autograder", "benchmarks"])
def test_no_package_imports_the_projects_key(package):
    imports_the_key = re.compile(r"^\s*(from|import) answers\b", re.MULTILINE)
    files = list((FOLDER.parent / package).rglob("*.py"))
    assert files
    assert not [file for file in files if imports_the_key.search(file.read_text())]
