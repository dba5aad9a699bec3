"""Make notebooks that are hostile or damaged as a whole, each by a function, from the reference solution."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from corpus.cases import RELEASE, notebook

from d2l_authoring.notebook_file import read_notebook

ALL = 11.0
DAMAGED = []


@dataclass(frozen=True)
class Damage:
    """A file that was handed in.

    Attributes
    ----------
    write : callable
        ``write(file, solved)`` makes the file from the solved notebook.
    status : str
        The status of its result.
    earned : float
        The points of its result.
    """

    name: str
    why: str
    status: str
    earned: float
    write: Callable[[Path, dict], None]


def _case(why, status="damaged", earned=0.0):
    def register(function):
        def write(file, solved):
            result = function(solved)
            file.write_bytes(result if isinstance(result, bytes) else json.dumps(result).encode())

        DAMAGED.append(Damage(function.__name__, why, status, earned, write))
        return function

    return register


def _file(why):
    def register(function):
        DAMAGED.append(Damage(function.__name__, why, "damaged", 0.0, lambda file, solved: function(file)))
        return function

    return register


def solved_notebook():
    """Return the solved notebook as plain JSON."""
    return json.loads(nbformat.writes(notebook()))


def _code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _named(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def _checks(notebook):
    return [cell for cell in _code(notebook) if cell["metadata"].get("nbgrader", {}).get("grade")]


def _stubs():
    return json.loads(nbformat.writes(read_notebook(RELEASE)))


# ----------------------------------------------------------------------------------------------- no notebooks
@_case("is empty")
def empty(solved):
    return b""


@_case("ends in the middle")
def truncated(solved):
    return json.dumps(solved).encode()[:5000]


@_case("is the learning platform's login page")
def login_page(solved):
    return b"<!DOCTYPE html><title>Log in</title>"


@_case("is a list of notebooks")
def several(solved):
    return [solved, solved]


@_case("is JSON that is nested a million deep")
def nested(solved):
    return b"[" * 10**6


@_case("has an integer of a hundred thousand digits")
def long_number(solved):
    return b'{"cells": ' + b"9" * 10**5 + b"}"


@_case("has a number where the cells should be")
def no_list_of_cells(solved):
    return solved | {"cells": 7}


@_case("has texts where cells should be")
def texts_for_cells(solved):
    return solved | {"cells": [cell["source"] for cell in solved["cells"]]}


@_case("has two thousand cells")
def many_cells(solved):
    return solved | {"cells": solved["cells"] * 40}


@_case("has two megabytes of code, which Python parses slowly")
def much_code(solved):
    for number in range(50):
        solved["cells"].append(nbformat.v4.new_code_cell(f"a{number} = " + "a," * 20_000))
    return solved


@_file("has 100 MB")
def large(file):
    with file.open("wb") as stream:
        stream.truncate(100 << 20)


@_file("is a link to another student's notebook")
def link(file):
    other = file.with_name(f"{file.stem}-other")
    other.write_text(nbformat.writes(notebook()))
    file.symlink_to(other)


@_file("is a link to a device that never ends")
def link_to_a_device(file):
    file.symlink_to("/dev/zero")


@_file("is a pipe from which nothing ever comes")
def pipe(file):
    os.mkfifo(file)


@_file("is a folder")
def folder(file):
    file.mkdir()


@_file("is a link to nothing")
def dangling(file):
    file.symlink_to(file.with_name("nothing"))


# ------------------------------------------------------------------------------- notebooks that can be marked
@_case("has cells whose parts all have the wrong type", "marked", ALL)
def wrong_types(solved):
    odd = {"cell_type": "code", "source": {"a": [1]}, "metadata": 5, "outputs": "x", "id": {}, "execution_count": []}
    solved["cells"] += [odd, {}, {"cell_type": ["code"]}, odd | {"source": None, "metadata": {"nbgrader": [[]]}}]
    solved["cells"].append(odd | {"metadata": {"nbgrader": {"grade_id": ["stable_softmax"]}}, "source": [1, None]})
    return solved | {"metadata": "none", "nbformat": "four"}


@_case("was saved by IPython 2, in nbformat 3", "marked", ALL)
def old_format(solved):
    return json.loads(nbformat.writes(notebook(), version=3))


@_case("claims a format that does not exist yet", "marked", ALL)
def new_format(solved):
    return solved | {"nbformat": 99, "nbformat_minor": -1}


@_case("begins with a byte order mark", "marked", ALL)
def byte_order_mark(solved):
    return b"\xef\xbb\xbf" + json.dumps(solved).encode()


@_case("was saved as UTF-16", "marked", ALL)
def utf_16(solved):
    return json.dumps(solved).encode("utf-16")


@_case("holds NaN and infinity, which are no JSON", "marked", ALL)
def constants(solved):
    return json.dumps(solved | {"metadata": {"a": [float("nan"), float("inf")]}}).encode()


@_case("has all its keys twice, the empty ones first", "marked", ALL)
def keys_twice(solved):
    return b'{"cells": [], "nbformat": 4, ' + json.dumps(solved).encode()[1:]


@_case("has no cell at all", "marked", 0.0)
def no_cells(solved):
    return solved | {"cells": []}


@_case("lost an answer and all checks", "marked", ALL - 2)
def missing_cells(solved):
    lost = [*_checks(solved), _named(solved, "stable_softmax")]
    return solved | {"cells": [cell for cell in solved["cells"] if cell not in lost]}


@_case("has each cell twice", "marked", ALL)
def doubled_cells(solved):
    return solved | {"cells": [cell for cell in solved["cells"] for _ in range(2)]}


@_case("gives each cell the name of one exercise", "marked", ALL)
def one_name_for_all(solved):
    for cell in _code(solved):
        cell["metadata"]["nbgrader"] = {"grade_id": "most_symbols", "grade": True, "solution": True, "points": 100}
        cell["id"] = "most_symbols"
    return solved


@_case("has no ids and no metadata, as other editors save it", "marked", ALL)
def nothing_but_cells(solved):
    cells = [{"cell_type": cell["cell_type"], "source": cell["source"]} for cell in solved["cells"]]
    return {"cells": cells}


@_case("has its cells in the opposite order", "marked", ALL)
def reversed_cells(solved):
    return solved | {"cells": solved["cells"][::-1]}


@_case("has half a surrogate pair in an answer", "marked", ALL)
def half_a_surrogate_pair(solved):
    _named(solved, "stable_softmax")["source"] += "\n# \ud800"
    return solved


@_case("has a null byte in an answer", "marked", ALL - 2)
def null_byte(solved):
    _named(solved, "stable_softmax")["source"] += "\0"
    return solved


# --------------------------------------------------------------------------------------------------- forgeries
@_case("is unchanged except for outputs that say that all is right", "marked", 0.0)
def forged_outputs(solved):
    untouched = _stubs()
    shown = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "2"}}
    page = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(1)</script>"}}
    for cell in _code(untouched):
        cell["outputs"] = [shown, page, {"output_type": "stream", "name": "stdout", "text": ["● right"]}]
    return untouched


@_case("is unchanged except for checks that only print that all is right", "marked", 0.0)
def edited_checks(solved):
    untouched = _stubs()
    for cell in _checks(untouched):
        cell["source"] = "print('right')\n2"
    return untouched


@_case("says that each exercise is worth a hundred points", "marked", ALL)
def forged_points(solved):
    for cell in _checks(solved):
        cell["metadata"]["nbgrader"] |= {"points": 100, "max_score": 100, "score": 100}
    return solved


@_case("brings graded cells of its own, worth fifty points each", "marked", ALL)
def own_checks(solved):
    claim = {"grade": True, "solution": False, "locked": True, "points": 50, "schema_version": 3, "task": False}
    for number in range(3):
        metadata = {"nbgrader": claim | {"grade_id": f"check-bonus-{number}"}}
        solved["cells"].append(nbformat.v4.new_code_cell("1", metadata=metadata))
    return solved


@_case("marks its own answers as checks, so that they would not be read", "marked", ALL)
def answers_called_checks(solved):
    for cell in _code(solved):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"grade": True, "solution": False}
    return solved


@_case("is 19 MB of empty lists, each twenty times as large in memory")
def many_small_parts(solved):
    return json.dumps(solved).encode()[:-1] + b', "x": [' + b"[]," * 6_000_000 + b"[]]}"
