"""A panel around a real, small training shows what the function did, whichever slider or button is used."""

import ast
import re
import threading
from pathlib import Path

import d2l_helpers as helpers
from d2l_helpers import panels
from d2l_helpers.panels.training_thread import TrainingThread

VIEW = "application/vnd.jupyter.widget-view+json"
# Names that ipywidgets 7.7.1, Colab's, exports, out of those a panel might use
IN_7_7_1 = {
    *("Accordion", "BoundedFloatText", "BoundedIntText", "Box", "Button", "Checkbox", "Dropdown", "FloatLogSlider"),
    *("FloatProgress", "FloatSlider", "FloatText", "GridBox", "HBox", "HTML", "HTMLMath", "Image", "IntProgress"),
    *("IntSlider", "IntText", "Label", "Layout", "Output", "Play", "RadioButtons", "Select", "SelectionSlider", "Tab"),
    *("Text", "Textarea", "ToggleButton", "ToggleButtons", "VBox", "Widget", "interact", "interactive", "jslink"),
}


def test_the_first_fit_shows_the_functions_own_numbers(reader, train):
    (history,) = train.histories
    assert len(history) == 3
    loss, train_acc, held_out_acc = history.train_loss[-1], history.train_acc[-1], history.held_out_acc[-1]
    assert reader.status == (
        "learning rate 0.1, batch size 64, epochs 3\ndone after 3 of 3 epochs"
        f" — loss {loss:.4f}, train accuracy {train_acc:.4f}, held-out accuracy {held_out_acc:.4f}"
    )
    said, drawing, printed, _ = reader.html
    assert 'role="status"' in said
    assert f"Curves after 3 epochs: train loss {loss:.3f}, held-out loss {history.held_out_loss[-1]:.3f}" in drawing
    assert "data:image/png;base64," in drawing
    assert printed == ""
    assert reader.panel.runs[-1].history == history
    assert reader.bar == 1


def test_a_slider_that_moves_retrains_with_its_value(reader, train):
    reader.move("learning rate", 0.5)
    reader.wait()
    assert [call["lr"] for call in train.calls] == [0.1, 0.5]
    assert train.histories[0] != train.histories[1]
    assert reader.panel.runs[-1].history == train.histories[1]
    assert reader.status.startswith("learning rate 0.5, batch size 64, epochs 3\ndone after 3 of 3 epochs")
    assert 'opacity="0.7"' in reader.html[1], "the previous run is drawn faintly"


def test_the_same_settings_give_the_same_numbers(reader, train):
    reader.click("Retrain")
    reader.wait()
    assert len(train.histories) == 2
    assert train.histories[0] == train.histories[1]


def test_of_ten_quick_moves_only_the_first_and_the_last_are_trained(reader, train):
    for step in range(10):
        reader.move("epochs", 5 + step)
    reader.wait()
    # The thread may have begun the first, or have seen the second before that
    assert [call["num_epochs"] for call in train.calls] in ([3, 5, 14], [3, 14])


def test_a_single_move_is_trained_at_once(reader, monkeypatch):
    delays = []
    submit = TrainingThread.submit
    monkeypatch.setattr(
        TrainingThread, "submit", lambda self, job, delay=0.0: (delays.append(delay), submit(self, job, delay))
    )
    reader.move("epochs", 5)
    reader.move("epochs", 6)
    assert delays[0] == 0 < delays[1]
    reader.wait()


def test_a_table_lists_the_past_runs_the_newest_first(reader, train):
    for rate in (0.2, 0.3):
        reader.move("learning rate", rate)
        reader.wait()
    heads, *rows = reader.table
    assert heads == ["run", "learning rate", "batch size", "epochs", "train loss", "train acc", "held-out acc", "note"]
    assert [row[:4] for row in rows] == [["3", "0.3", "64", "3"], ["2", "0.2", "64", "3"], ["1", "0.1", "64", "3"]]
    numbers = [(h.train_loss[-1], h.train_acc[-1], h.held_out_acc[-1]) for h in reversed(train.histories)]
    assert [row[4:] for row in rows] == [[*(f"{number:.4f}" for number in three), ""] for three in numbers]


