"""Pictures drawn with matplotlib: what a notebook gets of them, and what cannot be drawn."""

import base64
import io
import re
import struct
import subprocess
import sys
import time
from xml.etree import ElementTree

import mxnet
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from PIL import Image

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import (
    VS_CODE_THEME,
    Picture,
    plot_comparison,
    plot_confusion,
    plot_curves,
    plot_history,
    plot_images,
    plot_network,
    plot_panel,
    plot_templates,
    templates_html,
)
from d2l_helpers.figures.curves import history_charts
from d2l_helpers.training.history import History

NAMES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]
HISTORY = History([0.8, 0.6, 0.5], [0.75, 0.81, 0.83], [0.7, 0.6, 0.55], [0.78, 0.8, 0.81])
_random = np.random.default_rng(0)
IMAGES, WEIGHT, COUNTS = _random.random((10, 28, 28)), _random.normal(size=(10, 784)), _random.integers(0, 99, (10, 10))

PICTURES = {
    "history": lambda: plot_history(HISTORY),
    "comparison": lambda: plot_comparison({0.1: HISTORY, 0.5: HISTORY}, "train_loss", "learning rate"),
    "images": lambda: plot_images(IMAGES, NAMES),
    "templates": lambda: plot_templates(WEIGHT, NAMES),
    "confusion": lambda: plot_confusion(COUNTS, NAMES),
    "network": lambda: plot_network(["x₁", "x₂"], ["ŷ"]),
    "panel": lambda: plot_panel(HISTORY, WEIGHT, NAMES),
    "panel without templates": lambda: plot_panel(HISTORY, None, NAMES),
}


