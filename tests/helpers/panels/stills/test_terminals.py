"""In a terminal, exhibits and questions are texts that say how to go on: Python's prompt, IPython, jupyter console."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pexpect
import pytest
from support.endless import ENDLESS
from support.waiting import until

pytestmark = pytest.mark.kernel

DEFINITION = """
def train(lr=0.1, num_epochs=5):
    for epoch in range(num_epochs):
        print("epoch", epoch)
        yield lr / (epoch + 1)
"""
TERMINALS = {
    "python": (["-q"], ">>> "),
    "ipython": (["-m", "IPython", "--simple-prompt", "--no-banner", "--colors=nocolor"], r"In \[\d+\]: "),
    "console": (["-m", "jupyter_console", "--simple-prompt"], r"In \[\d+\]: "),
}


class Terminal:
    """A program at whose prompt a person types."""

    def __init__(self, name: str, home: Path) -> None:
        arguments, self.prompt = TERMINALS[name]
        places = {"XDG_STATE_HOME": "state", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
        self._program = pexpect.spawn(
            sys.executable, arguments, timeout=60, encoding="utf-8", dimensions=(50, 1000), echo=False,
            env=pexpect.utils.os.environ | {"TERM": "dumb"} | {name: str(home / path) for name, path in places.items()},
        )  # fmt: skip
        self._program.expect(self.prompt)

    def type(self, line: str) -> str:
        """Type a line, and return what is printed before the next prompt."""
        self._program.sendline(line)
        self._program.expect(f"(?m)^{self.prompt}")
        return str(self._program.before).replace("\r", "")

    def close(self) -> None:
        self._program.close(force=True)


# Jupyter's console now and then shows its prompt before the output, and the test then waits in vain for another one
@pytest.mark.parametrize("name", ["python", "ipython", pytest.param("console", marks=pytest.mark.nightly)])
def test_a_terminal_shows_a_run_and_says_how_to_go_on(name: str, tmp_path: Path) -> None:
    (tmp_path / "cell.py").write_text(DEFINITION)
    terminal = Terminal(name, tmp_path)
    try:
        terminal.type(f"import d2l_helpers as helpers; exec(open({str(tmp_path / 'cell.py')!r}).read())")
        panel = terminal.type("helpers.retrain(train)")
        assert "change the defaults and call retrain again" in panel
        assert "learning rate 0.1, epochs 5\ndone after 5 of 5 epochs — loss 0.02\nepoch 0\n" in panel
        assert "RetrainPanel" not in panel
        assert "A leads, 2.72 times as probable as B" in terminal.type("helpers.explore_softmax()")
        assert re.search(r"\nguess: +helpers\.predict\(", terminal.type("helpers.predict('rate_of_almost_one')"))
        assert "helpers.hint('kl_bits')" in terminal.type("helpers.check('kl_bits', lambda p, q: 1)")
        assert "hint 1 of 3" in terminal.type("helpers.hint('kl_bits')")
        quiz = terminal.type("helpers.quiz(2, seed=1)")
        assert "Question 2. " in quiz
        assert "helpers.quiz(2, seed=1, answers='aa')" in quiz
        assert "a: 1.5000" in terminal.type("helpers.show(a=1.5)")
    finally:
        terminal.close()


@pytest.mark.parametrize("name", ["python", "ipython"])
def test_an_interrupt_ends_the_run(name: str, tmp_path: Path) -> None:
    waits = tmp_path / "the cell waits"
    (tmp_path / "cell.py").write_text(ENDLESS.format(str(waits)))
    terminal = Terminal(name, tmp_path)
    try:
        terminal.type(f"import d2l_helpers as helpers; exec(open({str(tmp_path / 'cell.py')!r}).read())")
        terminal._program.sendline("helpers.retrain(train)")
        until(waits.exists)
        terminal._program.sendintr()
        terminal._program.expect("stopped after")
        terminal._program.expect(terminal.prompt)
    finally:
        terminal.close()
