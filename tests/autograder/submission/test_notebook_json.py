"""A file that was handed in is read within bounds of memory, whatever it is made of."""

import json
import subprocess
import sys

import pytest
from support.submitted import answered, code, read

from d2l_autograder.submission.notebook_json import LARGEST, read_cells
from d2l_helpers.errors import NotebookError

MB = 1 << 20
# Each makes a file of 19 MB from many copies of one part
PARTS = {
    "short texts": (b'"ab",', b'"x": [', b"0]"),
    "numbers": (b"257,", b'"x": [', b"0]"),
    "digits": (b"1,", b'"x": [', b"0]"),
    "fractions": (b"1.5,", b'"x": [', b"0]"),
    "lists": (b"[],", b'"x": [', b"0]"),
    "objects": (b"{},", b'"x": [', b"0]"),
    "keys": (b'"k":1,', b'"x": {', b'"k":0}'),
    "lines of a cell": (b'"x\\n",', b'"y": [{"source": [', b'"x"]}]'),
    "escapes": (b'\\"', b'"x": "', b'"'),
    "backslashes": (b"\\\\", b'"x": "', b'"'),
    "one long text": (b"x", b'"x": "', b'"'),
    "one long text with a smile": (b"x", b'"x": "\xf0\x9f\x99\x82', b'"'),
    "long lines": (b'"' + b"x" * 60 + b'\\n",', b'"y": [{"source": [', b'"x"]}]'),
}
MEASURE = """
import sys
from pathlib import Path
from d2l_autograder.submission.notebook_json import read_cells
from d2l_helpers.errors import NotebookError

def peak():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) << 10

contents = Path(sys.argv[1]).read_bytes()
before = peak()
try:
    read_cells(contents)
except NotebookError:
    pass
print(peak() - before)
"""


def made_of(case, size=19 * MB):
    part, start, end = PARTS[case]
    before, after = b'{"cells": [], ' + start, end + b"}"
    return before + part * ((size - len(before) - len(after)) // len(part)) + after


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("case", PARTS)
def test_reading_takes_little_more_memory_than_the_file(case, tmp_path):
    file = tmp_path / "file.ipynb"
    file.write_bytes(made_of(case))
    command = [sys.executable, "-c", MEASURE, str(file)]
    added = int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)
    assert added < 70 * MB  # short texts took 310 MB, numbers 227 MB


@pytest.mark.parametrize("case", ["short texts", "numbers", "lists", "objects", "keys", "lines of a cell"])
def test_a_file_of_too_many_parts_is_refused(case):
    with pytest.raises(NotebookError, match=r"more than [0-9,]+ (pieces of text|values|lists and objects)"):
        read_cells(made_of(case))


@pytest.mark.parametrize("case", PARTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_file_of_fewer_parts_is_read(case, encoding):
    contents = made_of(case, 100_000).decode().encode(encoding)
    assert isinstance(read_cells(contents), list)


def test_a_large_notebook_of_plots_is_read():
    notebook = answered()
    plot = "iVBORw0KGgo" + "A" * 700_000
    svg = "<svg>" + '<path d="M 1,2 L 3,4 [5] {6}"/>' * 20_000 + "</svg>"
    table = ["<td>1.5</td>\n"] * 20_000
    plotly = {"data": [{"x": [0.123456789] * 50_000, "type": "scatter"}] * 2}
    for _ in range(3):
        data = {"image/png": plot, "image/svg+xml": svg, "text/html": table, "application/vnd.plotly.v1+json": plotly}
        notebook["cells"].append(
            code("1") | {"outputs": [{"output_type": "display_data", "data": data, "metadata": {}}]}
        )
    contents = json.dumps(notebook).encode()
    assert 8 * MB < len(contents) < LARGEST
    assert len(read(notebook).attempted) == 6


def test_a_long_text_is_cut_and_what_follows_is_read():
    for long in (
        "x" * 3_000_000,
        "é" * 1_500_000,
        "🙂" * 700_000,
        '\\"' * 1_200_000,
        "\\" * 2_500_000,
        "\n" * 2_500_000,
    ):
        for escapes in (True, False):
            cells = [{"cell_type": "markdown", "source": long}, {"cell_type": "code", "source": "after"}]
            found = read_cells(json.dumps({"cells": cells}, ensure_ascii=escapes).encode())
            assert found[1]["source"] == "after"
            kept = found[0]["source"].rstrip("\ud83d")
            assert long.startswith(kept)
            assert len(kept) > 60_000


def test_what_is_not_read_is_dropped():
    cell = {"cell_type": "code", "source": "1", "metadata": {"tags": ["x"], "nbgrader": {"grade_id": "a", "points": 3}}}
    assert read_cells(json.dumps({"cells": [cell], "nbformat": 4}).encode()) == [
        {"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": "a"}}}
    ]
