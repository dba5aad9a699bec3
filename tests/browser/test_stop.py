"""In JupyterLab, code that does not end is stopped, or said to be one that cannot be, and no cell hangs for it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from playwright.sync_api import Locator, Page, expect
from support.jupyter_lab import SCREENSHOTS, LabNotebook, Watch, appears, settled, status

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

SETUP = """
import time, warnings
import d2l_helpers as helpers
"""
LOOP = """
def train(lr=0.1):
    print("begun with", lr)
    while True: pass

helpers.retrain(train)
"""
SLEEPS = """
def naps(lr=0.1):
    while True:
        time.sleep(0.01)

helpers.retrain(naps)
"""
LONG_CALL = """
def stuck(lr=0.1):
    time.sleep(60)

helpers.retrain(stuck)
"""
SLOW = """
def slow(lr=0.1, num_epochs=4):
    for epoch in range(num_epochs):
        print("epoch", epoch + 1, "of", num_epochs, "at", lr)
        time.sleep(1)
        yield 0.5 / (epoch + 1)

helpers.retrain(slow)
"""
ANY = """
def wide(lr=0.1, width=64, momentum=0.9, nesterov=False, activation="relu", weight_decay=1e-3, layers=2, mode="fast"):
    print(width, momentum, nesterov, activation)
    yield 0.5

helpers.retrain(wide, width=(8, 512))
"""
CELLS = {
    "setup": SETUP,
    "loop": LOOP,
    "after-loop": "print('after', 'the loop')",
    "sleeps": SLEEPS,
    "any": ANY,
    "slow": SLOW,
    "after-slow": "print('after', 'the slow one')",
    "stuck": LONG_CALL,
    "after-stuck": "print('after', 'all')",
}


NAMES = (
    "test_the_page_survives_its_reader",
    "test_a_call_that_cannot_be_ended_is_said_and_no_cell_hangs",
    "test_any_parameter_has_a_control_that_works_from_the_keyboard",
    "test_stop_ends_a_loop_within_its_bound",
)


class Lab(LabNotebook):
    """A notebook of these cells in a tab, which are run one by one."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.cells = _cells()
        page.goto(address)
        self.cell("setup").wait_for()
        self.wait_until_idle()

    def run(self, name: str) -> Locator:
        """Run a cell without waiting for it; return its output."""
        self.cell(name).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        return self.cell(name).locator(".jp-Cell-outputWrapper")


