"""A function's prints appear in its panel only, as in a terminal; and no function can ask for input."""

import builtins
import getpass
import io
import itertools
import logging
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from ipykernel.ipkernel import IPythonKernel

from d2l_helpers.errors import TrainingError
from d2l_helpers.panels.output import Printed, captured, refuse_kernel_input


def lines(*texts):
    printed = Printed()
    for text in texts:
        printed.write(text)
    return re.search("<pre.*?>(.*?)</pre>", printed.html(1), re.DOTALL)[1].split("\n")


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ([], [""]),
        (["a", "b\n", "c"], ["ab", "c"]),
        (["a\n\n"], ["a", ""]),
        (["10 %\r20 %\r100 %\n"], ["100 %"]),
        (["100 %\r", "20"], ["200 %"]),
        (["a\r\nb"], ["a", "b"]),
        (["\x1b[31mred\x1b[0m\x1b[A"], ["red"]),
        (["<b>&"], ["&lt;b&gt;&amp;"]),
        (["\udc80"], ["?"]),
        (["x" * 200], ["x" * 200]),
        (["x" * 150, "y" * 150], ["x" * 150 + "y" * 50 + "…"]),
        (["x" * 10**6 + "\ny"], ["x" * 200 + "…", "y"]),
        (["\n".join(map(str, range(1000)))], [str(number) for number in range(990, 1000)]),
        (["\n".join(map(str, range(1000))) + "\n"], [str(number) for number in range(990, 1000)]),
    ],
)
def test_lines_are_shown_as_in_a_terminal(texts, shown):
    assert lines(*texts) == shown


def test_without_prints_there_is_no_box_and_a_cut_is_marked():
    printed = Printed()
    assert printed.html() == ""
    printed.write("a\n" * 10)
    assert ">Printed<" in printed.html()
    assert len(printed) == 10
    printed.write("b")
    assert ">Printed, the last 10 lines<" in printed.html()
    assert len(printed) == 10


def test_many_prints_fill_no_memory():
    printed = Printed()
    for _ in range(1000):
        printed.write("x" * 1000)
    assert len(printed.html()) < 1000


def test_prints_appear_in_the_panel_and_nowhere_else(read, capfd):
    def train(lr=0.1):
        print("rate", lr)
        print("to stderr", file=sys.stderr, flush=True)
        sys.stdout.writelines(["a", "b\n"])
        assert not sys.stdout.isatty()
        yield 0.5

    out = sys.stdout, sys.stderr
    reader = read(train)
    reader.wait()
    assert reader.printed == ["rate 0.1", "to stderr", "ab"]
    assert "done after 1 of 1 epochs" in reader.status
    assert (sys.stdout, sys.stderr) == out
    assert capfd.readouterr() == ("", "")
    reader.move("learning rate", 0.5)
    reader.wait()
    assert reader.printed[0] == "rate 0.5", "each fit begins with an empty box"


