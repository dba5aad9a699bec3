"""What a grader must survive: hostile cells, and that nothing of them is left."""

import re
import socket
from pathlib import Path

import pytest
from support.hostile import CASES

from d2l_autograder.sandbox import Lost

ROOT = Path(__file__).parents[3]
GRADER_MAY_GROW = 80 << 20  # bytes


def reset_peak():
    Path("/proc/self/clear_refs").write_text("5")


def memory(name):
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) << 10


@pytest.fixture(scope="module")
def servers():
    """A TCP server and one on an abstract socket, outside."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0d2l-hostile-test")
        abstract.listen()
        yield tcp.getsockname()[1]


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_cell_ends_as_expected_and_leaves_nothing(name, opened, servers, monkeypatch):
    case = CASES[name]
    monkeypatch.setenv("D2L_SECRET", "secret")
    known = f"ROOT, HOST_HOME, PORT, IDENT = {str(ROOT)!r}, {str(Path.home())!r}, {servers}, 2\n"
    reset_peak()
    before = memory("VmRSS:")
    with opened(**case.limits) as sandbox:
        sandbox.run("constants", known)
        if case.verdict is None:
            said = sandbox.run("hostile", case.source).printed
        else:
            with pytest.raises(Lost) as lost:
                sandbox.run("hostile", case.source)
            assert lost.value.verdict == case.verdict, lost.value
            said = lost.value.message
    assert re.search(case.says, said), said
    assert memory("VmHWM:") - before < GRADER_MAY_GROW
