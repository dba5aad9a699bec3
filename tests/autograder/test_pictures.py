"""Pictures in text cells: a teacher sees them, and nothing but pictures."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_autograder.pictures import as_markdown

PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )
).decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 and so on").decode()


def test_pictures_are_shown_below_the_text_under_names_of_ours():
    text, kept = as_markdown("<pre>x</pre>", {"im.png": {"image/png": PNG}, "](x) <b>": {"image/jpeg": JPEG}})
    assert text == "<pre>x</pre>\n\n![picture-1](attachment:picture-1)\n\n![picture-2](attachment:picture-2)"
    assert kept == {"picture-1": {"image/png": PNG}, "picture-2": {"image/jpeg": JPEG}}


@pytest.mark.parametrize(
    "attachments",
    [
        None,
        [],
        "text",
        {"a": None},
        {"a": {}},
        {"a": {"image/svg+xml": "<svg onload='took()'/>"}},
        {"a": {"text/html": "<script>took()</script>"}},
        {"a": {"image/png": "<script>took()</script>"}},
        {"a": {"image/png": JPEG}},
        {"a": {"image/png": f'{PNG}" onerror="took()'}},
        {"a": {"image/png": [PNG]}},
        {"a": {"image/png": PNG + "A" * (6 << 20)}},
    ],
)
def test_what_is_no_picture_is_left_out(attachments):
    assert as_markdown("text", attachments) == ("text", {})


def test_data_on_several_lines_is_one_picture():
    _, kept = as_markdown("", {"a": {"image/png": f"{PNG[:20]}\n{PNG[20:]}\n"}})
    assert kept == {"picture-1": {"image/png": PNG}}


def test_a_cell_shows_at_most_twenty_pictures():
    _, kept = as_markdown("", {f"{number}.png": {"image/png": PNG} for number in range(50)})
    assert len(kept) == 20


json = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
)


@given(json)
def test_any_attachments_are_read_without_an_error(attachments):
    text, kept = as_markdown("", attachments)
    assert text.count("attachment:") == len(kept)