def size_of(png):
    """Read width and height, in pixels, out of a PNG file's header."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def texts(picture):
    """Return every text in a picture."""
    import matplotlib.text

    return [text.get_text() for text in picture.figure.findobj(matplotlib.text.Text) if text.get_text()]


def lines(axes):
    """Return the lines of some axes, without the dots on them."""
    return [line for line in axes.lines if line.get_linestyle() != "None"]


@pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
def test_a_notebook_gets_a_png_its_size_and_its_alt_text(draw):
    picture = draw()
    data, metadata = picture._repr_mimebundle_()
    assert sorted(data) == ["image/png", "text/html", "text/plain"]
    images = re.findall(r"<img [^>]*>", data["text/html"])
    assert images
    assert all(re.search(r'alt="[^"]', image) for image in images)
    assert data["text/html"].startswith(VS_CODE_THEME), "which a page may remove"
    markup = data["text/html"].removeprefix(VS_CODE_THEME)
    assert not re.search(r"<script|<style|<svg", markup), "a page removes them where it trusts nothing"
    png = base64.b64decode(data["image/png"], validate=True)
    width, height = size_of(png)
    shown = metadata["image/png"]
    assert width == pytest.approx(1.5 * shown["width"], abs=2)
    assert height == pytest.approx(1.5 * shown["height"], abs=2)
    assert shown["width"] <= 960, "a notebook's page is not wider"
    assert data["text/plain"] == picture.alt == repr(picture)
    assert picture.alt.endswith(".")


@pytest.mark.parametrize("name", ["history", *(pytest.param(name, marks=pytest.mark.nightly) for name in PICTURES)])
def test_drawing_again_gives_the_same_file(name):
    picture = PICTURES[name]()
    assert picture.png() == PICTURES[name]().png() == picture.png()


def test_alt_texts_say_what_is_to_be_seen():
    assert "over 3 epochs" in PICTURES["history"]().alt
    assert PICTURES["comparison"]().alt == (
        "Line chart of train loss (nats) against epochs, a line for each learning rate: 0.1, 0.5."
    )
    assert plot_comparison({"plain": HISTORY}).alt.endswith("a line for each fit: plain.")
    assert plot_images(IMAGES[:2], ["bag\ncoat", "coat\nbag"]).alt == "2 grey images: bag, coat; coat, bag."
    assert plot_images(IMAGES).alt == "10 grey images."
    assert all(name in PICTURES["templates"]().alt for name in NAMES)


@pytest.mark.parametrize("figure", ["history", "panel"])
def test_curves_are_the_history(figure):
    loss, accuracy = PICTURES[figure]().figure.findobj(lambda artist: type(artist).__name__ == "Axes")[:2]
    drawn = [list(line.get_ydata()) for axes in (loss, accuracy) for line in lines(axes)]
    assert drawn == [HISTORY.train_loss, HISTORY.held_out_loss, HISTORY.train_acc, HISTORY.held_out_acc]
    assert [list(line.get_xdata()) for line in lines(loss)] == [[0, 1, 2]] * 2
    assert [name.get_text() for name in loss.get_xticklabels()] == ["1", "2", "3"]
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["train", "held-out"]


def test_a_comparison_draws_each_fit_and_names_it():
    other = History([1, 2], [0, 1], [3, 4], [0.5, 0.6])
    picture = plot_comparison({"none": HISTORY, 0.01: other}, "held_out_loss", "weight decay")
    (axes,) = picture.figure.axes
    assert [list(line.get_ydata()) for line in axes.lines] == [HISTORY.held_out_loss, other.held_out_loss]
    assert {"none", "0.01", "weight decay", "held-out loss (nats)", "epoch"} <= set(texts(picture))


def test_a_comparison_enlarges_the_part_that_is_asked_for():
    (axes,) = plot_comparison({1: HISTORY}, "train_loss", y_span=(0.25, 0.5)).figure.axes
    assert axes.get_ylim() == (0.25, 0.5)


def test_a_comparison_names_nats_only_where_the_loss_is_a_cross_entropy():
    assert "train loss (nats)" in texts(plot_comparison({1: HISTORY}, "train_loss"))
    assert "train loss" in texts(plot_comparison({1: History([0.03, 0.02])}, "train_loss"))


def test_a_picture_of_curves_shows_what_the_live_panel_shows():
    loss, accuracy = plot_history(HISTORY).figure.axes
    for axes, chart in zip((loss, accuracy), history_charts(HISTORY, len(HISTORY)), strict=True):
        assert axes.get_title(loc="left") == chart.title
        assert (axes.get_xlim(), axes.get_ylim()) == (chart.x_span, chart.y_span)


def test_examples_that_are_held_out_go_by_their_own_name():
    history = plot_history(HISTORY, "validation")
    assert [text.get_text() for text in history.figure.axes[0].get_legend().get_texts()] == ["train", "validation"]
    comparison = plot_comparison({1: HISTORY}, "held_out_acc", evaluated_on="validation")
    assert "validation accuracy" in texts(comparison)
    assert all("validation" in picture.alt and "test" not in picture.alt for picture in (history, comparison))


@pytest.mark.parametrize(("n", "columns", "grid"), [(10, 10, (1, 10)), (8, 8, (1, 8)), (7, 3, (3, 3)), (1, 10, (1, 1))])
def test_images_stand_in_a_grid_in_their_order(n, columns, grid):
    picture = plot_images(IMAGES[:n], NAMES[:n], columns)
    axes = picture.figure.axes
    assert axes[0].get_subplotspec().get_gridspec().get_geometry() == grid
    shown = [one for one in axes if one.images]
    assert [one.get_title() for one in shown] == NAMES[:n]
    assert all((one.images[0].get_array() == image).all() for one, image in zip(shown, IMAGES, strict=False))


def test_arrays_of_mxnet_and_of_numpy_give_the_same_pictures():
    def drawn(picture):
        return [axes.images[0].get_array().tolist() for axes in picture.figure.axes if axes.images]

    images, weight = IMAGES[:3].astype(np.float32), WEIGHT.astype(np.float32)
    assert drawn(plot_images(mxnet.nd.array(images[:, None]))) == drawn(plot_images(images)) == images.tolist()
    assert drawn(plot_templates(mxnet.nd.array(weight), NAMES)) == weight.reshape(10, 28, 28).tolist()
    assert templates_html(mxnet.nd.array(weight), NAMES) == templates_html(weight, NAMES)


def test_weights_may_lie_either_way_and_come_from_tensorflow():
    class Tensor:
        def numpy(self):
            return WEIGHT.T

    assert templates_html(WEIGHT.T, NAMES) == templates_html(Tensor(), NAMES) == templates_html(WEIGHT, NAMES)


def test_a_history_without_accuracies_is_one_chart_with_a_logarithmic_axis():
    losses = [0.03, 9e-5, 5e-5]
    for picture in (plot_history(History(losses)), plot_panel(History(losses), None, NAMES)):
        (axes,) = picture.figure.axes
        assert [list(line.get_ydata()) for line in lines(axes)] == [losses]
        assert axes.get_yscale() == "log"
        assert axes.get_ylim() == pytest.approx((1e-5, 0.1))
        assert "accuracy" not in picture.alt + "".join(texts(picture))
        assert picture.alt.endswith(".")
        assert size_of(picture.png())
    both = plot_panel(History(losses, held_out_loss=losses), WEIGHT, NAMES).figure.findobj(Axes)
    assert len(lines(both[0])) == 2
    assert len(both) == 12, "and ten templates, and the bar that explains them"


def test_a_confusion_matrix_shows_every_count_and_shades_the_errors():
    picture = plot_confusion(COUNTS, NAMES)
    assert sorted(text for text in texts(picture) if text.isdigit()) == sorted(map(str, COUNTS.ravel()))
    shade = picture.figure.axes[0].images[0].get_array()
    assert (shade.diagonal() == 0).all()
    assert shade[3, 5] == COUNTS[3, 5]
    assert picture.alt.startswith("Confusion matrix of 10 classes")
    assert plot_confusion(COUNTS[:3, :3], NAMES[:3]).alt.startswith("Confusion matrix of 3 classes")
    perfect = plot_confusion(np.diag([5] * 10), NAMES)
    assert size_of(perfect.png())


# ------------------------------------------------------------------------------------------------ templates as HTML


def image_and_names(markup):
    root = ElementTree.fromstring(markup)
    return next(root.iter("img")), [span.text for span in root.iter("span")]


def test_templates_as_html_are_a_picture_with_the_names_under_it():
    image, names = image_and_names(templates_html(WEIGHT, NAMES))
    assert names == NAMES
    kind, _, data = image.get("src").partition(",")
    assert kind == "data:image/png;base64"
    assert size_of(base64.b64decode(data)) == (29, 28)
    assert image.get("alt")


def colours_of(weight):
    """Return the colours of the first template's pixels, as a live page shows them."""
    image, _ = image_and_names(templates_html(weight, NAMES))
    png = base64.b64decode(image.get("src").partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int)[:, :28]


