"""Values and replies, written and read; what is read may be any JSON."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from d2l_autograder.sandbox.replies import Lost, Name, Verdict, decode, encode, read_reply
from d2l_autograder.sandbox.wire import Frame
from d2l_helpers.errors import ArgumentError, BadFrame

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(texts, inner), max_leaves=10
)


json_values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


def same(left, right):
    if isinstance(left, float) and left != left:
        return right != right
    if isinstance(left, list | tuple):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right and type(left) is type(right)


@given(values)
def test_values_cross_unchanged(value):
    arrays = []
    spec = encode(value, arrays)
    assert same(decode(json.loads(json.dumps(spec, allow_nan=False)), arrays), value)


@given(json_values)
def test_any_json_is_a_value_or_refused(spec):
    with contextlib.suppress(BadFrame):
        decode(spec, [])


def test_a_value_refers_only_to_arrays_that_came_with_it():
    assert decode({"array": 0}, ["it"]) == "it"
    for spec in ({"array": 1}, {"array": -1}, {"array": True}, {"array": 0, "mark": 1}, {"mark": 1}, {"dict": [["a"]]}):
        with pytest.raises(BadFrame):
            decode(spec, ["it"])


def test_an_array_can_be_named_only_once():
    assert decode({"list": [{"array": 1}, {"array": 0}]}, ["a", "b"]) == ["b", "a"]
    with pytest.raises(BadFrame):
        decode({"list": [{"array": 0}, {"tuple": [{"array": 0}]}]}, ["a", "b"])


def test_what_cannot_be_sent_is_refused_outside():
    assert encode(Name("net"), []) == {"name": "net"}
    with pytest.raises(ArgumentError, match="type object"):
        encode(object(), [])


fields = {
    "id": st.just(3) | json_values,
    "status": st.sampled_from(["ok", "error", "output", "missing", "unsupported"]) | json_values,
    "value": json_values,
    "printed": texts | json_values,
    "error": st.fixed_dictionaries({}, optional=dict.fromkeys(("type", "message", "line"), texts | json_values)),
    "type": json_values,
    "mark": json_values,
}


@given(st.fixed_dictionaries({}, optional=fields))
@settings(max_examples=50)
def test_any_json_is_a_reply_or_a_loss_or_refused(header):
    try:
        reply = read_reply(Frame(header), 3, 0.5)
    except (BadFrame, Lost) as error:
        assert getattr(error, "verdict", None) not in (Verdict.RIGHT, Verdict.SANDBOX_FAULT)  # noqa: PT017
    else:
        assert reply.seconds == 0.5
        assert not hasattr(reply, "mark")


def test_texts_in_a_reply_are_capped():
    long = "x" * 200_000
    assert len(read_reply(Frame({"id": 1, "status": "ok", "printed": long}), 1, 0).printed) == 65536
    with pytest.raises(Lost) as lost:
        read_reply(Frame({"id": 1, "status": "error", "error": dict.fromkeys(("type", "message", "line"), long)}), 1, 0)
    assert len(str(lost.value)) < 7000