def test_a_logging_handler_that_keeps_the_stream_writes_to_the_panel(read, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("of a reader")
    logger.addHandler(handler)

    def train(lr=0.1):
        logger.warning("logged")
        yield 0.5

    reader = read(train)
    reader.wait()
    logger.warning("by a cell")
    logger.removeHandler(handler)
    assert reader.printed == ["logged"]
    assert stream.getvalue() == "by a cell\n"
    assert handler.stream is stream


def test_closing_the_output_leaves_that_of_the_cells_open(read, capsys):
    def train(lr=0.1):
        print("mine")
        sys.stdout.close()
        return iter([0.5])

    reader = read(train)
    reader.wait()
    assert reader.printed == ["mine"]
    print("a cell's")
    assert capsys.readouterr().out == "a cell's\n"


def test_other_threads_print_where_they_did(read, capsys):
    inside, leave = threading.Event(), threading.Event()

    def train(lr=0.1):
        inside.set()
        leave.wait(30)
        print("mine")
        return iter([0.5])

    reader = read(train)
    assert inside.wait(30)
    print("not the function's")
    leave.set()
    reader.wait()
    assert reader.printed == ["mine"]
    assert capsys.readouterr().out == "not the function's\n"


def test_a_line_appears_though_nothing_follows_it(read):
    leave = threading.Event()

    def train(lr=0.1):
        for number in range(5):
            print(number)
        leave.wait(30)
        return iter([0.5])

    reader = read(train)
    deadline = time.monotonic() + 20
    while reader.printed != ["0", "1", "2", "3", "4"]:
        assert time.monotonic() < deadline, reader.printed
        time.sleep(0.01)
    leave.set()


def test_many_prints_reach_the_page_ten_times_per_second_at_most(read):
    updates = []

    def flood(lr=0.1):
        number = 0
        while True:
            print("line", number := number + 1)

    reader = read(flood)
    reader.panel._display.printed.observe(lambda change: updates.append(change["new"]), "value")
    started = time.monotonic()
    until = started + 30
    while len(updates) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    reader.click("Stop")
    reader.wait()
    assert 4 <= len(updates) <= 3 + (time.monotonic() - started) / 0.1
    assert max(map(len, updates)) < 10_000
    assert len(reader.printed) == 10
    first, last = (int(reader.printed[index].removeprefix("line ")) for index in (0, -2))  # the last may be cut short
    assert last - first == 8


def test_the_box_keeps_its_height_until_a_fit_ends_without_prints(read):
    heights = []

    def train(lr=0.1):
        for number in range(4 if lr < 1 else 0):
            print(number)
        yield 0.5

    reader = read(train)
    reader.wait()
    reader.panel._display.printed.observe(
        lambda change: heights.append(re.search("min-height:([^;]*)", change["new"])), "value"
    )
    reader.move("learning rate", 0.5)
    reader.wait()
    assert {height[1] for height in heights} == {"5.6em"}
    reader.move("learning rate", 5.0)
    reader.wait()
    assert reader.html[2] == ""


def test_an_error_leaves_the_prints_that_came_before_it(read):
    def train(lr=0.1):
        print("before")
        raise RuntimeError("lost")

    reader = read(train)
    reader.wait()
    assert "RuntimeError: lost" in reader.status
    assert reader.printed == ["before"]


class Kernel:
    """A kernel whose reader answers everything with 6; what it does to `input` is ipykernel's own code."""

    def __init__(self):
        self.asked = []

    def raw_input(self, prompt=""):
        self.asked.append(prompt)
        return "6"

    def getpass(self, prompt="", stream=None):
        return self.raw_input(prompt)

    begin_cell, end_cell = IPythonKernel._forward_input, IPythonKernel._restore_input


@pytest.fixture
def kernel(monkeypatch):
    for module, name in ((builtins, "input"), (getpass, "getpass")):
        monkeypatch.setattr(module, name, getattr(module, name))  # put back, should a test fail within a cell
    monkeypatch.setattr("sys.stdin", io.StringIO("from stdin"))
    return Kernel()


def refused(question):
    with pytest.raises(TrainingError, match="cannot ask for input"):
        question()
    return True


QUESTIONS = {
    "input": lambda: input("how many? "),
    "getpass": lambda: getpass.getpass("how many? ", stream=io.StringIO()),
    "read": lambda: sys.stdin.read(),
    "readlines": lambda: sys.stdin.readlines(),
    "iteration": lambda: next(sys.stdin),
    "loop": lambda: list(sys.stdin),
    "buffer": lambda: sys.stdin.buffer.read(),
}
# Two cells: at each of these five moments the capture may begin, the panel ask, and the capture end
MOMENTS = ("before", "in the first cell", "between", "in the second cell", "after")


@pytest.mark.filterwarnings("ignore:Can not control echo:getpass.GetPassWarning")
@pytest.mark.parametrize("installed", MOMENTS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_input_is_refused_at_every_moment_and_cells_ask_as_before(kernel, question, installed, monkeypatch):
    monkeypatch.setattr("os.open", no_terminal)
    original, stdin = builtins.input, sys.stdin
    for begin, ask, end in itertools.combinations_with_replacement(range(len(MOMENTS)), 3):
        kernel.__dict__.clear()
        kernel.asked = []
        printed, answers = [], 0
        with ThreadPoolExecutor(1) as panels_thread:
            capture = captured(printed.append)
            for moment, name in enumerate(MOMENTS):
                if moment in (1, 3):
                    kernel.begin_cell(allow_stdin=True)
                if moment in (2, 4):
                    kernel.end_cell()
                if name == installed:
                    refuse_kernel_input(kernel)
                if moment == begin:
                    panels_thread.submit(capture.__enter__).result()
                if moment == ask and moment >= MOMENTS.index(installed):
                    assert panels_thread.submit(refused, QUESTIONS[question]).result()
                    assert printed == ["how many? "] or question != "input"
                if moment in (1, 3):
                    assert (input("in a cell? "), getpass.getpass("secret? ")) == ("6", "6")
                    answers += 2
                assert len(kernel.asked) == answers
                if moment == end:
                    panels_thread.submit(capture.__exit__, None, None, None).result()
        assert builtins.input is original
        assert sys.stdin is stdin
    assert sys.stdin.read() == "from stdin"


def no_terminal(*_, **__):
    raise OSError("a test has no terminal to ask on")


def test_other_threads_read_stdin_while_output_is_captured(kernel):
    with ThreadPoolExecutor(1) as panels_thread:
        capture = captured(print)
        panels_thread.submit(capture.__enter__).result()
        assert input() == "from stdin"
        panels_thread.submit(capture.__exit__, None, None, None).result()


def test_input_at_a_terminal_is_refused_too(kernel, monkeypatch):
    """Python's own `input` asks a terminal without a call of `readline`; it looks for one by `fileno`."""
    monkeypatch.setattr(sys.stdin, "fileno", lambda: 0, raising=False)
    with captured(lambda text: None):
        with pytest.raises(io.UnsupportedOperation):
            sys.stdin.fileno()
        assert refused(input)
    assert sys.stdin.fileno() == 0


CAPTURE_ENDS_DURING_A_PRINT = """
import sys
from d2l_helpers.panels.output import captured

class Last:
    def __repr__(self):
        capture.__exit__(None, None, None)
        self.freed = [bytearray(size) for size in range(40, 400) for _ in range(9)]
        return "shown"

for show in (print, sys.displayhook):
    capture = captured(lambda text: None)
    capture.__enter__()
    show(Last())
"""


def test_python_does_not_crash_if_a_capture_ends_during_a_print():
    done = subprocess.run([sys.executable, "-c", CAPTURE_ENDS_DURING_A_PRINT], timeout=60, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"shown\nshown\n"), done.stderr


def test_streams_are_wrapped_once():
    wrapped = []
    for _ in range(2):
        with captured(lambda text: None):
            wrapped.append(sys.stdout)
    assert wrapped[0] is wrapped[1]