@pytest.fixture(scope="module")
def address(
    lab_in: Callable[[Path], AbstractContextManager[tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve the notebook under any name; return the address, to be completed by one of NAMES."""
    folder = tmp_path_factory.mktemp("stop") / "notebooks"
    folder.mkdir()
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    for name in NAMES:
        nbformat.write(v4.new_notebook(cells=_cells(), metadata=metadata), folder / f"{name}.ipynb")
    with lab_in(folder) as (server, token):
        yield f"{server}/lab/workspaces/{{0}}/tree/{{0}}.ipynb?token={token}"


@pytest.fixture
def lab(page: Page, address: str, request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(page, address.format(request.node.name.partition("[")[0])) as lab:
        yield lab


def _cells() -> list[nbformat.NotebookNode]:
    return [v4.new_code_cell(source.strip(), id=name) for name, source in CELLS.items()]


def stop(panel: Locator) -> None:
    panel.get_by_role("button", name="Stop").click()


def seconds_to_stop(page: Page, panel: Locator) -> float:
    """Stop a fit that runs, and see when the panel says so."""
    expect(status(panel)).to_contain_text("running")
    page.wait_for_timeout(300)
    watch = Watch(page, panel)
    stop(panel)
    seconds = watch.first(r"stopped in")
    panel.get_by_role("button", name="Retrain").click()
    return seconds


@pytest.mark.timing
@pytest.mark.parametrize("cell", ["loop", "sleeps"])
def test_stop_ends_a_loop_within_its_bound(page: Page, lab: Lab, cell: str) -> None:
    lab.run("setup")
    panel = lab.run(cell)
    expect(status(panel)).to_contain_text("running")
    times = [seconds_to_stop(page, panel) for _ in range(5)]
    print(f"{cell}: Stop to stopped {statistics.median(times):.2f} s, at most {max(times):.2f} s")
    assert statistics.median(times) < 0.5
    stop(panel)


def test_the_page_survives_its_reader(page: Page, lab: Lab) -> None:
    lab.run("setup")
    loop = lab.run("loop")
    line = status(loop)
    expect(line).to_contain_text("running")
    expect(loop.get_by_role("group", name="Printed")).to_contain_text("begun with 0.1")
    stop(loop)
    expect(line).to_contain_text("stopped in train(), line 3: while True: pass")
    sleeps = lab.run("sleeps")
    expect(status(sleeps)).to_contain_text("running")
    stop(sleeps)
    expect(status(sleeps)).to_contain_text("stopped in")
    expect(line).to_contain_text("stopped in train(), line 3: while True: pass")
    page.screenshot(path=SCREENSHOTS / "stopped.png")
    appears(lab.run("after-loop").get_by_text("after the loop"), lab.cell("after-loop"))

    # A moved slider ends the loop, too, and says where it was
    rate = loop.get_by_role("slider").first
    rate.focus()
    rate.press("ArrowRight")
    expect(line).to_contain_text("learning rate 0.1122")
    expect(line).to_contain_text("running")
    rate.press("ArrowRight")
    expect(line).to_contain_text("learning rate 0.1259")
    expect(line).to_contain_text("running; the previous fit was stopped in train(), line 3: while True: pass")
    expect(loop.get_by_role("group", name="Printed")).to_contain_text("begun with 0.12589")

    # A cell waits, says so, and Stop lets it go on
    waiting = lab.run("after-loop")
    appears(waiting.get_by_text("This cell waits until the running fit of a panel has ended."), waiting)
    page.screenshot(path=SCREENSHOTS / "waiting.png")
    stop(loop)
    expect(line).to_contain_text("stopped in train(), line 3: while True: pass")
    appears(waiting.get_by_text("after the loop"), waiting)
    expect(waiting).not_to_contain_text("waits until")

    # The same for a fit that ends by itself
    slow = lab.run("slow")
    expect(status(slow)).to_contain_text("epoch 1 of 4")
    waiting = lab.run("after-slow")
    appears(waiting.get_by_text("This cell waits until"), waiting)
    appears(waiting.get_by_text("after the slow one"), waiting)
    expect(status(slow)).to_contain_text("done after 4 of 4 epochs")
    expect(slow.get_by_role("group", name="Printed")).to_contain_text("epoch 4 of 4 at 0.1")


def test_a_call_that_cannot_be_ended_is_said_and_no_cell_hangs(page: Page, lab: Lab) -> None:
    lab.run("setup")
    panel = lab.run("stuck")
    expect(status(panel)).to_contain_text("running")
    stop(panel)
    said = panel.get_by_role("alert")
    appears(said.get_by_text("cannot be stopped: stuck(), line 2: time.sleep(60)"), panel)
    expect(said).to_contain_text("restart the kernel (Kernel > Restart Kernel…)")
    after = lab.run("after-stuck")
    appears(after.get_by_text("after all"), after)
    expect(after).to_contain_text("Cannot stop stuck(), line 2: time.sleep(60)")
    other = lab.run("any")
    appears(other.get_by_role("alert").get_by_text("cannot start: the previous fit cannot be stopped"), other)
    page.screenshot(path=SCREENSHOTS / "stuck.png", full_page=True)


def test_any_parameter_has_a_control_that_works_from_the_keyboard(page: Page, lab: Lab) -> None:
    lab.run("setup")
    panel = lab.run("any")
    line = status(panel)
    expect(line).to_contain_text(
        "width 64, momentum 0.9, nesterov no, activation relu, weight decay 0.001, layers 2, mode fast"
    )
    expect(line).to_contain_text("done after 1 of 1 epochs")
    settled(line)
    for title, said in {"width": "width 65,", "activation": "activation sigmoid", "momentum": "momentum 0.91"}.items():
        control = panel.locator(".widget-hslider, .widget-inline-hbox", has_text=title).get_by_role("slider").first
        control.focus()
        control.press("ArrowRight")
        expect(line).to_contain_text(said)
        expect(line).to_contain_text("done after")
    box = panel.get_by_role("checkbox")
    box.focus()
    box.press("Space")
    expect(line).to_contain_text("nesterov yes")
    expect(line).to_contain_text("done after")
    expect(panel.get_by_role("group", name="Printed")).to_contain_text("65 0.91 True sigmoid")
    for name, width in {"wide": 1200, "narrow": 900}.items():
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(500)
        page.screenshot(path=SCREENSHOTS / f"any-{name}.png")
        table = panel.get_by_role("region", name="Past runs")
        assert table.evaluate("node => node.scrollWidth <= node.clientWidth"), "nothing of the table is cut off"
    page.set_viewport_size({"width": 1200, "height": 1000})
    panel.get_by_role("button", name="Book values").click()
    expect(line).to_contain_text("width 64, momentum 0.9, nesterov no, activation relu")
