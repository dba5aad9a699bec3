"""The drawing of a network: its circles, arrows and names, as SVG and as PNG."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree

import pytest
from matplotlib.patches import Circle

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import VS_CODE_THEME, plot_network

SVG = "{http://www.w3.org/2000/svg}"
NETWORKS = {
    "regression": lambda: plot_network(["x₁\narea", "x₂\nage"], ["ŷ\nprice"]),
    "weights": lambda: plot_network(["x₁", "1"], ["z₁", "z₂", "z₃"], weights=[[2.0, -3.4, 0], ["b₁", "b₂", "b₃"]]),
    "hidden": lambda: plot_network(["x"], ["y"], hidden=["h₁", "…", "hidden 9"]),
    "images": lambda: plot_network(
        ["x₁", "x₂", "…", "x₇₈₄"], ["z₁", "…", "z₁₀"], probabilities=["t-shirt", "…", "ankle boot"]
    ),
}


def drawing(picture):
    """Read the SVG file of a picture back."""
    image = ElementTree.fromstring(picture._repr_mimebundle_()[0]["text/html"].removeprefix(VS_CODE_THEME))
    assert image.attrib["alt"] == picture.alt
    return ElementTree.fromstring(base64.b64decode(image.attrib["src"].partition("base64,")[2]))


def texts(picture):
    return ["".join(text.itertext()) for text in drawing(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("name", "circles", "arrows"), [("regression", 3, 2), ("weights", 5, 6), ("hidden", 4, 4), ("images", 7, 10)]
)
def test_both_files_have_each_circle_and_arrow(name, circles, arrows):
    picture = NETWORKS[name]()
    svg = drawing(picture)
    assert len([*svg.iter(f"{SVG}circle")]) == circles
    assert len([*svg.iter(f"{SVG}line")]) == arrows
    (axes,) = picture.figure.axes
    assert sum(isinstance(patch, Circle) for patch in axes.patches) == circles
    assert sum(getattr(text, "arrow_patch", None) is not None for text in axes.texts) == arrows
    assert [text.get_text() for text in axes.texts if text.get_text()] == [text for text in texts(picture) if text]


@pytest.mark.parametrize("name", NETWORKS)
def test_everything_lies_inside_the_drawing(name):
    svg = drawing(NETWORKS[name]())
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    for circle in svg.iter(f"{SVG}circle"):
        x, y, r = (float(circle.attrib[place]) for place in ("cx", "cy", "r"))
        assert r < x < width - r
        assert r < y < height - r
    for text in svg.iter(f"{SVG}text"):
        if "x" in text.attrib:
            length = 6 * len(text.text or "")
            left = float(text.attrib["x"]) - length * {"start": 0, "end": 1}.get(text.attrib.get("text-anchor"), 0.5)
            assert 0 <= left <= left + length <= width
            assert 0 < float(text.attrib["y"]) < height


@pytest.mark.parametrize("name", NETWORKS)
def test_arrows_end_at_the_edges_of_circles_or_of_the_box(name):
    svg = drawing(NETWORKS[name]())
    circles = [tuple(float(c.attrib[place]) for place in ("cx", "cy", "r")) for c in svg.iter(f"{SVG}circle")]
    edges = [
        float(box.attrib["x"]) + side for box in svg.iter(f"{SVG}rect") for side in (0, float(box.attrib["width"]))
    ]
    for line in svg.iter(f"{SVG}line"):
        for x, y in (("x1", "y1"), ("x2", "y2")):
            end = float(line.attrib[x]), float(line.attrib[y])
            at_circle = any(abs(((end[0] - cx) ** 2 + (end[1] - cy) ** 2) ** 0.5 - r) < 0.1 for cx, cy, r in circles)
            assert at_circle or any(abs(end[0] - edge) < 0.1 for edge in edges)


def test_short_names_stand_inside_the_circles_and_long_ones_beside_them():
    def places(picture):
        svg = drawing(picture)
        centres = {circle.attrib["cx"] for circle in svg.iter(f"{SVG}circle")}
        return {text.text: text.attrib.get("x") in centres for text in svg.iter(f"{SVG}text") if text.text}

    assert places(NETWORKS["regression"]()).items() >= {("x₁", True), ("area", False), ("ŷ", True), ("price", False)}
    assert places(NETWORKS["images"]()).items() >= {("x₇₈₄", True), ("t-shirt", False), ("ankle boot", False)}


def test_weights_stand_on_their_arrows():
    picture = NETWORKS["weights"]()
    labels = [text for text in drawing(picture).iter(f"{SVG}text") if text.attrib.get("class")]
    assert [text.text for text in labels] == ["2", "−3.4", "0", "b₁", "b₂", "b₃"]
    for text, line in zip(labels, drawing(picture).iter(f"{SVG}line"), strict=True):
        x, y = float(text.attrib["x"]), float(text.attrib["y"]) - 4
        x1, y1, x2, y2 = (float(line.attrib[end]) for end in ("x1", "y1", "x2", "y2"))
        assert y == pytest.approx(y1 + (x - x1) / (x2 - x1) * (y2 - y1), abs=0.5)


def test_columns_are_titled_by_what_they_are():
    assert texts(NETWORKS["regression"]())[0] == "inputs"
    assert "output" in texts(NETWORKS["regression"]())
    assert {"input", "hidden layer"} <= set(texts(NETWORKS["hidden"]()))
    assert {"scores", "probabilities", "softmax"} <= set(texts(NETWORKS["images"]()))


def test_alt_text_names_layers_weights_and_softmax():
    assert NETWORKS["regression"]().alt == (
        "A network with inputs x₁ area, x₂ age and output ŷ price. An arrow leads from each input to each output."
    )
    assert NETWORKS["weights"]().alt.endswith("On the arrows stand, input by input: 2, −3.4, 0; b₁, b₂, b₃.")
    assert (
        "from each input to each hidden circle and from each hidden circle to each output" in NETWORKS["hidden"]().alt
    )
    assert NETWORKS["images"]().alt.endswith(
        "A softmax turns the scores into the probabilities t-shirt, …, ankle boot."
    )


def test_drawing_follows_the_theme_and_stays_the_same():
    for make in NETWORKS.values():
        style = " ".join(style.text for style in drawing(make()).iter(f"{SVG}style"))
        assert style.count("prefers-color-scheme:dark") == 2, "the page's colours, and what lies behind the weights"
        assert make().png() == make().png()


def test_names_are_no_markup():
    picture = plot_network(["<b>", "a & b"], ["<i>"], weights=[["<u>"], ["&"]])
    assert {"<b>", "a & b", "<i>", "<u>", "&"} <= set(texts(picture))
    assert not re.search("<b>|<i>|<u>", picture._repr_mimebundle_()[0]["text/html"])


@pytest.mark.parametrize(
    ("arguments", "options", "got"),
    [
        (([], ["y"]), {}, "0 inputs, 0 hidden and 1 outputs"),
        ((["x"] * 784, ["y"]), {}, "784 inputs"),
        ((["x"], ["y"]), {"hidden": ["h"] * 13}, "13 hidden"),
        ((["x"], ["y"]), {"weights": [[1, 2]]}, "weights with rows of [2]"),
        ((["x"], ["y"]), {"weights": [[1]], "hidden": ["h"]}, "and a hidden layer"),
        ((["x"], ["y", "z"]), {"probabilities": ["p"]}, "1 probabilities"),
        ((["x"], ["…"]), {"probabilities": ["…"]}, "1 inputs"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, options, got):
    with pytest.raises(ArgumentError, match="Cannot draw the network") as refused:
        plot_network(*arguments, **options)
    assert got in refused.value.got