def test_templates_are_white_at_zero_blue_above_and_orange_below():
    weight = np.zeros((10, 784))
    weight[:, 0], weight[:, 1] = 0.3, -0.3
    colours = colours_of(weight)
    assert (colours[1:] == 255).all()
    assert colours[0, 0].argmax() == 2
    assert colours[0, 1].argmax() == 0
    assert (colours[0, :2].max(axis=1) < 128).all(), "strong, though few pixels differ from zero"


def test_one_large_weight_does_not_make_the_others_pale():
    pale = np.random.default_rng(0).normal(size=(10, 784))
    with_one = pale.copy()
    with_one[9, 0] = 1000.0
    assert abs(colours_of(with_one) - colours_of(pale)).max() < 20


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1, max_size=4))
def test_names_are_escaped(names):
    names = ["<script>alert('&')</script>", *names]
    markup = templates_html(WEIGHT[: len(names)], names)
    assert "<script>" not in markup
    assert image_and_names(markup)[1] == names


@pytest.mark.timing
def test_templates_are_drawn_within_50_ms():
    start = time.perf_counter()
    for _ in range(10):
        templates_html(WEIGHT, NAMES)
    assert (time.perf_counter() - start) / 10 < 0.05


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_stay_blank_and_the_others_are_drawn(value):
    broken = WEIGHT.copy()
    broken[0, :5] = value
    assert np.isnan(plot_templates(broken, NAMES).figure.axes[0].images[0].get_array().filled(np.nan)).sum() == 5
    assert templates_html(broken, NAMES) != templates_html(np.zeros_like(broken), NAMES)
    assert "data:image/png" in templates_html(np.full_like(broken, value), NAMES)


@pytest.mark.parametrize("points", [{}, {"none": ([], [])}, {"diverged": ([1.0], [np.nan])}])
def test_curves_without_examples_are_refused(points):
    with pytest.raises(ArgumentError, match="Cannot plot the curves"):
        plot_curves(points, {"line": ([0.0, 1.0], [0.0, 1.0])})


