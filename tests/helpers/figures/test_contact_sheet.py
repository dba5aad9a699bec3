"""Sheets of small images: what they show, and where."""

from __future__ import annotations

import base64
import io
import re

import matplotlib.image
import mxnet
import numpy as np
import pytest

from d2l_helpers.errors import ArgumentError
from d2l_helpers.figures import Chart, Line, contact_sheet_html, plot_contact_sheet

IMAGES = np.random.default_rng(0).random((14, 28, 28), dtype=np.float32)
CAPTIONS = [f"image {number}" for number in range(14)]


def drawn(markup):
    """Read the images of a sheet back, as brightness from 0, black, to 1."""
    sources = re.findall(r'src="data:image/png;base64,([^"]+)"', markup)
    return [matplotlib.image.imread(io.BytesIO(base64.b64decode(source))) for source in sources]


def test_each_image_is_in_its_place_dark_as_ink():
    shown = drawn(contact_sheet_html(IMAGES, CAPTIONS, "fourteen"))
    assert len(shown) == 14
    for image, one in zip(IMAGES, shown, strict=True):
        np.testing.assert_allclose(one[1:-1, 1:-1], 1 - image, atol=0.01)


def test_each_image_has_an_alt_text():
    alts = re.findall('alt="(.*?)"', contact_sheet_html(IMAGES[:3], CAPTIONS[:3], "three"))
    assert alts == ["three", "image 1", "image 2"]
    assert re.findall('alt="(.*?)"', contact_sheet_html(IMAGES[:2], (), "two")) == ["two", "Image 2"]


def test_captions_stand_in_order_and_are_no_markup():
    markup = contact_sheet_html(IMAGES[:3], ["a < b", "<script>", 'say "c"'], 'three "images"')
    assert re.findall(r"<span[^>]*>(.*?)</span>", markup) == ["a &lt; b", "&lt;script&gt;", "say &quot;c&quot;"]
    assert 'alt="three &quot;images&quot;"' in markup


def test_a_full_row_is_as_wide_as_the_page():
    widths = re.findall('<img .*? width="([0-9]+)"', contact_sheet_html(IMAGES, CAPTIONS, "fourteen", num_columns=10))
    assert set(widths) == {"68"}


def test_no_image_is_no_sheet():
    assert contact_sheet_html(IMAGES[:0], (), "none") == ""


def test_mxnets_arrays_are_taken():
    markup = contact_sheet_html(mxnet.np.array(IMAGES[:2]), (), "two")
    assert markup == contact_sheet_html(IMAGES[:2], (), "two")


@pytest.mark.parametrize(("num_charts", "num_images"), [(0, 0), (0, 14), (1, 1), (2, 0), (2, 14)])
def test_a_picture_has_the_charts_and_a_place_for_each_image(num_charts, num_images):
    charts = [Chart("A line", [Line([0, 1], [0, 1])])] * num_charts
    picture = plot_contact_sheet(IMAGES[:num_images], CAPTIONS[:num_images], "a sheet", charts=charts)
    alts = ("a sheet.", "a sheet. Above, charts: “A line”.", "a sheet. Above, charts: “A line”, “A line”.")
    assert picture.alt == alts[num_charts]
    assert picture.png().startswith(b"\x89PNG")
    rows = picture.figure.axes[num_charts:]
    assert len(rows) == -(-num_images // 12)
    assert [label.get_text() for axes in rows for label in axes.get_xticklabels()] == CAPTIONS[:num_images]


def test_a_pictures_charts_lie_above_its_images():
    picture = plot_contact_sheet(IMAGES, (), "a sheet", charts=[Chart("A line", [Line([0, 1], [0, 1])])] * 2)
    picture.figure.draw_without_rendering()
    boxes = [axes.get_position() for axes in picture.figure.axes]
    assert min(box.y0 for box in boxes[:2]) > max(box.y1 for box in boxes[2:])
    assert boxes[0].x1 < boxes[1].x0


@pytest.mark.parametrize(("shape", "captions"), [((28, 28), ()), ((2, 1, 28, 28), ()), ((2, 28, 28), ("one",))])
def test_other_shapes_are_refused(shape, captions):
    for draw in (contact_sheet_html, plot_contact_sheet):
        with pytest.raises(ArgumentError, match="images of shape"):
            draw(np.zeros(shape), captions, "a sheet")