def test_the_table_keeps_six_runs_and_their_numbers(reader):
    for _ in range(7):
        reader.click("Retrain")
        reader.wait()
    assert [row[0] for row in reader.table[1:]] == ["8", "7", "6", "5", "4", "3"]


def test_stop_keeps_the_epochs_that_are_finished(reader, train):
    reader.move("epochs", 30)
    reader.move("batch size", 1)
    reader.until(" of 30 —")
    reader.click("Stop")
    reader.wait()
    history = reader.panel.runs[-1].history
    assert history.stopped
    assert 1 <= len(history) < 30
    assert f"stopped after {len(history)} of 30 epochs" in reader.status
    assert reader.table[1][-1] == f"stopped after {len(history)}"


def test_stop_before_the_fit_has_begun_is_said_too(reader, train):
    reader.move("epochs", 30)
    reader.click("Stop")
    reader.wait()
    assert reader.status == "learning rate 0.1, batch size 64, epochs 30\nstopped"
    assert len(train.calls) == len(reader.panel.runs) == 1
    reader.click("Stop")
    assert reader.status.endswith("stopped"), "there is nothing more to stop"


def test_the_books_values_come_back(reader, train):
    reader.move("learning rate", 5.0)
    reader.move("batch size", 16)
    reader.wait()
    assert train.calls[-1] == {"lr": 5.0, "batch_size": 16, "num_epochs": 3}
    reader.click("Book values")
    reader.wait()
    assert train.calls[-1] == train.calls[0]
    assert train.histories[-1] == train.histories[0]
    assert (reader.slider("learning rate").value, reader.slider("batch size").value) == (0.1, 64)


def test_a_generator_that_yields_from_fit_is_shown_as_well(read, train):
    def generator(lr=0.1, num_epochs=2):
        for progress in helpers.fit(*train.arguments(lr, 1, num_epochs)):
            yield progress
        train.histories.append(progress.history)

    reader = read(generator)
    reader.wait()
    assert "done after 2 of 2 epochs" in reader.status
    assert [run.history for run in reader.panel.runs] == train.histories
    reader.move("epochs", 30)
    reader.until(" of 30 —")
    reader.click("Stop")
    reader.wait()
    assert re.search(r"stopped after [12]?\d of 30 epochs", reader.status)


def test_of_two_fits_in_one_function_the_second_is_shown_last(read, train):
    def twice(lr=0.1):
        train(lr=lr, num_epochs=2)
        train(lr=5 * lr, num_epochs=2)

    reader = read(twice)
    reader.wait()
    assert train.histories[0] != train.histories[1]
    assert reader.panel.runs[-1].history == train.histories[1]


def test_a_network_without_a_layer_from_pixels_to_classes_has_no_templates(read, train):
    reader = read(lambda lr=0.1: helpers.train_ch3(*train.arguments(lr, hidden=True)))
    reader.wait()
    assert "done after 3 of 3 epochs" in reader.status
    assert "data:image/png" not in reader.html[1]


def test_two_panels_take_turns(reader, read, train):
    other = read(train)
    other.wait()
    reader.click("Retrain")
    other.click("Retrain")
    reader.wait()
    other.wait()
    assert "done after 3 of 3 epochs" in other.status
    assert "\nstopped" in reader.status


