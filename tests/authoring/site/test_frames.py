"""What is packed for a page comes out of it again, and the table's positions are those of the exhibit."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_exhibit import small_exhibit

from d2l_authoring.site.exhibits.frames import Frame, axes, frame, frames, pack, unpack
from d2l_authoring.site.exhibits.markup import SHOWN
from d2l_authoring.site.exhibits.states import Shown, State
from d2l_helpers.errors import ArgumentError
from d2l_helpers.panels.exhibit import Exhibit

STATES = (State("a", {"rate": 0.1}, ""), State("b", {"rate": 0.3}, ""), State("c", {"kind": "b", "steps": 7}, ""))


@pytest.fixture
def exhibit() -> Exhibit:
    return small_exhibit()


def shown(**positions: tuple[object, ...]) -> Shown:
    return Shown("name", "cell", "question", STATES, positions=positions)


MARKUP = st.lists(st.sampled_from(["<p>", "</p>", "<b x='1'/>", "text", "", "ŷ − y", "\n"]) | st.text(), max_size=12)


@given(st.lists(st.builds(Frame, st.text(), MARKUP.map("".join)), max_size=8))
def test_unpacking_returns_what_was_packed(every):
    every = [Frame(*(text.encode("utf-8", "ignore").decode() for text in one)) for one in every]
    assert unpack(pack(every)) == every


def test_the_page_has_the_chosen_positions_the_books_and_those_of_the_states(exhibit):
    rate, steps, kind = axes(shown(rate=(0.01, 1.0), steps=()), exhibit)
    assert rate.values == (0.01, 0.1, 0.3, 1.0)
    assert steps.values == (5, 7)
    assert kind.values == ("a", "b")
    assert [axis.at({"rate": 0.3, "kind": "b"}) for axis in (rate, steps, kind)] == [2, 0, 1]


def test_a_control_with_one_chosen_value_still_has_those_of_the_states(exhibit):
    rate, steps, kind = axes(shown(rate=(), steps=(5,), kind=()), exhibit)
    assert (rate.values, steps.values, kind.values) == ((0.1, 0.3), (5, 7), ("a", "b"))


def test_frames_are_the_exhibits_own_views_the_last_control_first(exhibit):
    page = axes(shown(rate=(0.01, 1.0), steps=(2, 3)), exhibit)
    every = frames(exhibit, page)
    expected = itertools.product((0.01, 0.1, 0.3, 1.0), (2, 3, 5, 7), ("a", "b"))
    assert [one.sentence for one in every] == [f"<{kind}> at {rate:g} after {steps}" for rate, steps, kind in expected]
    assert every[0].markup.endswith("<p>a</p>")
    assert 'aria-label="A test; rate 0.01, steps 2, kind first: t"' in every[0].markup


def test_a_frame_has_the_books_values_where_none_is_given(exhibit):
    assert frame(exhibit, {}).sentence == "<a> at 0.1 after 5"
    assert exhibit.values["kind"] == "a", "the exhibit itself does not move"


@pytest.mark.parametrize(
    ("positions", "got"),
    [
        ({"speed": (1,)}, "speed=1"),
        ({"rate": (0.01, 11.0)}, "rate=11.0"),
        ({"steps": (2.5,)}, "steps=2.5"),
        ({"kind": ("c",)}, "kind='c'"),
    ],
    ids=["name", "range", "whole", "choice"],
)
def test_a_position_that_no_control_can_have_is_refused(exhibit, positions, got):
    with pytest.raises(ArgumentError, match="Cannot set") as refused:
        axes(shown(**positions), exhibit)
    assert got in str(refused.value)


def test_too_many_frames_are_refused(exhibit):
    many = tuple(0.01 + index / 1000 for index in range(100))
    with pytest.raises(ArgumentError, match="4,284 positions"):
        axes(shown(rate=many), exhibit)


@pytest.mark.parametrize("cell", ["explore", "explore-ridge"])
def test_the_frames_of_an_exhibit_take_little_of_a_page(cell):
    (one,) = [one for one in SHOWN if one.cell == cell]
    exhibit = one.make()
    page = axes(one, exhibit)
    every = [frame(exhibit, {page[-1].control.name: value}) for value in page[-1].values]
    packed = pack(every)
    assert unpack(packed) == every
    assert len(packed) < sum(len(text) for one in every for text in one) / 8
