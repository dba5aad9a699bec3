"""Each attack ends with the verdict that it must have, and leaves nothing outside."""

import re
import socket
from pathlib import Path

import pytest
from support.hostile import ATTACKS

from d2l_autograder.sandbox import Lost

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).parents[3]
GRADER_MAY_GROW = 80 << 20  # bytes


def reset_peak():
    Path("/proc/self/clear_refs").write_text("5")


def memory(name):
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) << 10


@pytest.fixture(scope="module")
def port():
    """Start a TCP server, outside."""
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        yield tcp.getsockname()[1]


@pytest.mark.nightly
@pytest.mark.usefixtures("started_inside")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_alike_where_python_starts_inside(name, opened, port, monkeypatch):
    test_an_attack_ends_as_expected_and_leaves_nothing(name, opened, port, monkeypatch)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_as_expected_and_leaves_nothing(name, opened, port, monkeypatch):
    attack = ATTACKS[name]
    monkeypatch.setenv("D2L_SECRET", "secret")
    known = f"ROOT, HOST_HOME, PORT, IDENT = {str(ROOT)!r}, {str(Path.home())!r}, {port}, 2\n"
    reset_peak()
    before = memory("VmRSS:")
    with opened(**attack.limits) as sandbox:
        sandbox.run("constants", known, 10)
        if attack.verdict is None:
            try:
                said = sandbox.run("hostile", attack.source).printed
            except Lost as lost:
                if not attack.may_end:
                    raise
                said = lost.message
        else:
            with pytest.raises(Lost) as lost:
                sandbox.run("hostile", attack.source)
            assert lost.value.verdict == attack.verdict, lost.value
            said = lost.value.message
    assert re.search(attack.says, said), said
    assert memory("VmHWM:") - before < GRADER_MAY_GROW