def test_callbacks_on_several_threads_at_once_leave_the_panel_consistent(reader, train):
    def move(title, values):
        for value in values:
            reader.move(title, value)

    moves = {"learning rate": (0.2, 0.5, 1.0, 0.3), "batch size": (16, 32, 128, 256), "epochs": (9, 4, 8, 5)}
    threads = [threading.Thread(target=move, args=item) for item in moves.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader.wait()
    assert train.calls[-1] == {"lr": 0.3, "batch_size": 256, "num_epochs": 5}
    assert reader.panel.runs[-1].history == train.histories[-1]
    assert reader.status.startswith("learning rate 0.3, batch size 256, epochs 5\ndone after 5 of 5 epochs")
    assert reader.bar == 1


def test_the_bundle_of_a_reader_is_the_live_panel_at_once(read):
    leave = threading.Event()
    reader = read(lambda lr=0.1, num_epochs=3: leave.wait(30))
    bundle, _ = reader.panel._repr_mimebundle_()
    assert not reader.panel.wait(0), "the fit goes on meanwhile"
    leave.set()
    assert sorted(bundle) == [VIEW, "text/html", "text/plain"]
    what = "A panel with sliders for learning rate, epochs. Run this cell to use its controls. If no controls appear,"
    assert bundle["text/plain"].startswith(what)
    assert bundle[VIEW] == {"version_major": 2, "version_minor": 0, "model_id": reader.panel._view.model_id}


def test_the_recorded_bundle_has_a_picture_of_the_first_fit(monkeypatch, read, train):
    monkeypatch.setenv("D2L_HELPERS_RECORDING", "1")
    panel = read(train).panel
    bundle, metadata = panel._repr_mimebundle_()
    assert len(train.histories) == len(panel.runs) == 1, "it waited for the fit"
    assert sorted(bundle) == ["image/png", "text/html", "text/plain"], "a page would look for the live panel's model"
    assert "<b>Run this cell to use its controls.</b>" in bundle["text/html"]
    assert "done after 3 of 3 epochs" in bundle["text/html"]
    assert bundle["image/png"].startswith("iVBORw0KGgo"), "a PNG file in base64"
    what, alt = bundle["text/plain"].splitlines()
    assert what == "A panel with sliders for learning rate, batch size, epochs. Run this cell to use its controls."
    assert alt == (
        "The training panel after its first fit: curves of loss and accuracy, and each class's weights as an image."
    )
    width, height = metadata["image/png"]["width"], metadata["image/png"]["height"]
    assert width > height > 300


def test_any_parameter_of_the_function_is_varied_and_told(read):
    calls = []

    def train(lr=0.1, hidden_units=64, momentum=0.9, nesterov=False, activation="relu"):
        calls.append((lr, hidden_units, momentum, nesterov, activation))
        yield 0.5

    reader = read(train, hidden_units=(8, 512), activation=["relu", "tanh"])
    reader.wait()
    assert reader.status.startswith(
        "learning rate 0.1, hidden units 64, momentum 0.9, nesterov no, activation relu\ndone after 1 of 1 epochs"
    )
    for title, value in {"hidden units": 100, "momentum": 0.5, "nesterov": True, "activation": "tanh"}.items():
        reader.move(title, value)
    reader.wait()
    assert calls[0] == (0.1, 64, 0.9, False, "relu")
    assert calls[-1] == (0.1, 100, 0.5, True, "tanh")
    heads, newest, *_ = reader.table
    assert heads[1:5] == ["hidden units", "momentum", "nesterov", "activation"]
    assert newest[1:5] == ["100", "0.5", "yes", "tanh"]
    reader.click("Book values")
    reader.wait()
    assert calls[-1] == calls[0]


def test_a_choice_without_others_says_how_to_give_them(read):
    reader = read(lambda mode="<fast>": iter([0.5]))
    reader.wait()
    hint, *_ = reader.html
    assert "mode has one choice only" in hint
    assert "helpers.retrain(&lt;lambda&gt;, mode=[&#x27;&lt;fast&gt;&#x27;, …])" in hint
    assert reader.panel.runs[-1].settings == {"mode": "<fast>"}


def test_only_widgets_that_colab_has_are_used():
    used = set()
    for module in Path(panels.__file__).parent.rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        used |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "widgets"}
    assert {"FloatLogSlider", "HTML", "VBox"} <= used
    assert used - {"__version__"} <= IN_7_7_1
