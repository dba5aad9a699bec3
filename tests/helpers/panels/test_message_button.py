"""Show a message with a button in a cell: the first state, each press, and the last one."""

import threading

import ipywidgets
import pytest

from d2l_helpers.panels.message_button import Below, show_with_button

MESSAGE = {"text/plain": "a message", "text/html": "<b>a message</b>"}


@pytest.fixture
def shown(monkeypatch):
    """The arguments of `display`, and the widgets that were made."""
    made, calls = [], []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **others: calls.append((bundle, others)))
    box = ipywidgets.VBox
    monkeypatch.setattr(ipywidgets, "VBox", lambda children: made.append(box(children)) or made[-1])
    return calls, made


def test_each_press_shows_what_comes_next_until_the_last(shown):
    presses = []

    def below():
        return Below(f"pressed {len(presses)}", "<i>more</i>" * len(presses), len(presses) == 2)

    show_with_button(MESSAGE, below, lambda: presses.append(threading.get_ident()) or below())
    ((bundle, others),), (view,) = shown
    text, button, more = view.children
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    assert {name: bundle[name] for name in MESSAGE} == MESSAGE
    assert others == {"metadata": {"d2l_helpers_exhibit": True}, "raw": True}, "the saved file keeps the message alone"
    assert (text.value, button.description, more.value) == ("<b>a message</b>", "pressed 0", "")
    for press in (1, 2):
        button.click()
        assert (button.description, more.value) == (f"pressed {press}", "<i>more</i>" * press)
        assert button.disabled is (press == 2)


def test_presses_on_several_threads_come_one_at_a_time(shown):
    presses, running = [], []

    def press():
        running.append(True)
        assert len(running) == 1
        presses.append(True)
        running.pop()
        return Below(str(len(presses)), "", False)

    show_with_button(MESSAGE, lambda: Below("0", "", False), press)
    _, (view,) = shown
    threads = [threading.Thread(target=view.children[1].click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert view.children[1].description == "20"
