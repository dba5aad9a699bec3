"""Pages of Fashion-MNIST, against going through the images one by one."""

from __future__ import annotations

import statistics
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_helpers.data import LABELS
from d2l_helpers.panels.exhibits import browse
from d2l_helpers.panels.exhibits.browse import (
    ALL,
    ORDERS,
    browse_fashion_mnist,
    collect,
    distances_from_means,
    show_page,
)

_random = np.random.default_rng(0)


def collection_of(num_images, size=3):
    images = _random.integers(0, 256, (num_images, size, size)).astype(np.uint8)
    return collect("training", images, _random.integers(0, 10, num_images).astype(np.uint8))


@pytest.fixture(scope="module")
def large():
    """As many training images of class shirt as there are, and some of other classes, mixed."""
    labels = _random.permutation(np.repeat(np.arange(10), [70, 50, 50, 50, 50, 50, 6000, 50, 50, 50])).astype(np.uint8)
    return collect("training", _random.integers(0, 256, (len(labels), 28, 28)).astype(np.uint8), labels)


def test_distances_are_the_root_mean_square_difference_from_the_mean():
    one = collection_of(40)
    for image, label, distance in zip(one.images, one.labels, one.distances, strict=True):
        mean = [np.mean([other[i] for other, k in zip(one.images, one.labels, strict=True) if k == label])
                for i in np.ndindex(3, 3)]  # fmt: skip
        squares = [(float(image[i]) - mean[n]) ** 2 for n, i in enumerate(np.ndindex(3, 3))]
        assert distance == pytest.approx((sum(squares) / 9) ** 0.5, abs=1e-3)


def test_the_only_image_of_a_class_is_its_mean():
    assert distances_from_means(np.full((1, 28, 28), 200, np.uint8), np.zeros(1, np.uint8)) == [0]


@given(st.integers(1, 80), st.sampled_from([ALL, *range(10)]), st.sampled_from(ORDERS))
def test_an_order_has_each_image_of_the_class_once(num_images, label, order):
    one = collection_of(num_images)
    indices = one.select(label, order)
    assert sorted(indices) == [i for i in range(num_images) if label in (ALL, one.labels[i])]
    distances = one.distances[indices].tolist()
    if order == "oddest first":
        assert distances == sorted(distances, reverse=True)
    if order == "most typical first":
        assert distances == sorted(distances)


def test_a_hundred_pages_hold_each_training_image_of_a_class_once(large, monkeypatch):
    pages = []
    monkeypatch.setattr(browse, "contact_sheet_html", lambda images, captions, *_: pages.append(captions) or "")
    for page in range(1, 101):
        show_page(large, 6, ORDERS[0], page)
    assert [int(caption) for captions in pages for caption in captions] == np.flatnonzero(large.labels == 6).tolist()


def test_the_text_says_which_images_these_are(large):
    text = show_page(large, 6, "oddest first", 2).text
    assert text.startswith(
        "Images 61 to 120 of 6,000 training images of class shirt, oddest first; each has its index below.\n"
    )
    chosen = large.select(6, "oddest first")
    assert f"is {large.distances[chosen[60:120]].mean():.1f} grey levels per pixel" in text
    assert text.endswith(f"for all 6,000 it is {large.distances[chosen].mean():.1f}.")


@pytest.mark.parametrize("page", [1, 50, 100])
@pytest.mark.parametrize("order", ORDERS)
def test_all_classes_together_are_named_below_the_images(large, page, order):
    view = show_page(large, ALL, order, page)
    start = (len(large.labels) - 60) * (page - 1) // 99
    assert f"{start + 1:,} to {start + 60:,} of 6,470 training images, {order}; each has its class below." in view.text
    assert view.html.count("<span") == 60
    assert any(f">{name}<" in view.html for name in LABELS)


@pytest.mark.parametrize("page", [1, 37, 100])
def test_few_images_are_one_page(page):
    view = show_page(collection_of(7), ALL, ORDERS[0], page)
    assert view.text.startswith("Images 1 to 7 of 7 training images")
    assert view.html.count("<span") == 7


def test_the_picture_has_a_place_for_each_image(large):
    picture = show_page(large, 0, ORDERS[0], 1).picture()
    assert picture.alt == "60 training images of class t-shirt, in file order."
    captions = [label.get_text() for axes in picture.figure.axes for label in axes.get_xticklabels()]
    assert captions == [str(i) for i in np.flatnonzero(large.labels == 0)[:60]]


@pytest.mark.timing
def test_a_page_is_drawn_within_300_ms(large):
    seconds = []
    for page in range(1, 8):
        started = time.perf_counter()
        show_page(large, 6, "oddest first", page)
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < 0.3  # 0.04 alone


def test_all_images_are_sorted_only_once(large):
    first = large.select(ALL, "oddest first")
    assert large.select(ALL, "oddest first") is first
    assert large.select(ALL, "most typical first") is not first


def test_the_exhibit_goes_through_both_parts():
    exhibit = browse_fashion_mnist()
    assert exhibit.values == {"part": "train", "label": 6, "order": "in file order", "page": 1}
    assert "1 to 60 of 6,000 training images of class shirt" in exhibit._status.value
    exhibit._controls["part"].value = "test"
    exhibit._controls["page"].value = 100
    assert "941 to 1,000 of 1,000 test images of class shirt" in exhibit._status.value
    exhibit._controls["label"].value = ALL
    assert "9,941 to 10,000 of 10,000 test images, in file order" in exhibit._status.value
    exhibit.reset()
    assert "1 to 60 of 6,000 training images of class shirt" in exhibit._status.value