@pytest.mark.filterwarnings("error")
def test_examples_with_one_target_and_columns_can_be_plotted():
    column = np.ones((3, 1))
    (axes,) = plot_curves({"training": (column, column)}, {"line": (column, column)}).figure.axes
    assert axes.get_ylim() == (0.75, 1.25)


def test_curves_are_cut_off_where_they_leave_the_examples():
    x, y = np.array([0.0, 1.0, 2.0]), np.array([-100.0, 0.0, 300.0])
    picture = plot_curves(
        {"training": (x, y), "held out": (x, y / 2)}, {"degree 8": (x, 1e6 * x)}, labels=("Mpc", "km/s")
    )
    assert picture.alt == "km/s against Mpc. Dots: training, held out. Curves: degree 8."
    axes = picture.figure.axes[0]
    assert axes.get_ylim() == (-200.0, 400.0)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["degree 8", "training", "held out"]


# ------------------------------------------------------------------------------------------------ what cannot be drawn


@pytest.mark.parametrize(
    ("draw", "got"),
    [
        (lambda: plot_images(IMAGES[0]), "an array of shape (28, 28)"),
        (lambda: plot_images(IMAGES[:0]), "an array of shape (0, 28, 28)"),
        (lambda: plot_images(np.zeros((2, 3, 28, 28))), "an array of shape (2, 3, 28, 28)"),
        (lambda: plot_images(IMAGES, ["bag"]), "1 titles for 10 images"),
        (lambda: plot_templates(WEIGHT[:, :256], NAMES), "weights of shape (10, 256) and 10 names"),
        (lambda: plot_templates(WEIGHT[0], NAMES), "weights of shape (784,) and 10 names"),
        (lambda: plot_templates(WEIGHT, NAMES[:3]), "weights of shape (10, 784) and 3 names"),
        (lambda: plot_templates(WEIGHT[:0], []), "weights of shape (0, 784) and 0 names"),
        (lambda: templates_html(WEIGHT.T, NAMES[:3]), "weights of shape (784, 10) and 3 names"),
        (lambda: plot_panel(HISTORY, WEIGHT, NAMES[1:]), "weights of shape (10, 784) and 9 names"),
        (lambda: plot_confusion(COUNTS[:3], NAMES), "counts of shape (3, 10) and 10 names"),
        (lambda: plot_confusion(COUNTS, NAMES[:9]), "counts of shape (10, 10) and 9 names"),
        (lambda: plot_comparison({}), "0 histories and quantity='held_out_acc'"),
        (lambda: plot_comparison({1: HISTORY}, "loss"), "1 histories and quantity='loss'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_was_got(draw, got):
    with pytest.raises(ArgumentError) as refused:
        draw()
    assert refused.value.got == got


def test_neither_pyplot_nor_widgets_are_imported_and_so_no_figure_has_to_be_closed():
    code = (
        "import sys, d2l_helpers as helpers\n"
        "from d2l_helpers.training.history import History\n"
        "helpers.plot_history(History([1], [1], [1], [1])).png()\n"
        "helpers.plot_fit([1, 2], [1, 2])\n"
        "print([name for name in sys.modules if name in ('matplotlib.figure', 'matplotlib.pyplot', 'ipywidgets')])"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['matplotlib.figure']\n"


def test_a_picture_can_still_be_changed():
    picture = plot_history(HISTORY)
    before = picture.png()
    picture.figure.suptitle("mine")
    assert isinstance(picture, Picture)
    assert picture.png() != before


@pytest.mark.nightly
def test_nbconvert_keeps_the_alt_text():
    pytest.importorskip("nbconvert")
    source = (
        "import nbformat, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "from nbconvert import HTMLExporter\n"
        "from d2l_helpers.figures import plot_comparison\n"
        "from d2l_helpers.training.history import History\n"
        "data, metadata = plot_comparison({'plain': History([1], [1], [1], [1])})._repr_mimebundle_()\n"
        "output = nbformat.v4.new_output('display_data', data, metadata=metadata)\n"
        "cell = nbformat.v4.new_code_cell('', outputs=[output])\n"
        "print(HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0])\n"
    )
    page = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout
    assert re.findall(r'<img [^>]*alt="([^"]*)"', page) == [plot_comparison({"plain": History([1], [1], [1], [1])}).alt]
