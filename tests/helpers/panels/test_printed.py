"""What a function prints is shown as a terminal would: the last lines, capped, and never anywhere else."""

import re
import sys
import threading
import time

import pytest

from d2l_helpers.panels.printed import Printed


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
def test_lines_stand_as_in_a_terminal(texts, shown):
    assert lines(*texts) == shown


def test_nothing_printed_takes_no_room_and_what_is_cut_says_so():
    printed = Printed()
    assert printed.html() == ""
    printed.write("a\n" * 10)
    assert ">Printed<" in printed.html()
    assert len(printed) == 10
    printed.write("b")
    assert ">Printed, the last 10 lines<" in printed.html()
    assert len(printed) == 10


def test_a_flood_fills_no_memory():
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


def test_a_flood_of_prints_reaches_the_page_ten_times_a_second(read):
    updates = []

    def flood(lr=0.1):
        number = 0
        while True:
            print("line", number := number + 1)

    reader = read(flood)
    reader.panel._printed.observe(lambda change: updates.append(change["new"]), "value")
    started = time.monotonic()
    time.sleep(1.5)
    reader.click("Stop")
    reader.wait()
    assert 1 < len(updates) <= 3 + (time.monotonic() - started) / 0.1
    assert max(map(len, updates)) < 10_000
    assert len(reader.printed) == 10
    first, last = (int(reader.printed[index].removeprefix("line ")) for index in (0, -2))  # the last may be cut short
    assert last - first == 8


def test_the_box_keeps_its_height_from_fit_to_fit_and_goes_with_the_prints(read):
    heights = []

    def train(lr=0.1):
        for number in range(4 if lr < 1 else 0):
            print(number)
        yield 0.5

    reader = read(train)
    reader.wait()
    reader.panel._printed.observe(
        lambda change: heights.append(re.search("min-height:([^;]*)", change["new"])), "value"
    )
    reader.move("learning rate", 0.5)
    reader.wait()
    assert {height[1] for height in heights} == {"5.6em"}
    reader.move("learning rate", 5.0)
    reader.wait()
    assert reader.html[3] == ""


def test_an_error_leaves_the_prints_that_came_before_it(read):
    def train(lr=0.1):
        print("before")
        raise RuntimeError("lost")

    reader = read(train)
    reader.wait()
    assert "RuntimeError: lost" in reader.status
    assert reader.printed == ["before"]
